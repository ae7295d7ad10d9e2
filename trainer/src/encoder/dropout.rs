//! Dropout whose masks come from a keyed stream: Burn's own draws from a process-wide generator and cannot be resumed.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand::RngCore;
use transfermap::random::{Stream, stream};

/// Draws the masks of one forward pass.
pub struct Dropout {
    rng: Stream,
}

impl Dropout {
    /// The masks of optimizer step `step`, forward pass `micro` within it: the same ones for every run of this task
    /// and seed, whatever happened before.
    pub fn new(seed: u64, task: &str, step: u64, micro: usize) -> Self {
        Self { rng: stream(seed, task, &format!("dropout/{step}/{micro}")) }
    }

    /// See [`super::Mode::drop`].
    pub fn apply<B: Backend, const D: usize>(&mut self, x: Tensor<B, D>, probability: f64) -> Tensor<B, D> {
        let shape = x.dims();
        let elements: usize = shape.iter().product();
        // A 16-bit uniform per element: the probability is met to within 2^-17.
        let threshold = (probability * 65536.0).round() as u32;
        let scale = (1.0 / (1.0 - f64::from(threshold) / 65536.0)) as f32;
        let mut bytes = vec![0_u8; elements * 2];
        self.rng.fill_bytes(&mut bytes);
        let mask: Vec<f32> = bytes
            .chunks_exact(2)
            .map(|b| if u32::from(u16::from_le_bytes([b[0], b[1]])) < threshold { 0.0 } else { scale })
            .collect();
        let mask = Tensor::<B, D>::from_data(TensorData::new(mask, shape), &x.device());
        x * mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Host;

    #[test]
    fn keeps_the_mean_and_drops_the_share_asked_for() {
        let x = Tensor::<Host, 2>::ones([200, 500], &Default::default());
        let y: Vec<f32> = Dropout::new(1, "rte", 7, 0).apply(x, 0.1).into_data().to_vec().unwrap();
        let zeros = y.iter().filter(|v| **v == 0.0).count();
        // Binomial(100000, 0.1): sd 95.
        assert!((9_500..=10_500).contains(&zeros), "{zeros}");
        let mean = y.iter().sum::<f32>() / y.len() as f32;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
    }
}
