//! `AlbertForPreTraining`: the body, a masked-word head tied to the word embeddings, and a head for pairs of segments.
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/albert/modeling_albert.py>

#![allow(non_snake_case, reason = "fields carry the names of the checkpoint's tensors")]

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use transfermap::study::Precision;

use super::batch::{Masked, Pairs};
use crate::encoder::activation;
use crate::encoder::albert::{AlbertConfig, AlbertModel};
use crate::encoder::layers::{LayerNorm, Linear};
use crate::encoder::{ConfigFault, Mode};
use transfermap_kernels::Kernels;
use transfermap_kernels::activation::Activation;

/// `AlbertMLMHead`; its decoder is the table of word embeddings.
#[derive(Module, Debug)]
pub struct AlbertMLMHead<B: Backend> {
    dense: Linear<B>,
    LayerNorm: LayerNorm<B>,
    bias: Param<Tensor<B, 1>>,
    #[module(skip)]
    act: Activation,
}

/// `AlbertSOPHead`, here for matching instead of sentence order.
#[derive(Module, Debug)]
pub struct AlbertSOPHead<B: Backend> {
    classifier: Linear<B>,
}

#[derive(Module, Debug)]
pub struct AlbertForPreTraining<B: Backend> {
    /// What is kept.
    pub albert: AlbertModel<B>,
    predictions: AlbertMLMHead<B>,
    sop_classifier: AlbertSOPHead<B>,
}

impl<B: Kernels> AlbertForPreTraining<B> {
    /// Zeros, to be filled by name.
    ///
    /// # Errors
    /// A configuration that makes no model.
    pub fn zeros(config: &AlbertConfig, device: &B::Device) -> Result<Self, ConfigFault> {
        let (embedding, hidden) = (config.embedding_size, config.hidden_size);
        Ok(Self {
            albert: AlbertModel::zeros(config, device)?,
            predictions: AlbertMLMHead {
                dense: Linear::zeros(hidden, embedding, device),
                LayerNorm: LayerNorm::zeros(embedding, config.layer_norm_eps, device),
                bias: Param::from_tensor(Tensor::zeros([config.vocab_size], device)),
                act: activation::parse("hidden_act", &config.hidden_act)?,
            },
            sop_classifier: AlbertSOPHead { classifier: Linear::zeros(hidden, 2, device) },
        })
    }

    /// Mean cross-entropy of the masked words.
    pub fn masked_word_loss(&self, batch: &Masked<B>, precision: Precision) -> Tensor<B, 1> {
        let hidden = self.albert.forward(&batch.inputs, &mut Mode::evaluation(precision)).last_hidden_state;
        let [rows, sequence, size] = hidden.dims();
        let head = &self.predictions;
        let hidden = hidden.reshape([rows * sequence, size]).select(0, batch.positions.clone());
        let hidden = head.LayerNorm.forward(head.dense.forward(hidden, head.act), None, precision).y;
        let logits = hidden.matmul(self.albert.word_embeddings().transpose()) + head.bias.val().unsqueeze();
        B::cross_entropy(logits, batch.words.clone())
    }

    /// Cross-entropy of the pairs and the share told right.
    pub fn matching_loss(&self, batch: &Pairs<B>, precision: Precision) -> (Tensor<B, 1>, f64) {
        let pooled = self.albert.forward(&batch.inputs, &mut Mode::evaluation(precision)).pooler_output;
        let logits = self.sop_classifier.classifier.forward(pooled, Activation::Identity);
        let told: Tensor<B, 1, Int> = logits.clone().argmax(1).squeeze_dim(1);
        let right = told.equal(batch.matches.clone()).float().mean().into_data().convert::<f32>();
        let right = right.into_vec::<f32>().ok().and_then(|v| v.first().copied()).map_or(0.0, f64::from);
        (B::cross_entropy(logits, batch.matches.clone()), right)
    }
}
