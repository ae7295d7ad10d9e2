//! Dropout masks as a pure function of a key and of an element's place, so that nothing has to be drawn in order, kept or
//! sent: a CPU thread, a GPU unit and the backward pass all work out the same factor for the same element.
//!
//! The generator is Philox4x32-10 (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, SC 2011), of which one
//! block of 128 bits serves eight neighbouring elements with 16 bits each.

#[cfg(feature = "gpu")]
pub mod factors;
#[cfg(feature = "gpu")]
mod gpu;
mod node;

use burn::tensor::backend::Backend;
use burn::tensor::{Shape, Tensor, TensorData};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use rand::RngCore;
use transfermap::random::stream;

use crate::linear::{like, wide};

/// Elements that one block of the generator serves.
pub const GROUP: usize = 8;

/// The masks of one forward pass, one place after the other.
#[derive(Debug, Clone)]
pub struct Dropout {
    key: [u32; 2],
    place: u32,
}

impl Dropout {
    /// The masks of a task's batch `batch`, counted over the whole training from 0 and whatever else is trained in
    /// between, forward pass `micro` within it: the same ones for every run of this task and seed.
    pub fn new(seed: u64, task: &str, batch: u64, micro: usize) -> Self {
        let mut rng = stream(seed, task, &format!("dropout/{batch}/{micro}"));
        Self { key: [rng.next_u32(), rng.next_u32()], place: 0 }
    }

    /// The mask of the next place in the model; `None` where nothing is dropped. Places are counted whether anything
    /// is dropped at them or not.
    pub fn next(&mut self, probability: f64) -> Option<Mask> {
        let place = self.place;
        self.place += 1;
        // 16 bits an element: the probability is met to within 2^-17.
        let threshold = (probability * 65536.0).round() as u32;
        (threshold > 0).then_some(Mask { key: self.key, place, threshold })
    }
}

/// Which elements of one tensor are zeroed. The others are scaled by `1 / (1 - probability)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// Of the forward pass.
    pub key: [u32; 2],
    /// Of the tensor in the model.
    pub place: u32,
    /// An element is dropped where its 16 bits are below this, 1 to 65,535.
    pub threshold: u32,
}

impl Mask {
    /// What elements that are kept are multiplied with.
    pub fn scale(self) -> f32 {
        (1.0 / (1.0 - f64::from(self.threshold) / 65536.0)) as f32
    }

    /// The factors (0 or [`Self::scale`]) of the elements from `first` on, in row-major order.
    pub fn fill(self, first: usize, factors: &mut [f32]) {
        let scale = self.scale();
        let mut element = first;
        let mut rest = factors;
        while !rest.is_empty() {
            let lane = element % GROUP;
            let (now, later) = rest.split_at_mut(rest.len().min(GROUP - lane));
            let words = philox(self.key, (element / GROUP) as u64, self.place);
            for (i, factor) in now.iter_mut().enumerate() {
                let lane = lane + i;
                let bits = (words[lane / 2] >> (16 * (lane % 2))) & 0xffff;
                *factor = if bits < self.threshold { 0.0 } else { scale };
            }
            element += now.len();
            rest = later;
        }
    }

    /// The factors as a tensor.
    pub fn tensor<B: Backend, const D: usize>(self, shape: Shape, device: &B::Device) -> Tensor<B, D> {
        let mut factors = vec![0.0; shape.num_elements()];
        self.fill(0, &mut factors);
        Tensor::from_data(TensorData::new(factors, shape), device)
    }
}

/// Dropout by itself, where no other operation has it in it.
pub trait Drop: Backend {
    /// The elements of `x` times their factors, in its format.
    fn drop(x: Tensor<Self, 2>, mask: Mask) -> Tensor<Self, 2> {
        let factors = mask.tensor(x.shape(), &x.device());
        like(wide(x.clone()) * factors, &x)
    }
}

// Before a classifier: a few numbers an example.
impl Drop for Flex {}
impl Drop for NdArray {}

/// One block of Philox4x32-10 at the counter (`group`, `place`, 0).
fn philox(key: [u32; 2], group: u64, place: u32) -> [u32; 4] {
    let mut counter = [group as u32, (group >> 32) as u32, place, 0];
    let mut key = key;
    for _ in 0..10 {
        let (a, b) = (u64::from(counter[0]) * M0, u64::from(counter[2]) * M1);
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(W0), key[1].wrapping_add(W1)];
    }
    counter
}

const M0: u64 = 0xd251_1f53;
const M1: u64 = 0xcd9e_8d57;
const W0: u32 = 0x9e37_79b9;
const W1: u32 = 0xbb67_ae85;

#[cfg(test)]
mod tests {
    use super::*;

    /// Random123 1.14, tests/kat_vectors, `philox4x32 10`: counter, key, result. Its counter has four words; the last
    /// one is always 0 here, so of its three lines only the first can be asked for as a group and a place.
    #[test]
    fn equals_the_known_answers_of_random123() {
        assert_eq!(philox([0, 0], 0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    #[test]
    fn a_factor_depends_on_its_place_alone() {
        let mask = Dropout::new(7, "rte", 3, 0).next(0.3).unwrap();
        let mut whole = vec![0.0; 1000];
        mask.fill(0, &mut whole);
        for (first, len) in [(0, 1), (5, 11), (8, 8), (993, 7), (17, 900)] {
            let mut part = vec![0.0; len];
            mask.fill(first, &mut part);
            assert_eq!(part, whole[first..first + len]);
        }
        let mut other = vec![0.0; 1000];
        for mask in [
            Dropout::new(8, "rte", 3, 0).next(0.3).unwrap(),
            Dropout::new(7, "sst2", 3, 0).next(0.3).unwrap(),
            Dropout::new(7, "rte", 4, 0).next(0.3).unwrap(),
            Dropout::new(7, "rte", 3, 1).next(0.3).unwrap(),
            Mask { place: 1, ..mask },
        ] {
            mask.fill(0, &mut other);
            assert_ne!(other, whole);
        }
    }

    #[test]
    fn keeps_the_mean_and_drops_the_share_asked_for() {
        for probability in [0.1, 0.5] {
            let mask = Dropout::new(1, "t", 0, 0).next(probability).unwrap();
            let mut factors = vec![0.0_f32; 200_000];
            mask.fill(0, &mut factors);
            let dropped = factors.iter().filter(|f| **f == 0.0).count() as f64 / factors.len() as f64;
            let mean = factors.iter().map(|f| f64::from(*f)).sum::<f64>() / factors.len() as f64;
            // Five standard errors of a share of 200,000.
            assert!(
                (dropped - probability).abs() < 5.0 * (probability * (1.0 - probability) / 2e5).sqrt(),
                "{dropped}"
            );
            assert!((mean - 1.0).abs() < 0.01, "{mean}");
        }
    }

    #[test]
    fn nothing_is_dropped_at_probability_0_and_places_still_count() {
        let mut dropout = Dropout::new(1, "t", 0, 0);
        assert_eq!(dropout.next(0.0), None);
        assert_eq!(dropout.next(0.5).unwrap().place, 1);
    }
}
