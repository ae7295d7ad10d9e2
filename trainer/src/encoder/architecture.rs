//! What every architecture offers: a configuration that can be checked, a body that can be looked into and that tasks
//! share, and the head that transformers puts on it, which each task has for itself.
//!
//! A new architecture is one file that implements [`Configuration`], [`Body`] and [`Head`], and one line in
//! [`registry`](super::registry).

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Tensor};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use transfermap::study::Pooling;

use super::activation;
use super::error::ConfigFault;
use super::{Inputs, Mode, Outputs};
use transfermap_kernels::Kernels;

/// An architecture's part of a config.json, with the field names and the defaults of transformers.
pub trait Configuration: DeserializeOwned {
    /// `model_type` in config.json.
    const MODEL_TYPE: &'static str;

    /// transformers' class with the sequence classifier: `architectures` of an exported folder.
    const CLASS: &'static str;

    /// What the names of the body's tensors begin with, dot included; all others belong to the head.
    const PREFIX: &'static str;

    /// The values of a study's `pooling` that make a difference. They are read from a field `pooling`.
    const POOLINGS: &'static [Pooling] = &[];

    /// The class that an exported folder names.
    fn class(&self) -> &'static str {
        Self::CLASS
    }

    /// Reads the fields; where they are absent, transformers' defaults hold.
    ///
    /// # Errors
    /// A field of another type.
    fn read(value: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(value)
    }

    /// Says what makes no model, naming the field and the remedy.
    ///
    /// # Errors
    /// The first offending field.
    fn check(&self) -> Result<(), ConfigFault>;

    /// The sizes that others must fit.
    fn sizes(&self) -> Sizes;

    /// Puts other dropout rates in place of the configuration's, where given.
    fn set_dropout(&mut self, rates: DropoutRates);

    /// Standard deviation of the random weights of a parameter.
    fn deviation(&self, _name: &str) -> f64 {
        self.sizes().initializer_range
    }

    /// A token that every text must hold, with the name of its field.
    fn asks_for(&self) -> Option<(&'static str, usize)> {
        None
    }

    /// Writes into an exported config.json what transformers' classifier does not do without.
    fn complete(&self, _fields: &mut Map<String, Value>) {}
}

/// More tokens than any input has.
pub const ANY_LENGTH: usize = 1 << 20;

/// The sizes of an encoder that tokenizers, batches and heads must fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// Rows of the word embeddings.
    pub vocab_size: usize,
    /// Width of a token's vector.
    pub hidden_size: usize,
    /// Layers.
    pub layers: usize,
    /// Tokens of the longest input; [`ANY_LENGTH`] where no table of positions ends it.
    pub max_length: usize,
    /// Number of segments that are told apart; `None` where the architecture does not look at them.
    pub segments: Option<usize>,
    /// The padding id.
    pub pad_token_id: usize,
    /// Standard deviation of random weights.
    pub initializer_range: f64,
}

/// Dropout rates of a recipe; `None` leaves the configuration's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DropoutRates {
    /// On embeddings and on the outputs of attention and feed-forward layers.
    pub hidden: Option<f64>,
    /// On attention probabilities.
    pub attention: Option<f64>,
    /// Before the classifier.
    pub classifier: Option<f64>,
}

/// The part of a model that tasks share.
///
/// What a study of representations needs comes from [`encode`](Self::encode), for every architecture alike: pooled, mean
/// over tokens, and every layer.
pub trait Body<B: Kernels>: Module<B> {
    /// Its configuration.
    type Config;

    /// Zeros, to be filled by name.
    ///
    /// # Errors
    /// A configuration that makes no model.
    fn zeros(config: &Self::Config, device: &Device<B>) -> Result<Self, ConfigFault>;

    /// One vector per token, `[batch, sequence, hidden]`. `observe` is shown what goes into the first layer and what
    /// comes out of each, `[batch * sequence, hidden]`: number of layers + 1 calls.
    fn tokens(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>, observe: &mut dyn FnMut(&Tensor<B, 2>)) -> Tensor<B, 3>;

