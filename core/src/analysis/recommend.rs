//! What to train first for a target: measured where it was measured, predicted by what predicted well elsewhere.

use std::collections::BTreeSet;

use serde::Serialize;

use super::predictors::{Predictor, predictors};
use super::{Analysis, AnalysisError, Context, FamilyKey, Interval, Options, PairAnalysis, Verdict};
use crate::metric::Metric;
use crate::number;
use crate::report::Report;
use crate::statistics;
use crate::statistics::correlation::{Line, spearman};

/// Fewest measured pairs of other targets from which a prediction is made.
const FEWEST_PAIRS: usize = 6;

/// Sources for a target, best first, for one family.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommendation {
    /// Which family.
    #[serde(flatten)]
    pub family: FamilyKey,
    /// The target.
    pub target: String,
    /// What the gains are of.
    pub metric: Metric,
    /// Best first: by measured or predicted gain; sources of which nothing is known stand last.
    pub sources: Vec<RecommendedSource>,
    /// What to make of it, in a sentence.
    pub advice: String,
}

/// One source for the target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecommendedSource {
    /// Place, from 1.
    pub rank: usize,
    /// The source.
    pub source: String,
    /// What the gain rests on.
    pub basis: Basis,
    /// Measured mean gain, or the predicted one.
    pub gain: Option<f64>,
    /// Interval of the measured mean, or of a new pair's gain around the prediction, level 1 − α.
    pub interval: Option<Interval>,
    /// The verdict, where it was measured.
    pub verdict: Option<Verdict>,
    /// The sentence that says why.
    pub reason: String,
}

/// What a recommendation rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Basis {
    /// The pair was trained.
    Measured,
    /// A predictor that predicted gains on the other targets.
    Predicted {
        /// Its name.
        predictor: String,
        /// Spearman's coefficient within the other targets, mean over them.
        spearman: f64,
        /// Targets in that mean.
        targets: usize,
    },
    /// Not trained, and nothing predicts it.
    Unknown,
}

impl Basis {
    /// The word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Predicted { .. } => "predicted",
            Self::Unknown => "unknown",
        }
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Predicted { predictor, .. } => format!("predicted by {predictor}"),
            Self::Measured | Self::Unknown => self.name().to_owned(),
        }
    }
}

/// Ranks the sources of `target` in every family of the report.
///
/// A pair that was trained stands with its measured gain. Any other is predicted by the predictor whose values go best
/// with the gains *within the other targets* (mean Spearman, at least two of them), if that is above 0: the line of
/// gain on the predictor, fitted to the pairs of the other targets, gives gain and prediction band. A line that falls
/// while the sources within a target rise (Simpson's paradox) would turn their order around, and is not used. The
/// target's own pairs are never used to choose or fit.
///
/// # Errors
/// As [`Analysis::new`], and a target that the report does not have.
pub fn recommend(report: &Report, target: &str, options: &Options) -> Result<Vec<Recommendation>, AnalysisError> {
    let context = Context::new(report, options)?;
    of_analysis(&context, &Analysis::of(&context), target)
}

impl Analysis {
    /// As [`recommend`], from an analysis that was made of this report already.
    ///
    /// # Errors
    /// As [`recommend`].
    pub fn recommend(&self, report: &Report, target: &str) -> Result<Vec<Recommendation>, AnalysisError> {
        of_analysis(&Context::new(report, &self.options)?, self, target)
    }
}

fn of_analysis(context: &Context<'_>, analysis: &Analysis, target: &str) -> Result<Vec<Recommendation>, AnalysisError> {
    let names: Vec<String> = context.report.study.task.iter().map(|t| t.name.clone()).collect();
    if !names.iter().any(|n| n == target) {
        return Err(AnalysisError::Task { task: target.to_owned(), known: names });
    }
    let of_family = |key: &FamilyKey| {
        let pairs: Vec<PairAnalysis> = analysis.pairs_of(key).cloned().collect();
        Advisor { context, key, pairs: &pairs, target }.recommend()
    };
    Ok(analysis.families.iter().map(|f| of_family(&f.key)).collect())
}

struct Advisor<'a> {
    context: &'a Context<'a>,
    key: &'a FamilyKey,
    pairs: &'a [PairAnalysis],
    target: &'a str,
}

/// A predictor with the line that turns it into a gain.
struct Model<'a> {
    predictor: Predictor<'a>,
    line: Line,
    spearman: f64,
    targets: usize,
}

impl<'a> Model<'a> {
    /// Fits the line to `pairs`; `None` where the predictor does not order the sources of at least two targets, or the
    /// line falls.
    fn fit(predictor: Predictor<'a>, pairs: &[PairAnalysis]) -> Option<Self> {
        let points = |target: Option<&str>| -> (Vec<f64>, Vec<f64>) {
            let of_target = pairs.iter().filter(|p| target.is_none_or(|t| p.key.target == t));
            of_target.filter_map(|p| Some((predictor.value(&p.key.source, &p.key.target)?, p.gain?))).unzip()
        };
        let (x, y) = points(None);
        let line = Line::fit(&x, &y).filter(|line| x.len() >= FEWEST_PAIRS && line.slope > 0.0)?;
        let targets: BTreeSet<&str> = pairs.iter().map(|p| p.key.target.as_str()).collect();
        let within = |target: &str| {
            let (x, y) = points(Some(target));
            spearman(&x, &y)
        };
        let within: Vec<f64> = targets.into_iter().filter_map(within).collect();
        let spearman = statistics::mean(&within).filter(|&r| r > 0.0 && within.len() >= 2)?;
        Some(Self { predictor, line, spearman, targets: within.len() })
    }
}

