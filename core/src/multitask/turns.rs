//! Whose turn it is: which tasks give a batch to which optimizer step.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::random::Stream;

/// Whether the tasks of a set share optimizer steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A step holds a batch of every task that takes part.
    #[default]
    Together,
    /// A step holds a batch of one task.
    Alternate,
}

/// The steps of a set of tasks that are trained together, each on as many batches as its quota says.
///
/// The longest quota sets the number of steps S. A task with q batches takes part in step k when
/// ⌊(k + 1) q / S⌋ > ⌊k q / S⌋: as evenly as whole batches can be spread, and in every step where q = S. Quotas may change
/// over the stretches of a training, each with steps of its own. Alternating tasks take Σ q steps in an order drawn once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turns {
    stretches: Vec<Stretch>,
    /// Batches of every task in all.
    quotas: Vec<u64>,
    steps: u64,
}

/// A part of a training with the same quotas throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    /// Steps before it.
    before: u64,
    /// Batches before it, by task.
    had: Vec<u64>,
    steps: u64,
    quotas: Vec<u64>,
    /// Whose turn each step is, where the tasks alternate.
    order: Option<Vec<usize>>,
}

/// A task's part in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Which task, from 0.
    pub part: usize,
    /// The number of its batch, from 0.
    pub batch: u64,
}

impl Turns {
    /// The turns of tasks with these quotas of batches.
    pub fn new(quotas: Vec<u64>) -> Self {
        Self::together(vec![quotas])
    }

    /// The same with quotas by stretch.
    pub fn together(stretches: Vec<Vec<u64>>) -> Self {
        Self::of_stretches(stretches, |quotas| (quotas.iter().copied().max().unwrap_or(0), None))
    }

    /// One task a step, in an order that `random` draws: of each stretch, every order of its batches is as likely.
    pub fn alternate(stretches: Vec<Vec<u64>>, random: &mut Stream) -> Self {
        Self::of_stretches(stretches, |quotas| {
            let parts = quotas.iter().enumerate();
            let mut order: Vec<usize> =
                parts.flat_map(|(part, &q)| std::iter::repeat_n(part, usize::try_from(q).unwrap_or(0))).collect();
            // Fisher and Yates.
            for i in (1..order.len()).rev() {
                order.swap(i, random.random_range(0..=i));
            }
            (order.len() as u64, Some(order))
        })
    }

    fn of_stretches(stretches: Vec<Vec<u64>>, mut plan: impl FnMut(&[u64]) -> (u64, Option<Vec<usize>>)) -> Self {
        let mut turns = Self { stretches: Vec::new(), quotas: Vec::new(), steps: 0 };
        for quotas in stretches {
            turns.quotas.resize(quotas.len(), 0);
            let (steps, order) = plan(&quotas);
            let (before, had) = (turns.steps, turns.quotas.clone());
            turns.steps += steps;
            turns.quotas.iter_mut().zip(&quotas).for_each(|(all, q)| *all += q);
            turns.stretches.push(Stretch { before, had, steps, quotas, order });
        }
        turns
    }

    /// Optimizer steps in all.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Batches of every task in all.
    pub fn quotas(&self) -> &[u64] {
        &self.quotas
    }

    /// Who takes part in `step`, from 0, in the order of the tasks.
    pub fn of(&self, step: u64) -> Vec<Turn> {
        let stretch = self.stretches.iter().rev().find(|s| s.before <= step && s.steps > 0);
        stretch.map_or_else(Vec::new, |stretch| stretch.of(step - stretch.before))
    }

    /// The step, counted from 1, after which the models are scored for the `number`th time, from 1. A set is scored as
    /// often as its task with the most passes alone has passes, at equal stretches; a single task after each of its passes,
    /// of which the last may be cut short. `alone` holds the batches of each task's single run, `per_pass` those of one of
    /// its passes.
    pub fn scored_after(&self, number: u64, alone: &[u64], per_pass: &[u64]) -> u64 {
        let step = match per_pass {
            [pass] => number * pass,
            passes => (number * self.steps).div_ceil(most_passes(alone, passes)),
        };
        step.min(self.steps)
    }
}

/// Passes, the last one cut short or not, of the task that has the most of them; at least one.
pub fn most_passes(quotas: &[u64], per_pass: &[u64]) -> u64 {
    quotas.iter().zip(per_pass).map(|(q, pass)| q.div_ceil((*pass).max(1))).max().unwrap_or(0).max(1)
}