    /// What a head reads, `[batch, hidden]`, from the tokens' vectors: the pooler's output where the body has one, else
    /// the first token, or what the architecture takes in its place.
    fn pool(&self, last_hidden_state: &Tensor<B, 3>, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Tensor<B, 2>;

    /// All outputs; every layer's where `mode` asks for them.
    fn encode(&self, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Outputs<B> {
        let [batch, sequence] = inputs.shape();
        let keep = mode.keep_hidden_states;
        let mut hidden_states = Vec::new();
        let last_hidden_state = self.tokens(inputs, mode, &mut |x| {
            let [_, hidden] = x.dims();
            if keep {
                hidden_states.push(x.clone().reshape([batch, sequence, hidden]));
            }
        });
        let pooler_output = self.pool(&last_hidden_state, inputs, mode);
        Outputs { last_hidden_state, pooler_output, hidden_states }
    }
}

/// The sequence-classification head that transformers puts on a body; a task's own.
pub trait Head<B: Kernels>: Module<B> {
    /// The configuration of the whole model.
    type Config;

    /// Zeros, to be filled by name.
    fn zeros(config: &Self::Config, classes: usize, device: &Device<B>) -> Self;

    /// Logits `[batch, classes]` in 32 bits, from what [`Body::pool`] gives.
    fn forward(&self, pooled: Tensor<B, 2>, mode: &mut Mode<'_>) -> Tensor<B, 2>;
}

/// The vectors of the first tokens, `[batch, sequence, hidden]` → `[batch, hidden]`.
pub fn first_tokens<B: Backend>(last_hidden_state: &Tensor<B, 3>) -> Tensor<B, 2> {
    let [batch, _, hidden] = last_hidden_state.dims();
    last_hidden_state.clone().slice([0..batch, 0..1, 0..hidden]).reshape([batch, hidden])
}

/// Checks that hold for every architecture, under the field names of each.
pub struct Checks<'a> {
    /// Sizes that must not be 0.
    pub positive: &'a [(&'static str, usize)],
    /// How many parameters there are at least.
    pub parameters: f64,
    /// Width of the layers.
    pub hidden: (&'static str, usize),
    /// Attention heads.
    pub heads: (&'static str, usize),
    /// Dropout rates.
    pub rates: &'a [(&'static str, f64)],
    /// Non-linearity.
    pub activation: (&'static str, &'a str),
    /// Rows of the word embeddings, and the padding id.
    pub padding: (usize, usize),
}

impl Checks<'_> {
    /// Does them.
    ///
    /// # Errors
    /// The first offending field, with the remedy.
    pub fn run(&self) -> Result<(), ConfigFault> {
        let (field, name) = self.activation;
        activation::parse(field, name)?;
        let (hidden, heads) = (self.hidden, self.heads);
        self.positive.iter().chain([&hidden, &heads]).try_for_each(|(field, value)| bounded(field, *value))?;
        fits(self.parameters)?;
        if !hidden.1.is_multiple_of(heads.1) {
            return Err(ConfigFault::Heads { hidden, heads });
        }
        if let Some(&(field, rate)) = self.rates.iter().find(|(_, rate)| !(0.0..1.0).contains(rate)) {
            return Err(ConfigFault::Rate { field, rate });
        }
        let (vocabulary, padding) = self.padding;
        if padding >= vocabulary {
            return Err(ConfigFault::Padding { padding, vocabulary });
        }
        Ok(())
    }
}

/// Refuses a size of 0, and one that no encoder has, before memory is asked for.
///
/// # Errors
/// Names the field.
pub fn bounded(field: &'static str, value: usize) -> Result<(), ConfigFault> {
    match value {
        0 => Err(ConfigFault::Zero(field)),
        _ if value > most(field) => Err(ConfigFault::TooLarge { field, value, most: most(field) }),
        _ => Ok(()),
    }
}

/// Refuses a model of too many parameters.
///
/// # Errors
/// Says how many.
pub fn fits(parameters: f64) -> Result<(), ConfigFault> {
    if parameters <= MOST_PARAMETERS {
        return Ok(());
    }
    Err(ConfigFault::TooMany { parameters, most: MOST_PARAMETERS })
}

/// What transformer layers have at least, without biases and norms: four maps between `width` and `attention`, and two
/// between `width` and `inner`.
pub fn layer_parameters(layers: usize, width: usize, attention: usize, inner: usize) -> f64 {
    let [layers, width, attention, inner] = [layers, width, attention, inner].map(|n| n as f64);
    layers * width * (4.0 * attention + 2.0 * inner)
}

/// What tables of embeddings have.
pub fn table_parameters(rows: &[usize], width: usize) -> f64 {
    rows.iter().map(|n| *n as f64).sum::<f64>() * width as f64
}

/// The largest value of a size that any encoder has, and room to spare.
fn most(field: &str) -> usize {
    match field {
        "vocab_size" => 10_000_000,
        "max_position_embeddings" | "max_relative_positions" => 1_000_000,
        "num_hidden_layers" | "num_hidden_groups" | "n_layers" | "inner_group_num" | "num_layers"
        | "num_decoder_layers" => 1_000,
        _ => 100_000,
    }
}

/// Each takes 16 bytes in training, as weight, gradient and AdamW's two moments: 64 GB.
const MOST_PARAMETERS: f64 = 4e9;

/// `position_embedding_type`.
///
/// # Errors
/// Another one than `absolute`.
pub fn check_positions(kind: &str) -> Result<(), ConfigFault> {
    if kind == "absolute" {
        return Ok(());
    }
    Err(ConfigFault::Unknown { field: "position_embedding_type", value: kind.to_owned(), known: "absolute" })
}