impl Advisor<'_> {
    fn recommend(&self) -> Recommendation {
        let (metric, _) = self.context.choice(self.target);
        let model = self.model();
        let tasks = self.context.report.study.task.iter().map(|t| t.name.as_str());
        let is_source = |name: &&str| self.pairs.iter().any(|p| p.key.source == **name);
        let mut sources: Vec<RecommendedSource> = tasks
            .filter(|name| *name != self.target)
            .filter(is_source)
            .map(|source| self.source(source, metric, model.as_ref()))
            .collect();
        let gain = |source: &RecommendedSource| source.gain.unwrap_or(f64::NEG_INFINITY);
        sources.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
        for (i, source) in sources.iter_mut().enumerate() {
            source.rank = i + 1;
        }
        let advice = advice(&sources, metric, self.target);
        Recommendation { family: self.key.clone(), target: self.target.to_owned(), metric, sources, advice }
    }

    fn source(&self, source: &str, metric: Metric, model: Option<&Model<'_>>) -> RecommendedSource {
        let pair = self.pairs.iter().find(|p| p.key.source == source && p.key.target == self.target);
        if let Some((pair, gain)) = pair.and_then(|p| Some((p, p.gain?))) {
            return RecommendedSource {
                rank: 0,
                source: source.to_owned(),
                basis: Basis::Measured,
                gain: Some(gain),
                interval: pair.gain_ci,
                verdict: Some(pair.verdict),
                reason: measured(pair, gain),
            };
        }
        let level = 1.0 - self.context.options.alpha;
        let predicted = model.and_then(|m| {
            let x = m.predictor.value(source, self.target)?;
            Some((m, m.line.at(x), m.line.prediction_band(x, level)))
        });
        let (basis, gain, interval, reason) = match predicted {
            Some((m, gain, interval)) => (
                Basis::Predicted { predictor: m.predictor.name.to_owned(), spearman: m.spearman, targets: m.targets },
                Some(gain),
                interval,
                format!(
                    "not trained; predicted by {} ({}), which ordered the sources of {} other targets with a mean \
                     Spearman of {}",
                    m.predictor.name,
                    m.predictor.phrase,
                    m.targets,
                    number::signed(m.spearman, 2)
                ),
            ),
            None => (Basis::Unknown, None, None, "not trained, and nothing that is known predicts it".to_owned()),
        };
        let gain_text = gain.map(|g| format!("{}: ", with_unit(metric, g))).unwrap_or_default();
        RecommendedSource {
            rank: 0,
            source: source.to_owned(),
            basis,
            gain,
            interval,
            verdict: None,
            reason: gain_text + &reason,
        }
    }

    /// The predictor that goes best with the gains of the other targets.
    fn model(&self) -> Option<Model<'_>> {
        let others = self.without_target();
        let models = predictors(self.context, self.key, &others).into_iter().filter_map(|p| Model::fit(p, &others));
        models.reduce(|best, other| if other.spearman > best.spearman { other } else { best })
    }

    /// The pairs without those of the target, so that popularity does not see what it is to predict.
    fn without_target(&self) -> Vec<PairAnalysis> {
        self.pairs.iter().filter(|p| p.key.target != self.target).cloned().collect()
    }
}

fn measured(pair: &PairAnalysis, gain: f64) -> String {
    let interval =
        pair.gain_ci.map_or_else(String::new, |i| format!(", interval {}", number::gain_interval(pair.metric, i)));
    let flags: Vec<&str> = pair.flags.iter().map(|f| f.name()).collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
    let seeds = match pair.n_transfer {
        1 => "1 seed".to_owned(),
        n => format!("{n} seeds"),
    };
    format!("{}{interval}: measured over {seeds}, {}{flags}", with_unit(pair.metric, gain), pair.verdict.name())
}

fn with_unit(metric: Metric, gain: f64) -> String {
    format!("{} {}", number::gain(metric, gain), number::unit(metric)).trim_end().to_owned()
}

fn advice(sources: &[RecommendedSource], metric: Metric, target: &str) -> String {
    let helps = sources.iter().find(|s| s.verdict == Some(Verdict::Helps));
    let first = sources.first().filter(|s| s.gain.is_some());
    match (helps, first) {
        (Some(helps), _) => format!(
            "Train {} first: it helps {target} ({}).",
            helps.source,
            helps.gain.map_or_else(String::new, |g| with_unit(metric, g))
        ),
        (None, Some(first)) => match (&first.basis, first.gain) {
            (Basis::Predicted { .. }, Some(gain)) if gain > 0.0 => format!(
                "No source has been shown to help {target}; {} is predicted to be the best, and has to be measured.",
                first.source
            ),
            (_, Some(gain)) if gain <= 0.0 => {
                format!("No source came out better for {target} than none, measured or predicted: train it alone.")
            }
            _ => format!(
                "No source has been shown to help {target}; {} came out best, which may be chance: train it alone, or \
                 add seeds.",
                first.source
            ),
        },
        (None, None) => format!("Nothing is known about sources for {target}."),
    }
}
