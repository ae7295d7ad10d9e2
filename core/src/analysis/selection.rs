//! How good every predictor is at choosing sources, target by target and on average.

use serde::Serialize;

use super::predictors::{Predictor, predictors};
use super::{Context, FamilyKey, PairAnalysis, Ties};
use crate::selection::{Candidate, Candidates, Selection, evaluate, mean, random_expectation};
use crate::statistics;
use crate::statistics::correlation::{kendall_tau_b, spearman};

/// One predictor on one target, or on average over targets.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectionAnalysis {
    /// Which family.
    #[serde(flatten)]
    pub family: FamilyKey,
    /// `random`, `source_size`, `source_length`, `source_classes`, `source_score`, `popularity`, or a measure's name.
    pub predictor: String,
    /// The target; absent in the mean over targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Targets in the mean; 1 for one target.
    pub targets: usize,
    /// Sources that could be chosen; in the mean, the mean of it.
    pub candidates: f64,
    /// NDCG, regret, hits, captured gain.
    #[serde(flatten)]
    pub figures: Selection,
    /// Spearman's coefficient of prediction and relevance among the sources.
    pub spearman: Option<f64>,
    /// Kendall's τ-b of the same.
    pub kendall: Option<f64>,
    /// The same figures for a random order of the same candidates, exactly: the value to beat.
    pub random_expectation: Selection,
}

/// Every predictor on every target of a family, and its mean; `random` first.
pub(super) fn family(context: &Context<'_>, key: &FamilyKey, pairs: &[PairAnalysis]) -> Vec<SelectionAnalysis> {
    let mut all = Vec::new();
    let random = Ranked { name: "random", value: &|_, _| Some(0.0), is_random: true };
    let all_pairs: Vec<&PairAnalysis> = pairs.iter().collect();
    let predictors = predictors(context, key, &all_pairs);
    let targets: Vec<&str> = context
        .report
        .study
        .task
        .iter()
        .map(|t| t.name.as_str())
        .filter(|t| pairs.iter().any(|p| p.key.target == *t))
        .collect();
    let mut add = |ranked: &Ranked<'_>| {
        let of_targets: Vec<SelectionAnalysis> =
            targets.iter().filter_map(|target| one(context, key, pairs, ranked, target)).collect();
        all.extend(over_targets(key, ranked.name, &of_targets));
        all.extend(of_targets);
    };
    add(&random);
    for predictor in &predictors {
        add(&Ranked { name: predictor.name, value: &|s, t| Predictor::value(predictor, s, t), is_random: false });
    }
    all
}

/// A predictor in the loop; a random order has no correlation with anything.
struct Ranked<'a> {
    name: &'a str,
    value: &'a dyn Fn(&str, &str) -> Option<f64>,
    is_random: bool,
}

/// One target; `None` with fewer than two sources that have both a score and a prediction.
fn one(
    context: &Context<'_>,
    key: &FamilyKey,
    pairs: &[PairAnalysis],
    ranked: &Ranked<'_>,
    target: &str,
) -> Option<SelectionAnalysis> {
    let candidate = |pair: &PairAnalysis| {
        let score = pair.metric.gain(pair.transfer?, 0.0);
        let relevance = if context.has_relevance() { context.relevance(pair)? } else { score };
        let predicted = (ranked.value)(&pair.key.source, target)?;
        Some(Candidate { score, relevance, gain: pair.gain, predicted })
    };
    let mut rows: Vec<Candidate> = pairs.iter().filter(|p| p.key.target == target).filter_map(candidate).collect();
    if rows.len() < 2 {
        return None;
    }
    if context.options.ties == Ties::AsGiven {
        rank_as_given(&mut rows);
    }
    let (predicted, relevance): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.predicted, r.relevance)).unzip();
    let agreement = |of: fn(&[f64], &[f64]) -> Option<f64>| {
        if ranked.is_random { Some(0.0) } else { of(&predicted, &relevance) }
    };
    let (spearman, kendall) = (agreement(spearman), agreement(kendall_tau_b));
    let candidates = Candidates::new(rows).ok()?;
    Some(SelectionAnalysis {
        family: key.clone(),
        predictor: ranked.name.to_owned(),
        target: Some(target.to_owned()),
        targets: 1,
        candidates: candidates.count() as f64,
        figures: evaluate(&candidates),
        spearman,
        kendall,
        random_expectation: random_expectation(&candidates),
    })
}

/// Puts distinct ranks in place of relevances; of equal ones the first given is the better.
fn rank_as_given(rows: &mut [Candidate]) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| rows[b].relevance.total_cmp(&rows[a].relevance));
    for (rank, i) in order.into_iter().enumerate() {
        rows[i].relevance = -(rank as f64);
    }
}

/// The mean over targets; figures that a target does not have are left out of theirs.
fn over_targets(key: &FamilyKey, predictor: &str, targets: &[SelectionAnalysis]) -> Option<SelectionAnalysis> {
    let average = |of: &dyn Fn(&SelectionAnalysis) -> Option<f64>| {
        statistics::mean(&targets.iter().filter_map(of).collect::<Vec<f64>>())
    };
    let figures = |of: fn(&SelectionAnalysis) -> Selection| mean(&targets.iter().map(of).collect::<Vec<_>>());
    Some(SelectionAnalysis {
        family: key.clone(),
        predictor: predictor.to_owned(),
        target: None,
        targets: targets.len(),
        candidates: average(&|t| Some(t.candidates))?,
        figures: figures(|t| t.figures),
        spearman: average(&|t| t.spearman),
        kendall: average(&|t| t.kendall),
        random_expectation: figures(|t| t.random_expectation),
    })
}
