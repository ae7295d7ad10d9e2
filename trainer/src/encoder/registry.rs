//! The architectures that can be trained: a line each. config.json picks one.

#![allow(clippy::large_enum_variant, reason = "a process holds few of them, and derived records cannot be annotated")]

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use serde_json::{Map, Value};
use transfermap::study::Pooling;

use super::albert::{AlbertBody, AlbertConfig, AlbertHead};
use super::architecture::{Body, Configuration, DropoutRates, Head, Sizes};
use super::bert::{BertBody, BertConfig, BertHead};
use super::config_file::{self, ALIASES};
use super::deberta_v2::{DebertaV2Body, DebertaV2Config, DebertaV2Head};
use super::distilbert::{DistilBertBody, DistilBertConfig, DistilBertHead};
use super::electra::{ElectraBody, ElectraConfig, ElectraHead};
use super::error::ConfigFault;
use super::roberta::{RobertaBody, RobertaConfig, RobertaHead};
use super::t5::{T5Body, T5Config, T5Head};
use super::{Inputs, Mode};
use transfermap_kernels::Kernels;

macro_rules! architectures {
    ($($name:ident: $config:ident, $body:ident, $head:ident;)+) => {
        /// The configuration of an encoder of any architecture.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Config {
            $(#[doc = concat!("`", stringify!($config), "`.")] $name($config),)+
        }

        /// The body of any architecture.
        #[derive(Module, Debug)]
        pub enum AnyBody<B: Backend> {
            $(#[doc = concat!("`", stringify!($body), "`.")] $name($body<B>),)+
        }

        /// The head of any architecture.
        #[derive(Module, Debug)]
        pub enum AnyHead<B: Backend> {
            $(#[doc = concat!("`", stringify!($head), "`.")] $name($head<B>),)+
        }

        impl Config {
            /// `model_type` of the architectures that can be trained.
            pub const KNOWN: &[&str] = &[$(<$config as Configuration>::MODEL_TYPE),+];

            /// What the names of their bodies' tensors begin with.
            pub const PREFIXES: &[&str] = &[$(<$config as Configuration>::PREFIX),+];

            fn of_type(architecture: &str, value: Value) -> Result<Option<Self>, serde_json::Error> {
                match architecture {
                    $(<$config as Configuration>::MODEL_TYPE => <$config>::read(value).map(|c| Some(Self::$name(c))),)+
                    _ => Ok(None),
                }
            }

            /// `model_type` in config.json.
            pub fn model_type(&self) -> &'static str {
                match self { $(Self::$name(_) => <$config as Configuration>::MODEL_TYPE),+ }
            }

            /// transformers' class with the sequence classifier, or what comes nearest.
            pub fn class(&self) -> &'static str {
                match self { $(Self::$name(config) => config.class()),+ }
            }

            /// The values of a study's `pooling` that it knows.
            pub fn poolings(&self) -> &'static [Pooling] {
                match self { $(Self::$name(_) => <$config as Configuration>::POOLINGS),+ }
            }

            /// See [`Configuration::deviation`].
            pub fn deviation(&self, name: &str) -> f64 {
                match self { $(Self::$name(config) => config.deviation(name)),+ }
            }

            /// See [`Configuration::asks_for`].
            pub fn asks_for(&self) -> Option<(&'static str, usize)> {
                match self { $(Self::$name(config) => config.asks_for()),+ }
            }

            /// See [`Configuration::complete`].
            pub fn complete(&self, fields: &mut Map<String, Value>) {
                match self { $(Self::$name(config) => config.complete(fields)),+ }
            }

            /// Says what makes no model; see [`Configuration::check`].
            ///
            /// # Errors
            /// The first offending field.
            pub fn check(&self) -> Result<(), ConfigFault> {
                match self { $(Self::$name(config) => config.check()),+ }
            }

            /// The sizes that others must fit.
            pub fn sizes(&self) -> Sizes {
                match self { $(Self::$name(config) => config.sizes()),+ }
            }

            /// Puts other dropout rates in place, where given.
            pub fn set_dropout(&mut self, rates: DropoutRates) {
                match self { $(Self::$name(config) => config.set_dropout(rates)),+ }
            }
        }

        impl<B: Kernels> Body<B> for AnyBody<B> {
            type Config = Config;

            fn zeros(config: &Config, device: &Device<B>) -> Result<Self, ConfigFault> {
                match config { $(Config::$name(config) => $body::zeros(config, device).map(Self::$name)),+ }
            }

            fn tokens(
                &self,
                inputs: &Inputs<B>,
                mode: &mut Mode<'_>,
                observe: &mut dyn FnMut(&Tensor<B, 2>),
            ) -> Tensor<B, 3> {
                match self { $(Self::$name(body) => body.tokens(inputs, mode, observe)),+ }
            }

            fn pool(&self, last_hidden_state: &Tensor<B, 3>, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
                match self { $(Self::$name(body) => body.pool(last_hidden_state, inputs, mode)),+ }
            }
        }

        impl<B: Kernels> Head<B> for AnyHead<B> {
            type Config = Config;

            fn zeros(config: &Config, classes: usize, device: &Device<B>) -> Self {
                match config { $(Config::$name(config) => Self::$name($head::zeros(config, classes, device))),+ }
            }

            fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
                match self { $(Self::$name(head) => head.forward(pooled, mode)),+ }
            }
        }
    };
}

