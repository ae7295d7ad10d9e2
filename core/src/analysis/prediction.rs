//! Which measure predicted transfer? Every predictor in one table, best first, and the answer in a sentence.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::Serialize;

use super::correlation::CorrelationAnalysis;
use super::leave_one_out::{LeaveOneOut, leave_one_out};
use super::predictors::{Predictor, predictors};
use super::{Context, FamilyKey, PairAnalysis, PairOutcome, SelectionAnalysis};
use crate::number;
use crate::selection::Selection;
use crate::statistics::correlation::Coefficient;
use crate::statistics::dyadic::{
    Counts, Exchange, Matrix, Permutations, QapTest, Statistic, WithinTarget, observed, within_target_spearman,
};
use crate::statistics::{mean, signed_rank_p};

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
    /// regret. Those without any coefficient stand last.
    pub table: Vec<PredictorAnalysis>,
    /// The best measure beside the best plain predictor; absent where the report lacks either.
    pub lead: Option<LeadAnalysis>,
    /// What trusting a predictor would have brought; absent where no target has two measured sources.
    pub leave_one_out: Option<LeaveOneOut>,
}

/// Predictors that [`PredictionAnalysis::leading`] takes from the top of the table.
const LEADING: usize = 5;

impl PredictionAnalysis {
    /// What a summary shows of the table: its best five, and those that need no measure. Nothing where no predictor was
    /// judged.
    pub fn leading(&self) -> Vec<&PredictorAnalysis> {
        self.judged().into_iter().enumerate().filter(|(i, p)| *i < LEADING || p.trivial).map(|(_, p)| p).collect()
    }

    /// The predictors with a coefficient. Nothing where `random`, whose coefficient is 0 by definition, would stand alone.
    pub fn judged(&self) -> Vec<&PredictorAnalysis> {
        let known = |p: &&PredictorAnalysis| p.spearman.or(p.within_target_spearman).is_some();
        let judged: Vec<&PredictorAnalysis> = self.table.iter().filter(known).collect();
        if judged.iter().all(|p| p.predictor == RANDOM) { Vec::new() } else { judged }
    }
}

/// Whether the best measure orders the sources of a target better than the best plain predictor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeadAnalysis {
    /// The best measure.
    pub measure: String,
    /// The best predictor that needs no measure.
    pub plain: String,
    /// Mean over targets of the difference of their coefficients within targets.
    pub difference: f64,
    /// Two-sided p of Wilcoxon's signed-rank test of these differences; absent where all are 0.
    pub p: Option<f64>,
    /// Targets compared.
    pub targets: usize,
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
    /// Mean over targets of Spearman's coefficient with the gain among a target's sources; 0 for `random`. A target of
    /// which it says nothing, or the same of every source, counts as 0.
    pub within_target_spearman: Option<f64>,
    /// Its two-sided p by permuting tasks, of this predictor alone.
    pub within_target_p: Option<f64>,
    /// Its p against the best of all measures under the same permutations; of measures only.
    pub within_target_p_max: Option<f64>,
    /// Targets in that mean.
    pub targets: usize,
    /// Selection figures, mean over targets, as in `selection`.
    pub figures: Option<Selection>,
}

/// The predictor that knows nothing.
const RANDOM: &str = "random";

/// Predictors that need no measure of similarity.
const TRIVIAL: [&str; 6] = [RANDOM, "source_size", "source_length", "source_classes", "source_score", "popularity"];

/// Predictors that permuting tasks says nothing about.
const UNTESTED: [&str; 2] = [RANDOM, "popularity"];

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
    let mut of_targets: HashMap<String, WithinTarget> = HashMap::new();
    let mut row = |predictor: &Predictor<'_>| {
        let x = tables.matrix(predictor)?;
        let over_all = observed(Statistic::Pairs(Coefficient::Spearman), &x, &tables.gains).ok()?;
        if over_all.pairs == 0 {
            return None;
        }
        let within = within_target_spearman(&x, &tables.gains).ok()?;
        let row = PredictorAnalysis {
            rank: 0,
            predictor: predictor.name.to_owned(),
            definition: predictor.phrase.clone(),
            trivial: TRIVIAL.contains(&predictor.name),
            cost_seconds: predictor.cost_seconds,
            n: over_all.pairs,
            spearman: over_all.coefficient,
            p_qap: None,
            within_target_spearman: within.mean,
            within_target_p: None,
            within_target_p_max: None,
            targets: within.of_targets.len(),
            figures: figures(predictor.name),
        };
        of_targets.insert(row.predictor.clone(), within);
        Some(row)
    };
    let all: Vec<&PairAnalysis> = pairs.iter().collect();
    let mut table: Vec<PredictorAnalysis> = predictors(context, key, &all).iter().filter_map(&mut row).collect();
    table.push(random(&tables, figures(RANDOM)));
    table.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    table.iter_mut().enumerate().for_each(|(i, row)| row.rank = i + 1);
    let lead = lead(&table, &of_targets);
    let sentence = sentence(&table, lead.as_ref(), context.options.alpha);
    let leave_one_out = leave_one_out(context, key, pairs);
    Some(PredictionAnalysis { family: key.clone(), sentence, table, lead, leave_one_out })
}

