//! A forward pass over a probe set: pooled and mean-pooled features, and logits.

use burn::module::AutodiffModule;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::{ProbeError, Subject, finite};
use crate::backend::{Work, run_on};
use crate::data::TokenisedSplit;
use crate::data::batch::{collate, eval_batches};
use crate::encoder::{Body, Head, Mode};
use crate::train::evaluate::to_device;
use transfermap_kernels::Trains;

/// Examples per forward pass.
const BATCH: usize = 64;

/// A table of numbers, one row per example in the order of the probe set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Numbers in a row.
    pub cols: usize,
    /// Row by row.
    pub data: Vec<f32>,
}

/// What a model makes of a probe set.
#[derive(Debug, Clone, PartialEq)]
pub struct Forward {
    /// Output of the pooler: examples × hidden size.
    pub pooled: Table,
    /// Last hidden state averaged over tokens: examples × hidden size.
    pub mean_pooled: Table,
    /// Output of the head: examples × classes.
    pub logits: Table,
}

/// Passes `split` through `subject` without dropout. `go_on` is asked before every batch; `None` when it says no.
///
/// # Errors
/// Weights that do not fit, a device that is not there, or a value that is not finite.
pub fn forward(
    subject: Subject<'_>,
    split: &TokenisedSplit,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Forward>, ProbeError> {
    run_on(subject.device, Pass { subject, split, go_on })?
}

struct Pass<'a, 'o> {
    subject: Subject<'a>,
    split: &'a TokenisedSplit,
    go_on: &'o mut dyn FnMut() -> bool,
}

impl Work for Pass<'_, '_> {
    type Output = Result<Option<Forward>, ProbeError>;

    fn run<B: Trains>(self, device: &B::Device) -> Self::Output {
        let (body, head) = (self.subject.body::<B>(device)?.valid(), self.subject.head::<B>(device)?.valid());
        let examples = self.split.len();
        let (mut pooled, mut mean_pooled) = (Rows::new(examples), Rows::new(examples));
        let mut logits = Rows::new(examples);
        for indices in eval_batches(self.split, BATCH) {
            if !(self.go_on)() {
                return Ok(None);
            }
            let batch = collate(self.split, &indices, self.subject.padding());
            let (inputs, _) = to_device::<B::InnerBackend>(&batch, device);
            let mut mode = Mode::evaluation(self.subject.precision);
            let outputs = body.encode(&inputs, &mut mode);
            mean_pooled.put(&indices, outputs.mean_pooled(&inputs.attention_mask));
            pooled.put(&indices, outputs.pooler_output.clone());
            logits.put(&indices, head.forward(outputs.pooler_output, &mut mode));
        }
        let finished = |rows: Rows, what| finite(what, rows.data).map(|data| Table { cols: rows.cols, data });
        Ok(Some(Forward {
            pooled: finished(pooled, "pooled features")?,
            mean_pooled: finished(mean_pooled, "mean-pooled features")?,
            logits: finished(logits, "logits")?,
        }))
    }
}

/// A table that is filled batch by batch, in whatever order the batches come.
struct Rows {
    examples: usize,
    cols: usize,
    data: Vec<f32>,
}

impl Rows {
    fn new(examples: usize) -> Self {
        Self { examples, cols: 0, data: Vec::new() }
    }

    /// Puts the rows of a batch, `[batch, cols]`, where their examples stand.
    fn put<B: Backend>(&mut self, indices: &[usize], values: Tensor<B, 2>) {
        let [_, cols] = values.dims();
        self.cols = cols;
        // What is never filled is found by the check for finite numbers.
        self.data.resize(self.examples * cols, f32::NAN);
        let values: Vec<f32> = values.into_data().convert::<f32>().into_vec().unwrap_or_default();
        for (&example, row) in indices.iter().zip(values.chunks_exact(cols.max(1))) {
            if let Some(place) = self.data.get_mut(example * cols..(example + 1) * cols) {
                place.copy_from_slice(row);
            }
        }
    }
}
