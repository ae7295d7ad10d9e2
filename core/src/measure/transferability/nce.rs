//! NCE: how uncertain are the target's labels once the source's predicted class is known?

use super::classes::Classes;
use super::leep::{joint_counts, most_probable};
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Negative conditional entropy.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "nce",
    definition: "Negative conditional entropy (nats) of the target's labels given the class that the source model \
                 predicts",
    range: (f64::NEG_INFINITY, 0.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::SourceLogits],
    citation: "Tran, Nguyen and Hassner, Transferability and Hardness of Supervised Classification Tasks, ICCV 2019",
};

pub(crate) const FORMULA: Formula = Formula::Source(|source, target| {
    negative_conditional_entropy(&most_probable(part(&source.logits, "logits")?), &target.labels)
});

/// Σ P(z, y) ln P(y | z) over predicted classes z and labels y, from −ln(classes) to 0. In place of the source labels
/// of the paper stand the source model's predictions, as LEEP's authors compare it.
///
/// # Errors
/// Other labels than predictions by number, fewer than 2 examples, or one class.
pub fn negative_conditional_entropy(predicted: &[usize], labels: &[usize]) -> Result<f64, Undefined> {
    Classes::new(labels, predicted.len())?;
    let joint = joint_counts(predicted, labels);
    let of_class = |class: usize| joint.range((class, 0)..=(class, usize::MAX)).map(|(_, n)| n).sum::<f64>();
    let sum: f64 = joint.iter().map(|(&(z, _), n)| n * (n / of_class(z)).ln()).sum();
    Ok((sum / labels.len() as f64).min(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_numpy() {
        // sum over s, c of j * np.log(j / (z == s).mean()), j = ((z == s) & (y == c)).mean(), z = Z.argmax(1)
        let given = reference("estimators");
        let predicted = most_probable(&given.table("source_probabilities"));
        assert_close(negative_conditional_entropy(&predicted, &given.labels()), given.number("nce"), 1e-12);
    }

    #[test]
    fn a_constant_prediction_leaves_the_entropy_of_the_labels() {
        assert_close(negative_conditional_entropy(&[0; 4], &[0, 1, 0, 1]), -std::f64::consts::LN_2, 1e-15);
        assert_close(negative_conditional_entropy(&[3, 5, 3, 5], &[0, 1, 0, 1]), 0.0, 1e-15);
    }
}
