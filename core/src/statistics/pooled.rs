//! The test that decides: a source inside its target, with the variance of all the target's runs.
//!
//! A target's runs alone and its runs after each source are arms: the seeds of an arm differ, everything else is equal.
//! Their spread is one number about which all arms of the target together know much more than two of them do. An arm that
//! is louder than the others may be so by its nature (runs that collapse), so it keeps its own variance, drawn a little
//! towards the common one; an arm that looks quieter is not believed. So an unstable arm widens its own interval and never
//! narrows it.
//!
//! With n_a runs, mean m_a and squares SS_a about it in arm a (0 the target alone): D = Σ (n_a − 1), pool = Σ SS_a / D,
//! own = (2 pool + SS_a) / (2 + n_a − 1); v_a = own on min(n_a + 1, D) degrees of freedom where own is above the pool, else
//! pool on D; t = (m_a − m_0) / √(v_a / n_a + v_0 / n_0) on min(D, Satterthwaite) degrees of freedom. The form with a common
//! variance is Student's test in a one-way layout; the guard is ours, and docs/methods.md shows by simulation what it keeps.

use serde::Serialize;

use super::estimate::Estimate;
use super::{Interval, mean, smallest_detectable};

/// How many runs' worth of the common variance a louder arm's own is drawn by.
const GUARD: f64 = 2.0;

/// A pooled variance up to here (in squared units of the scores) is rounding: no test.
const NO_VARIANCE: f64 = 1e-14;

/// More runs than this are no answer to "how many seeds".
const MOST_SEEDS: usize = 200;

/// The common variance of a target's arms, and the test of every source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pooled {
    /// Σ (n − 1) over the arms.
    pub df: f64,
    /// Σ SS / df, in squared units of the scores.
    pub variance: f64,
    /// One test for every source, in the order given; `None` for a source without runs.
    pub tests: Vec<Option<PooledT>>,
}

/// The test of one source in its target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PooledT {
    /// Runs alone, runs after the source.
    pub n: (usize, usize),
    /// Mean after the source − mean alone, in the units of the scores.
    pub gain: f64,
    /// Standard error of the gain.
    pub standard_error: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Variance of one run after the source, by which it is tested.
    pub variance: f64,
    /// Degrees of freedom of that variance.
    pub variance_df: f64,
    /// The statistic.
    pub t: f64,
    /// Two-sided p value.
    pub p: f64,
}

impl PooledT {
    /// The confidence interval of the gain; `None` for a level outside (0, 1).
    pub fn interval(&self, level: f64) -> Option<Interval> {
        self.estimate()?.interval(level)
    }

    /// p value of equivalence to 0 inside ±margin, the larger of two one-sided ones (Schuirmann 1987); `None` for a
    /// margin that is not above 0.
    pub fn equivalence_p(&self, margin: f64) -> Option<f64> {
        self.estimate()?.equivalence_p(margin)
    }

    /// P(gain > 0): of what the true gain may be, the share above 0 (with a flat prior).
    pub fn probability_positive(&self) -> Option<f64> {
        Some(self.estimate()?.probability_positive())
    }

    /// The runs of both arms, at least three, at which a true gain of this size would be found with the given power at level
    /// `alpha`, as far as today's variances tell and with other arms of the target growing along; `None` where more than
    /// 200 would be needed, or for arguments that have no power (see [`smallest_detectable`]).
    pub fn seeds_to_detect(&self, gain: f64, alpha: f64, power: f64) -> Option<usize> {
        let (alone, after) = (self.n.0 as f64, self.n.1 as f64);
        let variance_alone = alone * (self.standard_error.powi(2) - self.variance / after);
        let found = |runs: usize| {
            let n = runs as f64;
            let standard_error = ((self.variance + variance_alone) / n).sqrt();
            // Degrees of freedom grow with the runs beyond the first of each arm.
            let df = self.df * (n - 1.0) / ((alone + after) / 2.0 - 1.0).max(0.5);
            smallest_detectable(standard_error, df, alpha, power).is_some_and(|smallest| smallest <= gain)
        };
        // More runs find smaller gains, so halving finds the fewest that do.
        let runs: Vec<usize> = (3..=MOST_SEEDS).collect();
        runs.get(runs.partition_point(|&runs| !found(runs))).copied()
    }

    /// Whether one of the two arms is a single run, whose own noise nobody knows: no verdict rests on it.
    pub fn one_run(&self) -> bool {
        self.n.0 < 2 || self.n.1 < 2
    }

    fn estimate(&self) -> Option<Estimate> {
        Estimate::new(self.gain, self.standard_error, self.df)
    }
}

