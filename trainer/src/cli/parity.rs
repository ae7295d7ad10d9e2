//! `transfermap parity`: the encoder against PyTorch's numbers, on any device. Part of the GPU check.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::backend::{Device, device};
use crate::error::Wrong;
use crate::parity::compare;

/// Arguments of `parity`.
#[derive(Debug, Args)]
pub(super) struct Parity {
    /// Folder that holds the reference folders: albert_*, bert, roberta and the others of tests/fixtures
    #[arg(long)]
    fixtures: PathBuf,
    /// auto, cpu, ndarray, cuda or cuda:N
    #[arg(long, default_value = "auto")]
    device: String,
    /// Largest absolute difference that passes; without it 1e-5 on a CPU, 5e-3 on a GPU, which multiplies in TF32
    #[arg(long)]
    tolerance: Option<f64>,
}

impl Parity {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let (device, _) = device::choose(&self.device)?;
        let entries = std::fs::read_dir(&self.fixtures).map_err(|e| Wrong::at(self.fixtures.display(), &e))?;
        let mut folders: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
        // Others hold references of other things, such as a step of joint training.
        folders.retain(|f| ["config.json", "expected.safetensors"].iter().all(|file| f.join(file).is_file()));
        folders.sort();
        if folders.is_empty() {
            return Err(Wrong(format!(
                "no folder with config.json and expected.safetensors in {}",
                self.fixtures.display()
            ))
            .into());
        }
        let tolerance = self.tolerance.unwrap_or(match device {
            Device::Cuda(_) => 5e-3,
            Device::Cpu | Device::NdArray => 1e-5,
        });
        writeln!(out, "largest absolute differences from transformers on {} ({})", device, device::name(device))?;
        let mut good = true;
        for folder in folders {
            let d = compare(&folder, device)?;
            let passes = d.max() <= tolerance && d.without_gradient.is_empty();
            good &= passes;
            writeln!(
                out,
                "{:<16} logits {:.1e}  pooled {:.1e}  mean-pooled {:.1e}  layers {}  dropout {}  loss {:.1e}  gradients {:.1e}  8 losses {:.1e}  logits after {:.1e}  {}",
                folder.file_name().unwrap_or_default().to_string_lossy(),
                d.logits,
                d.pooler_output,
                d.mean_pooled,
                optional(d.hidden_states),
                optional(d.dropout),
                d.loss,
                d.gradients,
                d.train_losses,
                d.logits_after_training,
                if passes { "ok" } else { "TOO LARGE" }
            )?;
        }
        Ok(good)
    }
}

/// A difference that not every folder has a reference for.
fn optional(difference: Option<f64>) -> String {
    difference.map_or_else(|| "–".into(), |d| format!("{d:.1e}"))
}
