//! `config.json` of DeBERTa-v2 and v3.

use serde::Deserialize;

use crate::encoder::activation;
use crate::encoder::architecture::{
    ANY_LENGTH, Checks, Configuration, DropoutRates, Sizes, bounded, layer_parameters, table_parameters,
};
use crate::encoder::error::ConfigFault;

/// `config.json` of a DeBERTa-v2 or v3 checkpoint; the defaults are those of transformers' `DebertaV2Config` and of the
/// code that reads it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct DebertaV2Config {
    /// Number of pieces.
    pub vocab_size: usize,
    /// Width of the embeddings; `hidden_size` where null, else they are projected.
    pub embedding_size: Option<usize>,
    /// Width of the layers.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Width of the feed-forward layer.
    pub intermediate_size: usize,
    /// Non-linearity.
    pub hidden_act: String,
    /// Dropout on embeddings, on those of relative positions, and on the outputs of attention and feed-forward layers.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention probabilities.
    pub attention_probs_dropout_prob: f64,
    /// Rows of the table of absolute positions, and the furthest relative one where nothing else is said.
    pub max_position_embeddings: usize,
    /// Segments; 0 where they are not told apart.
    pub type_vocab_size: usize,
    /// Standard deviation of random weights.
    pub initializer_range: f64,
    /// LayerNorm's epsilon.
    pub layer_norm_eps: f64,
    /// The padding id.
    pub pad_token_id: usize,
    /// Whether absolute positions are added to the embeddings.
    pub position_biased_input: bool,
    /// Whether attention looks at relative positions.
    pub relative_attention: bool,
    /// The furthest relative position that is told apart; `max_position_embeddings` where below 1.
    pub max_relative_positions: i64,
    /// Relative positions fall into this many buckets to either side; none where below 1.
    pub position_buckets: i64,
    /// Which terms of disentangled attention there are.
    pub pos_att_type: PosAttType,
    /// Whether relative positions go through the maps of the tokens' queries and keys.
    pub share_att_key: bool,
    /// `layer_norm` or `none`: what is done to the table of relative positions.
    pub norm_rel_ebd: String,
    /// Width of a convolution beside the first layer; 0 for none.
    pub conv_kernel_size: usize,
    /// Size of a head; `hidden_size / num_attention_heads` where null.
    pub attention_head_size: Option<usize>,
    /// Width of the pooler; `hidden_size` where null.
    pub pooler_hidden_size: Option<usize>,
    /// Dropout before the pooler.
    pub pooler_dropout: f64,
    /// Non-linearity of the pooler.
    pub pooler_hidden_act: String,
    /// Dropout before the classifier; `hidden_dropout_prob` where null.
    pub cls_dropout: Option<f64>,
}

/// `pos_att_type`, in either spelling.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "invalid value, expected a text as \"p2c|c2p\" or a list of texts")]
pub enum PosAttType {
    /// Joined by bars.
    Joined(String),
    /// One by one.
    List(Vec<String>),
}

impl PosAttType {
    fn terms(&self) -> Vec<String> {
        match self {
            Self::Joined(text) => text.to_lowercase().split('|').map(|t| t.trim().to_owned()).collect(),
            Self::List(list) => list.clone(),
        }
    }

    /// Whether a term is among them.
    pub fn has(&self, term: &str) -> bool {
        self.terms().iter().any(|t| t == term)
    }
}

impl Default for DebertaV2Config {
    fn default() -> Self {
        Self {
            vocab_size: 128_100,
            embedding_size: None,
            hidden_size: 1536,
            num_hidden_layers: 24,
            num_attention_heads: 24,
            intermediate_size: 6144,
            hidden_act: "gelu".into(),
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            max_position_embeddings: 512,
            type_vocab_size: 0,
            initializer_range: 0.02,
            layer_norm_eps: 1e-7,
            pad_token_id: 0,
            position_biased_input: true,
            relative_attention: false,
            max_relative_positions: -1,
            position_buckets: -1,
            pos_att_type: PosAttType::List(Vec::new()),
            share_att_key: false,
            norm_rel_ebd: "none".into(),
            conv_kernel_size: 0,
            attention_head_size: None,
            pooler_hidden_size: None,
            pooler_dropout: 0.0,
            pooler_hidden_act: "gelu".into(),
            cls_dropout: None,
        }
    }
}

impl Configuration for DebertaV2Config {
    const MODEL_TYPE: &'static str = "deberta-v2";
    const CLASS: &'static str = "DebertaV2ForSequenceClassification";
    const PREFIX: &'static str = "deberta.";

