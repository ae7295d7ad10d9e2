//! Variance components of a map of gains: does the source matter, the target, their match, or the seed?

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::projection::{Basis, indicator, squares};
use super::{Gains, means};

/// A sum of squares below this share of the raw one is rounding of an exact zero.
const ZERO: f64 = 1e-26;

/// A coefficient below this is rounding of an exact zero: coefficients count levels, the smallest are about 1.
const NO_INFORMATION: f64 = 1e-9;

/// One number for each term of gain = μ + source + target + interaction + baseline + residual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Components {
    /// Some sources help everyone.
    pub source: f64,
    /// Some targets are helped by everyone.
    pub target: f64,
    /// Some sources suit some targets.
    pub interaction: f64,
    /// The single-task run that all gains of a target at one seed subtract; absent where seeds cannot be told from pairs.
    pub baseline: Option<f64>,
    /// The run after transfer, everything else of a seed; absent where seeds cannot be told from pairs.
    pub residual: Option<f64>,
}

/// Variance components. Baseline and residual have none of their own with one seed, or with too few cells that share seeds:
/// the interaction then includes the residual and the target the baseline run, each as it is in a mean over the seeds
/// there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decomposition {
    /// Unbiased estimates in squared units of the gain. One that is 0 in truth comes out negative about half the time.
    pub components: Components,
    /// Negative estimates set to 0, then divided by their sum: shares of the variance of one gain at one seed. A mean
    /// over K seeds has baseline and residual divided by K. `None` when no estimate is positive.
    pub shares: Option<Components>,
}

/// Why there are no variance components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEstimable {
    /// Two tasks have one gain in each direction, which the additive model fits whatever they are.
    #[error("variance components need gains between at least 3 tasks, there are {0}")]
    TooFewTasks(usize),
    /// The additive model fits every cell.
    #[error("{cells} measured pairs are too few: sources and targets alone explain them all")]
    Saturated {
        /// Measured cells.
        cells: usize,
    },
    /// Sources or targets cannot be compared inside one another's rows.
    #[error("no two sources share a target, or no two targets a source")]
    NotComparable,
    /// Gains too large to square.
    #[error("the gains are too large: their variance is not finite")]
    Overflow,
}

/// Estimates the variances of g\[s, t, k\] = μ + a\[s\] + b\[t\] + (ab)\[s, t\] + d\[t, k\] + e\[s, t, k\], where
/// d is the baseline run of target t at seed k, by Henderson's method III on the off-diagonal design.
///
/// Within a target, sources × seeds: the two-way residual gives the variance of e, and
/// E R(seed | source) = df σ²ₑ + tr σ²_d that of d. On the means of the cells: the residual of the additive fit,
/// R(source | target) and R(target | source) give interaction, source and target. Each expectation is computed from
/// the design, as the trace of its projection with each term's covariance, so the estimates are unbiased with missing
/// cells and unequal seeds too. In a full design of n sources a target and K seeds these are the usual ones:
/// E MS(seed) = σ²ₑ + n σ²_d, E MS(interaction) = σ²_ab + σ²ₑ/K, and the target carries σ²_d/K.
///
/// # Errors
/// A design from which interaction, source or target cannot be estimated.
///
/// Searle, Casella & McCulloch, *Variance Components*, 1992, section 5.5; Henderson, *Biometrics* 9, 1953.
pub fn decompose(gains: &Gains) -> Result<Decomposition, NotEstimable> {
    let tasks: BTreeSet<usize> = gains.keys().flat_map(|&(s, t)| [s, t]).collect();
    if tasks.len() < 3 {
        return Err(NotEstimable::TooFewTasks(tasks.len()));
    }
    let seeds = SeedNoise::of(gains);
    let table = Table::new(gains);
    let (baseline, residual) = seeds.as_ref().map_or((0.0, 0.0), |n| (n.baseline, n.residual));
    let (interaction, source, target) = table.components(baseline, residual)?;
    let components = Components {
        source,
        target,
        interaction,
        baseline: seeds.as_ref().map(|n| n.baseline),
        residual: seeds.as_ref().map(|n| n.residual),
    };
    if ![source, target, interaction, baseline, residual].iter().all(|v| v.is_finite()) {
        return Err(NotEstimable::Overflow);
    }
    Ok(Decomposition { components, shares: components.shares() })
}

