//! Everything that ranks sources for a target: the report's measures, and the plain ones that they must beat.

use std::collections::HashMap;

use super::{Context, FamilyKey, PairAnalysis};
use crate::measure;
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
    values: HashMap<(&'a str, &'a str), f64>,
}

impl Predictor<'_> {
    /// What it says of a source for a target.
    pub(super) fn value(&self, source: &str, target: &str) -> Option<f64> {
        self.values.get(&(source, target)).copied()
    }
}

/// The measures that are of this family's encoder, or of none of the report's.
pub(super) fn measures_of<'a>(context: &Context<'a>, family: &FamilyKey) -> Vec<&'a Measure> {
    context.report.measures_of(&family.encoder)
}

/// Mean over seeds of a measure by (source, target).
pub(super) fn values(measure: &Measure) -> HashMap<(&str, &str), f64> {
    measure.means()
}

/// The plain predictors that have values, then the measures.
pub(super) fn predictors<'a>(context: &Context<'a>, family: &FamilyKey, pairs: &[PairAnalysis]) -> Vec<Predictor<'a>> {
    let report = context.report;
    let names: Vec<&'a str> = report.study.task.iter().map(|t| t.name.as_str()).collect();
    // What is known of a source whatever the target.
    let by_source = |name: &'a str, phrase: &str, value: &dyn Fn(&str) -> Option<f64>| Predictor {
        name,
        phrase: phrase.to_owned(),
        cost_seconds: 0.0,
        values: names
            .iter()
            .flat_map(|&s| names.iter().map(move |&t| (s, t)))
            .filter(|(s, t)| s != t)
            .filter_map(|(s, t)| Some(((s, t), value(s)?)))
            .collect(),
    };
    let task = |source: &str| report.tasks.iter().find(|t| t.name == source);
    let train = |source: &str| task(source)?.splits.get("train").filter(|split| split.examples > 0);
    let size = |source: &str| train(source).map(|split| split.examples as f64);
    let length = |source: &str| train(source).map(|split| split.token_lengths.p50 as f64).filter(|&n| n > 0.0);
    let classes = |source: &str| task(source).map(|task| task.labels.len() as f64).filter(|&n| n > 0.0);
    let score = |source: &str| {
        let baseline = context.map.baseline(&family.encoder, &family.variant, source)?;
        baseline.arm.mean().map(|m| baseline.metric.gain(m, 0.0))
    };
    let gain = |s: &str, t: &str| pairs.iter().find(|p| p.key.source == s && p.key.target == t).and_then(|p| p.gain);
    let gains: Vec<Vec<Option<f64>>> = names.iter().map(|s| names.iter().map(|t| gain(s, t)).collect()).collect();
    let popular = popularity(&gains);
    let popularity = Predictor {
        name: "popularity",
        phrase: "mean gain of the source on the other targets".to_owned(),
        cost_seconds: 0.0,
        values: names
            .iter()
            .zip(popular)
            .flat_map(|(&s, row)| names.iter().copied().zip(row).map(move |(t, v)| ((s, t), v)))
            .filter(|((s, t), _)| s != t)
            .filter_map(|(key, value)| Some((key, value?)))
            .collect(),
    };
    let mut all = vec![
        by_source("source_size", "size of the source's training set", &size),
        by_source("source_length", "median length of the source's training texts in tokens", &length),
        by_source("source_classes", "number of classes of the source", &classes),
        by_source("source_score", "the source's own single-task score", &score),
        popularity,
    ];
    let measures = measures_of(context, family).into_iter();
    all.extend(measures.map(|measure| {
        let sign = if measure.lower_is_more_similar() { -1.0 } else { 1.0 };
        Predictor {
            name: &measure.name,
            phrase: measure::info(&measure.name)
                .map_or_else(|| format!("measure {}", measure.name), |info| info.definition.to_owned()),
            cost_seconds: measure.cost_seconds,
            values: values(measure).into_iter().map(|(key, value)| (key, sign * value)).collect(),
        }
    }));
    all.retain(|p| !p.values.is_empty());
    all
}
