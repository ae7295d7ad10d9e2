//! A straight line whose height differs from group to group: what a predictor says of the gains of a target that it has
//! not seen.

use serde::Serialize;

use super::{Interval, StudentT};

/// The linear mixed model y\[g, i\] = intercept + slope · x\[g, i\] + u\[g\] + e\[g, i\] with random, normal u and e of
/// mean 0, by restricted maximum likelihood (REML).
///
/// An ordinary line takes all points for independent. Points of one group share u, so its band is too narrow for a
/// group that is not among them; here u has a variance of its own.
///
/// Patterson and Thompson, *Biometrika* 58, 1971; Laird and Ware, *Biometrics* 38, 1982.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RandomIntercept {
    /// Height at x = 0 of a group of which nothing is known.
    pub intercept: f64,
    /// Change of y per unit of x.
    pub slope: f64,
    /// Variance of u.
    pub group_variance: f64,
    /// Variance of e.
    pub residual_variance: f64,
    /// Covariance of intercept and slope: \[intercept, both, slope\].
    pub covariance: [f64; 3],
    /// Number of points.
    pub n: usize,
    /// Number of groups.
    pub groups: usize,
}

/// One group, x and y centred and scaled over all groups.
struct Group {
    n: f64,
    /// Means.
    x: f64,
    y: f64,
    /// Sums of products of deviations from them.
    xx: f64,
    xy: f64,
    yy: f64,
}

/// Noise of the points that is always there, as a share of the variance of y: without it a line that fits every group
/// perfectly would have no likelihood.
const NOISE: f64 = 1e-12;

/// Generalised least squares at one ratio λ of the two variances.
struct Fit {
    /// Of intercept and slope.
    beta: [f64; 2],
    /// (Xᵀ W X)⁻¹: \[intercept, both, slope\].
    inverse: [f64; 3],
    /// Weighted sum of squared residuals.
    squares: f64,
    /// −2 × restricted log-likelihood, but for a constant.
    deviance: f64,
    /// Its derivative with respect to λ.
    slope: f64,
}

