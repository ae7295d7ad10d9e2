//! One step of a method that looks at gradients, and what happens where it has no answer.

use super::{Aggregate, By};
use crate::multitask::gram::Gram;

/// A combination this much shorter than the longest gradient, in squares, is nothing to move by.
const STATIONARY: f64 = 1e-10;

/// What a step moves by.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregated {
    /// By block of parameters, then by task that takes part.
    pub weights: Vec<Vec<f64>>,
    /// Whether the method had no answer, or next to none, so that all weigh the same.
    pub degenerate: bool,
    /// Positions of the tasks whose gradient was zero beside the others, and which were not asked.
    pub left_out: Vec<usize>,
}

/// Weighs the tasks that take part in a step: `tasks` their numbers in the set, `blocks` the inner products of their
/// gradients by groups of parameters, row i of `orders` the positions of the others in the order in which gradient i meets
/// them.
pub fn aggregate(method: &mut dyn Aggregate, tasks: &[usize], blocks: &[Gram], orders: &[Vec<usize>]) -> Aggregated {
    let whole = Gram::sum(blocks);
    let k = whole.tasks();
    let present = whole.present();
    let left_out = (0..k).filter(|i| !present.contains(i)).collect();
    let mut asking = Asking { method, tasks, orders, present };
    let weights = match asking.method.by() {
        By::Model => asking.ask(&whole, 0).map(|weights| vec![weights; blocks.len()]),
        By::Layer => blocks.iter().enumerate().map(|(number, block)| asking.ask(block, number)).collect(),
    };
    let moves = |weights: &Vec<Vec<f64>>| {
        let square: f64 = blocks.iter().zip(weights).map(|(block, w)| block.inner(w, w)).sum();
        square > STATIONARY * whole.longest().powi(2)
    };
    match weights.filter(moves) {
        Some(weights) => Aggregated { weights, degenerate: false, left_out },
        None => Aggregated { weights: vec![vec![1.0; k]; blocks.len()], degenerate: true, left_out },
    }
}

struct Asking<'a> {
    method: &'a mut dyn Aggregate,
    tasks: &'a [usize],
    orders: &'a [Vec<usize>],
    /// Positions of the tasks that are asked.
    present: Vec<usize>,
}

impl Asking<'_> {
    /// The weights of all tasks that take part, 0 for those that are not asked.
    fn ask(&mut self, gram: &Gram, block: usize) -> Option<Vec<f64>> {
        let Self { method, tasks, orders, present } = self;
        let numbers: Vec<usize> = present.iter().filter_map(|&i| tasks.get(i).copied()).collect();
        let place = |j: &usize| present.iter().position(|p| p == j);
        let orders: Vec<Vec<usize>> =
            present.iter().map(|&i| orders.get(i).into_iter().flatten().filter_map(place).collect()).collect();
        let found = method.weights(&numbers, &gram.of(present), block, &orders)?;
        let mut weights = vec![0.0; gram.tasks()];
        for (&i, w) in present.iter().zip(found) {
            *weights.get_mut(i)? = w;
        }
        weights.iter().all(|w| w.is_finite()).then_some(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Method, Rule, registry};
    use super::*;
    use crate::multitask::reference::gram;

    /// No method may panic, whatever the gradients are.
    #[test]
    fn every_method_answers_whatever_it_is_given() {
        let sets: [Vec<Vec<f64>>; 7] = [
            vec![vec![1.0, 0.0]],
            vec![vec![0.0, 0.0], vec![0.0, 0.0]],
            vec![vec![1e8, 1.0], vec![-1e8, 1.0]],
            vec![vec![1e-8, 0.0], vec![0.0, 1e-8], vec![-1e-8, 0.0]],
            vec![vec![f64::NAN, 0.0], vec![1.0, 0.0]],
            vec![vec![1.0, 1.0], vec![1.0, 1.0], vec![-1.0, -1.0]],
            vec![vec![1.0], vec![-1.0]],
        ];
        for info in registry().iter().filter(|m| m.needs_gradients) {
            for gradients in &sets {
                let names = vec!["t"; gradients.len()];
                let Rule::Aggregate(mut rule) = (info.build)(&Method::default(), &names) else { continue };
                let tasks: Vec<usize> = (0..gradients.len()).collect();
                let orders: Vec<Vec<usize>> =
                    tasks.iter().map(|i| tasks.iter().copied().filter(|j| j != i).collect()).collect();
                let found = aggregate(&mut *rule, &tasks, &[gram(gradients)], &orders);
                assert_eq!(found.weights[0].len(), gradients.len());
                assert!(found.weights.iter().flatten().all(|w| w.is_finite()), "{} {gradients:?}", info.name);
            }
        }
    }

    #[test]
    fn opposite_gradients_fall_back_to_equal_weights_and_say_so() {
        let Rule::Aggregate(mut rule) = (Method { name: "pcgrad".into(), ..Method::default() }).build(&["a", "b"])
        else {
            panic!("it looks at gradients")
        };
        let found = aggregate(&mut *rule, &[0, 1], &[gram(&[vec![1.0, 0.0], vec![-1.0, 0.0]])], &[vec![1], vec![0]]);
        assert_eq!((found.weights, found.degenerate), (vec![vec![1.0, 1.0]], true));
    }
}
