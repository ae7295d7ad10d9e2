//! `config.json` of T5.

use serde::Deserialize;
use serde_json::{Map, Value};
use transfermap::study::Pooling;

use crate::encoder::activation;
use crate::encoder::architecture::{
    ANY_LENGTH, Checks, Configuration, DropoutRates, Sizes, bounded, layer_parameters, table_parameters,
};
use crate::encoder::error::ConfigFault;
use transfermap_kernels::activation::Activation;

/// `config.json` of a T5, T5 v1.1 or FLAN-T5 checkpoint; the defaults are those of transformers' `T5Config`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct T5Config {
    /// Number of pieces.
    pub vocab_size: usize,
    /// Width of the layers.
    pub d_model: usize,
    /// Size of an attention head; `num_heads` of them need not make `d_model`.
    pub d_kv: usize,
    /// Width of the feed-forward layer.
    pub d_ff: usize,
    /// Layers of the encoder.
    pub num_layers: usize,
    /// Layers of the decoder; `num_layers` where null.
    pub num_decoder_layers: Option<usize>,
    /// Attention heads.
    pub num_heads: usize,
    /// Relative positions fall into this many buckets.
    pub relative_attention_num_buckets: usize,
    /// Positions further away are all in the last bucket.
    pub relative_attention_max_distance: usize,
    /// Dropout everywhere but before the classifier.
    pub dropout_rate: f64,
    /// Dropout before the classifier and inside it.
    pub classifier_dropout: f64,
    /// The norms' epsilon.
    pub layer_norm_epsilon: f64,
    /// What the standard deviations of random weights are multiplied with.
    pub initializer_factor: f64,
    /// Non-linearity of the feed-forward layer, after `gated-` where it is gated.
    pub feed_forward_proj: String,
    /// The padding id.
    pub pad_token_id: usize,
    /// Ends every text; what the decoder makes of it is classified.
    pub eos_token_id: usize,
    /// Begins what the decoder reads; `pad_token_id` where null.
    pub decoder_start_token_id: Option<usize>,
    /// A study's `pooling`: `mean` for the encoder alone. transformers does not know it.
    pub pooling: Option<Pooling>,
    /// Dropout on attention probabilities, where a recipe says another one than `dropout_rate`.
    #[serde(skip)]
    attention_rate: Option<f64>,
}

impl Default for T5Config {
    fn default() -> Self {
        Self {
            vocab_size: 32_128,
            d_model: 512,
            d_kv: 64,
            d_ff: 2048,
            num_layers: 6,
            num_decoder_layers: None,
            num_heads: 8,
            relative_attention_num_buckets: 32,
            relative_attention_max_distance: 128,
            dropout_rate: 0.1,
            classifier_dropout: 0.0,
            layer_norm_epsilon: 1e-6,
            initializer_factor: 1.0,
            feed_forward_proj: "relu".into(),
            pad_token_id: 0,
            eos_token_id: 1,
            decoder_start_token_id: None,
            pooling: None,
            attention_rate: None,
        }
    }
}

impl Configuration for T5Config {
    const MODEL_TYPE: &'static str = "t5";
    const CLASS: &'static str = "T5ForSequenceClassification";
    const PREFIX: &'static str = "transformer.";
    const POOLINGS: &'static [Pooling] = &[Pooling::Mean];

