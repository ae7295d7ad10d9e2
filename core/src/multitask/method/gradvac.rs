//! `gradvac`: as PCGrad, but the cosine of the running g_i with g_j is raised to a moving average of itself (gradient
//! vaccine), so that tasks that agree are held to it.

use serde_json::Value;

use super::pcgrad::unit;
use super::{Aggregate, By, MethodInfo, Rule, StateError};
use crate::multitask::gram::Gram;

/// As in the paper.
const BETA: f64 = 0.01;

pub(super) static INFO: MethodInfo = MethodInfo {
    name: "gradvac",
    summary: "The cosine of the gradients of two tasks is raised to a moving average of itself.",
    citation: "Wang et al. 2021, Gradient Vaccine, ICLR, arXiv:2010.05874",
    keys: &["beta", "by"],
    needs_gradients: true,
    build: |method, tasks| {
        let beta = method.beta.unwrap_or(BETA);
        Rule::Aggregate(Box::new(GradVac { beta, by: method.by, tasks: tasks.len(), targets: Vec::new() }))
    },
};

struct GradVac {
    beta: f64,
    by: By,
    tasks: usize,
    /// The targets of every block: tasks × tasks, from 0.
    targets: Vec<Vec<Vec<f64>>>,
}

impl Aggregate for GradVac {
    fn by(&self) -> By {
        self.by
    }

    fn weights(&mut self, tasks: &[usize], gram: &Gram, block: usize, orders: &[Vec<usize>]) -> Option<Vec<f64>> {
        while self.targets.len() <= block {
            self.targets.push(vec![vec![0.0; self.tasks]; self.tasks]);
        }
        let targets = self.targets.get_mut(block)?;
        let k = gram.tasks();
        let mut weights = vec![0.0; k];
        for (i, order) in orders.iter().enumerate() {
            let mut running = unit(k, i);
            for &j in order {
                let (mine, other) = (gram.inner(&running, &running).max(0.0).sqrt(), gram.norm(j));
                if mine <= 0.0 || other <= 0.0 {
                    continue;
                }
                let cosine = gram.inner(&running, &unit(k, j)) / (mine * other);
                let target = targets.get_mut(*tasks.get(i)?)?.get_mut(*tasks.get(j)?)?;
                if cosine < *target {
                    let (sine, wanted) =
                        ((1.0 - cosine * cosine).max(0.0).sqrt(), (1.0 - *target * *target).max(0.0).sqrt());
                    if wanted > 0.0 {
                        *running.get_mut(j)? += mine * (*target * sine - cosine * wanted) / (other * wanted);
                    }
                }
                *target = (1.0 - self.beta) * *target + self.beta * cosine;
            }
            weights.iter_mut().zip(running).for_each(|(w, c)| *w += c);
        }
        Some(weights)
    }

    fn state(&self) -> Value {
        self.targets.clone().into()
    }

    fn restore(&mut self, state: Value) -> Result<(), StateError> {
        if !state.is_null() {
            self.targets = serde_json::from_value(state)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Method, aggregate};
    use super::*;
    use crate::multitask::reference::{combined, gram, joint, numbers, orders, rows};

    /// `gradvac` of joint.json: several steps, one or two blocks. State goes through JSON between the steps.
    #[test]
    fn directions_and_targets_are_those_of_the_reference() {
        for case in joint()["gradvac"]["cases"].as_array().unwrap() {
            let blocks: Vec<(usize, usize)> = serde_json::from_value(case["blocks"].clone()).unwrap();
            let by = if blocks.len() > 1 { By::Layer } else { By::Model };
            let method = Method { name: "gradvac".into(), beta: case["beta"].as_f64(), by, ..Method::default() };
            let mut state = Value::Null;
            for (t, step) in case["steps"].as_array().unwrap().iter().enumerate() {
                let gradients = rows(&case["g"][t]);
                let names: Vec<String> = (0..gradients.len()).map(|i| i.to_string()).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let Rule::Aggregate(mut rule) = method.build(&names) else { panic!("it looks at gradients") };
                rule.restore(state).unwrap();
                let part = |(from, to): (usize, usize)| -> Vec<Vec<f64>> {
                    gradients.iter().map(|g| g[from..to].to_vec()).collect()
                };
                let grams: Vec<Gram> = blocks.iter().map(|b| gram(&part(*b))).collect();
                let tasks: Vec<usize> = (0..gradients.len()).collect();
                let found = aggregate(&mut *rule, &tasks, &grams, &orders(&case["orders"][t]));
                let ours: Vec<f64> =
                    blocks.iter().zip(&found.weights).flat_map(|(b, w)| combined(w, &part(*b))).collect();
                for (a, b) in ours.iter().zip(numbers(&step["direction"])) {
                    assert!((a - b).abs() < 1e-10 * gram(&gradients).longest(), "{ours:?} {}", step["direction"]);
                }
                state = rule.state();
                let targets: Vec<Vec<Vec<f64>>> = serde_json::from_value(state.clone()).unwrap();
                for (ours, theirs) in targets.iter().zip(step["targets"].as_array().unwrap()) {
                    for (a, b) in ours.iter().flatten().zip(rows(theirs).iter().flatten()) {
                        assert!((a - b).abs() < 1e-10, "{ours:?} {theirs}");
                    }
                }
            }
        }
    }
}
