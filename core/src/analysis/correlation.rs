//! How closely a measure of two tasks goes with what transfer between them brought.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::predictors::{measures_of, values};
use super::{Context, FamilyKey, Interval, PairAnalysis, PairOutcome};
use crate::report::Measure;
use crate::statistics::correlation::{Coefficient, Line, fisher_interval, min_max, naive_p, weighted_tau};
use crate::statistics::dyadic::{
    Counts, Exchange, Matrix, Permutations, QapTest, Statistic, semi_partial, task_bootstrap, within_target_spearman,
};

/// One measure against one outcome, over the ordered pairs of one family.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CorrelationAnalysis {
    /// Which family.
    #[serde(flatten)]
    pub family: FamilyKey,
    /// The measure's name.
    pub measure: String,
    /// What it is asked to predict.
    pub outcome: PairOutcome,
    /// Pairs that have both.
    pub n: usize,
    /// Tasks among them.
    pub tasks: usize,
    /// Linear correlation.
    pub pearson: CoefficientAnalysis,
    /// Correlation of average ranks.
    pub spearman: CoefficientAnalysis,
    /// Kendall's τ-b.
    pub kendall: CoefficientAnalysis,
    /// Weighted τ (additive hyperbolic weights: the top counts most).
    pub weighted_tau: Option<f64>,
    /// Pearson's r after both are brought to the scale 0 to 1 by their minimum and maximum: equal to the raw one but
    /// for rounding, because r does not depend on a linear scale.
    pub pearson_min_max: Option<f64>,
    /// Mean over targets of Spearman's coefficient among the sources of one target.
    pub within_target_spearman: WithinTargetAnalysis,
    /// Least-squares line of the outcome on the measure.
    pub ols: Option<OlsAnalysis>,
    /// Regression on the measure and others at once (double semi-partialling), for each that was asked for.
    pub partial: Vec<PartialAnalysis>,
    /// The permutations behind `p_qap` and `p_max`.
    pub permutations: PermutationAnalysis,
    /// Square root of the reliability of the gains over seeds: no measure can be expected to correlate more.
    pub ceiling: Option<f64>,
}

/// A coefficient with every p that people give, the naive one labelled so.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoefficientAnalysis {
    /// The coefficient, from −1 to 1; absent with fewer than 3 pairs or a constant list.
    pub r: Option<f64>,
    /// Two-sided p as if the pairs were independent, which they are not: every task stands in many of them.
    pub p_naive: Option<f64>,
    /// Two-sided p by permuting tasks.
    pub p_qap: Option<f64>,
    /// p of the largest |r| over all measures under the same permutations.
    pub p_max: Option<f64>,
    /// Bootstrap interval over tasks, level 1 − α; from 8 tasks on.
    pub ci: Option<Interval>,
    /// Fisher's interval as if the pairs were independent; of Pearson's r only.
    pub ci_naive: Option<Interval>,
}

/// Spearman's coefficient within targets: does the measure order the sources of one target?
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WithinTargetAnalysis {
    /// Mean over targets. A target of which the measure says nothing, or the same of every source, counts as 0.
    pub mean: Option<f64>,
    /// Two-sided p by the same permutations of tasks.
    pub p: Option<f64>,
    /// p of the largest |mean| over all measures under the same permutations.
    pub p_max: Option<f64>,
    /// Targets in the mean.
    pub targets: usize,
    /// Targets with fewer than 3 outcomes, or with a constant one.
    pub skipped: usize,
    /// Square root of the reliability over seeds of the order of sources within targets: no measure can be expected to
    /// reach more.
    pub ceiling: Option<f64>,
}

/// A least-squares line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OlsAnalysis {
    /// Change of the outcome per unit of the measure.
    pub slope: f64,
    /// Outcome at measure 0.
    pub intercept: f64,
    /// Share of the variance explained.
    pub r_squared: f64,
    /// Standard error of the slope as if the pairs were independent.
    pub slope_se: f64,
    /// Line and bands at evenly spaced values of the measure, level 1 − α, as if the pairs were independent.
    pub band: Vec<BandPoint>,
}

