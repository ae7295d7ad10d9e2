//! How well does a linear classifier on the source's features predict the target's labels?

use faer::Mat;

use super::classes::Classes;
use crate::measure::linear::{Spectrum, centre};
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Leave-one-out accuracy of a linear classifier.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "linear_probe",
    definition: "Leave-one-out accuracy of a ridge classifier on the source model's features, penalty chosen by \
                 leave-one-out error",
    range: (0.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Alain and Bengio, Understanding intermediate layers using linear classifier probes, 2016; closed form: \
               Allen's PRESS, Technometrics 16, 1974",
};

pub(crate) const FORMULA: Formula = Formula::Source(|source, target| {
    Ok(leave_one_out_accuracy(part(&source.pooled, "pooled features")?, &target.labels)?.plain)
});

/// Penalties that are tried, in units of the mean eigenvalue of the centred features' Gram matrix.
pub const PENALTIES: [f64; 7] = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0];

/// Accuracies of one classifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Share of examples that are right.
    pub plain: f64,
    /// Mean over classes of the share of the class that is right.
    pub balanced: f64,
}

/// Least squares from features (n × d) with an intercept to one ±1 target per class, penalty α |w|²; every example is
/// predicted by the classifier fitted to the others, exactly and without refitting: its residual is divided by one
/// minus its own weight in the fit. The class with the largest output is predicted, of equal ones the first. α is the
/// one of [`PENALTIES`] × tr(XᵀX) / min(n, d) with the smallest leave-one-out squared error; that choice sees all
/// examples, a small optimism that every source shares. Scaling or rotating the features changes nothing.
/// O(n d min(n, d)).
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, one class, or constant features.
pub fn leave_one_out_accuracy<T: Copy + Into<f64>>(
    features: &Features<T>,
    labels: &[usize],
) -> Result<Accuracy, Undefined> {
    let classes = Classes::new(labels, features.rows())?;
    let mut x = features.to_matrix();
    let scale = x.norm_l2();
    centre(&mut x);
    if x.norm_l2() <= scale * 1e-14 {
        return Err(Undefined::Constant("features"));
    }
    let spectrum = Spectrum::new(&x)?;
    let targets = classes.indicators();
    let targets = Mat::from_fn(targets.nrows(), targets.ncols(), |i, c| 2.0 * targets[(i, c)] - 1.0);
    let ridge = Ridge::new(&spectrum, &targets);
    let unit = spectrum.squares.iter().sum::<f64>() / spectrum.squares.len() as f64;
    let fits = PENALTIES.iter().map(|penalty| ridge.leave_one_out(penalty * unit));
    let best = fits.min_by(|a, b| a.squared_error.total_cmp(&b.squared_error));
    let outputs = best.map(|fit| fit.outputs).ok_or(Undefined::NotFinite)?;
    Ok(accuracy(&outputs, &classes))
}

/// Least squares in the coordinates of the spectrum.
struct Ridge<'a> {
    squares: &'a [f64],
    targets: &'a Mat<f64>,
    /// U (examples × directions).
    left: Mat<f64>,
    /// Uᵀ targets.
    parts: Mat<f64>,
    /// Mean target by class.
    means: Vec<f64>,
}

struct LeaveOneOut {
    outputs: Mat<f64>,
    squared_error: f64,
}

impl<'a> Ridge<'a> {
    fn new(spectrum: &'a Spectrum<'_>, targets: &'a Mat<f64>) -> Self {
        let left = spectrum.left_vectors();
        let parts = left.transpose() * targets;
        let means = targets.col_iter().map(|c| c.sum() / targets.nrows() as f64).collect();
        Self { squares: &spectrum.squares, targets, left, parts, means }
    }

