//! Layers that every encoder is made of. Their weights are set by name, never drawn here: Burn's own initialisation
//! comes from a process-wide generator.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{FloatDType, Tensor};
use transfermap::study::Precision;

use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;
use transfermap_kernels::lookup::Ids;
use transfermap_kernels::mask::Mask;
use transfermap_kernels::norm::{Affine, Normalised};

/// `y = x W + b`, or without `b`.
#[derive(Module, Debug)]
pub struct Linear<B: Backend> {
    /// `[in, out]`; HuggingFace keeps the transpose.
    pub weight: Param<Tensor<B, 2>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<B, 1>>>,
}

impl<B: Backend> Linear<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(inputs: usize, outputs: usize, device: &B::Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::zeros([inputs, outputs], device)),
            bias: Some(Param::from_tensor(Tensor::zeros([outputs], device))),
        }
    }

    /// The same without a bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// `[out]`; zeros where there is none.
    fn bias(&self) -> Tensor<B, 1> {
        match &self.bias {
            Some(bias) => bias.val(),
            None => Tensor::zeros([self.weight.dims()[1]], &self.weight.device()),
        }
    }
}

impl<B: Kernels> Linear<B> {
    /// `f(x W + b)` in 32 bits, `[rows, in]` → `[rows, out]`: for poolers and heads, which have few rows.
    pub fn forward(&self, x: Tensor<B, 2>, f: Activation) -> Tensor<B, 2> {
        B::activate(B::multiply(x, self.weight.val()), self.bias(), f)
    }

    /// Its weights for the products of a forward pass.
    pub fn map_for(&self, precision: Precision) -> Map<B> {
        Map { weight: B::narrow(self.weight.val(), precision), bias: self.bias() }
    }
}

/// A linear map in the number format of the products.
#[derive(Debug, Clone)]
pub struct Map<B: Backend> {
    /// `[in, out]`.
    pub weight: Tensor<B, 2>,
    /// `[out]`, in 32 bits.
    pub bias: Tensor<B, 1>,
}

impl<B: Kernels> Map<B> {
    /// Three maps of the same input side by side, `[in, 3 out]`.
    pub fn side_by_side(parts: [&Linear<B>; 3], precision: Precision) -> Self {
        let [_, out] = parts[0].weight.dims();
        let row = |part: &Linear<B>| part.bias().reshape([1, out]);
        let bias = B::side_by_side(parts.map(row), Precision::F32).reshape([3 * out]);
        Self { weight: B::side_by_side(parts.map(|part| part.weight.val()), precision), bias }
    }

    /// `x W`; the bias is for what reads it.
    pub fn product(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::multiply(x, self.weight.clone())
    }

    /// `f(x W + b)`, in the format of `x`.
    pub fn forward(&self, x: Tensor<B, 2>, f: Activation) -> Tensor<B, 2> {
        B::activate(self.product(x), self.bias.clone(), f)
    }
}

/// `(x - mean) / sqrt(variance + eps) * weight + bias` over the last dimension.
#[derive(Module, Debug)]
pub struct LayerNorm<B: Backend> {
    /// `[hidden]`.
    pub weight: Param<Tensor<B, 1>>,
    /// `[hidden]`.
    pub bias: Param<Tensor<B, 1>>,
    epsilon: f64,
}

impl<B: Backend> LayerNorm<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(size: usize, epsilon: f64, device: &B::Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::zeros([size], device)),
            bias: Param::from_tensor(Tensor::zeros([size], device)),
            epsilon,
        }
    }

    /// Its parameters.
    pub fn affine(&self) -> Affine<B> {
        Affine { weight: self.weight.val(), bias: self.bias.val(), epsilon: self.epsilon }
    }
}

impl<B: Kernels> LayerNorm<B> {
    /// `[rows, hidden]` → the same, then dropout; with a copy for products.
    pub fn forward(&self, x: Tensor<B, 2>, after: Option<Mask>, precision: Precision) -> Normalised<B> {
        B::norm(x, &self.affine(), after, precision)
    }
}

/// `x / sqrt(mean(x²) + eps) * weight` over the last dimension (Zhang and Sennrich 2019, arXiv:1910.07467): T5's
/// `layer_norm`.
#[derive(Module, Debug)]
pub struct RmsNorm<B: Backend> {
    /// `[hidden]`.
    pub weight: Param<Tensor<B, 1>>,
    epsilon: f64,
}

impl<B: Backend> RmsNorm<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(size: usize, epsilon: f64, device: &B::Device) -> Self {
        Self { weight: Param::from_tensor(Tensor::zeros([size], device)), epsilon }
    }

    /// `[rows, hidden]` in 32 bits → the same for products in `precision`.
    pub fn forward(&self, x: Tensor<B, 2>, precision: Precision) -> Tensor<B, 2> {
        let deviation = (x.clone().square().mean_dim(1) + self.epsilon).sqrt();
        let y = x / deviation * self.weight.val().unsqueeze();
        match precision {
            Precision::F32 => y,
            Precision::Bf16 => y.cast(FloatDType::BF16),
        }
    }
}

/// One vector per id.
#[derive(Module, Debug)]
pub struct Embedding<B: Backend> {
    /// `[ids, size]`.
    pub weight: Param<Tensor<B, 2>>,
    #[module(skip)]
    padding_idx: Option<usize>,
}

impl<B: Backend> Embedding<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(ids: usize, size: usize, device: &B::Device) -> Self {
        Self { weight: Param::from_tensor(Tensor::zeros([ids, size], device)), padding_idx: None }
    }

    /// The same with a vector that gets no gradient: PyTorch's `padding_idx`.
    #[must_use]
    pub fn with_padding(self, padding_idx: usize) -> Self {
        Self { padding_idx: Some(padding_idx), ..self }
    }

    fn ids(&self, ids: &[i32], device: &B::Device) -> Ids<B> {
        let [rows, _] = self.weight.dims();
        Ids::new(ids, self.padding_idx, B::ad_enabled(device).then_some(rows), device)
    }
}

/// The vectors of several tables, one id of each for every token, summed: `[tokens, size]`.
pub fn embed<B: Kernels, const N: usize>(
    tables: [&Embedding<B>; N],
    ids: [&[i32]; N],
    device: &B::Device,
) -> Tensor<B, 2> {
    let ids: [Ids<B>; N] = std::array::from_fn(|k| tables[k].ids(ids[k], device));
    B::lookup(tables.map(|table| table.weight.val()), ids.each_ref())
}