/// Line and bands at one value of the measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BandPoint {
    /// The measure.
    pub x: f64,
    /// The line.
    pub y: f64,
    /// Band of the mean outcome.
    pub mean: Interval,
    /// Band of a new pair's outcome.
    pub prediction: Interval,
}

/// A measure's own part beside others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartialAnalysis {
    /// The measure that is controlled for.
    pub controlling_for: String,
    /// t of the measure in the regression on both.
    pub t: Option<f64>,
    /// Two-sided p by permuting the residual of the measure on the other (Dekker et al. 2007).
    pub p: Option<f64>,
}

/// What the permutation p values rest on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PermutationAnalysis {
    /// Number of permutations; 0 when there are none.
    pub count: usize,
    /// Whether they are all there are.
    pub exact: bool,
    /// Why there is no p.
    pub absent: Option<String>,
}

/// What no correlation with the gains of a family can be expected to exceed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ceilings {
    pub over_pairs: Option<f64>,
    pub within_targets: Option<f64>,
}

/// Points of a line's band.
const BAND_POINTS: usize = 25;

/// Measures and outcomes of one family, as matrices of the tasks that were measured.
struct Tables<'a> {
    context: &'a Context<'a>,
    measures: Vec<(&'a Measure, Matrix)>,
    /// Measures that say the same of all pairs but for rounding, and that in words.
    level: Vec<(&'a Measure, String)>,
    outcomes: Vec<(PairOutcome, Matrix)>,
}

impl<'a> Tables<'a> {
    fn new(context: &'a Context<'a>, key: &FamilyKey, pairs: &[PairAnalysis]) -> Self {
        let measured: HashSet<&str> =
            pairs.iter().flat_map(|p| [p.key.source.as_str(), p.key.target.as_str()]).collect();
        let names: Vec<&str> =
            context.report.study.task.iter().map(|t| t.name.as_str()).filter(|n| measured.contains(n)).collect();
        let matrix = |value: &dyn Fn(&str, &str) -> Option<f64>| {
            Matrix::from_fn(names.len(), |s, t| value(names[s], names[t]).filter(|v| v.is_finite())).ok()
        };
        let mut level = Vec::new();
        let of_measure = |measure: &'a Measure| match values(measure) {
            Ok(values) => Some((measure, matrix(&|s, t| values.get(&(s, t)).copied())?)),
            Err(why) => {
                level.push((measure, why.to_string()));
                None
            }
        };
        let of_outcome = |outcome: PairOutcome| {
            let of = |p| Some((by_pair(p), outcome.of(p)?));
            let values: HashMap<(&str, &str), f64> = pairs.iter().filter_map(of).collect();
            let present = matrix(&|s, t| values.get(&(s, t)).copied())?;
            let any = present.present().next().is_some();
            any.then_some((outcome, present))
        };
        let measures = measures_of(context, key).into_iter().filter_map(of_measure).collect();
        let outcomes = PairOutcome::ALL.into_iter().filter_map(of_outcome).collect();
        Self { context, measures, level, outcomes }
    }

    fn outcome(&self, outcome: PairOutcome) -> Option<&Matrix> {
        self.outcomes.iter().find(|(o, _)| *o == outcome).map(|(_, y)| y)
    }
}

fn by_pair(pair: &PairAnalysis) -> (&str, &str) {
    (&pair.key.source, &pair.key.target)
}

/// Every measure of a family against every outcome, without what takes permutations or resampling.
pub(super) fn family(
    context: &Context<'_>,
    key: &FamilyKey,
    pairs: &[PairAnalysis],
    ceilings: Ceilings,
) -> Vec<CorrelationAnalysis> {
    let tables = Tables::new(context, key, pairs);
    let mut all = Vec::new();
    for (outcome, y) in &tables.outcomes {
        for (measure, x) in &tables.measures {
            all.push(observed(&tables, key, (measure, x), (*outcome, y), ceilings));
        }
        all.extend(tables.level.iter().map(|(measure, why)| undefined(key, measure, *outcome, why)));
    }
    all
}