impl Components {
    fn shares(self) -> Option<Self> {
        let all = [Some(self.source), Some(self.target), Some(self.interaction), self.baseline, self.residual];
        let total: f64 = all.iter().flatten().map(|v| v.max(0.0)).sum();
        let share = |v: f64| v.max(0.0) / total;
        (total > 0.0 && total.is_finite()).then(|| Self {
            source: share(self.source),
            target: share(self.target),
            interaction: share(self.interaction),
            baseline: self.baseline.map(share),
            residual: self.residual.map(share),
        })
    }
}

/// What differs between seeds within a pair.
struct SeedNoise {
    baseline: f64,
    residual: f64,
}

impl SeedNoise {
    /// Pools the sources × seeds tables of all targets; `None` when they leave nothing to estimate either part from.
    fn of(gains: &Gains) -> Option<Self> {
        let (mut seed_squares, mut seed_df, mut seed_trace) = (0.0, 0, 0.0);
        let (mut residual_squares, mut residual_df) = (0.0, 0);
        let targets: BTreeSet<usize> = gains.keys().map(|cell| cell.1).collect();
        for target in targets {
            let column = gains.iter().filter(|((_, t), _)| *t == target);
            let rows: Vec<(usize, u64, f64)> =
                column.flat_map(|(&(s, _), seeds)| seeds.iter().map(move |(&k, &gain)| (s, k, gain))).collect();
            let sources: BTreeSet<usize> = rows.iter().map(|row| row.0).collect();
            let seeds: BTreeSet<u64> = rows.iter().map(|row| row.1).collect();
            let seed_columns = || seeds.iter().map(|&k| indicator(&rows, |row| row.1 == k));
            let values = centred(rows.iter().map(|row| row.2));

            let mut model = Basis::default();
            model.extend(sources.iter().map(|&s| indicator(&rows, |row| row.0 == s)));
            let without_seeds = model.rank();
            model.extend(seed_columns());
            seed_squares += values.unless_zero(model.squares_along(without_seeds, &values.centred));
            seed_df += model.rank() - without_seeds;
            seed_trace += seed_columns().map(|z| model.squares_along(without_seeds, &z)).sum::<f64>();
            residual_squares += values.unless_zero(squares(&model.residual(&values.centred)));
            residual_df += rows.len() - model.rank();
        }
        if residual_df == 0 || seed_trace < NO_INFORMATION {
            return None;
        }
        let residual = residual_squares / residual_df as f64;
        let baseline = (seed_squares - seed_df as f64 * residual) / seed_trace;
        Some(Self { baseline, residual })
    }
}

/// Cells with their means over seeds.
struct Table {
    cells: Vec<Cell>,
    values: Values,
    /// Targets, then what sources add.
    source_last: Basis,
    targets: usize,
    /// Sources, then what targets add.
    target_last: Basis,
    sources: usize,
}

struct Cell {
    source: usize,
    target: usize,
    seeds: Vec<u64>,
}

/// A quadratic form in the cell means: along a basis from a vector on, or outside the whole basis.
#[derive(Clone, Copy)]
enum Form<'a> {
    Along(&'a Basis, usize),
    Outside(&'a Basis),
}

impl Form<'_> {
    fn of(self, y: &[f64]) -> f64 {
        match self {
            Self::Along(basis, first) => basis.squares_along(first, y),
            Self::Outside(basis) => squares(&basis.residual(y)),
        }
    }

    fn diagonal(self, length: usize) -> Vec<f64> {
        match self {
            Self::Along(basis, first) => basis.diagonal(first, length),
            Self::Outside(basis) => basis.diagonal(0, length).into_iter().map(|d| 1.0 - d).collect(),
        }
    }
}