    fn check(&self) -> Result<(), ConfigFault> {
        let tables = [self.vocab_size, self.max_position_embeddings, self.type_vocab_size];
        let width = self.hidden_size;
        Checks {
            parameters: table_parameters(&tables, self.embedding_width())
                + layer_parameters(self.num_hidden_layers, width, width, self.intermediate_size),
            positive: &[
                ("vocab_size", self.vocab_size),
                ("embedding_size", self.embedding_width()),
                ("num_hidden_layers", self.num_hidden_layers),
                ("intermediate_size", self.intermediate_size),
                ("max_position_embeddings", self.max_position_embeddings),
            ],
            hidden: ("hidden_size", self.hidden_size),
            heads: ("num_attention_heads", self.num_attention_heads),
            rates: &[
                ("hidden_dropout_prob", self.hidden_dropout_prob),
                ("attention_probs_dropout_prob", self.attention_probs_dropout_prob),
                ("pooler_dropout", self.pooler_dropout),
                ("cls_dropout", self.classifier_rate()),
            ],
            activation: ("hidden_act", &self.hidden_act),
            padding: (self.vocab_size, self.pad_token_id),
        }
        .run()?;
        activation::parse("pooler_hidden_act", &self.pooler_hidden_act)?;
        let unknown = |field, value: &str, known| Err(ConfigFault::Unknown { field, value: value.to_owned(), known });
        if self.conv_kernel_size > 0 {
            return unknown("conv_kernel_size", &self.conv_kernel_size.to_string(), "0 (no convolution, as in v3)");
        }
        if let Some(term) = self.pos_att_type.terms().iter().find(|t| !matches!(t.as_str(), "c2p" | "p2c")) {
            return unknown("pos_att_type", term, "c2p, p2c");
        }
        if !matches!(self.norm_rel_ebd.as_str(), "none" | "layer_norm") {
            return unknown("norm_rel_ebd", &self.norm_rel_ebd, "none, layer_norm");
        }
        let Buckets { buckets, furthest } = self.buckets();
        bounded("max_relative_positions", usize::try_from(furthest).unwrap_or(0))?;
        bounded("position_buckets", usize::try_from(buckets.max(1)).unwrap_or(usize::MAX))?;
        if buckets > 0 && (buckets < 2 || furthest < 2 + buckets / 2) {
            let fields = ["position_buckets", "max_relative_positions"];
            let size = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
            let (buckets, distance) = (size(buckets), size(furthest));
            return Err(ConfigFault::Buckets { fields, buckets, distance, least: 2, above: 1 + buckets / 2 });
        }
        let size = self.hidden_size / self.num_attention_heads;
        for (field, given, only) in [
            ("attention_head_size", self.attention_head_size, size),
            ("pooler_hidden_size", self.pooler_hidden_size, self.hidden_size),
        ] {
            if let Some(given) = given.filter(|given| *given != only) {
                return Err(ConfigFault::Only { field, given, only });
            }
        }
        Ok(())
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            layers: self.num_hidden_layers,
            max_length: if self.position_biased_input { self.max_position_embeddings } else { ANY_LENGTH },
            segments: (self.type_vocab_size > 0).then_some(self.type_vocab_size),
            pad_token_id: self.pad_token_id,
            initializer_range: self.initializer_range,
        }
    }

    fn set_dropout(&mut self, rates: DropoutRates) {
        self.hidden_dropout_prob = rates.hidden.unwrap_or(self.hidden_dropout_prob);
        self.attention_probs_dropout_prob = rates.attention.unwrap_or(self.attention_probs_dropout_prob);
        self.cls_dropout = rates.classifier.or(self.cls_dropout);
    }
}

impl DebertaV2Config {
    /// The dropout before the classifier.
    pub(super) fn classifier_rate(&self) -> f64 {
        self.cls_dropout.unwrap_or(self.hidden_dropout_prob)
    }

    pub(super) fn embedding_width(&self) -> usize {
        self.embedding_size.unwrap_or(self.hidden_size)
    }

    /// How relative positions fall into buckets.
    pub(super) fn buckets(&self) -> Buckets {
        let furthest = match self.max_relative_positions {
            ..1 => i64::try_from(self.max_position_embeddings).unwrap_or(i64::MAX),
            given => given,
        };
        Buckets { buckets: self.position_buckets, furthest }
    }
}

/// How relative positions fall into buckets.
#[derive(Debug, Clone, Copy)]
pub struct Buckets {
    /// To either side; none where below 1.
    pub buckets: i64,
    /// The furthest relative position that is told apart.
    pub furthest: i64,
}

impl Buckets {
    /// Half the rows of the table.
    pub fn span(self) -> i64 {
        if self.buckets > 0 { self.buckets } else { self.furthest }
    }

    /// The row of the table for a query that stands `distance` after its key: `make_log_bucket_position`, which is in 32
    /// bits.
    pub fn row(self, distance: i64) -> i32 {
        let bucket = if self.buckets > 0 { self.bucket(distance) } else { distance };
        let row = (bucket + self.span()).clamp(0, 2 * self.span() - 1);
        i32::try_from(row).unwrap_or(i32::MAX)
    }

    fn bucket(self, distance: i64) -> i64 {
        let middle = self.buckets / 2;
        if distance.abs() <= middle {
            return distance;
        }
        let middle = middle as f32;
        let far = (distance.abs() as f32 / middle).ln() / ((self.furthest - 1) as f32 / middle).ln();
        ((far * (middle - 1.0)).ceil() + middle) as i64 * distance.signum()
    }
}