fn observed(
    tables: &Tables<'_>,
    key: &FamilyKey,
    (measure, x): (&Measure, &Matrix),
    (outcome, y): (PairOutcome, &Matrix),
    ceilings: Ceilings,
) -> CorrelationAnalysis {
    let level = 1.0 - tables.context.options.alpha;
    let (xs, ys) = x.pairs(y);
    let n = xs.len();
    let coefficient = |which: Coefficient| {
        let r = which.of(&xs, &ys);
        // Kendall's τ has another naive test than the t of r; none is given.
        let p_naive = r.filter(|_| which != Coefficient::KendallTauB).and_then(|r| naive_p(r, n));
        let ci_naive = r.filter(|_| which == Coefficient::Pearson).and_then(|r| fisher_interval(r, n, level));
        CoefficientAnalysis { r, p_naive, ci_naive, ..Default::default() }
    };
    let min_max = min_max(&xs).zip(min_max(&ys)).and_then(|(x, y)| Coefficient::Pearson.of(&x, &y));
    let within = within_target_spearman(x, y).ok();
    let paired = |i: usize| (0..y.size()).any(|j| both(x, y, i, j) || both(x, y, j, i));
    CorrelationAnalysis {
        family: key.clone(),
        measure: measure.name.clone(),
        outcome,
        n,
        tasks: (0..y.size()).filter(|&i| paired(i)).count(),
        pearson: coefficient(Coefficient::Pearson),
        spearman: coefficient(Coefficient::Spearman),
        kendall: coefficient(Coefficient::KendallTauB),
        weighted_tau: weighted_tau(&xs, &ys),
        pearson_min_max: min_max,
        within_target_spearman: within.map_or_else(Default::default, |w| WithinTargetAnalysis {
            mean: w.mean,
            p: None,
            p_max: None,
            targets: w.of_targets.len(),
            skipped: w.skipped,
            ceiling: ceilings.within_targets,
        }),
        ols: ols(&xs, &ys, level),
        partial: Vec::new(),
        permutations: PermutationAnalysis::default(),
        ceiling: ceilings.over_pairs,
    }
}

/// A measure that orders nothing.
fn undefined(key: &FamilyKey, measure: &Measure, outcome: PairOutcome, why: &str) -> CorrelationAnalysis {
    CorrelationAnalysis {
        family: key.clone(),
        measure: measure.name.clone(),
        outcome,
        n: 0,
        tasks: 0,
        pearson: CoefficientAnalysis::default(),
        spearman: CoefficientAnalysis::default(),
        kendall: CoefficientAnalysis::default(),
        weighted_tau: None,
        pearson_min_max: None,
        within_target_spearman: WithinTargetAnalysis::default(),
        ols: None,
        partial: Vec::new(),
        permutations: PermutationAnalysis { absent: Some(why.to_owned()), ..PermutationAnalysis::default() },
        ceiling: None,
    }
}

fn both(x: &Matrix, y: &Matrix, source: usize, target: usize) -> bool {
    x.get(source, target).is_some() && y.get(source, target).is_some()
}

fn ols(x: &[f64], y: &[f64], level: f64) -> Option<OlsAnalysis> {
    let line = Line::fit(x, y)?;
    let low = x.iter().copied().reduce(f64::min)?;
    let high = x.iter().copied().reduce(f64::max)?;
    let at = |i: usize| {
        let x = low + (high - low) * i as f64 / (BAND_POINTS - 1) as f64;
        let (mean, prediction) = (line.mean_band(x, level)?, line.prediction_band(x, level)?);
        Some(BandPoint { x, y: line.at(x), mean, prediction })
    };
    Some(OlsAnalysis {
        slope: line.slope,
        intercept: line.intercept,
        r_squared: line.r_squared,
        slope_se: line.slope_se,
        band: (0..BAND_POINTS).filter_map(at).collect(),
    })
}