architectures! {
    Albert: AlbertConfig, AlbertBody, AlbertHead;
    Bert: BertConfig, BertBody, BertHead;
    Roberta: RobertaConfig, RobertaBody, RobertaHead;
    DistilBert: DistilBertConfig, DistilBertBody, DistilBertHead;
    DebertaV2: DebertaV2Config, DebertaV2Body, DebertaV2Head;
    Electra: ElectraConfig, ElectraBody, ElectraHead;
    T5: T5Config, T5Body, T5Head;
}

/// Why a config.json describes no encoder that can be trained.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An architecture that is not in the registry.
    #[error(
        "architecture `{0}` is not known; known: {known}, {aliases}. Is `model_type` in config.json right?",
        known = Config::KNOWN.join(", "),
        aliases = ALIASES.iter().map(|a| a.model_type).collect::<Vec<_>>().join(", ")
    )]
    Unknown(String),
    /// A field of another type.
    #[error("{field} is {value}; give {expected}")]
    WrongType { field: String, value: String, expected: String },
    /// No JSON object.
    #[error("{0}")]
    Field(#[from] serde_json::Error),
    /// Fields that make no model.
    #[error(transparent)]
    Check(#[from] ConfigFault),
}

impl Config {
    /// Reads a config.json: `model_type` picks the architecture, else the class name in `architectures` does. Null is as
    /// if left out.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn read(value: Value) -> Result<Self, ConfigError> {
        let (architecture, value) = config_file::family(value);
        // Class names have no hyphens.
        let known = Self::KNOWN.iter().find(|known| known.replace('-', "") == architecture);
        let architecture = known.map_or(architecture, |known| (*known).to_owned());
        let fields = value.as_object().cloned().unwrap_or_default();
        let config = match Self::of_type(&architecture, value) {
            Ok(config) => config.ok_or(ConfigError::Unknown(architecture))?,
            Err(fault) => {
                let alone = |field| Self::of_type(&architecture, field).map(drop);
                return Err(match config_file::wrong_field(&fields, alone) {
                    Some((field, value, expected)) => ConfigError::WrongType { field, value, expected },
                    None => fault.into(),
                });
            }
        };
        config.check()?;
        Ok(config)
    }

    /// `model_type` and transformers' class with the sequence classifier, as config.json itself calls the model:
    /// CamemBERT is read as RoBERTa and stays CamemBERT.
    pub fn names(&self, config_json: &Value) -> (&'static str, &'static str) {
        let alias = config_file::alias(config_json).filter(|a| a.same_as == self.model_type());
        alias.map_or_else(|| (self.model_type(), self.class()), |a| (a.model_type, a.class))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_class_name_picks_where_no_model_type_does() {
        for (class, model_type) in [
            ("AlbertForMaskedLM", "albert"),
            ("BertModel", "bert"),
            ("RobertaForSequenceClassification", "roberta"),
            ("DistilBertForMaskedLM", "distilbert"),
            ("DebertaV2ForSequenceClassification", "deberta-v2"),
            ("ElectraForPreTraining", "electra"),
            ("T5ForConditionalGeneration", "t5"),
            ("CamembertForMaskedLM", "roberta"),
            ("XLMRobertaModel", "roberta"),
        ] {
            let config = Config::read(json!({ "architectures": [class] })).unwrap();
            assert_eq!(config.model_type(), model_type);
        }
    }

    #[test]
    fn rejects_unknown_architectures_with_the_list() {
        for (config, name) in [
            (json!({ "model_type": "gpt2" }), "`gpt2`"),
            (json!({ "architectures": ["XLNetModel"] }), "`xlnet`"),
            (json!({}), "`(none)`"),
        ] {
            let message = Config::read(config).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains(&Config::KNOWN.join(", ")), "{message}");
        }
    }

    #[test]
    fn rejects_fields_that_make_no_model_by_name() {
        for (config, field) in [
            (json!({ "model_type": "bert", "num_attention_heads": 5 }), "num_attention_heads 5"),
            (json!({ "model_type": "bert", "position_embedding_type": "relative_key" }), "known: absolute"),
            (json!({ "model_type": "bert", "hidden_act": "tanh" }), "hidden_act `tanh`"),
            (json!({ "model_type": "roberta", "hidden_dropout_prob": 1.0 }), "hidden_dropout_prob is 1"),
            (json!({ "model_type": "roberta", "max_position_embeddings": 2 }), "positions"),
            (json!({ "model_type": "roberta", "vocab_size": 1 }), "pad_token_id 1"),
            (json!({ "model_type": "distilbert", "n_layers": 0 }), "n_layers is 0"),
            (json!({ "model_type": "distilbert", "dim": 50 }), "dim 50"),
            (json!({ "model_type": "albert", "embedding_size": 0 }), "embedding_size is 0"),
            (json!({ "model_type": "electra", "embedding_size": 0 }), "embedding_size is 0"),
            (json!({ "model_type": "electra", "num_attention_heads": 3 }), "hidden_size 256"),
            (json!({ "model_type": "bert", "hidden_size": "large" }), "large"),
        ] {
            let message = Config::read(config).unwrap_err().to_string();
            assert!(message.contains(field.trim_end_matches('s')), "{field}: {message}");
        }
    }

    /// What transformers 5.24 does with each: null is its default, a wrong type is refused with the field's name.
    #[test]
    fn null_is_the_default_and_a_wrong_type_is_refused_by_name() {
        for model in Config::KNOWN.iter().copied().chain(["camembert", "xlm-roberta"]) {
            let bare = Config::read(json!({ "model_type": model })).unwrap();
            let nulls = json!({ "model_type": model, "pad_token_id": null, "vocab_size": null, "initializer_range": null,
                "num_hidden_layers": null, "n_layers": null, "hidden_act": null, "activation": null,
                "classifier_dropout": null, "layer_norm_eps": null, "max_position_embeddings": null,
                "id2label": null, "architectures": null });
            assert_eq!(Config::read(nulls).unwrap(), bare, "{model}");
        }
        for (field, value, told) in [
            ("num_hidden_layers", json!(2.0), "num_hidden_layers is 2.0; give a whole number"),
            ("vocab_size", json!(-1), "vocab_size is -1; give a whole number that is not negative"),
            ("layer_norm_eps", json!("1e-12"), "layer_norm_eps is \"1e-12\"; give a number"),
            ("hidden_act", json!(true), "hidden_act is true; give a text"),
            ("pad_token_id", json!([0]), "pad_token_id is [0]; give a whole number"),
        ] {
            for model in ["albert", "bert", "roberta", "camembert", "electra", "deberta-v2"] {
                let mut config = json!({ "model_type": model, "num_attention_heads": 4, "hidden_size": 64 });
                config[field] = value.clone();
                let message = Config::read(config).unwrap_err().to_string();
                assert!(message.starts_with(told), "{model}: {message}");
            }
        }
        let message = Config::read(json!({ "model_type": "distilbert", "sinusoidal_pos_embds": 1 })).unwrap_err();
        assert_eq!(message.to_string(), "sinusoidal_pos_embds is 1; give true or false");
    }

    #[test]
    fn camembert_and_xlm_roberta_are_roberta_under_their_own_names() {
        for (model_type, class) in [
            ("camembert", "CamembertForSequenceClassification"),
            ("xlm-roberta", "XLMRobertaForSequenceClassification"),
            ("roberta", "RobertaForSequenceClassification"),
        ] {
            let fields = json!({ "model_type": model_type, "vocab_size": 300, "max_position_embeddings": 40 });
            let config = Config::read(fields.clone()).unwrap();
            assert_eq!(config.names(&fields), (model_type, class));
            assert_eq!(
                (config.model_type(), config.sizes().pad_token_id, config.sizes().max_length),
                ("roberta", 1, 38)
            );
        }
        // Defaults of transformers 5.24.
        let rows = |model: &str| Config::read(json!({ "model_type": model })).unwrap().sizes().vocab_size;
        assert_eq!(["roberta", "camembert", "xlm-roberta"].map(rows), [50_265, 30_522, 30_522]);
    }

    /// Where the weights are read from a file, the table of positions is the file's, whatever the flag.
    #[test]
    fn sinusoidal_positions_are_a_table_like_any_other() {
        let config = Config::read(json!({ "model_type": "distilbert", "sinusoidal_pos_embds": true })).unwrap();
        assert!(matches!(config, Config::DistilBert(c) if c.sinusoidal_pos_embds));
    }
}
