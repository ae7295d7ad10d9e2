//! Do an example's neighbours in the source's feature space share its label?

use super::classes::Classes;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Number of neighbours.
pub const NEIGHBOURS: usize = 5;

/// Leave-one-out accuracy of nearest neighbours.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "knn",
    definition: "Leave-one-out accuracy of the 5 nearest neighbours (Euclidean) in the source model's features",
    range: (0.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceFeatures],
    citation: "Cover and Hart 1967; for choosing models Renggli et al., Which Model to Transfer?, CVPR 2022",
};

pub(crate) const FORMULA: Formula = Formula::Source(|source, target| {
    leave_one_out_accuracy(part(&source.pooled, "pooled features")?, &target.labels, NEIGHBOURS)
});

/// Share of examples whose `k` nearest others vote for their label; features (n × d); from 0 to 1. Of equally near
/// examples the earlier one counts, of equally frequent labels the smaller one. O(n² d).
///
/// # Errors
/// Other labels than examples by number, one class, or not more than `k` examples.
pub fn leave_one_out_accuracy<T: Copy + Into<f64>>(
    features: &Features<T>,
    labels: &[usize],
    k: usize,
) -> Result<f64, Undefined> {
    let n = features.rows();
    let classes = Classes::new(labels, n)?;
    if n <= k {
        return Err(Undefined::TooFewExamples { examples: n, least: k + 1 });
    }
    // Classes by number, in the order of the labels.
    let mut class_of = vec![0; n];
    for (class, members) in classes.members.iter().enumerate() {
        members.iter().for_each(|&i| class_of[i] = class);
    }
    let rows: Vec<Vec<f64>> = (0..n).map(|i| features.row(i).iter().map(|&v| v.into()).collect()).collect();
    let mut right = 0;
    for (i, row) in rows.iter().enumerate() {
        let distance = |other: &[f64]| row.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let mut near: Vec<(f64, usize)> =
            rows.iter().enumerate().filter(|(j, _)| *j != i).map(|(j, other)| (distance(other), j)).collect();
        if k < near.len() {
            near.select_nth_unstable_by(k - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let mut votes = vec![0; classes.members.len()];
        near.iter().take(k).for_each(|&(_, j)| votes[class_of[j]] += 1);
        let most = votes.iter().copied().max().unwrap_or(0);
        right += usize::from(votes.iter().position(|&v| v == most) == Some(class_of[i]));
    }
    Ok(right as f64 / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // D = ((f[:, None] - f[None]) ** 2).sum(-1); np.fill_diagonal(D, np.inf)
        // votes = [np.bincount(y[q], minlength=3) for q in np.argsort(D, 1, kind="stable")[:, :5]]
        // (votes.argmax(1) == y).mean()
        let given = reference("estimators");
        let ours = leave_one_out_accuracy(&given.table("features"), &given.labels(), NEIGHBOURS);
        assert_close(ours, given.number("knn5_leave_one_out_euclidean"), 1e-15);
    }

    #[test]
    fn ties_go_to_the_earlier_example_and_the_smaller_label() {
        let x = Features::new(4, 1, vec![0.0, 1.0, -1.0, 5.0]).unwrap();
        // Example 0 is as near to 1 as to 2: the earlier votes. Examples 1 and 2 see 0; 3 sees 1.
        assert_close(leave_one_out_accuracy(&x, &[7, 7, 9, 7], 1), 3.0 / 4.0, 1e-15);
        // Of the votes for 7 and 9 from two neighbours, 7 wins.
        assert_close(leave_one_out_accuracy(&x, &[7, 7, 9, 9], 2), 2.0 / 4.0, 1e-15);
        assert_eq!(
            leave_one_out_accuracy(&x, &[7, 7, 9, 9], 4),
            Err(Undefined::TooFewExamples { examples: 4, least: 5 })
        );
    }
}