/// Best first: by coefficient, then by regret, then the cheaper.
fn order(row: &PredictorAnalysis) -> (f64, f64, f64) {
    let regret = row.figures.and_then(|f| f.regret_at_1_best).unwrap_or(f64::INFINITY);
    (-row.within_target_spearman.unwrap_or(f64::NEG_INFINITY), regret, row.cost_seconds)
}

/// The first row of its kind that orders sources at all; a random order is none.
fn best(table: &[PredictorAnalysis], trivial: bool) -> Option<&PredictorAnalysis> {
    let is_it = |row: &&PredictorAnalysis| {
        row.trivial == trivial && row.within_target_spearman.is_some() && row.predictor != RANDOM
    };
    table.iter().find(is_it)
}

/// The best measure against the best plain predictor, target by target.
fn lead(table: &[PredictorAnalysis], of_targets: &HashMap<String, WithinTarget>) -> Option<LeadAnalysis> {
    let (measure, plain) = (best(table, false)?, best(table, true)?);
    let [a, b] = [measure, plain].map(|row| of_targets.get(&row.predictor));
    // Both have the targets whose sources the gains rank.
    let differences: Vec<f64> = a?.of_targets.iter().zip(&b?.of_targets).map(|(a, b)| a.1 - b.1).collect();
    Some(LeadAnalysis {
        measure: measure.predictor.clone(),
        plain: plain.predictor.clone(),
        difference: mean(&differences)?,
        p: signed_rank_p(&differences),
        targets: differences.len(),
    })
}