impl RandomIntercept {
    /// Fits the line to the points (x, y) of every group.
    ///
    /// `None` with fewer than 2 groups or 4 points, a value that is not finite, or a constant x or y.
    pub fn fit(groups: &[Vec<(f64, f64)>]) -> Option<Self> {
        let groups: Vec<&Vec<(f64, f64)>> = groups.iter().filter(|g| !g.is_empty()).collect();
        let all = || groups.iter().flat_map(|g| g.iter().copied());
        let n = all().count();
        if groups.len() < 2 || n < 4 || all().any(|(x, y)| !(x.is_finite() && y.is_finite())) {
            return None;
        }
        let unit = |of: fn((f64, f64)) -> f64| -> Option<(f64, f64)> {
            let mean = all().map(of).sum::<f64>() / n as f64;
            let scale = (all().map(|p| (of(p) - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            (scale.is_finite() && scale > 1e-14 * mean.abs()).then_some((mean, scale)).filter(|(_, s)| *s > 0.0)
        };
        let ((x_mean, x_scale), (y_mean, y_scale)) = (unit(|p| p.0)?, unit(|p| p.1)?);
        let group = |points: &&Vec<(f64, f64)>| {
            let scaled = || points.iter().map(|&(x, y)| ((x - x_mean) / x_scale, (y - y_mean) / y_scale));
            let n = points.len() as f64;
            let (x, y) = (scaled().map(|p| p.0).sum::<f64>() / n, scaled().map(|p| p.1).sum::<f64>() / n);
            let sum = |of: &dyn Fn(f64, f64) -> f64| scaled().map(|(a, b)| of(a - x, b - y)).sum::<f64>();
            let (xx, xy, yy) = (sum(&|a, _| a * a), sum(&|a, b| a * b), sum(&|_, b| b * b));
            Group { n, x, y, xx, xy, yy: yy + NOISE * n }
        };
        let sums: Vec<Group> = groups.iter().map(group).collect();
        let ratio = best_ratio(&sums)?;
        let fit = Fit::new(&sums, ratio)?;
        let residual = fit.squares / (n as f64 - 2.0);
        let slope = fit.beta[1] * y_scale / x_scale;
        // Back to the units of the points: height and slope at x̄ are those of the centred fit.
        let [c00, c01, c11] = fit.inverse.map(|c| c * residual * y_scale * y_scale);
        let (c01, c11) = (c01 / x_scale, c11 / (x_scale * x_scale));
        let found = Self {
            intercept: y_mean + fit.beta[0] * y_scale - slope * x_mean,
            slope,
            group_variance: ratio * residual * y_scale * y_scale,
            residual_variance: residual * y_scale * y_scale,
            covariance: [c00 - 2.0 * x_mean * c01 + x_mean * x_mean * c11, c01 - x_mean * c11, c11],
            n,
            groups: groups.len(),
        };
        let numbers =
            [found.intercept, found.slope, found.group_variance, found.residual_variance, found.covariance[0]];
        numbers.iter().all(|v| v.is_finite()).then_some(found)
    }

    /// Height of the line at `x` for a group of which nothing is known.
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Interval of one point at `x` of a group that was not among the fitted ones:
    /// ŷ ± t · √(var ŷ + σ²_u + σ²_e).
    ///
    /// The variance of a new group's height rests on as many degrees of freedom as there are groups less 1, that of its
    /// points on the rest; t has Satterthwaite's of their sum, with the mean group size n̄: with a = (σ²_u + σ²_e / n̄)
    /// (1 + 1/groups) and b = σ²_e (1 − 1/n̄), (a + b)² / (a² / (groups − 1) + b² / (n − groups − 1)).
    ///
    /// `None` for an `x` that is not finite or a level outside (0, 1).
    pub fn prediction_band(&self, x: f64, level: f64) -> Option<Interval> {
        if !(x.is_finite() && level > 0.0 && level < 1.0) {
            return None;
        }
        let [c00, c01, c11] = self.covariance;
        let of_line = (c00 + 2.0 * x * c01 + x * x * c11).max(0.0);
        let variance = of_line + self.group_variance + self.residual_variance;
        let half = StudentT::new(self.degrees_of_freedom())?.quantile(0.5 + level / 2.0)? * variance.sqrt();
        half.is_finite().then(|| Interval::around(self.at(x), half))
    }

    fn degrees_of_freedom(&self) -> f64 {
        let (n, groups) = (self.n as f64, self.groups as f64);
        let size = n / groups;
        let of_groups = (self.group_variance + self.residual_variance / size) * (1.0 + 1.0 / groups);
        let of_points = self.residual_variance * (1.0 - 1.0 / size);
        let rest = (n - groups - 1.0).max(1.0);
        let df = (of_groups + of_points).powi(2) / (of_groups.powi(2) / (groups - 1.0) + of_points.powi(2) / rest);
        // Without any scatter the band has no width, whatever its degrees of freedom.
        if df.is_finite() { df } else { groups - 1.0 }
    }
}

impl Fit {
    fn new(groups: &[Group], ratio: f64) -> Option<Self> {
        let n: f64 = groups.iter().map(|g| g.n).sum();
        // What the mean of a group counts for.
        let weight = |g: &Group| g.n / (1.0 + ratio * g.n);
        let sum = |of: &dyn Fn(&Group) -> f64| groups.iter().map(of).sum::<f64>();
        let (a00, a01) = (sum(&weight), sum(&|g| weight(g) * g.x));
        let a11 = sum(&|g| g.xx + weight(g) * g.x * g.x);
        let (b0, b1) = (sum(&|g| weight(g) * g.y), sum(&|g| g.xy + weight(g) * g.x * g.y));
        let determinant = a00 * a11 - a01 * a01;
        if determinant.is_nan() || determinant <= 1e-12 * a00 * a11 {
            return None;
        }
        let inverse = [a11 / determinant, -a01 / determinant, a00 / determinant];
        let beta = [inverse[0] * b0 + inverse[1] * b1, inverse[1] * b0 + inverse[2] * b1];
        let off = |g: &Group| g.y - beta[0] - beta[1] * g.x;
        let inside = |g: &Group| g.yy - 2.0 * beta[1] * g.xy + beta[1] * beta[1] * g.xx;
        let squares = sum(&|g| inside(g).max(NOISE * g.n) + weight(g) * off(g).powi(2));
        let logs = sum(&|g| (ratio * g.n).ln_1p());
        let deviance = (n - 2.0) * squares.ln() + logs + determinant.ln();
        let of_squares = -sum(&|g| (weight(g) * off(g)).powi(2));
        let spread = |g: &Group| inverse[0] + 2.0 * inverse[1] * g.x + inverse[2] * g.x * g.x;
        let slope = (n - 2.0) * of_squares / squares + sum(&weight) - sum(&|g| weight(g).powi(2) * spread(g));
        (deviance.is_finite() && slope.is_finite()).then_some(Self { beta, inverse, squares, deviance, slope })
    }
}

/// The λ of the largest restricted likelihood: the best of a grid, then the zero of the derivative beside it.
fn best_ratio(groups: &[Group]) -> Option<f64> {
    let grid: Vec<f64> = std::iter::once(0.0).chain((-24..=64).map(|i| (f64::from(i) / 2.0).exp())).collect();
    let fits: Vec<Option<Fit>> = grid.iter().map(|&ratio| Fit::new(groups, ratio)).collect();
    let deviance = |i: &usize| fits[*i].as_ref().map_or(f64::INFINITY, |fit| fit.deviance);
    // The first of equal ones: where nothing tells groups from points there is no variance of groups.
    let best = (0..grid.len()).min_by(|a, b| deviance(a).total_cmp(&deviance(b)))?;
    fits[best].as_ref()?;
    if best == 0 && fits[0].as_ref().is_some_and(|fit| fit.slope >= 0.0) {
        return Some(0.0);
    }
    let (mut low, mut high) = (grid[best.saturating_sub(1)], *grid.get(best + 1).unwrap_or(&grid[best]));
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if Fit::new(groups, middle)?.slope < 0.0 { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::tests::prediction::fixture;

    #[track_caller]
    fn assert_near(ours: f64, theirs: f64, what: &str) {
        assert!((ours - theirs).abs() <= 1e-6 * theirs.abs() + 1e-10, "{what}: {ours} instead of {theirs}");
    }

    #[test]
    fn equals_statsmodels() {
        for case in fixture().random_intercept {
            let ours = RandomIntercept::fit(&case.groups).unwrap();
            assert_near(ours.intercept, case.intercept, &case.name);
            assert_near(ours.slope, case.slope, &case.name);
            assert_near(ours.group_variance, case.group_variance, &case.name);
            assert_near(ours.residual_variance, case.residual_variance, &case.name);
            for (ours, theirs) in ours.covariance.iter().zip(case.covariance) {
                assert_near(*ours, theirs, &case.name);
            }
            let band = ours.prediction_band(case.x, 0.95).unwrap();
            assert_near(band.low, case.band[0], &case.name);
            assert_near(band.high, case.band[1], &case.name);
        }
    }

    #[test]
    fn the_derivative_is_that_of_the_deviance() {
        let groups: Vec<Group> = (1..6)
            .map(|i| {
                let i = f64::from(i);
                Group { n: 3.0 + i, x: i.sin(), y: (2.0 * i).cos(), xx: 4.0 + i, xy: 1.0 + i / 3.0, yy: 5.0 + i * i }
            })
            .collect();
        for ratio in [0.1, 1.0, 7.0] {
            let of = |ratio: f64| Fit::new(&groups, ratio).unwrap();
            let step = 1e-6 * ratio;
            let numeric = (of(ratio + step).deviance - of(ratio - step).deviance) / (2.0 * step);
            assert!((of(ratio).slope - numeric).abs() < 1e-6, "{} {numeric}", of(ratio).slope);
        }
    }

    #[test]
    fn a_perfect_line_in_every_group_leaves_the_groups_alone() {
        let group = |height: f64| (0..4).map(|i| (f64::from(i), height + 2.0 * f64::from(i))).collect();
        let fit = RandomIntercept::fit(&[group(0.0), group(1.0), group(5.0)]).unwrap();
        assert!((fit.slope - 2.0).abs() < 1e-6 && (fit.intercept - 2.0).abs() < 1e-6, "{fit:?}");
        // np.var([0, 1, 5], ddof=1) = 7
        assert!((fit.group_variance - 7.0).abs() < 1e-3 && fit.residual_variance < 1e-6, "{fit:?}");
    }

    #[test]
    fn undefined_without_groups_points_or_variance() {
        let line = |n: usize, slope: f64| (0..n).map(|i| (i as f64, slope * i as f64)).collect::<Vec<_>>();
        assert_eq!(RandomIntercept::fit(&[line(9, 1.0)]), None);
        assert_eq!(RandomIntercept::fit(&[line(2, 1.0), line(1, 1.0)]), None);
        assert_eq!(RandomIntercept::fit(&[line(5, 0.0), line(5, 0.0)]), None);
        assert_eq!(RandomIntercept::fit(&[vec![(0.5, 1.0); 4], vec![(0.5, 2.0); 4]]), None);
        assert_eq!(RandomIntercept::fit(&[vec![(0.5, f64::NAN); 4], line(4, 2.0)]), None);
        let fit = RandomIntercept::fit(&[line(5, 1.0), line(5, 2.0)]).unwrap();
        assert_eq!((fit.prediction_band(f64::NAN, 0.95), fit.prediction_band(1.0, 1.0)), (None, None));
    }
}
