//! What the tests of operations share: numbers, comparisons, and the gradient of one number that depends on everything.

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use rand::Rng;
use transfermap::random::stream;

/// The hand-made operations.
pub type Fast = Autodiff<Flex>;

/// The reference's.
pub type Plain = Autodiff<NdArray>;

/// The GPUs', on whatever runs Vulkan: a card, or Mesa's lavapipe on the CPU.
#[cfg(feature = "wgpu")]
pub type Card = Autodiff<burn_cubecl::CubeBackend<cubecl::wgpu::WgpuRuntime, f32, i32, u32>>;

/// An NVIDIA card.
#[cfg(all(feature = "cuda", not(feature = "wgpu")))]
pub type Card = Autodiff<burn::backend::Cuda<f32, i32>>;

/// Whether there is a card to test on: always with the feature `wgpu`, which has no other use, and with `cuda` where
/// TRANSFERMAP_TEST_CUDA is set.
#[cfg(feature = "gpu")]
pub fn has_card() -> bool {
    cfg!(feature = "wgpu") || is_cuda()
}

fn is_cuda() -> bool {
    cfg!(all(feature = "cuda", not(feature = "wgpu"))) && std::env::var_os("TRANSFERMAP_TEST_CUDA").is_some()
}

/// What a generic function gives on every backend, with the backend's name.
macro_rules! on_all {
    ($function:ident($($argument:expr),*)) => {{
        #[allow(unused_mut, reason = "without a GPU there is no third")]
        let mut all = vec![
            ("Flex", $function::<$crate::testing::Fast>($($argument),*)),
            ("NdArray", $function::<$crate::testing::Plain>($($argument),*)),
        ];
        #[cfg(any(feature = "wgpu", feature = "cuda"))]
        if $crate::testing::has_card() {
            all.push(("card", $function::<$crate::testing::Card>($($argument),*)));
        }
        all
    }};
}
pub(crate) use on_all;

/// Numbers between −1 and 1, always the same for a name.
pub fn numbers(name: &str, n: usize) -> Vec<f32> {
    let mut rng = stream(1, name, "test");
    (0..n).map(|_| rng.random::<f32>() * 2.0 - 1.0).collect()
}

/// A tensor of [`numbers`].
pub fn random<B: Backend, const D: usize>(name: &str, shape: [usize; D]) -> Tensor<B, D> {
    Tensor::from_data(TensorData::new(numbers(name, shape.iter().product()), shape), &Default::default())
}

/// As [`random`], asking for a gradient.
pub fn parameter<B: burn::tensor::backend::AutodiffBackend, const D: usize>(
    name: &str,
    shape: [usize; D],
) -> Tensor<B, D> {
    random(name, shape).require_grad()
}

/// The values of a tensor.
pub fn values<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> Vec<f32> {
    tensor.to_data().convert::<f32>().into_vec().unwrap()
}

/// One number that depends on every element differently.
pub fn weighed<B: Backend, const D: usize>(y: Tensor<B, D>) -> Tensor<B, 1> {
    let weights = random("weights", y.dims());
    (y * weights).sum()
}

/// Fails where numbers differ by more than `tolerance` of the largest, or of 0.1 where all are smaller.
#[track_caller]
pub fn assert_close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let largest = theirs.iter().fold(0.1_f32, |a, b| a.max(b.abs()));
    // TF32 keeps 11 bits.
    let tolerance = if is_cuda() { 200.0 * tolerance } else { tolerance };
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= tolerance * largest, "{what}: element {i} is {a}, not {b}");
    }
}
