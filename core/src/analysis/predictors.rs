//! Everything that ranks sources for a target: the report's measures, and the plain ones that they must beat.

use std::collections::HashMap;

use super::{Context, FamilyKey, PairAnalysis};
use crate::measure::{self, ROUNDING, is_level};
use crate::report::Measure;
use crate::selection::popularity;

/// Values by (source, target), oriented: higher predicts a better source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Predictor<'a> {
    /// Name in tables.
    pub name: &'a str,
    /// What it is, for a sentence.
    pub phrase: String,
    /// Seconds that it took; 0 for what the study knows anyway.
    pub cost_seconds: f64,
    of_pair: HashMap<(&'a str, &'a str), Option<f64>>,
    /// Of every target that `of_pair` does not name.
    of_source: HashMap<&'a str, f64>,
}

impl Predictor<'_> {
    /// What it says of a source for a target.
    pub(super) fn value(&self, source: &str, target: &str) -> Option<f64> {
        let value = match self.of_pair.get(&(source, target)) {
            Some(of_pair) => *of_pair,
            None => self.of_source.get(source).copied(),
        };
        value.filter(|_| source != target)
    }
}

/// The measures that are of this family's encoder, or of none of the report's.
pub(super) fn measures_of<'a>(context: &Context<'a>, family: &FamilyKey) -> Vec<&'a Measure> {
    context.report.measures_of(&family.encoder)
}

/// A measure that tells no pair from another.
#[derive(Debug, thiserror::Error)]
#[error("the values of {measure} are the same up to rounding (a range below {ROUNDING:e} of their size)")]
pub(super) struct Level {
    measure: String,
}

/// Mean over seeds of a measure by (source, target); the same number for all sources of a target that differ by rounding
/// alone, so that they are ties.
///
/// # Errors
/// Three pairs or more differ by rounding alone.
pub(super) fn values(measure: &Measure) -> Result<HashMap<(&str, &str), f64>, Level> {
    let mut values = measure.means();
    // The two pairs of two tasks are equal by every measure that looks the same from both sides.
    if values.len() > 2 && is_level(values.values().copied()) {
        return Err(Level { measure: measure.name.clone() });
    }
    let mut by_target: HashMap<&str, Vec<(&str, f64)>> = HashMap::new();
    for (&(source, target), &value) in &values {
        by_target.entry(target).or_default().push((source, value));
    }
    for (target, sources) in by_target {
        let all = || sources.iter().map(|(_, value)| *value);
        if is_level(all()) {
            let one = all().fold(f64::NEG_INFINITY, f64::max);
            values.extend(sources.iter().map(|&(source, _)| ((source, target), one)));
        }
    }
    Ok(values)
}

/// The plain predictors that have values, then the measures that say anything.
pub(super) fn predictors<'a>(
    context: &Context<'a>,
    family: &FamilyKey,
    pairs: &[&'a PairAnalysis],
) -> Vec<Predictor<'a>> {
    let report = context.report;
    let names: Vec<&'a str> = report.study.task.iter().map(|t| t.name.as_str()).collect();
    // What is known of a source whatever the target.
    let by_source = |name: &'a str, phrase: &str, value: &dyn Fn(&str) -> Option<f64>| Predictor {
        name,
        phrase: phrase.to_owned(),
        cost_seconds: 0.0,
        of_pair: HashMap::new(),
        of_source: names.iter().filter_map(|&source| Some((source, value(source)?))).collect(),
    };
    let tasks: HashMap<&str, _> = report.tasks.iter().map(|t| (t.name.as_str(), t)).collect();
    let train = |source: &str| tasks.get(source)?.splits.get("train").filter(|split| split.examples > 0);
    let size = |source: &str| train(source).map(|split| split.examples as f64);
    let length = |source: &str| train(source).map(|split| split.token_lengths.p50 as f64).filter(|&n| n > 0.0);
    let classes = |source: &str| tasks.get(source).map(|task| task.labels.len() as f64).filter(|&n| n > 0.0);
    let score = |source: &str| {
        let baseline = context.map.baseline(&family.encoder, &family.variant, source)?;
        baseline.arm.mean().map(|m| baseline.metric.gain(m, 0.0))
    };
    let mut all = vec![
        by_source("source_size", "size of the source's training set", &size),
        by_source("source_length", "median length of the source's training texts in tokens", &length),
        by_source("source_classes", "number of classes of the source", &classes),
        by_source("source_score", "the source's own single-task score", &score),
        popular(pairs),
    ];
    for measure in measures_of(context, family) {
        let sign = if measure.lower_is_more_similar() { -1.0 } else { 1.0 };
        let Ok(values) = values(measure) else { continue };
        all.push(Predictor {
            name: &measure.name,
            phrase: measure::info(&measure.name)
                .map_or_else(|| format!("measure {}", measure.name), |info| info.definition.to_owned()),
            cost_seconds: measure.cost_seconds,
            of_pair: values.into_iter().map(|(key, value)| (key, Some(sign * value))).collect(),
            of_source: HashMap::new(),
        });
    }
    all.retain(|p| !(p.of_pair.values().flatten().next().is_none() && p.of_source.is_empty()));
    all
}

/// The mean gain of every source on the other targets of these pairs.
fn popular<'a>(pairs: &[&'a PairAnalysis]) -> Predictor<'a> {
    let mut sources: Vec<&str> = pairs.iter().map(|p| p.key.source.as_str()).collect();
    let mut targets: Vec<&str> = pairs.iter().map(|p| p.key.target.as_str()).collect();
    for names in [&mut sources, &mut targets] {
        names.sort_unstable();
        names.dedup();
    }
    let gains: HashMap<(&str, &str), f64> =
        pairs.iter().filter_map(|p| Some(((p.key.source.as_str(), p.key.target.as_str()), p.gain?))).collect();
    // The last column is of a target that was not measured.
    let row = |s: &&str| targets.iter().map(|t| gains.get(&(*s, *t)).copied()).chain([None]).collect::<Vec<_>>();
    let means = popularity(&sources.iter().map(row).collect::<Vec<_>>());
    let (mut of_pair, mut of_source) = (HashMap::new(), HashMap::new());
    for (&source, row) in sources.iter().zip(means) {
        of_source.extend(row.last().copied().flatten().map(|mean| (source, mean)));
        of_pair.extend(targets.iter().zip(row).map(|(&target, mean)| ((source, target), mean)));
    }
    Predictor {
        name: "popularity",
        phrase: "mean gain of the source on the other targets".to_owned(),
        cost_seconds: 0.0,
        of_pair,
        of_source,
    }
}
