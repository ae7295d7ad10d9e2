//! LEEP: how well do the source's own predictions foretell the target's labels?

use std::collections::BTreeMap;

use super::classes::Classes;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Log expected empirical prediction.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "leep",
    definition: "Mean log probability of the target's labels when the source model's class probabilities are translated \
                 by the empirical P(label | source class)",
    range: (f64::NEG_INFINITY, 0.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceLogits],
    citation: "Nguyen et al., LEEP: A New Measure to Evaluate Transferability of Learned Representations, ICML 2020",
};

pub(crate) const FORMULA: Formula =
    Formula::Source(|source, target| leep(&probabilities(part(&source.logits, "logits")?)?, &target.labels));

/// mean ln Σ_z P(y | z) θ(z | x), P(y, z) = Σ of θ(z | x) over examples of class y / n; θ (n × source classes) are
/// probabilities. From −∞ to 0.
///
/// # Errors
/// Other labels than examples by number, fewer than 2 examples, or one class.
pub fn leep(theta: &Features<f64>, labels: &[usize]) -> Result<f64, Undefined> {
    let classes = Classes::new(labels, theta.rows())?;
    let mut totals = vec![0.0; theta.cols()];
    (0..theta.rows()).for_each(|i| totals.iter_mut().zip(theta.row(i)).for_each(|(t, p)| *t += p));
    let mut sum = 0.0;
    for members in &classes.members {
        let mut joint = vec![0.0; theta.cols()];
        members.iter().for_each(|&i| joint.iter_mut().zip(theta.row(i)).for_each(|(j, p)| *j += p));
        // A source class without any probability foretells nothing.
        let given: Vec<f64> = joint.iter().zip(&totals).map(|(j, t)| if *t > 0.0 { j / t } else { 0.0 }).collect();
        sum +=
            members.iter().map(|&i| given.iter().zip(theta.row(i)).map(|(g, p)| g * p).sum::<f64>().ln()).sum::<f64>();
    }
    Ok((sum / theta.rows() as f64).min(0.0))
}

/// Softmax by row in double precision.
pub(super) fn probabilities<T: Copy + Into<f64>>(logits: &Features<T>) -> Result<Features<f64>, Undefined> {
    let mut all = Vec::with_capacity(logits.rows() * logits.cols());
    for i in 0..logits.rows() {
        let row: Vec<f64> = logits.row(i).iter().map(|&v| v.into()).collect();
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = row.iter().map(|v| (v - largest).exp()).collect();
        let total: f64 = powers.iter().sum();
        all.extend(powers.into_iter().map(|p| p / total));
    }
    Features::new(logits.rows(), logits.cols(), all).map_err(|_| Undefined::NotFinite)
}

/// The most probable class of every example; the first of equal ones.
pub(super) fn most_probable<T: Copy + Into<f64>>(scores: &Features<T>) -> Vec<usize> {
    let first_largest = |row: &[T]| {
        let better = |best: (usize, f64), (c, &v): (usize, &T)| if v.into() > best.1 { (c, v.into()) } else { best };
        row.iter().enumerate().fold((0, f64::NEG_INFINITY), better).0
    };
    (0..scores.rows()).map(|i| first_largest(scores.row(i))).collect()
}

/// Counts of every pair (prediction, label).
pub(super) fn joint_counts(predicted: &[usize], labels: &[usize]) -> BTreeMap<(usize, usize), f64> {
    let mut counts = BTreeMap::new();
    predicted.iter().zip(labels).for_each(|(&z, &y)| *counts.entry((z, y)).or_insert(0.0) += 1.0);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // joint = np.array([theta[y == c].sum(0) for c in range(int(y.max()) + 1)]) / len(y)
        // np.log((theta @ (joint / joint.sum(0)).T)[np.arange(len(y)), y]).mean()
        let given = reference("estimators");
        assert_close(leep(&given.table("source_probabilities"), &given.labels()), given.number("leep"), 1e-12);
    }

    #[test]
    fn probabilities_are_the_softmax_of_logits() {
        let given = reference("estimators");
        let theta = given.table("source_probabilities");
        // Logits ln θ plus any number by row.
        let logits = theta.data().iter().enumerate().map(|(i, p)| p.ln() + (i / theta.cols()) as f64).collect();
        let back = probabilities(&Features::new(theta.rows(), theta.cols(), logits).unwrap()).unwrap();
        assert!(back.data().iter().zip(theta.data()).all(|(a, b)| (a - b).abs() < 1e-12));
        let extreme = Features::new(1, 2, vec![-1e4f32, 1e4]).unwrap();
        assert_eq!(probabilities(&extreme).unwrap().data(), [0.0, 1.0]);
    }

    #[test]
    fn a_source_that_knows_the_labels_is_perfect() {
        let sure = Features::new(4, 2, vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]).unwrap();
        assert_close(leep(&sure, &[1, 0, 1, 0]), 0.0, 1e-15);
    }
}
