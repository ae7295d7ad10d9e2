//! `transfermap throughput`: training speed of an encoder with random weights. Part of the GPU check.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use transfermap::multitask::method::Method;
use transfermap::study::Precision;

use crate::backend::device;
use crate::encoder::Config;
use crate::error::Wrong;
use crate::throughput::{Load, albert_base, measure};

/// Arguments of `throughput`.
#[derive(Debug, Args)]
pub(super) struct Throughput {
    /// The encoder's config.json; without it ALBERT-base
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// auto, cpu, ndarray, cuda or cuda:N
    #[arg(long, default_value = "auto")]
    device: String,
    /// f32 or bf16
    #[arg(long, default_value = "f32")]
    precision: String,
    /// Examples per step
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Tokens per example
    #[arg(long, default_value_t = 128)]
    length: usize,
    /// Steps that are timed, after ten of warm-up
    #[arg(long, default_value_t = 30)]
    steps: u64,
    /// Tasks trained together, each with a batch of its own in every step and a head of its own
    #[arg(long, default_value_t = 1)]
    tasks: usize,
    /// How their gradients are weighed: equal, pcgrad or gradvac
    #[arg(long, default_value = "equal")]
    method: String,
    /// One JSON object instead of a line
    #[arg(long)]
    json: bool,
}

impl Throughput {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let precision = match self.precision.as_str() {
            "f32" => Precision::F32,
            "bf16" => Precision::Bf16,
            other => return Err(Wrong(format!("--precision {other}: give f32 or bf16")).into()),
        };
        if self.batch < 1 || self.steps < 1 || self.length < 1 || self.tasks < 1 {
            return Err(Wrong("give --batch, --steps, --length and --tasks from 1".into()).into());
        }
        let method = Method { name: self.method.clone(), ..Method::default() };
        let tasks: Vec<String> = (1..=self.tasks).map(|i| format!("task{i}")).collect();
        let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
        method.check(&tasks).map_err(|e| Wrong(format!("--method: {e}")))?;
        let config = self.config()?;
        let longest = config.sizes().max_length;
        if self.length > longest {
            return Err(Wrong(format!("--length {}: this encoder takes at most {longest} tokens", self.length)).into());
        }
        let (device, _) = device::choose(&self.device)?;
        let load = Load {
            config,
            device,
            precision,
            batch: self.batch,
            length: self.length,
            steps: self.steps,
            tasks: self.tasks,
            method,
        };
        let mut result = measure(load)?;
        result.device = device::name(device);
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&result)?)?;
        } else {
            writeln!(
                out,
                "{:.1} examples/s, {:.4} s/step on {}",
                result.examples_per_second, result.seconds_per_step, result.device
            )?;
        }
        Ok(())
    }

    fn config(&self) -> anyhow::Result<Config> {
        let Some(file) = &self.config else { return Ok(albert_base()) };
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|e| Wrong(format!("{name}: {e}")))?;
        let value = serde_json::from_str(&text).map_err(|e| Wrong(format!("{name}: {e}")))?;
        Ok(Config::read(value).map_err(|e| Wrong(format!("{name}: {e}")))?)
    }
}