    /// The mean of what `T5ForTokenClassification` says of every token is what our classifier says of their mean: it is
    /// linear.
    fn class(&self) -> &'static str {
        if self.is_mean() { "T5ForTokenClassification" } else { Self::CLASS }
    }

    fn check(&self) -> Result<(), ConfigFault> {
        self.feed_forward()?;
        let activation = self.feed_forward_proj.trim_start_matches("gated-");
        let buckets = self.relative_attention_num_buckets;
        bounded("num_heads", self.num_heads)?;
        bounded("relative_attention_num_buckets", buckets)?;
        let layers = self.num_layers.saturating_add(if self.is_mean() { 0 } else { self.decoder_layers() });
        let attention = self.num_heads.saturating_mul(self.d_kv);
        Checks {
            parameters: table_parameters(&[self.vocab_size], self.d_model)
                + layer_parameters(layers, self.d_model, attention, self.d_ff),
            positive: &[
                ("vocab_size", self.vocab_size),
                ("d_kv", self.d_kv),
                ("d_ff", self.d_ff),
                ("num_layers", self.num_layers),
                ("num_decoder_layers", self.decoder_layers()),
            ],
            hidden: ("d_model", self.d_model),
            // Of a size of their own.
            heads: ("num_heads", 1),
            rates: &[("dropout_rate", self.dropout_rate), ("classifier_dropout", self.classifier_dropout)],
            activation: ("feed_forward_proj", activation),
            padding: (self.vocab_size, self.pad_token_id),
        }
        .run()?;
        let distance = self.relative_attention_max_distance;
        if buckets < 4 || distance <= buckets / 2 {
            let fields = ["relative_attention_num_buckets", "relative_attention_max_distance"];
            return Err(ConfigFault::Buckets { fields, buckets, distance, least: 4, above: buckets / 2 });
        }
        for (field, id) in [("eos_token_id", self.eos_token_id), ("decoder_start_token_id", self.decoder_start())] {
            if id >= self.vocab_size {
                return Err(ConfigFault::Token { field, id, vocabulary: self.vocab_size });
            }
        }
        Ok(())
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            vocab_size: self.vocab_size,
            hidden_size: self.d_model,
            layers: self.num_layers,
            max_length: ANY_LENGTH,
            segments: None,
            pad_token_id: self.pad_token_id,
            initializer_range: self.initializer_factor,
        }
    }

    fn set_dropout(&mut self, rates: DropoutRates) {
        self.attention_rate = Some(rates.attention.unwrap_or(self.attention_rate()));
        self.dropout_rate = rates.hidden.unwrap_or(self.dropout_rate);
        self.classifier_dropout = rates.classifier.unwrap_or(self.classifier_dropout);
    }

    /// `T5PreTrainedModel._init_weights`.
    fn deviation(&self, name: &str) -> f64 {
        let module = name.trim_end_matches(".weight").rsplit('.').next().unwrap_or_default();
        let inputs = match module {
            "shared" => 1,
            "q" => self.d_model * self.d_kv,
            "o" => self.num_heads * self.d_kv,
            "wo" => self.d_ff,
            _ => self.d_model,
        };
        self.initializer_factor / (inputs as f64).sqrt()
    }

    fn asks_for(&self) -> Option<(&'static str, usize)> {
        (!self.is_mean()).then_some(("eos_token_id", self.eos_token_id))
    }

    fn complete(&self, fields: &mut Map<String, Value>) {
        if fields.get("decoder_start_token_id").is_none_or(Value::is_null) {
            fields.insert("decoder_start_token_id".into(), self.decoder_start().into());
        }
    }
}

impl T5Config {
    /// Whether the encoder stands alone.
    pub(super) fn is_mean(&self) -> bool {
        self.pooling == Some(Pooling::Mean)
    }

    pub(super) fn decoder_layers(&self) -> usize {
        self.num_decoder_layers.unwrap_or(self.num_layers)
    }

    pub(super) fn decoder_start(&self) -> usize {
        self.decoder_start_token_id.unwrap_or(self.pad_token_id)
    }

    /// The dropout on attention probabilities.
    pub(super) fn attention_rate(&self) -> f64 {
        self.attention_rate.unwrap_or(self.dropout_rate)
    }

    /// Whether the feed-forward layer is gated, and its non-linearity.
    pub(super) fn feed_forward(&self) -> Result<(bool, Activation), ConfigFault> {
        let name = self.feed_forward_proj.as_str();
        match name.strip_prefix("gated-") {
            // Backwards compatibility of transformers.
            Some("gelu") => Ok((true, Activation::GeluNew)),
            Some(gate) => Ok((true, activation::parse("feed_forward_proj", gate)?)),
            None => Ok((false, activation::parse("feed_forward_proj", name)?)),
        }
    }
}
