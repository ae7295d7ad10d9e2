//! Which measure predicted transfer? Every predictor in one table, best first, and the answer in a sentence.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use super::correlation::CorrelationAnalysis;
use super::predictors::{Predictor, predictors};
use super::{Context, FamilyKey, PairAnalysis, PairOutcome, SelectionAnalysis};
use crate::number;
use crate::selection::Selection;
use crate::statistics::correlation::Coefficient;
use crate::statistics::dyadic::{
    Counts, Matrix, Permutations, QapTest, observed, within_target_reached, within_target_spearman,
};

/// The predictors of one family, best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PredictionAnalysis {
    /// Which family.
    #[serde(flatten)]
    pub family: FamilyKey,
    /// The answer: which measure predicted transfer, or that none did.
    pub sentence: String,
    /// By how well they order the sources of a target: mean within-target Spearman, highest first, then the lower
    /// regret. Targets that a predictor has no coefficient for and others have count as 0 here. Those without any
    /// coefficient stand last.
    pub table: Vec<PredictorAnalysis>,
}

/// How well one predictor foretold gains. Coefficients are oriented: positive means that what it calls a good source
/// is one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PredictorAnalysis {
    /// Place, from 1.
    pub rank: usize,
    /// As in `selection`.
    pub predictor: String,
    /// What it is, in a line.
    pub definition: String,
    /// Whether anyone could have it without measuring similarity: what a measure must beat.
    pub trivial: bool,
    /// Seconds that it took beyond the study's own training; 0 for what the study knows anyway.
    pub cost_seconds: f64,
    /// Pairs with a gain and a prediction.
    pub n: usize,
    /// Spearman's coefficient with the gain over all these pairs; 0 for `random`, its expectation.
    pub spearman: Option<f64>,
    /// Its two-sided p by permuting tasks. Absent for `random`, and for `popularity`, which is made of the gains.
    pub p_qap: Option<f64>,
    /// Its p against the best of all measures under the same permutations; of measures only.
    pub p_max: Option<f64>,
    /// Mean over targets of Spearman's coefficient with the gain among a target's sources; 0 for `random`.
    pub within_target_spearman: Option<f64>,
    /// Its two-sided p by permuting tasks, of this predictor alone.
    pub within_target_p: Option<f64>,
    /// Targets in that mean.
    pub targets: usize,
    /// Selection figures, mean over targets, as in `selection`.
    pub figures: Option<Selection>,
}

/// Predictors that need no measure of similarity.
const TRIVIAL: [&str; 6] = ["random", "source_size", "source_length", "source_classes", "source_score", "popularity"];

/// Predictors that permuting tasks says nothing about.
const UNTESTED: [&str; 2] = ["random", "popularity"];

/// The table of a family without p values.
pub(super) fn family(
    context: &Context<'_>,
    key: &FamilyKey,
    pairs: &[PairAnalysis],
    selection: &[SelectionAnalysis],
) -> Option<PredictionAnalysis> {
    let tables = Tables::new(context, pairs)?;
    tables.gains.present().next()?;
    let figures = |name: &str| {
        let mean = selection.iter().find(|s| s.family == *key && s.target.is_none() && s.predictor == name);
        mean.map(|s| s.figures)
    };
    let row = |predictor: &Predictor<'_>| {
        let x = tables.matrix(predictor)?;
        let over_all = observed(Coefficient::Spearman, &x, &tables.gains).ok()?;
        let within = within_target_spearman(&x, &tables.gains).ok()?;
        Some(PredictorAnalysis {
            rank: 0,
            predictor: predictor.name.to_owned(),
            definition: predictor.phrase.clone(),
            trivial: TRIVIAL.contains(&predictor.name),
            cost_seconds: predictor.cost_seconds,
            n: over_all.pairs,
            spearman: over_all.coefficient,
            p_qap: None,
            p_max: None,
            within_target_spearman: within.mean,
            within_target_p: None,
            targets: within.targets,
            figures: figures(predictor.name),
        })
    };
    let mut table: Vec<PredictorAnalysis> = predictors(context, key, pairs).iter().filter_map(row).collect();
    table.push(random(&tables, figures("random")));
    let most = table.iter().map(|row| row.targets).max().unwrap_or(0);
    let place = |row: &PredictorAnalysis| order(row, most);
    table.sort_by(|a, b| place(a).partial_cmp(&place(b)).unwrap_or(std::cmp::Ordering::Equal));
    table.iter_mut().enumerate().for_each(|(i, row)| row.rank = i + 1);
    let sentence = sentence(&table, context.options.alpha);
    Some(PredictionAnalysis { family: key.clone(), sentence, table })
}

