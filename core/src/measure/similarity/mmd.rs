//! Do two samples of features come from one distribution?

use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Maximum mean discrepancy.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "mmd",
    definition: "Unbiased squared maximum mean discrepancy of mean-pooled features; Gaussian kernel, width the median \
                 distance of the joint sample",
    range: (-2.0, 2.0),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::MeanPooled],
    citation: "Gretton et al., A Kernel Two-Sample Test, Journal of Machine Learning Research 13, 2012, equation 3",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |m| part(m, "mean-pooled features");
    mmd_squared(features(&source.mean_pooled)?, features(&target.mean_pooled)?)
});

/// MMD² = mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y), the first two over different examples (unbiased: negative
/// values occur when the samples are alike); k(a, b) = exp(−|a − b|² / 2σ²), σ the median of the distances of all
/// different pairs of the joint sample. Of features x (n × d) and y (m × d); O((n + m)² d).
///
/// # Errors
/// Fewer than 2 examples, different dimensions, or features so constant that the median distance is 0.
pub fn mmd_squared<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    if x.cols() != y.cols() {
        return Err(Undefined::Lengths { left: x.cols(), right: y.cols() });
    }
    let (n, m) = (x.rows(), y.rows());
    let fewest = n.min(m);
    if fewest < 2 {
        return Err(Undefined::TooFewExamples { examples: fewest, least: 2 });
    }
    let rows: Vec<Vec<f64>> =
        [x, y].into_iter().flat_map(|f| (0..f.rows()).map(|i| f.row(i).iter().map(|&v| v.into()).collect())).collect();
    let mut squares = Vec::with_capacity((n + m) * (n + m - 1) / 2);
    for (i, a) in rows.iter().enumerate() {
        squares.extend(rows.iter().skip(i + 1).map(|b| squared_distance(a, b)));
    }
    let width = median(squares.iter().map(|d| d.sqrt()).collect());
    if width <= 0.0 {
        return Err(Undefined::Constant("features"));
    }
    let (mut within_x, mut within_y, mut between) = (0.0, 0.0, 0.0);
    let pairs = (0..n + m).flat_map(|i| (i + 1..n + m).map(move |j| (i, j)));
    for ((i, j), d) in pairs.zip(&squares) {
        let kernel = (-d / (2.0 * width * width)).exp();
        match (i < n, j < n) {
            (true, true) => within_x += kernel,
            (false, false) => within_y += kernel,
            _ => between += kernel,
        }
    }
    let (n, m) = (n as f64, m as f64);
    Ok(2.0 * within_x / (n * (n - 1.0)) + 2.0 * within_y / (m * (m - 1.0)) - 2.0 * between / (n * m))
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// As numpy: the mean of the middle two of an even number.
fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if below.len() == values.len() - middle => (lower + upper) / 2.0,
        _ => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // D = ((z[:, None] - z[None]) ** 2).sum(-1); s2 = np.median(np.sqrt(D[np.triu_indices(len(z), 1)])) ** 2
        // K = np.exp(-D / (2 * s2)); a, b, c = K[:m, :m], K[m:, m:], K[:m, m:]
        // (a.sum() - np.trace(a)) / (m * (m - 1)) + (b.sum() - np.trace(b)) / (k * (k - 1)) - 2 * c.mean()
        let given = reference("representations");
        let (u, v) = (given.table("u"), given.table("v"));
        assert_close(mmd_squared(&u, &v), given.number("mmd2_unbiased_rbf_median"), 1e-12);
    }

    #[test]
    fn a_sample_against_itself_is_just_below_zero() {
        // Within: mean k over different examples, w. Between: the same with the diagonal, (1 + (n − 1) w) / n. So
        // MMD² = 2 (w − 1) / n, negative and of order 1 / n.
        let x = reference("representations").table("u");
        let value = mmd_squared(&x, &x).unwrap();
        assert!(value < 0.0 && value > -2.0 / x.rows() as f64, "{value}");
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!((median(vec![4.0, 1.0, 3.0, 2.0]), median(vec![3.0, 1.0, 2.0])), (2.5, 2.0));
    }

    #[test]
    fn rejects_what_has_no_distance() {
        let constant = Features::new(3, 2, vec![1.0; 6]).unwrap();
        assert_eq!(mmd_squared(&constant, &constant), Err(Undefined::Constant("features")));
        let one = Features::new(1, 2, vec![1.0; 2]).unwrap();
        assert_eq!(mmd_squared(&one, &constant), Err(Undefined::TooFewExamples { examples: 1, least: 2 }));
    }
}
