//! `pcgrad`: where gradients conflict, each loses its part along the other (gradient surgery).
//!
//! From g_i, for the others j in random order: where the running g_i · g_j < 0, take out the part of g_i along g_j. The
//! body moves by the sum over i. All of it happens in coefficients of the original gradients: row i of C is the running g_i.

use super::{Aggregate, By, MethodInfo, Rule};
use crate::multitask::gram::Gram;

pub(super) static INFO: MethodInfo = MethodInfo {
    name: "pcgrad",
    summary: "Where the gradients of two tasks conflict, each loses its part along the other.",
    citation: "Yu et al. 2020, Gradient Surgery for Multi-Task Learning, NeurIPS, algorithm 1, arXiv:2001.06782",
    keys: &["by"],
    needs_gradients: true,
    build: |method, _| Rule::Aggregate(Box::new(PcGrad(method.by))),
};

struct PcGrad(By);

impl Aggregate for PcGrad {
    fn by(&self) -> By {
        self.0
    }

    fn weights(&mut self, _: &[usize], gram: &Gram, _: usize, orders: &[Vec<usize>]) -> Option<Vec<f64>> {
        let k = gram.tasks();
        let mut weights = vec![0.0; k];
        for (i, order) in orders.iter().enumerate() {
            let mut running = unit(k, i);
            for &j in order {
                let inner = gram.inner(&running, &unit(k, j));
                let square = gram.at(j, j);
                if inner < 0.0
                    && square > 0.0
                    && let Some(c) = running.get_mut(j)
                {
                    *c -= inner / square;
                }
            }
            weights.iter_mut().zip(running).for_each(|(w, c)| *w += c);
        }
        Some(weights)
    }
}

/// The i-th gradient in coefficients.
pub(super) fn unit(k: usize, i: usize) -> Vec<f64> {
    (0..k).map(|j| if i == j { 1.0 } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Method, aggregate};
    use super::*;
    use crate::multitask::reference::{combined, gram, joint, numbers, orders, rows};

    fn rule(name: &str) -> Box<dyn Aggregate> {
        match (Method { name: name.into(), beta: Some(0.0), ..Method::default() }).build(&["a", "b", "c", "d", "e"]) {
            Rule::Aggregate(rule) => rule,
            Rule::Weights(_) => panic!("it looks at gradients"),
        }
    }

    /// `methods.pcgrad` of joint.json, checked there against TorchJD with the same permutations.
    #[test]
    fn weights_are_those_of_the_reference() {
        let joint = joint();
        let (cases, expected) = (&joint["gradients"]["cases"], &joint["methods"]["pcgrad"]["cases"]);
        for (case, expected) in cases.as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
            assert_eq!(case["name"], expected["case"]);
            let gradients = rows(&case["g"]);
            let tasks: Vec<usize> = (0..gradients.len()).collect();
            let found = aggregate(&mut *rule("pcgrad"), &tasks, &[gram(&gradients)], &orders(&case["orders"]));
            let (ours, theirs) = (combined(&found.weights[0], &gradients), numbers(&expected["direction"]));
            let longest = gram(&gradients).longest();
            let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            // A step whose answer is next to nothing falls back to equal weights: opposite gradients, say.
            let size = theirs.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert_eq!(found.degenerate, size <= 1e-5 * longest, "{}", case["name"]);
            assert!(found.degenerate || apart <= 1e-10 * longest, "{}: {ours:?} {theirs:?}", case["name"]);
            if case["independent"] == true {
                for (a, b) in found.weights[0].iter().zip(numbers(&expected["weights"])) {
                    assert!((a - b).abs() < 1e-10, "{}", case["name"]);
                }
            }
        }
    }

    /// `identities` of joint.json: of two tasks, PCGrad is twice UPGrad.
    #[test]
    fn of_two_tasks_it_is_twice_upgrad() {
        let joint = joint();
        let of = |name: &str| joint["methods"][name]["cases"].as_array().unwrap().clone();
        for (case, upgrad) in joint["gradients"]["cases"].as_array().unwrap().iter().zip(of("upgrad")) {
            let gradients = rows(&case["g"]);
            if gradients.len() != 2 || case["independent"] != true {
                continue;
            }
            let found = aggregate(&mut *rule("pcgrad"), &[0, 1], &[gram(&gradients)], &[vec![1], vec![0]]);
            let ours = combined(&found.weights[0], &gradients);
            for (a, b) in ours.iter().zip(numbers(&upgrad["direction"])) {
                assert!((a - 2.0 * b).abs() < 1e-7 * gram(&gradients).longest(), "{}", case["name"]);
            }
        }
    }

    #[test]
    fn gradvac_whose_targets_stay_0_is_pcgrad() {
        for case in joint()["gradients"]["cases"].as_array().unwrap() {
            let gradients = rows(&case["g"]);
            let tasks: Vec<usize> = (0..gradients.len()).collect();
            let of = |name: &str| {
                let found = aggregate(&mut *rule(name), &tasks, &[gram(&gradients)], &orders(&case["orders"]));
                combined(&found.weights[0], &gradients)
            };
            for (a, b) in of("pcgrad").iter().zip(of("gradvac")) {
                assert!((a - b).abs() < 1e-9 * gram(&gradients).longest(), "{}", case["name"]);
            }
        }
    }
}