impl Stretch {
    fn of(&self, step: u64) -> Vec<Turn> {
        let before = |part: usize| self.had.get(part).copied().unwrap_or(0);
        if let Some(order) = &self.order {
            let Some((&part, earlier)) = usize::try_from(step).ok().and_then(|k| order.get(..=k)?.split_last()) else {
                return Vec::new();
            };
            let batch = before(part) + earlier.iter().filter(|p| **p == part).count() as u64;
            return vec![Turn { part, batch }];
        }
        let had = |quota: u64, steps: u64| steps * quota / self.steps.max(1);
        let parts = self.quotas.iter().enumerate();
        parts
            .filter(|&(_, &q)| had(q, step + 1) > had(q, step))
            .map(|(part, &q)| Turn { part, batch: before(part) + had(q, step) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps_of(turns: &Turns, part: usize) -> Vec<u64> {
        (0..turns.steps()).filter(|k| turns.of(*k).iter().any(|t| t.part == part)).collect()
    }

    /// `participation` of ../shared/fixtures/joint.json, by numpy from the formula.
    #[test]
    fn takes_part_as_the_formula_says() {
        for (quotas, expected) in [
            (vec![6, 6], vec![vec![0, 1, 2, 3, 4, 5], vec![0, 1, 2, 3, 4, 5]]),
            (vec![8, 3, 1], vec![vec![0, 1, 2, 3, 4, 5, 6, 7], vec![2, 5, 7], vec![7]]),
            (
                vec![10, 10, 7, 4],
                vec![
                    vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                    vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                    vec![1, 2, 4, 5, 7, 8, 9],
                    vec![2, 4, 7, 9],
                ],
            ),
        ] {
            let turns = Turns::new(quotas);
            for (part, steps) in expected.into_iter().enumerate() {
                assert_eq!(steps_of(&turns, part), steps);
            }
        }
    }

    #[test]
    fn every_batch_of_a_quota_comes_once_and_in_order() {
        for quotas in [vec![1], vec![17], vec![5, 17, 3], vec![1, 1000], vec![7, 7, 6]] {
            let turns = Turns::new(quotas.clone());
            for (part, quota) in quotas.iter().enumerate() {
                let batches = (0..turns.steps()).flat_map(|k| turns.of(k)).filter(|t| t.part == part);
                assert!(batches.map(|t| t.batch).eq(0..*quota), "{quotas:?}");
            }
        }
    }

    #[test]
    fn alternating_tasks_have_their_batches_in_order_one_a_step() {
        let quotas = vec![vec![5, 17, 3], vec![2, 0, 9]];
        let of = |seed| Turns::alternate(quotas.clone(), &mut crate::random::stream(seed, "a+b+c", "schedule"));
        let turns = of(1);
        assert_eq!((turns.steps(), turns.quotas()), (36, &[7, 17, 12][..]));
        assert!((0..36).all(|k| turns.of(k).len() == 1) && turns.of(36).is_empty());
        for part in 0..3 {
            let batches = (0..36).flat_map(|k| turns.of(k)).filter(|t| t.part == part).map(|t| t.batch);
            assert!(batches.eq(0..turns.quotas()[part]));
        }
        // The second stretch has none of the second task.
        assert!((25..36).all(|k| turns.of(k)[0].part != 1));
        assert_eq!(of(1), turns);
        assert_ne!(of(2), turns);
    }

    #[test]
    fn quotas_that_change_go_on_with_the_next_batch() {
        let turns = Turns::together(vec![vec![4, 2], vec![1, 3]]);
        assert_eq!((turns.steps(), turns.quotas()), (7, &[5, 5][..]));
        for part in 0..2 {
            let batches = (0..7).flat_map(|k| turns.of(k)).filter(|t| t.part == part).map(|t| t.batch);
            assert!(batches.eq(0..5));
        }
    }

    #[test]
    fn one_task_is_scored_after_its_passes_and_a_set_at_equal_stretches() {
        let scored = |quotas: &[u64], per_pass: &[u64]| {
            let turns = Turns::new(quotas.to_vec());
            let mut steps = vec![turns.scored_after(1, quotas, per_pass)];
            while *steps.last().unwrap() < turns.steps() {
                steps.push(turns.scored_after(steps.len() as u64 + 1, quotas, per_pass));
            }
            steps
        };
        // 2.5 passes of 4 steps.
        assert_eq!(scored(&[10], &[4]), [4, 8, 10]);
        // 3 passes and 2: three times, though the second is the longer one.
        assert_eq!(scored(&[6, 10], &[2, 5]), [4, 7, 10]);
        // Whole passes of the longest fall on stretches.
        assert_eq!(scored(&[15, 4], &[5, 4]), [5, 10, 15]);
    }
}
