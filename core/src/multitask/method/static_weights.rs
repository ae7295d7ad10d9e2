//! `static`: the weights that a study gives, scaled to a mean of 1 over the set: AdamW undoes a common factor, so that only
//! their proportions could matter.

use super::{MethodInfo, Rule, Weights};

pub(super) static INFO: MethodInfo = MethodInfo {
    name: "static",
    summary: "Every task has the weight that the study gives it.",
    citation: "Xin et al. 2022, Do Current Multi-Task Optimization Methods in Deep Learning Even Help?, arXiv:2209.11379",
    keys: &["weights"],
    needs_gradients: false,
    build: |method, tasks| {
        let given: Vec<f64> = tasks.iter().map(|task| method.weights.get(*task).copied().unwrap_or(1.0)).collect();
        let mean = given.iter().sum::<f64>() / given.len().max(1) as f64;
        Rule::Weights(Box::new(Static(given.into_iter().map(|w| w / mean).collect())))
    },
};

struct Static(Vec<f64>);

impl Weights for Static {
    fn weights(&mut self, tasks: &[usize]) -> Vec<f64> {
        tasks.iter().filter_map(|&task| self.0.get(task).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Method;
    use super::*;

    fn weights(given: &[(&str, f64)], tasks: &[usize]) -> Vec<f64> {
        let weights = given.iter().map(|(task, w)| ((*task).to_owned(), *w)).collect();
        let method = Method { name: "static".into(), weights, ..Method::default() };
        let Rule::Weights(mut rule) = method.build(&["a", "b", "c"]) else { panic!("it looks at no gradient") };
        rule.weights(tasks)
    }

    #[test]
    fn only_proportions_count() {
        assert_eq!(weights(&[("c", 5.0), ("a", 1.0), ("b", 3.0)], &[0, 1, 2]), [1.0 / 3.0, 1.0, 5.0 / 3.0]);
        assert_eq!(weights(&[("a", 7.0), ("b", 7.0), ("c", 7.0)], &[0, 2]), [1.0, 1.0], "as `equal`");
    }
}
