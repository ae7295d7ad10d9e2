//! How easily can a linear classifier tell the texts of two tasks apart?

use crate::measure::probe::Features;
use crate::measure::transferability::linear_probe::leave_one_out_accuracy;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Proxy A-distance.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "proxy_a_distance",
    definition: "2 (1 − 2 ε), ε the leave-one-out error of a ridge classifier that tells the two tasks' mean-pooled \
                 features apart",
    range: (-2.0, 2.0),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::MeanPooled],
    citation: "Ben-David et al., Analysis of Representations for Domain Adaptation, NeurIPS 2006",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |m| part(m, "mean-pooled features");
    proxy_a_distance(features(&source.mean_pooled)?, features(&target.mean_pooled)?)
});

/// 2 (1 − 2 ε) of features x (n × d) and y (m × d): 2 when a line separates them, about 0 when they are alike. ε is
/// the error of [`crate::measure::transferability::linear_probe`]'s classifier on the joint sample, averaged over the two tasks
/// so that unequal sizes do not help it.
///
/// # Errors
/// Different dimensions, fewer than 2 examples, or constant features.
pub fn proxy_a_distance<T: Copy + Into<f64>>(x: &Features<T>, y: &Features<T>) -> Result<f64, Undefined> {
    if x.cols() != y.cols() {
        return Err(Undefined::Lengths { left: x.cols(), right: y.cols() });
    }
    let fewest = x.rows().min(y.rows());
    if fewest < 2 {
        return Err(Undefined::TooFewExamples { examples: fewest, least: 2 });
    }
    let data = [x.data(), y.data()].concat();
    let both = Features::new(x.rows() + y.rows(), x.cols(), data).map_err(|_| Undefined::NotFinite)?;
    let tasks: Vec<usize> = (0..both.rows()).map(|i| usize::from(i >= x.rows())).collect();
    let right = leave_one_out_accuracy(&both, &tasks)?.balanced;
    Ok(2.0 * (1.0 - 2.0 * (1.0 - right)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::assert_close;

    #[test]
    fn separated_samples_are_as_far_as_can_be() {
        let x = Features::new(4, 1, vec![0.0, 0.1, 0.2, 0.1]).unwrap();
        let y = Features::new(4, 1, vec![5.0, 5.1, 5.2, 5.1]).unwrap();
        assert_close(proxy_a_distance(&x, &y), 2.0, 1e-15);
    }

    #[test]
    fn a_sample_is_not_told_apart_from_itself() {
        let x = Features::new(6, 2, vec![0.3, 1.0, -0.2, 0.4, 0.9, -1.0, 0.1, 0.2, -0.7, 0.5, 0.0, 0.8]).unwrap();
        assert!(proxy_a_distance(&x, &x).unwrap() <= 0.0);
    }
}
