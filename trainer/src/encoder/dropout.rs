//! Dropout whose masks come from a keyed stream: Burn's own draws from a process-wide generator and cannot be resumed.
//!
//! The masks of BERT-base are 600 MB per step of 32 × 128 tokens. A GPU draws the large ones itself, its generator seeded
//! from the stream at the first of every forward pass, so that nothing of it lasts from one pass to the next. The small
//! ones, before a classifier, are the same on every device.

use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor, TensorData};
use rand::RngCore;
use transfermap::random::{Stream, stream};

use crate::backend::has_memory_of_its_own;

/// From how many elements a device draws for itself.
const LARGE: usize = 1 << 16;

/// Draws the masks of one forward pass.
pub struct Dropout {
    rng: Stream,
    always_on_host: bool,
    device_is_seeded: bool,
}

impl Dropout {
    /// The masks of optimizer step `step`, forward pass `micro` within it: the same ones for every run of this task
    /// and seed, whatever happened before.
    pub fn new(seed: u64, task: &str, step: u64, micro: usize) -> Self {
        let rng = stream(seed, task, &format!("dropout/{step}/{micro}"));
        Self { rng, always_on_host: false, device_is_seeded: false }
    }

    /// The same masks on every device, however long they take to get there.
    pub fn on_host(mut self) -> Self {
        self.always_on_host = true;
        self
    }

    /// See [`super::Mode::drop`].
    pub fn apply<B: Backend, const D: usize>(&mut self, x: Tensor<B, D>, probability: f64) -> Tensor<B, D> {
        let large = x.shape().num_elements() >= LARGE;
        let mask = if large && has_memory_of_its_own::<B>() && !self.always_on_host {
            self.draw_on_device(&x, probability)
        } else {
            self.draw_on_host(&x, probability)
        };
        x * mask
    }

    fn draw_on_device<B: Backend, const D: usize>(&mut self, x: &Tensor<B, D>, probability: f64) -> Tensor<B, D> {
        // A run has its process for itself, so nobody else draws from the device's generator in between.
        if !self.device_is_seeded {
            B::seed(&x.device(), self.rng.next_u64());
            self.device_is_seeded = true;
        }
        let uniform = Tensor::<B, D>::random(x.shape(), Distribution::Uniform(0.0, 1.0), &x.device());
        uniform.greater_equal_elem(probability).float() * (1.0 / (1.0 - probability))
    }

    fn draw_on_host<B: Backend, const D: usize>(&mut self, x: &Tensor<B, D>, probability: f64) -> Tensor<B, D> {
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
        Tensor::from_data(TensorData::new(mask, shape), &x.device())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Host;

    type Draw = fn(&mut Dropout, &Tensor<Host, 2>, f64) -> Tensor<Host, 2>;

    const WAYS: [Draw; 2] = [Dropout::draw_on_host, Dropout::draw_on_device];

    fn values(mask: Tensor<Host, 2>) -> Vec<f32> {
        mask.into_data().to_vec().unwrap()
    }

    // One test, because the device's generator is the process's.
    #[test]
    fn keeps_the_mean_drops_the_share_asked_for_and_depends_on_the_key_alone() {
        let x = Tensor::<Host, 2>::ones([200, 500], &Default::default());
        for draw in WAYS {
            let mut dropout = Dropout::new(1, "rte", 7, 0);
            let first = values(draw(&mut dropout, &x, 0.1));
            let second = values(draw(&mut dropout, &x, 0.1));
            let zeros = first.iter().filter(|v| **v == 0.0).count();
            // Binomial(100000, 0.1): sd 95.
            assert!((9_500..=10_500).contains(&zeros), "{zeros}");
            let mean = first.iter().sum::<f32>() / first.len() as f32;
            assert!((mean - 1.0).abs() < 0.01, "{mean}");
            assert_ne!(first, second);
            let mut again = Dropout::new(1, "rte", 7, 0);
            assert_eq!([values(draw(&mut again, &x, 0.1)), values(draw(&mut again, &x, 0.1))], [first.clone(), second]);
            assert_ne!(first, values(draw(&mut Dropout::new(1, "rte", 8, 0), &x, 0.1)));
        }
    }
}
