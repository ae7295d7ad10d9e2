//! Moderated t tests: every pair of a family borrows strength from the variances of all the others.
//!
//! With three to eight seeds the standard deviation of one pair is hardly known. Over a family the variances vary less
//! than their estimates do; the prior s²_g ~ s0² F(d_g, d0) is fitted to them, and each variance is pulled towards s0² as
//! if d0 more observations had been made. Smyth, *Linear models and empirical Bayes methods for assessing differential
//! expression*, 2004, as limma's `fitFDist`, `squeezeVar` and `eBayes` compute it for designs of one column of ones.

use serde::Serialize;

use super::estimate::{Estimate, identical};
use super::{Interval, digamma, inverse_trigamma, mean, median, sd, trigamma};

/// The prior on the variances of a family.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prior {
    /// Prior degrees of freedom d0, from 0 (nothing is borrowed) to infinity (all variances are one; `null` in JSON).
    pub df: f64,
    /// Prior variance s0², in squared units of the differences.
    pub variance: f64,
}

impl Prior {
    /// (d0 s0² + d s²) / (d0 + d): the variance of a pair with estimate `variance` on `df` degrees of freedom.
    pub fn squeeze(&self, variance: f64, df: f64) -> f64 {
        if self.df.is_infinite() { self.variance } else { (self.df * self.variance + df * variance) / (self.df + df) }
    }
}

/// limma's `fitFDist`: with e = ln s² − ψ(d / 2) + ln(d / 2), ψ′(d0 / 2) = var(e) − mean ψ′(d / 2) and
/// ln s0² = mean(e) + ψ(d0 / 2) − ln(d0 / 2). When the variances vary no more than their estimates must, d0 is infinite
/// and s0² their mean.
///
/// `variances` and `df` go together; entries that are not finite, negative, or without degrees of freedom are left out.
/// Variances are floored at 1e-5 of their median (of 1 when the median is 0). One variance is its own prior, with d0 = 0.
/// `None` when none is left.
pub fn fit_prior(variances: &[f64], df: &[f64]) -> Option<Prior> {
    let usable = |&(s, d): &(f64, f64)| s.is_finite() && s > -1e-15 && d.is_finite() && d > 1e-15;
    let mut known: Vec<(f64, f64)> = variances.iter().copied().zip(df.iter().copied()).filter(usable).collect();
    if let [(variance, _)] = known.as_slice() {
        return Some(Prior { df: 0.0, variance: *variance });
    }
    // Sorted, so that sums do not depend on the order of the pairs.
    known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let median = median(&known.iter().map(|&(s, _)| s.max(0.0)).collect::<Vec<f64>>())?;
    let floor = 1e-5 * if median == 0.0 { 1.0 } else { median };
    let logs: Vec<f64> = known.iter().map(|&(s, d)| s.max(floor).ln() - digamma(d / 2.0) + (d / 2.0).ln()).collect();
    let noise = mean(&known.iter().map(|&(_, d)| trigamma(d / 2.0)).collect::<Vec<f64>>())?;
    let excess = sd(&logs)?.powi(2) - noise;
    if excess > 0.0 {
        let half = inverse_trigamma(excess);
        return Some(Prior { df: 2.0 * half, variance: (mean(&logs)? + digamma(half) - half.ln()).exp() });
    }
    let floored: Vec<f64> = known.iter().map(|&(s, _)| s.max(floor)).collect();
    Some(Prior { df: f64::INFINITY, variance: mean(&floored)? })
}

/// The moderated t test of one pair: t = mean / √(posterior variance / n), two-sided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModeratedT {
    /// Number of differences.
    pub n: usize,
    /// Mean difference, in the units of the differences.
    pub mean: f64,
    /// Variance of one difference, squeezed towards the prior.
    pub posterior_variance: f64,
    /// n − 1 + prior degrees of freedom, at most Σ (n − 1) over the family.
    pub df_total: f64,
    /// √(posterior variance / n).
    pub standard_error: f64,
    /// The statistic.
    pub t: f64,
    /// Two-sided p value.
    pub p: f64,
}

impl ModeratedT {
    /// The confidence interval of the mean; `None` for a level outside (0, 1).
    pub fn interval(&self, level: f64) -> Option<Interval> {
        self.estimate()?.interval(level)
    }

    /// p value of equivalence to 0 inside ±margin, the larger of two one-sided moderated p values; `None` for a margin
    /// that is not above 0.
    pub fn equivalence_p(&self, margin: f64) -> Option<f64> {
        self.estimate()?.equivalence_p(margin)
    }

    fn estimate(&self) -> Option<Estimate> {
        Estimate::new(self.mean, self.standard_error, self.df_total)
    }
}

/// The tests of a family.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Family {
    /// The prior fitted to the tested pairs; `None` when no pair can be tested.
    pub prior: Option<Prior>,
    /// One test for every pair, in the order given; `None` for a pair with fewer than two differences, with one that is
    /// not finite, or whose differences are all identical.
    pub tests: Vec<Option<ModeratedT>>,
}

/// Tests every pair of a family, given the differences of each; the order of pairs and of differences does not matter.
///
/// Pairs that cannot be tested do not enter the prior: a pair whose runs ignored their seed says nothing about the
/// variance between seeds.
///
/// ```
/// use transfermap::statistics::moderate;
///
/// let family = moderate(&[&[0.01, 0.03, 0.02][..], &[0.00, -0.02, 0.05], &[0.1, 0.1, 0.1], &[0.4]]);
/// assert!(family.tests[0].is_some() && family.tests[1].is_some());
/// assert!(family.tests[2].is_none() && family.tests[3].is_none());
/// ```
pub fn moderate<D: AsRef<[f64]>>(differences: &[D]) -> Family {
    let moments: Vec<Option<Moments>> = differences.iter().map(|d| Moments::of(d.as_ref())).collect();
    let (variances, df): (Vec<f64>, Vec<f64>) = moments.iter().flatten().map(|m| (m.variance, m.df())).unzip();
    let prior = fit_prior(&variances, &df);
    let pooled: f64 = df.iter().sum();
    let test = |moments: &Option<Moments>| moments.as_ref()?.moderate(prior?, pooled);
    Family { prior, tests: moments.iter().map(test).collect() }
}

/// What a test needs of the differences of one pair.
struct Moments {
    n: usize,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(differences: &[f64]) -> Option<Self> {
        let (mean, variance) = (mean(differences)?, sd(differences)?.powi(2));
        let usable = mean.is_finite() && variance.is_finite() && variance > 0.0 && !identical(differences);
        usable.then_some(Self { n: differences.len(), mean, variance })
    }

    fn df(&self) -> f64 {
        (self.n - 1) as f64
    }

    fn moderate(&self, prior: Prior, pooled_df: f64) -> Option<ModeratedT> {
        let Self { n, mean, variance } = *self;
        let posterior_variance = prior.squeeze(variance, self.df());
        let df_total = (self.df() + prior.df).min(pooled_df);
        let standard_error = (posterior_variance / n as f64).sqrt();
        let estimate = Estimate::new(mean, standard_error, df_total)?;
        Some(ModeratedT { n, mean, posterior_variance, df_total, standard_error, t: estimate.t(), p: estimate.p() })
    }
}
