//! What to train first for a target: measured where it was measured, predicted by what predicted well elsewhere.

use std::borrow::Cow;

use super::advice::{advice, measured};
use super::model::Model;
use super::options::POWER;
use super::pairs::arms;
use super::recommendation::{Basis, Recommendation, RecommendedSource};
use super::{Analysis, AnalysisError, Context, Decisions, FamilyKey, Flag, Options, PairAnalysis, Verdict, decide};
use crate::metric::Metric;
use crate::number;
use crate::report::Report;
use crate::statistics::Interval;
use crate::study::Protocol;
use crate::transfer::Pair;

/// Ranks the sources of `target` in every family of the report.
///
/// A pair that was trained stands with its measured gain. Any other is predicted by the predictor whose values go best
/// with the gains *within the other targets* (mean Spearman, at least two of them), if that is above 0: the line of
/// gain on the predictor with a random intercept for every target, fitted to the pairs of the other targets, gives gain
/// and prediction band. A line that falls would turn the order of the sources around, and is not used; beyond the values
/// that it was fitted to it is not drawn, and a source there gets the gain of the nearest. The target's own pairs are
/// never used to choose or fit.
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

    /// As [`Self::recommend`], for every target that a family has measured, in the study's order.
    ///
    /// # Errors
    /// As [`recommend`].
    pub fn recommend_all(&self, report: &Report, family: &FamilyKey) -> Result<Vec<Recommendation>, AnalysisError> {
        let context = Context::new(report, &self.options)?;
        let pairs: Vec<PairAnalysis> = self.pairs_of(family).cloned().collect();
        let names = report.study.task.iter().map(|t| t.name.as_str());
        let measured = names.filter(|name| pairs.iter().any(|p| p.key.target == **name));
        let of = |target| Advisor { context: &context, key: family, pairs: &pairs, target }.recommend();
        Ok(measured.map(of).collect())
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

/// What the runs of a target say of its sources.
struct Decided<'a> {
    sources: Vec<&'a str>,
    /// With the runs that count.
    decisions: Decisions,
    /// Whether the verdict is another one without the runs that collapsed.
    depends_on_collapsed: Vec<bool>,
}

struct Advisor<'a> {
    context: &'a Context<'a>,
    key: &'a FamilyKey,
    pairs: &'a [PairAnalysis],
    target: &'a str,
}

impl<'a> Advisor<'a> {
    fn recommend(&self) -> Recommendation {
        let (metric, _) = self.context.choice(self.target);
        let model = self.model();
        let tasks = self.context.report.study.task.iter().map(|t| t.name.as_str());
        let is_source = |name: &&str| self.pairs.iter().any(|p| p.key.source == **name);
        let decided = self.decide();
        let mut sources: Vec<RecommendedSource> = tasks
            .filter(|name| *name != self.target)
            .filter(is_source)
            .map(|source| self.source(source, metric, model.as_ref(), &decided))
            .collect();
        let gain = |source: &RecommendedSource| source.gain.unwrap_or(f64::NEG_INFINITY);
        sources.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
        // Equal gains are ties, and share the better rank.
        let gains: Vec<f64> = sources.iter().map(gain).collect();
        for source in &mut sources {
            let own = gain(source);
            source.rank = 1 + gains.iter().filter(|g| **g > own).count();
        }
        let predicts = sources.iter().any(|s| matches!(s.basis, Basis::Predicted { .. }));
        let prediction = model.filter(|_| predicts).map(|m| self.prediction(&m, &sources));
        let advice = advice(&sources, metric, self.target, self.key.protocol == Protocol::Joint);
        Recommendation { family: self.key.clone(), target: self.target.to_owned(), metric, sources, prediction, advice }
    }

    /// What the predicted gains rest on, said once for all of them.
    fn prediction(&self, model: &Model<'_>, sources: &[RecommendedSource]) -> String {
        let mut words = format!(
            "Predicted by {} ({}), which ordered the sources of {} other targets with a mean Spearman of {}.",
            model.predictor.name,
            model.predictor.phrase,
            model.targets,
            number::signed(model.spearman, 2)
        );
        let beyond = |s: &&RecommendedSource| {
            let predicted = matches!(s.basis, Basis::Predicted { .. });
            predicted && model.says(&s.source, self.target).is_some_and(|said| said.beyond)
        };
        let names: Vec<&str> = sources.iter().filter(beyond).map(|s| s.source.as_str()).collect();
        if !names.is_empty() {
            words += &format!(" Values beyond the measured range get the gain at its end: {}.", names.join(", "));
        }
        words
    }

