//! The learning rate by step, as transformers' `get_linear_schedule_with_warmup` and `get_constant_schedule_with_warmup`.

use transfermap::study::{LrSchedulerType, Recipe};

/// Warm-up and decay over a known number of steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Peak rate.
    pub learning_rate: f64,
    /// Steps of linear rise from 0.
    pub warmup_steps: u64,
    /// Optimizer steps in all.
    pub total_steps: u64,
    /// Shape after warm-up.
    pub kind: LrSchedulerType,
}

impl Schedule {
    /// The schedule of a recipe; a warm-up ratio is rounded up, as `TrainingArguments.get_warmup_steps` does.
    pub fn new(recipe: &Recipe, total_steps: u64) -> Self {
        let ratio = (total_steps as f64 * recipe.warmup_ratio).ceil() as u64;
        Self {
            learning_rate: recipe.learning_rate,
            warmup_steps: recipe.warmup_steps.unwrap_or(ratio),
            total_steps,
            kind: recipe.lr_scheduler_type,
        }
    }

    /// The rate of optimizer step `step`, from 0: step 0 of a warm-up has rate 0.
    pub fn rate(&self, step: u64) -> f64 {
        let factor = if step < self.warmup_steps {
            step as f64 / self.warmup_steps.max(1) as f64
        } else {
            match self.kind {
                LrSchedulerType::ConstantWithWarmup => 1.0,
                LrSchedulerType::Linear => {
                    let left = self.total_steps.saturating_sub(step) as f64;
                    left / self.total_steps.saturating_sub(self.warmup_steps).max(1) as f64
                }
            }
        };
        self.learning_rate * factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[get_linear_schedule_with_warmup(SGD([p], lr=1e-3), 2, 8) ... get_last_lr()[0]]` of transformers 5.23: see
    /// tests/fixtures/albert_small/expected.safetensors, `train_learning_rates`.
    #[test]
    fn rises_and_falls_as_transformers_does() {
        let recipe = Recipe { learning_rate: 1e-3, warmup_steps: Some(2), ..Recipe::default() };
        let schedule = Schedule::new(&recipe, 8);
        let rates: Vec<f64> = (0..8).map(|s| schedule.rate(s)).collect();
        let expected = [0.0, 5e-4, 1e-3, 1e-3 * 5.0 / 6.0, 1e-3 * 4.0 / 6.0, 5e-4, 1e-3 * 2.0 / 6.0, 1e-3 / 6.0];
        for (a, b) in rates.iter().zip(expected) {
            assert!((a - b).abs() < 1e-15, "{rates:?}");
        }
    }
}