/// Tests every source of a target. `single` are the scores of the target alone, `sources` those after each source, in any
/// number, turned so that larger is better.
///
/// `None` where there is nothing to test with: no run alone, no arm of two runs, arms whose runs do not vary, or a score
/// that is not finite.
///
/// ```
/// use transfermap::statistics::pool;
///
/// let target = pool(&[0.70, 0.71, 0.72], &[&[0.75, 0.77][..], &[0.69, 0.70, 0.72], &[0.8]]).unwrap();
/// assert_eq!(target.df, 5.0);
/// let helps = target.tests[0].as_ref().unwrap();
/// assert!((helps.gain - 0.05).abs() < 1e-12 && helps.p < 0.01);
/// ```
pub fn pool<S: AsRef<[f64]>>(single: &[f64], sources: &[S]) -> Option<Pooled> {
    let alone = Arm::of(single)?;
    let arms: Vec<Option<Arm>> = sources.iter().map(|scores| Arm::of(scores.as_ref())).collect();
    if single.iter().chain(sources.iter().flat_map(|s| s.as_ref())).any(|score| !score.is_finite()) {
        return None;
    }
    let common = common(&std::iter::once(&alone).chain(arms.iter().flatten()).collect::<Vec<_>>())?;
    let test = |arm: &Arm| arm.against(arm.spread(common), &alone, alone.spread(common), common.df);
    let tests = arms.iter().map(|arm| test(arm.as_ref()?)).collect();
    Some(Pooled { df: common.df, variance: common.variance, tests })
}

/// The common variance of arms that differ in how their models came about, in squared units of the scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CommonVariance(Spread);

impl CommonVariance {
    /// Of these arms; `None` where there is nothing to test with, as for [`pool`].
    pub fn of<S: AsRef<[f64]>>(arms: &[S]) -> Option<Self> {
        if arms.iter().flat_map(|arm| arm.as_ref()).any(|score| !score.is_finite()) {
            return None;
        }
        let arms: Vec<Arm> = arms.iter().filter_map(|scores| Arm::of(scores.as_ref())).collect();
        common(&arms.iter().collect::<Vec<_>>()).map(Self)
    }
}

/// Tests one arm against another, each with the common variance of its own pool: t = (m_a − m_b) / √(v_a / n_a + v_b / n_b),
/// on Satterthwaite's degrees of freedom, at most those of the larger pool. With one pool for both it is the test of
/// [`pool`]. `None` for an arm without runs.
pub fn contrast((arm, own): (&[f64], CommonVariance), (reference, other): (&[f64], CommonVariance)) -> Option<PooledT> {
    let most = own.0.df.max(other.0.df);
    let (arm, reference) = (Arm::of(arm)?, Arm::of(reference)?);
    arm.against(arm.spread(own.0), &reference, reference.spread(other.0), most)
}

fn common(arms: &[&Arm]) -> Option<Spread> {
    let df: f64 = arms.iter().map(|arm| arm.n - 1.0).sum();
    let variance = arms.iter().map(|arm| arm.squares).sum::<f64>() / df;
    (df >= 1.0 && variance > NO_VARIANCE).then_some(Spread { variance, df })
}

/// The runs of an arm, as far as a test needs them.
struct Arm {
    n: f64,
    mean: f64,
    /// Σ (score − mean)².
    squares: f64,
}

/// A variance and the degrees of freedom that it is known with.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    variance: f64,
    df: f64,
}

impl Arm {
    fn of(scores: &[f64]) -> Option<Self> {
        let mean = mean(scores)?;
        Some(Self { n: scores.len() as f64, mean, squares: scores.iter().map(|x| (x - mean).powi(2)).sum() })
    }

    fn spread(&self, common: Spread) -> Spread {
        let df = GUARD + self.n - 1.0;
        let own = (GUARD * common.variance + self.squares) / df;
        // Rounding is no difference between two arms.
        let is_louder = own > common.variance * (1.0 + 1e-12);
        if is_louder { Spread { variance: own, df: df.min(common.df) } } else { common }
    }

    /// The test against another arm, on at most so many degrees of freedom.
    fn against(&self, own: Spread, alone: &Self, single: Spread, most: f64) -> Option<PooledT> {
        let (a, b) = (own.variance / self.n, single.variance / alone.n);
        let df = ((a + b).powi(2) / (a * a / own.df + b * b / single.df)).min(most);
        let (gain, standard_error) = (self.mean - alone.mean, (a + b).sqrt());
        let estimate = Estimate::new(gain, standard_error, df)?;
        Some(PooledT {
            n: (alone.n as usize, self.n as usize),
            gain,
            standard_error,
            df,
            variance: own.variance,
            variance_df: own.df,
            t: estimate.t(),
            p: estimate.p(),
        })
    }
}