/// A random order: its coefficients are 0 in expectation.
fn random(tables: &Tables<'_>, figures: Option<Selection>) -> PredictorAnalysis {
    let targets = within_target_spearman(&tables.gains, &tables.gains).map_or(0, |within| within.of_targets.len());
    PredictorAnalysis {
        rank: 0,
        predictor: RANDOM.to_owned(),
        definition: "a random order of the sources, in expectation".to_owned(),
        trivial: true,
        cost_seconds: 0.0,
        n: tables.gains.present().count(),
        spearman: Some(0.0),
        p_qap: None,
        within_target_spearman: Some(0.0),
        within_target_p: None,
        within_target_p_max: None,
        targets,
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

/// Goes through these permutations of tasks for a statistic of a row of its own; the last of them fills in the p value
/// and leaves the counts empty.
pub(super) fn permute(
    (context, pairs): (&Context<'_>, &[PairAnalysis]),
    (into, row): (&mut PredictionAnalysis, usize),
    statistic: Statistic,
    range: Range<usize>,
    counts: &mut Counts,
) {
    let Some(tables) = Tables::new(context, pairs) else { return };
    let permutations = Permutations::new(Exchange::of(&tables.gains), context.options.seed);
    let all: Vec<&PairAnalysis> = pairs.iter().collect();
    let known: Vec<Predictor<'_>> = predictors(context, &into.family, &all);
    let Some(row) = into.table.get_mut(row) else { return };
    let Some(x) = known.iter().find(|p| p.name == row.predictor).and_then(|p| tables.matrix(p)) else { return };
    let Ok(mut test) = QapTest::new(statistic, std::slice::from_ref(&x), &tables.gains, &permutations) else { return };
    test.count(range.clone(), counts);
    if range.end >= permutations.count() {
        let p = test.finish(&std::mem::take(counts)).first().and_then(|m| m.p_qap);
        match statistic {
            Statistic::WithinTargets => row.within_target_p = p,
            Statistic::Pairs(_) => row.p_qap = p,
        }
    }
}

/// Takes over what has been computed for `correlations`, and says the answer; the last of a family's parts.
pub(super) fn conclude(context: &Context<'_>, correlations: &[CorrelationAnalysis], into: &mut PredictionAnalysis) {
    for row in &mut into.table {
        if let Some(c) = computed(correlations, &into.family, row) {
            row.p_qap = c.spearman.p_qap;
            (row.within_target_p, row.within_target_p_max) =
                (c.within_target_spearman.p, c.within_target_spearman.p_max);
        }
    }
    into.sentence = sentence(&into.table, into.lead.as_ref(), context.options.alpha);
}

/// Gains as a matrix of the tasks that were measured, and predictors on the same tasks.
struct Tables<'a> {
    names: Vec<&'a str>,
    gains: Matrix,
}

impl<'a> Tables<'a> {
    fn new(context: &Context<'a>, pairs: &[PairAnalysis]) -> Option<Self> {
        let measured: HashSet<&str> =
            pairs.iter().flat_map(|p| [p.key.source.as_str(), p.key.target.as_str()]).collect();
        let names: Vec<&str> =
            context.report.study.task.iter().map(|t| t.name.as_str()).filter(|n| measured.contains(n)).collect();
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
/// and whether the best of so many measures would look as good by luck.
fn sentence(table: &[PredictorAnalysis], lead: Option<&LeadAnalysis>, alpha: f64) -> String {
    let rho = |row: &PredictorAnalysis| number::signed(row.within_target_spearman.unwrap_or(f64::NAN), 2);
    let measures = table.iter().filter(|row| !row.trivial).count();
    let plain = best(table, true).filter(|row| row.within_target_spearman > Some(0.0));
    let Some(measure) = best(table, false) else {
        return match (measures, plain) {
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
    if let Some(plain) = plain.filter(|p| p.within_target_spearman >= measure.within_target_spearman) {
        // Popularity is made of transfers that somebody trained.
        let cost = if plain.predictor == "popularity" {
            "which costs nothing for a new target, once its sources were trained for others"
        } else {
            "which costs nothing"
        };
        return format!(
            "No measure of {measures} predicted transfer better than {} ({}), {cost}; the best was {named}.",
            plain.predictor,
            rho(plain)
        );
    }
    let mut text = format!("{named} ordered the sources of a target best of {measures} measures");
    text += &match (plain, lead) {
        (Some(plain), Some(lead)) => {
            let test = match lead.p {
                Some(p) => format!("Wilcoxon over {} targets, p {}", lead.targets, number::p_value(p)),
                None => format!("the same on all {} targets", lead.targets),
            };
            let shown = lead.p.is_some_and(|p| p < alpha) && lead.difference > 0.0;
            let word = if shown { ", ahead of" } else { ", but is not shown to be ahead of" };
            format!("{word} {} ({}; {test})", plain.predictor, rho(plain))
        }
        _ => ", and nothing that needs no measure was better than a random order".to_owned(),
    };
    let regret = |row: &PredictorAnalysis| row.figures.and_then(|f| f.regret_at_1_best);
    let worse = plain.and_then(|plain| Some((plain, regret(plain)?))).filter(|(_, r)| regret(measure) > Some(*r));
    if let Some((plain, _)) = worse {
        text += &format!("; the source that it ranks first is no better a choice than that of {}", plain.predictor);
    }
    text + "; " + &luck(measure, alpha)
}

/// Whether the best of all measures is more than luck.
fn luck(measure: &PredictorAnalysis, alpha: f64) -> String {
    match measure.within_target_p_max {
        Some(p) if p < alpha => {
            format!("the best of so many measures is more than luck (p max {}).", number::p_value(p))
        }
        Some(p) => format!("the best of so many measures looks as good by luck (p max {}).", number::p_value(p)),
        None => "whether that is more than luck has not been tested.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(predictor: &str, trivial: bool, within: f64) -> PredictorAnalysis {
        PredictorAnalysis {
            rank: 0,
            predictor: predictor.to_owned(),
            definition: String::new(),
            trivial,
            cost_seconds: 0.0,
            n: 20,
            spearman: Some(within),
            p_qap: None,
            within_target_spearman: Some(within),
            within_target_p: None,
            within_target_p_max: Some(0.01),
            targets: 5,
            figures: None,
        }
    }

    #[test]
    fn ahead_is_said_of_a_lead_that_the_targets_show() {
        let table = [row("nce", false, 0.6), row("source_length", true, 0.3)];
        let lead = |p: Option<f64>| LeadAnalysis {
            measure: "nce".into(),
            plain: "source_length".into(),
            difference: 0.3,
            p,
            targets: 20,
        };
        let said = |p| sentence(&table, Some(&lead(p)), 0.05);
        let ahead = "ordered the sources of a target best of 1 measures, ahead of source_length (+0.30; Wilcoxon over 20 \
                     targets, p 0.003); the best of so many measures is more than luck (p max 0.010).";
        assert!(said(Some(0.003)).ends_with(ahead), "{}", said(Some(0.003)));
        assert!(said(Some(0.2)).contains("but is not shown to be ahead of source_length"), "{}", said(Some(0.2)));
        assert!(said(None).contains("not shown to be ahead of source_length (+0.30; the same on all 20 targets)"));
    }

    #[test]
    fn popularity_is_free_for_a_new_target_only() {
        let said = |plain: &str| sentence(&[row(plain, true, 0.7), row("nce", false, 0.6)], None, 0.05);
        assert!(said("popularity").contains("nothing for a new target, once its sources were trained for others;"));
        assert!(said("source_size").contains("(+0.70), which costs nothing; the best"));
    }
}
