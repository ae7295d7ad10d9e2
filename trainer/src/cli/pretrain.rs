//! `transfermap pretrain-demo-encoder`: makes an encoder as the one that ships in the binary, from the suite's grammar
//! alone.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::pretrain::{SEED, STEPS, demo_encoder};

/// Arguments of `pretrain-demo-encoder`.
#[derive(Debug, Args)]
pub(super) struct Pretrain {
    /// Folder for config.json, tokenizer.json and model.safetensors
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Optimizer steps
    #[arg(long, default_value_t = STEPS)]
    steps: u64,
    /// Seed
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

impl Pretrain {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let mut observe = |step: u64, loss: f64| {
            if step.is_multiple_of(100) {
                eprintln!("step {step} of {}, loss {loss:.3}", self.steps);
            }
        };
        let summary = demo_encoder(&self.out, self.steps, self.seed, &mut observe)?;
        writeln!(
            out,
            "{:.1} % of the pairs told right, {:.2} nats a masked word; written to {}",
            100.0 * summary.matching_accuracy,
            summary.masked_word_loss,
            self.out.display()
        )?;
        Ok(())
    }
}