/// Best first: by coefficient, then by regret, then the cheaper. A target whose sources a predictor does not tell apart,
/// of the `most` that any has, counts as 0: the coefficient of no order at all.
fn order(row: &PredictorAnalysis, most: usize) -> (f64, f64, f64) {
    let regret = row.figures.and_then(|f| f.regret_at_1_best).unwrap_or(f64::INFINITY);
    let share = row.targets as f64 / most.max(1) as f64;
    let coefficient = row.within_target_spearman.map_or(f64::NEG_INFINITY, |r| r * share);
    (-coefficient, regret, row.cost_seconds)
}

/// A random order: its coefficients are 0 in expectation.
fn random(tables: &Tables<'_>, figures: Option<Selection>) -> PredictorAnalysis {
    let sources = |t: usize| (0..tables.names.len()).filter(|&s| tables.gains.get(s, t).is_some()).count();
    PredictorAnalysis {
        rank: 0,
        predictor: "random".to_owned(),
        definition: "a random order of the sources, in expectation".to_owned(),
        trivial: true,
        cost_seconds: 0.0,
        n: tables.gains.present().count(),
        spearman: Some(0.0),
        p_qap: None,
        p_max: None,
        within_target_spearman: Some(0.0),
        within_target_p: None,
        targets: (0..tables.names.len()).filter(|&t| sources(t) >= 3).count(),
        figures,
    }
}

/// Which rows of a table have permutations of their own: what `correlations` has is taken from there.
pub(super) fn own(correlations: &[CorrelationAnalysis], of: &PredictionAnalysis) -> Vec<usize> {
    let is_own = |row: &PredictorAnalysis| {
        !UNTESTED.contains(&row.predictor.as_str()) && computed(correlations, &of.family, row).is_none()
    };
    of.table.iter().enumerate().filter(|(_, row)| is_own(row)).map(|(i, _)| i).collect()
}

fn computed<'c>(
    correlations: &'c [CorrelationAnalysis],
    family: &FamilyKey,
    row: &PredictorAnalysis,
) -> Option<&'c CorrelationAnalysis> {
    correlations
        .iter()
        .filter(|_| !row.trivial)
        .find(|c| c.family == *family && c.measure == row.predictor && c.outcome == PairOutcome::Gain)
}

/// Goes through these permutations of tasks for a row of its own, over all pairs or within targets; the last of them
/// fills in the p value and leaves the counts empty.
pub(super) fn permute(
    (context, pairs): (&Context<'_>, &[PairAnalysis]),
    (into, row): (&mut PredictionAnalysis, usize),
    within: bool,
    range: Range<usize>,
    counts: &mut Counts,
) {
    let Some(tables) = Tables::new(context, pairs) else { return };
    let permutations = Permutations::new(tables.names.len(), context.options.seed);
    let known: Vec<Predictor<'_>> = predictors(context, &into.family, pairs);
    let Some(row) = into.table.get_mut(row) else { return };
    let Some(x) = known.iter().find(|p| p.name == row.predictor).and_then(|p| tables.matrix(p)) else { return };
    let last = range.end >= permutations.count();
    if within {
        let reached = within_target_reached(&x, &tables.gains, &permutations, range).ok().flatten();
        counts.add(0, reached.unwrap_or(0));
        if last {
            row.within_target_p = reached.map(|_| permutations.p(std::mem::take(counts).reached(0)));
        }
    } else {
        let measures = std::slice::from_ref(&x);
        let Ok(mut test) = QapTest::new(Coefficient::Spearman, measures, &tables.gains, &permutations) else { return };
        test.count(range, counts);
        if last {
            row.p_qap = test.finish(&std::mem::take(counts)).first().and_then(|m| m.p_qap);
        }
    }
}

/// Takes over what has been computed for `correlations`, and says the answer; the last of a family's parts.
pub(super) fn conclude(context: &Context<'_>, correlations: &[CorrelationAnalysis], into: &mut PredictionAnalysis) {
    for row in &mut into.table {
        if let Some(c) = computed(correlations, &into.family, row) {
            (row.p_qap, row.p_max) = (c.spearman.p_qap, c.spearman.p_max);
            row.within_target_p = c.within_target_spearman.p;
        }
    }
    into.sentence = sentence(&into.table, context.options.alpha);
}

/// Gains as a matrix of the tasks that were measured, and predictors on the same tasks.
struct Tables<'a> {
    names: Vec<&'a str>,
    gains: Matrix,
}