    /// The sources of the target by name, decided as one family: that is what is asked here.
    fn decide(&self) -> Decided<'a> {
        let asked = |p: &&Pair| p.key.target == self.target && FamilyKey::from(&p.key) == *self.key;
        let pairs: Vec<&Pair> = self.context.map.pairs.iter().filter(asked).collect();
        let margins = vec![self.context.margin(self.target); pairs.len()];
        let decided = |counted: &[Cow<'_, Pair>]| {
            let arms = arms(self.context, &pairs, counted, &margins);
            decide(&arms, self.context.looks(), self.context.options.alpha)
        };
        let all = decided(&pairs.iter().map(|p| Cow::Borrowed(*p)).collect::<Vec<_>>());
        let without = decided(&pairs.iter().map(|p| Cow::Owned(p.without_collapsed())).collect::<Vec<_>>());
        Decided {
            sources: pairs.iter().map(|p| p.key.source.as_str()).collect(),
            depends_on_collapsed: all.verdicts.iter().zip(&without.verdicts).map(|(a, b)| a != b).collect(),
            decisions: if self.context.options.without_collapsed { without } else { all },
        }
    }

    fn source(
        &self,
        source: &str,
        metric: Metric,
        model: Option<&Model<'_>>,
        decided: &Decided<'_>,
    ) -> RecommendedSource {
        let mut found = RecommendedSource {
            rank: 0,
            source: source.to_owned(),
            basis: Basis::Unknown,
            gain: None,
            interval: None,
            verdict: None,
            probability_positive: None,
            seeds_needed: None,
            flags: Vec::new(),
            reason: "not known".to_owned(),
        };
        let alpha = self.context.options.alpha;
        let looks = self.context.looks().map_or(1, <[usize]>::len);
        let pair = self.pairs.iter().find(|p| p.key.source == source && p.key.target == self.target);
        if let Some((pair, gain)) = pair.and_then(|p| Some((p, p.gain?))) {
            let decisions = &decided.decisions;
            let place = decided.sources.iter().position(|name| *name == source);
            let verdict = place.and_then(|i| decisions.verdicts.get(i)).copied();
            let test = place.and_then(|i| decisions.tests.get(i)?.as_ref());
            let worth = gain.abs().max(pair.margin);
            found.basis = Basis::Measured;
            found.gain = Some(gain);
            found.interval = pair.gain_ci;
            found.verdict = verdict;
            found.probability_positive = pair.probability_positive;
            found.seeds_needed = test
                .filter(|_| verdict == Some(Verdict::Undecided))
                .and_then(|t| t.seeds_to_detect(worth, alpha / (decisions.size.max(1) * looks) as f64, POWER));
            found.flags.clone_from(&pair.flags);
            // Those are of the whole family's verdict; this one may be significant, or hang on runs, where that does not.
            let negligible = verdict == Some(Verdict::Helps) && pair.gain_ci.is_some_and(|ci| ci.inside(pair.margin));
            let depends = place.and_then(|i| decided.depends_on_collapsed.get(i)) == Some(&true);
            for (holds, flag) in [(negligible, Flag::Negligible), (depends, Flag::DependsOnCollapsed)] {
                if holds && !found.flags.contains(&flag) {
                    found.flags.push(flag);
                }
            }
            found.reason = measured(&found, metric, pair.n_transfer);
            return found;
        }
        if let Some((m, said)) = model.and_then(|m| Some((m, m.says(source, self.target)?))) {
            let possible = self.possible(metric);
            let bounded = |gain: f64| gain.clamp(possible.low, possible.high);
            let gain = bounded(m.line.at(said.value));
            let predictor = m.predictor.name.to_owned();
            found.basis = Basis::Predicted { predictor, spearman: m.spearman, targets: m.targets };
            found.gain = Some(gain);
            found.interval = m.line.prediction_band(said.value, 1.0 - alpha).map(|band| band.map(bounded));
            // The same for all of them: the line of the prediction says it.
            found.reason = String::new();
        }
        found
    }

    /// The gains that the metric's scale leaves room for on this target.
    fn possible(&self, metric: Metric) -> Interval {
        let (low, high) = metric.range();
        let FamilyKey { encoder, variant, .. } = self.key;
        let single = self.context.map.baseline(encoder, variant, self.target).and_then(|b| b.arm.mean());
        let (worst, best) = if metric.higher_is_better() { (low, high) } else { (high, low) };
        match single {
            Some(single) => Interval { low: metric.gain(worst, single), high: metric.gain(best, single) },
            None => Interval { low: low - high, high: high - low },
        }
    }

    /// Chosen and fitted without the target's own pairs, so that popularity does not see what it is to predict.
    fn model(&self) -> Option<Model<'a>> {
        let others: Vec<&PairAnalysis> = self.pairs.iter().filter(|p| p.key.target != self.target).collect();
        Model::choose(self.context, self.key, &others)
    }
}
