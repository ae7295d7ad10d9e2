//! Did training on two tasks move the encoder in the same direction?

use super::vector::cosine_of_products;
use crate::measure::{Direction, Formula, MeasureInfo, Part};

/// Cosine of weight changes.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "weight_difference_cosine",
    definition: "Cosine of fine-tuned − pretrained encoder weights of the two tasks' own models",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: true,
    needs_labels: true,
    needs: &[Part::Weights],
    citation: "Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023 (task vectors)",
};

pub(crate) const FORMULA: Formula =
    Formula::Weights(|product, source, target| cosine_of_products(product, source, target, "weight changes"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Undefined, reference::assert_close};

    #[test]
    fn is_the_cosine_of_the_changes() {
        // Δs = (3, 4), Δt = (4, 3): products 24, 25, 25.
        assert_close(cosine_of_products(24.0, 25.0, 25.0, "weight changes"), 0.96, 1e-15);
        // A model that did not move has no direction.
        assert_eq!(cosine_of_products(0.0, 0.0, 1.0, "weight changes"), Err(Undefined::Zero("weight changes")));
    }
}
