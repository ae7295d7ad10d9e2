//! Hyper-parameters of one training, named as in HuggingFace's `TrainingArguments`.

use serde::{Deserialize, Serialize};

/// What happens to the classifier of the source model when the target's training starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// A fresh head, drawn from the target's own stream: the same one that the single-task run starts with.
    Reset,
    /// The source's head goes on; needs equal numbers of classes.
    Keep,
}

/// Number format of the matrix products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit throughout.
    F32,
    /// bfloat16 products; weights, LayerNorm, softmax and loss stay in 32 bits.
    Bf16,
}

/// Shape of the learning rate after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LrSchedulerType {
    /// Falls linearly to 0 at the last step.
    Linear,
    /// Stays.
    ConstantWithWarmup,
}

macro_rules! recipe {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr),* $(,)?) => {
        /// The resolved hyper-parameters of a run.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Recipe { $($(#[$doc])* pub $field: $type),* }

        impl Default for Recipe {
            fn default() -> Self { Self { $($field: $default),* } }
        }

        /// The keys that a table of the study file sets; the others keep their value.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RecipeOverride {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// Further changes for runs that only train a source (`[recipe.source]`).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub source: Option<Box<RecipeOverride>>,
        }

        impl Recipe {
            /// Returns this recipe with the keys of `change` replaced.
            #[must_use]
            pub fn with(mut self, change: &RecipeOverride) -> Self {
                $(if let Some(value) = &change.$field { self.$field = value.clone(); })*
                self
            }
        }

        impl RecipeOverride {
            /// The keys that it sets, `source` left out.
            pub fn keys(&self) -> Vec<&'static str> {
                let mut keys = Vec::new();
                $(if self.$field.is_some() { keys.push(stringify!($field)); })*
                keys
            }
        }
    };
}

recipe! {
    /// Passes over the training set; fractions allowed.
    epochs: f64 = 3.0,
    /// Optimizer steps; replaces `epochs` when present.
    max_steps: Option<u64> = None,
    /// Examples per forward pass.
    batch_size: usize = 16,
    /// Examples per forward pass in evaluation; no effect on the numbers beyond rounding.
    eval_batch_size: usize = 64,
    /// Forward passes per optimizer step; their gradients are averaged.
    gradient_accumulation_steps: usize = 1,
    /// Peak learning rate.
    learning_rate: f64 = 5e-5,
    /// Share of the steps over which the rate rises linearly from 0.
    warmup_ratio: f64 = 0.1,
    /// Steps of warm-up; replaces `warmup_ratio` when present.
    warmup_steps: Option<u64> = None,
    /// Shape of the rate after warm-up.
    lr_scheduler_type: LrSchedulerType = LrSchedulerType::Linear,
    /// Decoupled weight decay; biases and LayerNorm are exempt.
    weight_decay: f64 = 0.01,
    /// AdamW's first decay rate.
    adam_beta1: f64 = 0.9,
    /// AdamW's second decay rate.
    adam_beta2: f64 = 0.999,
    /// AdamW's term in the denominator.
    adam_epsilon: f64 = 1e-8,
    /// Largest global norm of the gradient; 0 turns clipping off.
    max_grad_norm: f64 = 1.0,
    /// The classifier at the start of the target's training.
    head: Head = Head::Reset,
    /// Number format of the matrix products.
    precision: Precision = Precision::F32,
    /// Batches of examples of about equal length.
    group_by_length: bool = true,
    /// Stop after so many epochs without a better validation score; needs a validation set.
    early_stopping_patience: Option<u32> = None,
    /// Keep the epoch with the best validation score instead of the last one; needs a validation set.
    load_best_model_at_end: bool = false,
    /// Replaces the encoder's own value.
    hidden_dropout_prob: Option<f64> = None,
    /// Replaces the encoder's own value.
    attention_probs_dropout_prob: Option<f64> = None,
    /// Replaces the encoder's own value.
    classifier_dropout_prob: Option<f64> = None,
}

/// A hyper-parameter with which nothing can be trained.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("`{key}` is {value}; give {wanted}")]
pub struct OutOfRange {
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub value: f64,
    /// What to give instead.
    pub wanted: &'static str,
}

impl Recipe {
    /// Says what is out of range, naming the key and the remedy.
    ///
    /// # Errors
    /// The first offending key.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let within =
            |holds: bool, key, value, wanted| if holds { Ok(()) } else { Err(OutOfRange { key, value, wanted }) };
        let positive = |key, value: f64| within(value.is_finite() && value > 0.0, key, value, "a number above 0");
        let share = |key, value: f64| within((0.0..1.0).contains(&value), key, value, "a number from 0 to below 1");
        if self.max_steps.is_none() {
            positive("epochs", self.epochs)?;
        }
        within(self.max_steps != Some(0), "max_steps", 0.0, "at least 1 or leave it out")?;
        positive("batch_size", self.batch_size as f64)?;
        positive("eval_batch_size", self.eval_batch_size as f64)?;
        positive("gradient_accumulation_steps", self.gradient_accumulation_steps as f64)?;
        positive("learning_rate", self.learning_rate)?;
        positive("adam_epsilon", self.adam_epsilon)?;
        share("warmup_ratio", self.warmup_ratio)?;
        share("adam_beta1", self.adam_beta1)?;
        share("adam_beta2", self.adam_beta2)?;
        for (name, value) in [("weight_decay", self.weight_decay), ("max_grad_norm", self.max_grad_norm)] {
            within(value.is_finite() && value >= 0.0, name, value, "0 or more")?;
        }
        for (name, value) in [
            ("hidden_dropout_prob", self.hidden_dropout_prob),
            ("attention_probs_dropout_prob", self.attention_probs_dropout_prob),
            ("classifier_dropout_prob", self.classifier_dropout_prob),
        ] {
            share(name, value.unwrap_or(0.0))?;
        }
        Ok(())
    }

    /// Optimizer steps of a training on so many examples: `max_steps`, else `epochs` times the steps of an epoch, rounded up.
    pub fn total_steps(&self, examples: usize) -> u64 {
        self.max_steps.unwrap_or_else(|| {
            let steps = (self.steps_per_epoch(examples) as f64 * self.epochs).ceil();
            (steps as u64).max(1)
        })
    }

    /// Optimizer steps of one pass over so many examples; the last one may be smaller.
    pub fn steps_per_epoch(&self, examples: usize) -> u64 {
        let batches = examples.div_ceil(self.batch_size.max(1));
        batches.div_ceil(self.gradient_accumulation_steps.max(1)).max(1) as u64
    }

    /// Whether a run with this recipe chooses anything on the validation set.
    pub fn needs_validation(&self) -> bool {
        self.early_stopping_patience.is_some() || self.load_best_model_at_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_steps() {
        let recipe = Recipe { batch_size: 32, epochs: 2.5, gradient_accumulation_steps: 2, ..Recipe::default() };
        // 100 examples: 4 batches, 2 steps a pass.
        assert_eq!((recipe.steps_per_epoch(100), recipe.total_steps(100)), (2, 5));
        assert_eq!(Recipe { max_steps: Some(7), ..recipe }.total_steps(100), 7);
    }

    #[test]
    fn an_override_names_its_keys() {
        let change = RecipeOverride { epochs: Some(1.0), max_steps: Some(Some(3)), ..RecipeOverride::default() };
        assert_eq!(change.keys(), ["epochs", "max_steps"]);
    }
}
