//! Layers that every encoder is made of. Their weights are set by name, never drawn here: Burn's own initialisation
//! comes from a process-wide generator.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{FloatDType, Int, Tensor, TensorPrimitive, module};
use transfermap::study::Precision;

/// `y = x W + b`.
#[derive(Module, Debug)]
pub struct Linear<B: Backend> {
    /// `[in, out]`; HuggingFace keeps the transpose.
    pub weight: Param<Tensor<B, 2>>,
    /// `[out]`.
    pub bias: Param<Tensor<B, 1>>,
}

impl<B: Backend> Linear<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(inputs: usize, outputs: usize, device: &B::Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::zeros([inputs, outputs], device)),
            bias: Param::from_tensor(Tensor::zeros([outputs], device)),
        }
    }

    /// `[rows, in]` → `[rows, out]`; the product in bfloat16 where asked for, the sum in 32 bits.
    pub fn forward(&self, x: Tensor<B, 2>, precision: Precision) -> Tensor<B, 2> {
        match precision {
            Precision::F32 => module::linear(x, self.weight.val(), Some(self.bias.val())),
            Precision::Bf16 => matmul(x, self.weight.val(), precision) + self.bias.val().unsqueeze(),
        }
    }
}

/// A matrix product in the given precision; inputs and output are 32-bit.
pub fn matmul<B: Backend, const D: usize>(a: Tensor<B, D>, b: Tensor<B, D>, precision: Precision) -> Tensor<B, D> {
    match precision {
        Precision::F32 => a.matmul(b),
        Precision::Bf16 => a.cast(FloatDType::BF16).matmul(b.cast(FloatDType::BF16)).cast(FloatDType::F32),
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

    /// `[rows, hidden]` → `[rows, hidden]`.
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        let primitive = |t: Tensor<B, 1>| t.into_primitive().tensor();
        let y = B::layer_norm(
            x.into_primitive().tensor(),
            primitive(self.weight.val()),
            Some(primitive(self.bias.val())),
            self.epsilon,
        );
        Tensor::from_primitive(TensorPrimitive::Float(y))
    }
}

/// One vector per id.
#[derive(Module, Debug)]
pub struct Embedding<B: Backend> {
    /// `[ids, size]`.
    pub weight: Param<Tensor<B, 2>>,
}

impl<B: Backend> Embedding<B> {
    /// Zeros, to be filled by name.
    pub fn zeros(ids: usize, size: usize, device: &B::Device) -> Self {
        Self { weight: Param::from_tensor(Tensor::zeros([ids, size], device)) }
    }

    /// `[batch, sequence]` → `[batch, sequence, size]`.
    pub fn forward(&self, ids: Tensor<B, 2, Int>) -> Tensor<B, 3> {
        module::embedding(self.weight.val(), ids)
    }

    /// The vectors of ids 0, 1, … `count` - 1, for every input the same: `[1, count, size]`. One slice instead of a
    /// lookup of batch * sequence rows.
    pub fn first(&self, count: usize) -> Tensor<B, 3> {
        let weight = self.weight.val();
        let [_, size] = weight.dims();
        weight.slice([0..count, 0..size]).unsqueeze_dim::<3>(0)
    }

    /// As [`Self::forward`], `[batch, sequence]` → `[batch * sequence, size]`, for a handful of ids: a product with
    /// one-hot rows, exact, whose backward pass is a matrix product too.
    pub fn of_few(&self, ids: Tensor<B, 2, Int>) -> Tensor<B, 2> {
        let weight = self.weight.val();
        let [known, _] = weight.dims();
        let [batch, sequence] = ids.dims();
        let ids = ids.reshape([batch * sequence, 1]);
        let columns: Vec<Tensor<B, 2>> =
            (0..known).map(|t| ids.clone().equal_elem(i64::try_from(t).unwrap_or(i64::MAX)).float()).collect();
        Tensor::cat(columns, 1).matmul(weight)
    }
}
