//! What workers read: encoders, and tasks in their tokens.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use transfermap::study::{Encoder, Study, Task};

use super::inputs::Inputs;
use crate::data::TokenisedTask;
use crate::error::chain;
use crate::pretrained::{self, LoadedEncoder};
use crate::train::TrainError;

/// The encoders and the tokenised tasks of a study; each is read when first needed.
pub struct Material {
    study: Study,
    base: PathBuf,
    inputs: Inputs,
    encoders: HashMap<String, LoadedEncoder>,
    tasks: HashMap<PathBuf, TokenisedTask>,
}

impl Material {
    /// The material of `study`, whose paths are relative to `base`.
    pub fn new(study: Study, base: PathBuf, inputs: Inputs) -> Self {
        Self { study, base, inputs, encoders: HashMap::new(), tasks: HashMap::new() }
    }

    /// An encoder, and a task in its tokens.
    ///
    /// # Errors
    /// Either cannot be read, or was not prepared.
    pub fn of(&mut self, encoder: &str, task: &str) -> Result<(&LoadedEncoder, &TokenisedTask), TrainError> {
        self.load_encoder(encoder)?;
        self.load_task(encoder, task)?;
        Ok((self.loaded_encoder(encoder)?, self.loaded_task(encoder, task)?))
    }

    /// An encoder, and tasks in its tokens, in the order asked for.
    ///
    /// # Errors
    /// One of them cannot be read, or was not prepared.
    pub fn of_several(
        &mut self,
        encoder: &str,
        tasks: &[String],
    ) -> Result<(&LoadedEncoder, Vec<&TokenisedTask>), TrainError> {
        self.load_encoder(encoder)?;
        for task in tasks {
            self.load_task(encoder, task)?;
        }
        let loaded = tasks.iter().map(|task| self.loaded_task(encoder, task)).collect::<Result<_, _>>()?;
        Ok((self.loaded_encoder(encoder)?, loaded))
    }

    pub fn study(&self) -> &Study {
        &self.study
    }

    /// A task of the study.
    ///
    /// # Errors
    /// The study has none of this name.
    pub fn task(&self, name: &str) -> Result<&Task, TrainError> {
        let missing = || unreadable(&self.base, format!("task `{name}` is not in the study"));
        self.study.task(name).ok_or_else(missing)
    }

    fn load_encoder(&mut self, name: &str) -> Result<(), TrainError> {
        if self.encoders.contains_key(name) {
            return Ok(());
        }
        let asked: Option<&Encoder> = self.study.encoder.iter().find(|e| e.name == name);
        let asked = asked.ok_or_else(|| unreadable(&self.base, format!("no encoder `{name}`")))?;
        let loaded =
            pretrained::load(&self.inputs.located(asked), &self.base).map_err(|e| unreadable(&self.base, chain(&e)))?;
        let planned = self.inputs.encoders.iter().find(|e| e.name == name);
        if planned.is_some_and(|p| p.fingerprint != loaded.fingerprint) {
            let message = format!("encoder `{name}` changed since the study started; start it again");
            return Err(unreadable(&self.base, message));
        }
        self.encoders.insert(name.to_owned(), loaded);
        Ok(())
    }

    /// The checksums of the tokenised tasks.
    pub fn hashes_of(&self, encoder: &str, tasks: &[String]) -> IndexMap<String, String> {
        self.inputs.hashes_of(encoder, tasks)
    }

    fn load_task(&mut self, encoder: &str, task: &str) -> Result<(), TrainError> {
        let path = self.tokenised(encoder, task);
        if let Entry::Vacant(place) = self.tasks.entry(path) {
            let tokens = self.inputs.tokens(encoder, task).map_err(|e| unreadable(place.key(), chain(&e)))?;
            place.insert(tokens);
        }
        Ok(())
    }

    fn loaded_encoder(&self, name: &str) -> Result<&LoadedEncoder, TrainError> {
        self.encoders.get(name).ok_or_else(|| unreadable(&self.base, format!("no encoder `{name}`")))
    }

    fn loaded_task(&self, encoder: &str, task: &str) -> Result<&TokenisedTask, TrainError> {
        let path = self.tokenised(encoder, task);
        self.tasks.get(&path).ok_or_else(|| unreadable(&path, format!("task `{task}` is not prepared")))
    }

    /// The file of a tokenised task; empty where there is none.
    fn tokenised(&self, encoder: &str, task: &str) -> PathBuf {
        self.inputs.tokenised.get(encoder).and_then(|t| t.get(task)).cloned().unwrap_or_default()
    }
}

fn unreadable(path: &Path, text: String) -> TrainError {
    TrainError::Io { path: path.to_owned(), source: std::io::Error::other(text) }
}
