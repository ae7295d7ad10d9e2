//! The model of a training, and where its first weights come from.

use burn::module::{AutodiffModule, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use transfermap::study::{Head as Fate, Recipe};

use super::gradient::Gradient;
use super::optimizer::{AdamW, Step};
use crate::encoder::architecture::DropoutRates;
use crate::encoder::{AnyBody, AnyHead, Body, Config, ConfigFault, Head, Inputs, Mode, ParameterError, init, named};
use crate::pretrained::{Checkpoint, LoadedEncoder, Tensors, WeightsError, head_prefix, is_pooler, tensors_of};
use transfermap_kernels::adamw::Clip;
use transfermap_kernels::{Kernels, Trains};

/// Why a model does not get its weights.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The configuration makes no model.
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    #[error("tensor `{0}` is missing")]
    Missing(String),
    #[error("tensor `{name}` has the shape {found:?}, not {asked:?}")]
    Shape { name: String, found: Vec<usize>, asked: Vec<usize> },
}

/// The encoder's configuration with the recipe's dropout.
pub fn configured(encoder: &LoadedEncoder, recipe: &Recipe) -> Config {
    let mut config = encoder.config.clone();
    config.set_dropout(DropoutRates {
        hidden: recipe.hidden_dropout_prob,
        attention: recipe.attention_probs_dropout_prob,
        classifier: recipe.classifier_dropout_prob,
    });
    config
}

/// Where first weights come from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// The encoder.
    pub encoder: &'a LoadedEncoder,
    /// The source run's model.safetensors.
    pub source: Option<&'a [u8]>,
    /// The run's seed.
    pub seed: u64,
}

impl Origin<'_> {
    /// The body: from the source run, else from the encoder's checkpoint, else drawn for the seed, the same for every
    /// task.
    ///
    /// # Errors
    /// Weights that do not fit the configuration.
    pub fn body<B: Kernels>(&self, config: &Config, device: &B::Device) -> Result<AnyBody<B>, ModelError> {
        let body = AnyBody::zeros(config, device)?;
        self.filled(body, self.source.or(self.encoder.weights.as_deref()), config, "")
    }

    /// The head of `task`: the source's where it is kept and there is one, else drawn for the task and the seed.
    ///
    /// # Errors
    /// A source whose head has another shape.
    pub fn head<B: Kernels>(
        &self,
        config: &Config,
        task: &str,
        classes: usize,
        fate: Fate,
        device: &B::Device,
    ) -> Result<AnyHead<B>, ModelError> {
        let head = AnyHead::zeros(config, classes, device);
        self.filled(head, self.source.filter(|_| fate == Fate::Keep), config, task)
    }

    /// `part` with the weights of a checkpoint, else, and for a pooler that it lacks, with weights drawn for `task` and the
    /// seed.
    fn filled<B: Backend, M: Module<B>>(
        &self,
        part: M,
        checkpoint: Option<&[u8]>,
        config: &Config,
        task: &str,
    ) -> Result<M, ModelError> {
        let sizes = config.sizes();
        let drawn = |name: &str, shape: &[usize]| {
            init::parameter(name, shape, config.deviation(name), sizes.pad_token_id, self.seed, task)
        };
        let Some(checkpoint) = checkpoint.map(Checkpoint::new).transpose()? else {
            return named::fill(part, &mut |name, shape| Ok(drawn(name, shape)?));
        };
        named::fill(part, &mut |name, shape| match checkpoint.get(name, shape)? {
            None if is_pooler(name) => Ok(drawn(name, shape)?),
            None => Err(WeightsError::Missing(name.to_owned()).into()),
            Some(values) => Ok(values),
        })
    }
}

/// One body, and a head for each task that is trained on it.
#[derive(Debug, Clone)]
pub struct Model<B: Backend> {
    /// What the tasks share.
    pub body: AnyBody<B>,
    /// In the order of the tasks.
    pub heads: Vec<TaskHead<B>>,
}

/// The head of one task.
#[derive(Debug, Clone)]
pub struct TaskHead<B: Backend> {
    /// What the names of its tensors begin with; see [`head_prefix`].
    pub prefix: String,
    /// The head.
    pub head: AnyHead<B>,
}

impl<B: Kernels> Model<B> {
    /// A model of one task.
    pub fn of_one(body: AnyBody<B>, head: AnyHead<B>) -> Self {
        Self { body, heads: vec![TaskHead { prefix: head_prefix("", 1), head }] }
    }

    /// Logits `[batch, classes]` of the head at `place`, in 32 bits.
    ///
    /// # Panics
    /// When there are fewer heads.
    pub fn forward(&self, place: usize, inputs: &Inputs<B>, mode: &mut Mode<'_>) -> Tensor<B, 2> {
        let pooled = self.body.encode(inputs, mode).pooler_output;
        self.heads[place].head.forward(pooled, mode)
    }

    /// The parameters by name, in HuggingFace's layout.
    pub fn tensors(&self) -> Tensors {
        let mut tensors = tensors_of(&self.body);
        for TaskHead { prefix, head } in &self.heads {
            tensors.extend(tensors_of(head).into_iter().map(|(name, values)| (format!("{prefix}{name}"), values)));
        }
        tensors
    }

    /// Sets the parameters to these.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn set(self, mut tensors: Tensors) -> Result<Self, ModelError> {
        let mut take = |name: String, shape: &[usize]| match tensors.remove(&name) {
            Some(values) if values.shape == shape => Ok(values.data),
            Some(values) => Err(ModelError::Shape { name, found: values.shape, asked: shape.to_vec() }),
            None => Err(ModelError::Missing(name)),
        };
        let body = named::fill(self.body, &mut |name, shape| take(name.to_owned(), shape))?;
        let mut heads = Vec::with_capacity(self.heads.len());
        for TaskHead { prefix, head } in self.heads {
            let head = named::fill(head, &mut |name, shape| take(format!("{prefix}{name}"), shape))?;
            heads.push(TaskHead { prefix, head });
        }
        Ok(Self { body, heads })
    }
}

impl<B: Trains> Model<B> {
    /// The same model without a graph.
    pub fn valid(&self) -> Model<B::InnerBackend> {
        let heads = self.heads.iter().map(|h| TaskHead { prefix: h.prefix.clone(), head: h.head.valid() });
        Model { body: self.body.valid(), heads: heads.collect() }
    }

    /// What a loss that went through the head at `place` has left: the gradient of the body, and that of the head. See
    /// [`Gradient::of`].
    ///
    /// # Panics
    /// When there are fewer heads.
    pub fn gradients(&self, place: usize, mut grads: B::Gradients) -> (Gradient<B>, Gradient<B>) {
        let TaskHead { prefix, head } = &self.heads[place];
        let body = Gradient::of(&self.body, &mut grads);
        (body, Gradient::of(head, &mut grads).under(prefix))
    }

    /// Moves the parameters that have a gradient; heads without one keep weights and moments.
    pub fn step(
        &mut self,
        optimizer: &mut AdamW<B::InnerBackend>,
        gradient: Gradient<B>,
        clip: Option<&Clip<B::InnerBackend>>,
        learning_rate: f64,
    ) {
        let mut step = Step::new(optimizer, gradient, learning_rate);
        step.take(&mut self.body, "");
        for TaskHead { prefix, head } in &mut self.heads {
            step.take(head, prefix);
        }
        let mut stepped = step.run(clip);
        stepped.put(&mut self.body, "");
        for TaskHead { prefix, head } in &mut self.heads {
            stepped.put(head, prefix);
        }
    }
}