impl Table {
    fn new(gains: &Gains) -> Self {
        let cell = |(&(source, target), seeds): (&(usize, usize), &BTreeMap<u64, f64>)| Cell {
            source,
            target,
            seeds: seeds.keys().copied().collect(),
        };
        let cells: Vec<Cell> = gains.iter().map(cell).collect();
        let values = centred(means(gains).into_values());
        let (of_sources, of_targets) = (indicators(&cells, |c| c.source), indicators(&cells, |c| c.target));
        let (mut source_last, mut target_last) = (Basis::default(), Basis::default());
        source_last.extend(of_targets.clone());
        let targets = source_last.rank();
        source_last.extend(of_sources.clone());
        target_last.extend(of_sources);
        let sources = target_last.rank();
        target_last.extend(of_targets);
        Self { values, source_last, targets, target_last, sources, cells }
    }

    fn interaction_df(&self) -> usize {
        self.cells.len() - self.source_last.rank()
    }

    /// Interaction, source and target, given the variances of one baseline run and of one residual.
    fn components(&self, baseline: f64, residual: f64) -> Result<(f64, f64, f64), NotEstimable> {
        let interaction_df = self.interaction_df();
        if interaction_df == 0 {
            return Err(NotEstimable::Saturated { cells: self.cells.len() });
        }
        let of_interaction = Form::Outside(&self.source_last);
        let of_source = Form::Along(&self.source_last, self.targets);
        let of_target = Form::Along(&self.target_last, self.sources);
        let without_noise = |form: Form<'_>| self.squares(form) - self.noise(form, baseline, residual);

        let interaction = without_noise(of_interaction) / interaction_df as f64;
        let main = |form: Form<'_>, df: usize, level: fn(&Cell) -> usize| {
            let trace: f64 = indicators(&self.cells, level).iter().map(|column| form.of(column)).sum();
            let value = (without_noise(form) - df as f64 * interaction) / trace;
            (trace > NO_INFORMATION).then_some(value).ok_or(NotEstimable::NotComparable)
        };
        let source = main(of_source, self.source_last.rank() - self.targets, |c| c.source)?;
        let target = main(of_target, self.target_last.rank() - self.sources, |c| c.target)?;
        Ok((interaction, source, target))
    }

    fn squares(&self, form: Form<'_>) -> f64 {
        self.values.unless_zero(form.of(&self.values.centred))
    }

    /// What seeds add to the expectation of a form: the mean of K residuals has variance σ²ₑ/K; the baseline run of a
    /// target at a seed is in the mean of each of the target's cells that has the seed, with weight 1/K.
    fn noise(&self, form: Form<'_>, baseline: f64, residual: f64) -> f64 {
        let of_residual: f64 =
            form.diagonal(self.cells.len()).iter().zip(&self.cells).map(|(d, c)| d / c.seeds.len() as f64).sum();
        let runs: BTreeSet<(usize, u64)> =
            self.cells.iter().flat_map(|c| c.seeds.iter().map(|&k| (c.target, k))).collect();
        let weight = |(target, seed): (usize, u64), c: &Cell| {
            let shares = c.target == target && c.seeds.contains(&seed);
            if shares { 1.0 / c.seeds.len() as f64 } else { 0.0 }
        };
        let column = |run| self.cells.iter().map(|c| weight(run, c)).collect::<Vec<f64>>();
        let of_baseline: f64 = runs.into_iter().map(|run| form.of(&column(run))).sum();
        residual * of_residual + baseline * of_baseline
    }
}

/// One indicator column for every level, in ascending order.
fn indicators(cells: &[Cell], level: fn(&Cell) -> usize) -> Vec<Vec<f64>> {
    let levels: BTreeSet<usize> = cells.iter().map(level).collect();
    levels.into_iter().map(|l| indicator(cells, |c| level(c) == l)).collect()
}

/// Values less their mean, so that a large mean costs no digits; every form here is blind to it.
struct Values {
    centred: Vec<f64>,
    rounding: f64,
}

impl Values {
    fn unless_zero(&self, squares: f64) -> f64 {
        // Gains too large to square have no zero: their infinity has to come through.
        if self.rounding.is_finite() && squares <= self.rounding { 0.0 } else { squares }
    }
}

fn centred(values: impl Iterator<Item = f64>) -> Values {
    let raw: Vec<f64> = values.collect();
    let mean = raw.iter().sum::<f64>() / raw.len().max(1) as f64;
    Values { centred: raw.iter().map(|v| v - mean).collect(), rounding: ZERO * squares(&raw) }
}

#[cfg(test)]
#[path = "components_tests.rs"]
mod tests;
