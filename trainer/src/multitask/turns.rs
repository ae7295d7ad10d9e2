//! Whose turn it is: which tasks give a batch to which optimizer step.

/// The steps of a set of tasks that are trained together, each on as many batches as its quota says.
///
/// The longest quota sets the number of steps S. A task with q batches takes part in step k when
/// ⌊(k + 1) q / S⌋ > ⌊k q / S⌋: as evenly as whole batches can be spread, and in every step where q = S.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turns {
    quotas: Vec<u64>,
    steps: u64,
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
        let steps = quotas.iter().copied().max().unwrap_or(0);
        Self { quotas, steps }
    }

    /// Optimizer steps in all.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Who takes part in `step`, from 0, in the order of the tasks.
    pub fn of(&self, step: u64) -> Vec<Turn> {
        let had = |quota: u64, steps: u64| steps * quota / self.steps.max(1);
        let parts = self.quotas.iter().enumerate();
        parts
            .filter(|&(_, &q)| had(q, step + 1) > had(q, step))
            .map(|(part, &q)| Turn { part, batch: had(q, step) })
            .collect()
    }

    /// The step, counted from 1, after which the models are scored for the `number`th time, from 1. A set is scored as
    /// often as its task with the most passes has passes, at equal stretches; a single task after each of its passes, of
    /// which the last may be cut short. `per_pass` holds the batches of one pass of each task.
    pub fn scored_after(&self, number: u64, per_pass: &[u64]) -> u64 {
        let step = match (self.quotas.as_slice(), per_pass) {
            ([_], [pass]) => number * pass,
            (quotas, passes) => {
                let most = quotas.iter().zip(passes).map(|(q, pass)| q.div_ceil((*pass).max(1))).max().unwrap_or(0);
                (number * self.steps).div_ceil(most.max(1))
            }
        };
        step.min(self.steps)
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
    fn one_task_is_scored_after_its_passes_and_a_set_at_equal_stretches() {
        let scored = |quotas: &[u64], per_pass: &[u64]| {
            let turns = Turns::new(quotas.to_vec());
            let mut steps = vec![turns.scored_after(1, per_pass)];
            while *steps.last().unwrap() < turns.steps() {
                steps.push(turns.scored_after(steps.len() as u64 + 1, per_pass));
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
