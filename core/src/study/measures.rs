//! `[measures]`: which measures a run computes beside the transfers, and from how much.

use serde::{Deserialize, Serialize};

use crate::measure::{Selection, UnknownMeasure};

/// The table `[measures]` of a study file. Changing it trains nothing anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Measures {
    /// `"all"`, `"none"`, or names of the registry.
    pub select: Select,
    /// Examples of a task's training set that are probed; all where it has fewer.
    pub examples: usize,
    /// Training steps of `few_step_score` per source and target.
    pub few_steps: usize,
}

/// More examples or steps are no few.
const MOST: usize = 1_000_000;

/// Which measures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"all\", \"none\" or a list of measures")]
pub enum Select {
    /// `"all"` or `"none"`.
    Word(String),
    /// These.
    Names(Vec<String>),
}

impl Default for Measures {
    fn default() -> Self {
        Self { select: Select::Word("all".into()), examples: 512, few_steps: 20 }
    }
}

impl Measures {
    /// The selected measures.
    ///
    /// # Errors
    /// A name that the registry does not have. A checked study has none.
    pub fn selection(&self) -> Result<Selection, UnknownMeasure> {
        match &self.select {
            Select::Word(word) if word == "all" => Ok(Selection::all()),
            Select::Word(word) if word == "none" => Ok(Selection::none()),
            Select::Word(name) => Selection::named([name.as_str()]),
            Select::Names(names) => Selection::named(names.iter().map(String::as_str)),
        }
    }

    /// Whether the table says nothing.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it, and at which key.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let remedy = |e: UnknownMeasure| format!("{e} `\"all\"` and `\"none\"` are the other choices");
        self.selection().map_err(|e| ("select", remedy(e)))?;
        if self.examples < 16 {
            return Err(("examples", format!("examples = {}; give at least 16, better 512", self.examples)));
        }
        for (key, value) in [("examples", self.examples), ("few_steps", self.few_steps)] {
            if value > MOST {
                return Err((key, format!("{key} = {value}; give at most {MOST}")));
            }
        }
        if self.few_steps == 0 {
            return Err((
                "few_steps",
                "few_steps = 0 trains nothing; give at least 1, or leave the measure out".into(),
            ));
        }
        Ok(())
    }
}