impl<'a> Tables<'a> {
    fn new(context: &Context<'a>, pairs: &[PairAnalysis]) -> Option<Self> {
        let measured = |name: &str| pairs.iter().any(|p| p.key.source == name || p.key.target == name);
        let names: Vec<&str> =
            context.report.study.task.iter().map(|t| t.name.as_str()).filter(|n| measured(n)).collect();
        let gains: HashMap<(&str, &str), f64> = pairs
            .iter()
            .filter_map(|p| Some(((p.key.source.as_str(), p.key.target.as_str()), p.gain.filter(|g| g.is_finite())?)))
            .collect();
        let gains = Matrix::from_fn(names.len(), |s, t| gains.get(&(names[s], names[t])).copied()).ok()?;
        Some(Self { names, gains })
    }

    fn matrix(&self, predictor: &Predictor<'_>) -> Option<Matrix> {
        let value = |s: usize, t: usize| predictor.value(self.names[s], self.names[t]).filter(|v| v.is_finite());
        Matrix::from_fn(self.names.len(), value).ok()
    }
}

/// Says plainly whether a measure predicted transfer: better than a random order, better than what needs no measure,
/// and whether the best of so many would look as good by luck.
fn sentence(table: &[PredictorAnalysis], alpha: f64) -> String {
    let best = |trivial: bool| {
        table
            .iter()
            .find(|row| row.trivial == trivial && row.within_target_spearman.is_some() && row.predictor != "random")
    };
    let rho = |row: &PredictorAnalysis| number::signed(row.within_target_spearman.unwrap_or(f64::NAN), 2);
    let regret = |row: &PredictorAnalysis| row.figures.and_then(|f| f.regret_at_1_best);
    let measures = table.iter().filter(|row| !row.trivial).count();
    let Some(measure) = best(false) else {
        return match (measures, best(true).filter(|row| row.within_target_spearman > Some(0.0))) {
            (0, Some(plain)) => format!(
                "The report has no measure of similarity; of the plain predictors {} ordered the sources of a target \
                 best (mean Spearman {}).",
                plain.predictor,
                rho(plain)
            ),
            (0, None) => "The report has no measure of similarity, and no plain predictor orders the sources of a \
                          target better than a random order."
                .to_owned(),
            _ => "No measure can be judged: that takes a target with at least three sources and different gains."
                .to_owned(),
        };
    };
    let named = format!("{} (mean Spearman {} within targets)", measure.predictor, rho(measure));
    if measure.within_target_spearman <= Some(0.0) {
        return format!(
            "Nothing predicted transfer: no measure of {measures} ordered the sources of a target better than a random \
             order; the best was {named}."
        );
    }
    let plain = best(true).filter(|row| row.within_target_spearman > Some(0.0));
    let beaten = plain.filter(|p| p.within_target_spearman >= measure.within_target_spearman);
    if let Some(plain) = beaten {
        return format!(
            "No measure of {measures} predicted transfer better than {} ({}), which costs nothing; the best was {named}.",
            plain.predictor,
            rho(plain)
        );
    }
    let mut text = format!("{named} ordered the sources of a target best of {measures} measures");
    text += &match plain {
        Some(plain) => format!(", ahead of {} ({})", plain.predictor, rho(plain)),
        None => ", and nothing that needs no measure was better than a random order".to_owned(),
    };
    let worse = plain.and_then(|plain| Some((plain, regret(plain)?))).filter(|(_, r)| regret(measure) > Some(*r));
    if let Some((plain, _)) = worse {
        text +=
            &format!(", though the source that it ranks first is no better a choice than that of {}", plain.predictor);
    }
    text + "; " + &luck(measure, alpha)
}

/// Whether the best of all measures is more than luck.
fn luck(measure: &PredictorAnalysis, alpha: f64) -> String {
    match measure.p_max.zip(measure.spearman) {
        Some((p, rho)) if p < alpha && rho > 0.0 => {
            format!("over all pairs its correlation with the gain is more than luck (p max {}).", number::p_value(p))
        }
        Some((p, _)) => format!(
            "but the best of so many measures looks as good by luck (p max of its correlation over all pairs {}).",
            number::p_value(p)
        ),
        None => "whether that is more than luck has not been tested.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_orders_two_targets_of_five_does_not_stand_before_who_orders_all() {
        let row = |within: Option<f64>, targets: usize| PredictorAnalysis {
            rank: 0,
            predictor: "p".to_owned(),
            definition: String::new(),
            trivial: false,
            cost_seconds: 0.0,
            n: 20,
            spearman: within,
            p_qap: None,
            p_max: None,
            within_target_spearman: within,
            within_target_p: None,
            targets,
            figures: None,
        };
        let coefficients = [(Some(0.5), 5), (Some(0.8), 2), (Some(0.0), 5), (Some(-0.9), 1), (None, 0)];
        let places: Vec<_> = coefficients.iter().map(|&(r, targets)| order(&row(r, targets), 5)).collect();
        assert!(places.is_sorted(), "{places:?}");
    }
}
