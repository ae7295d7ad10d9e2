//! model.safetensors: tensors by name, checked against the model's shapes.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::backend::Backend;
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::error::WeightsError;
use crate::encoder::Config;
use crate::encoder::init::is_layer_norm;
use crate::encoder::named::{Values, collect};

/// Values by name, in HuggingFace's layout.
pub type Tensors = BTreeMap<String, Values>;

/// The tensors of a checkpoint.
pub struct Checkpoint<'a> {
    tensors: SafeTensors<'a>,
}

impl<'a> Checkpoint<'a> {
    /// Reads the header; the tensors stay where they are.
    ///
    /// # Errors
    /// Not a safetensors file, or cut short.
    pub fn new(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        SafeTensors::deserialize(bytes).map(|tensors| Self { tensors }).map_err(WeightsError::Header)
    }

    /// The values of `name`, which may stand in the file under an older spelling (see [`spellings`]); `None` when it is
    /// absent.
    ///
    /// # Errors
    /// Another shape than the model's, or a number format that is not a float.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<Option<Vec<f32>>, WeightsError> {
        let Some(view) = spellings(name).iter().find_map(|n| self.tensors.tensor(n).ok()) else { return Ok(None) };
        if view.shape() != shape {
            let (found, asked) = (view.shape().to_vec(), shape.to_vec());
            return Err(WeightsError::Shape { name: name.to_owned(), found, asked });
        }
        values(name, &view).map(Some)
    }

    /// As [`Self::get`], and absence is an error.
    ///
    /// # Errors
    /// As for `get`, or the tensor is absent.
    pub fn require(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, WeightsError> {
        self.get(name, shape)?.ok_or_else(|| WeightsError::Missing(name.to_owned()))
    }
}

pub(super) fn values(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, WeightsError> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        Dtype::BF16 => Ok(bytes.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
        Dtype::F16 => Ok(bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
        found => Err(WeightsError::Format { name: name.to_owned(), found }),
    }
}

/// The names under which a parameter is met in checkpoints, best first: with or without the body's prefix, and in
/// checkpoints that came from TensorFlow with `gamma` and `beta` for a LayerNorm's weight and bias.
fn spellings(name: &str) -> Vec<String> {
    let short = Config::PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
    // T5's table goes by the name of any of its users.
    let tied = name.strip_suffix("shared.weight").map(|prefix| format!("{prefix}encoder.embed_tokens.weight"));
    let tied_short = tied.as_ref().and(Some("encoder.embed_tokens.weight"));
    let modern: Vec<&str> = [Some(name), short, tied.as_deref(), tied_short].into_iter().flatten().collect();
    let old = |name: &&str| {
        let (module, parameter) = name.rsplit_once('.').filter(|_| is_layer_norm(name))?;
        Some(format!("{module}.{}", if parameter == "weight" { "gamma" } else { "beta" }))
    };
    let old: Vec<String> = modern.iter().filter_map(old).collect();
    modern.into_iter().map(str::to_owned).chain(old).collect()
}

/// Whether a parameter is of the pooler, which checkpoints of masked-language modelling do not have and transformers draws
/// anew.
pub fn is_pooler(name: &str) -> bool {
    name.contains(".pooler.")
}

/// What the names of a head's tensors begin with: nothing where the model has one head, so that transformers reads it as
/// its own; `heads.<task>.` where it has several.
pub fn head_prefix(task: &str, heads: usize) -> String {
    if heads > 1 { format!("heads.{task}.") } else { String::new() }
}

/// The parameters of a model as the bytes of a model.safetensors.
///
/// # Errors
/// What the safetensors library refuses.
pub fn to_safetensors(tensors: &Tensors) -> Result<Vec<u8>, WeightsError> {
    // "format" is what transformers looks for before it reads the tensors.
    write_tensors(tensors, Some([("format".to_owned(), "pt".to_owned())].into()))
}

/// The parameters of `model` by name, in HuggingFace's layout.
pub fn tensors_of<B: Backend, M: Module<B>>(model: &M) -> Tensors {
    let mut tensors = BTreeMap::new();
    collect(model, &mut |name, values| {
        tensors.insert(name, values);
    });
    tensors
}

/// Named values as the bytes of a safetensors file.
///
/// # Errors
/// What the safetensors library refuses.
pub fn write_tensors(
    tensors: &Tensors,
    metadata: Option<std::collections::HashMap<String, String>>,
) -> Result<Vec<u8>, WeightsError> {
    let bytes: Vec<(&String, &Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, v)| (name, &v.shape, v.data.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views = bytes
        .iter()
        .map(|(name, shape, data)| TensorView::new(Dtype::F32, (*shape).clone(), data).map(|v| (name.as_str(), v)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(safetensors::serialize(views, metadata)?)
}

/// Every tensor of a safetensors file.
///
/// # Errors
/// Not a safetensors file, or a number format that is not a float.
pub fn read_tensors(bytes: &[u8]) -> Result<Tensors, WeightsError> {
    let tensors = SafeTensors::deserialize(bytes)?;
    let read = |(name, view): (String, TensorView<'_>)| {
        let data = values(&name, &view)?;
        Ok((name, Values { shape: view.shape().to_vec(), data }))
    };
    tensors.tensors().into_iter().map(read).collect()
}