    /// What each example is predicted to be by the others.
    fn leave_one_out(&self, alpha: f64) -> LeaveOneOut {
        let kept: Vec<f64> = self.squares.iter().map(|s2| s2 / (s2 + alpha)).collect();
        let shrunk = Mat::from_fn(self.parts.nrows(), self.parts.ncols(), |k, c| kept[k] * self.parts[(k, c)]);
        let mut outputs = &self.left * shrunk;
        let mut squared_error = 0.0;
        for i in 0..outputs.nrows() {
            let own: f64 = self.left.row(i).iter().zip(&kept).map(|(u, k)| u * u * k).sum();
            let rest = 1.0 - 1.0 / outputs.nrows() as f64 - own;
            for (c, mean) in self.means.iter().enumerate() {
                let residual = (self.targets[(i, c)] - outputs[(i, c)] - mean) / rest;
                outputs[(i, c)] = self.targets[(i, c)] - residual;
                squared_error += residual * residual;
            }
        }
        LeaveOneOut { outputs, squared_error }
    }
}

fn accuracy(outputs: &Mat<f64>, classes: &Classes) -> Accuracy {
    let predicted = |i: usize| {
        let better = |best: usize, c: usize| if outputs[(i, c)] > outputs[(i, best)] { c } else { best };
        (1..outputs.ncols()).fold(0, better)
    };
    let right = |(class, members): (usize, &Vec<usize>)| members.iter().filter(|&&i| predicted(i) == class).count();
    let by_class: Vec<usize> = classes.members.iter().enumerate().map(right).collect();
    let shares = by_class.iter().zip(&classes.members).map(|(r, m)| *r as f64 / m.len() as f64);
    Accuracy {
        plain: by_class.iter().sum::<usize>() as f64 / outputs.nrows() as f64,
        balanced: shares.sum::<f64>() / by_class.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference, table};

    #[test]
    fn equals_scikit_learn_refitted_without_each_example() {
        // f, y of tests/fixtures/statistics.json "estimators"; c = f - f.mean(0); unit = (c ** 2).sum() / 8
        // for a in 10.0 ** np.arange(-4, 3):
        //     out = cross_val_predict(Ridge(alpha=a * unit), f, 2.0 * np.eye(3)[y] - 1, cv=LeaveOneOut())
        //     error, accuracy = ((out - t) ** 2).sum(), (out.argmax(1) == y).mean()
        // the accuracy of the smallest error; then the same of f[:6], y[:6] with unit / 6 (more dimensions than examples)
        let given = reference("estimators");
        let ours = |n: usize| {
            let rows: Vec<Vec<f64>> = given.rows("features").into_iter().take(n).collect();
            leave_one_out_accuracy(&table(&rows), &given.labels()[..n]).map(|a| a.plain)
        };
        assert_close(ours(60), 52.0 / 60.0, 1e-15);
        assert_close(ours(6), 5.0 / 6.0, 1e-15);
    }

    #[test]
    fn leaving_one_out_is_refitting_without_it() {
        // Ridge(alpha=2.5).fit(f[k], t[k]).predict(f[3:4]), k = np.arange(60) != 3, t = 2.0 * np.eye(3)[y] - 1
        let given = reference("estimators");
        let mut x = given.table("features").to_matrix();
        centre(&mut x);
        let spectrum = Spectrum::new(&x).unwrap();
        let labels = given.labels();
        let targets = Mat::from_fn(60, 3, |i, c| if labels[i] == c { 1.0 } else { -1.0 });
        let fit = Ridge::new(&spectrum, &targets).leave_one_out(2.5);
        for (c, theirs) in
            [-0.601_831_167_304_218_7, -1.091_458_896_519_292, 0.693_290_063_823_510_9].into_iter().enumerate()
        {
            assert!((fit.outputs[(3, c)] - theirs).abs() < 1e-10, "{} {theirs}", fit.outputs[(3, c)]);
        }
    }

    #[test]
    fn rejects_constant_features() {
        let constant = Features::new(4, 2, vec![0.3; 8]).unwrap();
        assert_eq!(leave_one_out_accuracy(&constant, &[0, 1, 0, 1]).err(), Some(Undefined::Constant("features")));
    }
}
