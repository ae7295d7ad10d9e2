//! `equal`: w = 1 for every task, so that the body moves by the mean of their gradients (unitary scalarisation).

use super::{MethodInfo, Rule, Weights};

pub(super) static INFO: MethodInfo = MethodInfo {
    name: "equal",
    summary: "Every task weighs the same.",
    citation: "Kurin et al. 2022, In Defense of the Unitary Scalarization for Deep Multi-Task Learning, arXiv:2201.04122",
    keys: &[],
    needs_gradients: false,
    build: |_, _| Rule::Weights(Box::new(Equal)),
};

struct Equal;

impl Weights for Equal {
    fn weights(&mut self, tasks: &[usize]) -> Vec<f64> {
        vec![1.0; tasks.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighs_whoever_takes_part_alike() {
        let mut equal = Equal;
        equal.observe(&[0, 1, 2], &[0.1, 5.0, 2.0]);
        assert_eq!(equal.weights(&[0, 2]), [1.0, 1.0]);
    }
}
