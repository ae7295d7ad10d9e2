//! The weights of a folder: model.safetensors, else the files that model.safetensors.index.json names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use serde::Deserialize;

use super::error::{FileFault, PretrainedError, WeightsError};
use super::files;

const WHOLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// What is read of an index: which file holds which tensor.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, PathBuf>,
}

/// The bytes of one model.safetensors, and the file that tells of it.
///
/// # Errors
/// There are no weights, not all of them, or such as are not read.
pub fn read(folder: &Path) -> Result<(Vec<u8>, PathBuf), PretrainedError> {
    let path = folder.join(WHOLE);
    if let Some(bytes) = files::optional(&path)? {
        return Ok((bytes, path));
    }
    let index = folder.join(INDEX);
    match files::optional(&index)? {
        Some(bytes) => Ok((joined(folder, &index, &bytes)?, index)),
        None => Err(files::fault(&path, absent(folder))),
    }
}

/// What there is in place of weights.
fn absent(folder: &Path) -> FileFault {
    if folder.join("pytorch_model.bin").exists() || folder.join("pytorch_model.bin.index.json").exists() {
        return FileFault::OnlyPickled;
    }
    let others = files::ending(folder, ".safetensors");
    if others.iter().any(|name| name == "adapter_model.safetensors") {
        return FileFault::OnlyAdapter;
    }
    if others.is_empty() {
        let remedy = "the folder holds no weights; copy them, or give `config = { ... }` for random ones";
        return FileFault::Missing { remedy };
    }
    // Shards are called model-00001-of-00003.safetensors.
    let shards = others.iter().any(|name| name.contains("-of-"));
    if shards { FileFault::NoIndex { others } } else { FileFault::OtherName { others } }
}

/// The tensors of all files that an index names, as one file.
fn joined(folder: &Path, path: &Path, bytes: &[u8]) -> Result<Vec<u8>, PretrainedError> {
    let index: Index = serde_json::from_slice(bytes).map_err(|e| files::fault(path, FileFault::NotAnIndex(e)))?;
    let names: BTreeSet<&PathBuf> = index.weight_map.values().collect();
    let mut parts: BTreeMap<&PathBuf, Vec<u8>> = BTreeMap::new();
    for name in names {
        // Nothing outside of the folder.
        if !name.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(files::fault(path, FileFault::Outside(name.clone())));
        }
        let remedy = "model.safetensors.index.json names it; copy it from the checkpoint";
        parts.insert(name, files::required(&folder.join(name), remedy)?);
    }
    let mut open: BTreeMap<&PathBuf, SafeTensors<'_>> = BTreeMap::new();
    for (name, bytes) in &parts {
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|e| files::fault(&folder.join(name), WeightsError::Header(e).into()))?;
        open.insert(name, tensors);
    }
    let mut views: Vec<(&String, TensorView<'_>)> = Vec::with_capacity(index.weight_map.len());
    for (tensor, file) in &index.weight_map {
        let view = open.get(file).and_then(|tensors| tensors.tensor(tensor).ok());
        let absent = || files::fault(&folder.join(file), WeightsError::NotInShard(tensor.clone()).into());
        views.push((tensor, view.ok_or_else(absent)?));
    }
    safetensors::serialize(views, None).map_err(|e| files::fault(path, WeightsError::Safetensors(e).into()))
}