/// Goes through these permutations of tasks, for one statistic of all measures of a family with one outcome; the last
/// of them fills in the p values and leaves the counts empty.
pub(super) fn permute(
    (context, key, pairs): (&Context<'_>, &FamilyKey, &[PairAnalysis]),
    (outcome, statistic): (PairOutcome, Statistic),
    range: Range<usize>,
    counts: &mut Counts,
    correlations: &mut [CorrelationAnalysis],
) {
    let tables = Tables::new(context, key, pairs);
    let matrices: Vec<Matrix> = tables.measures.iter().map(|(_, m)| m.clone()).collect();
    let Some(y) = tables.outcome(outcome) else { return };
    let permutations = Permutations::new(Exchange::of(y), context.options.seed);
    let Ok(mut test) = QapTest::new(statistic, &matrices, y, &permutations) else { return };
    test.count(range.clone(), counts);
    if range.end < permutations.count() {
        return;
    }
    let tests = test.finish(&std::mem::take(counts));
    for (test, (measure, _)) in tests.iter().zip(&tables.measures) {
        let Some(correlation) = find(correlations, key, outcome, measure) else { continue };
        match statistic {
            Statistic::Pairs(which) => {
                let into = correlation.coefficient_mut(which);
                (into.p_qap, into.p_max) = (test.p_qap, test.p_max);
            }
            Statistic::WithinTargets => {
                let into = &mut correlation.within_target_spearman;
                (into.p, into.p_max) = (test.p_qap, test.p_max);
            }
        }
        if statistic == Statistic::Pairs(Coefficient::Spearman) {
            let tested = test.untested.is_none();
            correlation.permutations = PermutationAnalysis {
                count: if tested { permutations.count() } else { 0 },
                exact: tested && permutations.is_exact(),
                absent: test.untested.as_ref().map(ToString::to_string),
            };
        }
    }
}

/// Resamples tasks for one coefficient of a stretch of the family's measures with one outcome.
pub(super) fn resample(
    (context, key, pairs): (&Context<'_>, &FamilyKey, &[PairAnalysis]),
    (outcome, which): (PairOutcome, Coefficient),
    measures: Range<usize>,
    correlations: &mut [CorrelationAnalysis],
) {
    let tables = Tables::new(context, key, pairs);
    let Some(y) = tables.outcome(outcome) else { return };
    for (measure, x) in tables.measures.get(measures).unwrap_or_default() {
        let Some(correlation) = find(correlations, key, outcome, measure) else { continue };
        let interval = task_bootstrap(which, x, y, 1.0 - context.options.alpha, context.options.seed).ok();
        correlation.coefficient_mut(which).ci = interval;
    }
}

/// Regressions of one outcome on every measure beside each that the options control for.
pub(super) fn control(
    (context, key, pairs): (&Context<'_>, &FamilyKey, &[PairAnalysis]),
    outcome: PairOutcome,
    correlations: &mut [CorrelationAnalysis],
) {
    let tables = Tables::new(context, key, pairs);
    let Some(y) = tables.outcome(outcome) else { return };
    let permutations = Permutations::new(Exchange::of(y), context.options.seed);
    for (measure, x) in &tables.measures {
        let Some(correlation) = find(correlations, key, outcome, measure) else { continue };
        correlation.partial = partial(&tables, measure, x, y, &permutations);
    }
}

fn find<'c>(
    correlations: &'c mut [CorrelationAnalysis],
    key: &FamilyKey,
    outcome: PairOutcome,
    measure: &Measure,
) -> Option<&'c mut CorrelationAnalysis> {
    correlations.iter_mut().find(|c| c.family == *key && c.measure == measure.name && c.outcome == outcome)
}

impl CorrelationAnalysis {
    fn coefficient_mut(&mut self, which: Coefficient) -> &mut CoefficientAnalysis {
        match which {
            Coefficient::Pearson => &mut self.pearson,
            Coefficient::Spearman => &mut self.spearman,
            Coefficient::KendallTauB => &mut self.kendall,
        }
    }
}

/// The measure beside each measure that the options control for.
fn partial(
    tables: &Tables<'_>,
    measure: &Measure,
    x: &Matrix,
    y: &Matrix,
    permutations: &Permutations,
) -> Vec<PartialAnalysis> {
    let controls = tables.measures.iter().filter(|(m, _)| tables.context.options.controls.contains(&m.name));
    let others = controls.filter(|(m, _)| m.name != measure.name);
    others
        .map(|(control, z)| {
            let test = semi_partial(x, std::slice::from_ref(z), y, permutations).ok();
            PartialAnalysis {
                controlling_for: control.name.clone(),
                t: test.as_ref().and_then(|t| t.t),
                p: test.as_ref().and_then(|t| t.p_qap),
            }
        })
        .collect()
}
