//! By what runs are joined, never by position, and what is tested together.

use serde::{Deserialize, Serialize};

use crate::record::RunRecord;
use crate::study::Protocol;

/// What the runs of one arm have in common: they differ in their seeds only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArmKey<'a> {
    /// Encoder name.
    pub encoder: &'a str,
    /// Recipe variant.
    pub variant: &'a str,
    /// How the models came to the target.
    pub protocol: Protocol,
    /// Trained first; `None` where the target was trained alone.
    pub source: Option<&'a str>,
    /// Measured.
    pub target: &'a str,
}

impl<'a> ArmKey<'a> {
    /// The arm that a run belongs to; none for one of no ordered pair: a joint run, a chain of several sources, a task
    /// trained on itself.
    pub fn of(run: &'a RunRecord) -> Option<Self> {
        let [target] = run.targets.as_slice() else { return None };
        let source = match (run.protocol, run.sources.as_slice()) {
            (Protocol::Single | Protocol::Source, []) => None,
            (_, [source]) if source != target => Some(source.as_str()),
            _ => return None,
        };
        Some(Self { encoder: &run.encoder, variant: &run.variant, protocol: run.protocol, source, target })
    }
}

/// Which transfer: what a source did to a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairKey {
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// How the model came to its target.
    pub protocol: Protocol,
    /// Trained first.
    pub source: String,
    /// Measured.
    pub target: String,
}

impl PairKey {
    /// The runs on the target after the source.
    pub fn transfer(&self) -> ArmKey<'_> {
        let Self { encoder, variant, protocol, source, target } = self;
        ArmKey { encoder, variant, protocol: *protocol, source: Some(source), target }
    }

    /// The runs on the target alone, against which the others are held.
    pub fn single(&self) -> ArmKey<'_> {
        ArmKey { protocol: Protocol::Single, source: None, ..self.transfer() }
    }
}

/// Which family: the pairs that are tested together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FamilyKey {
    /// Encoder name.
    pub encoder: String,
    /// Recipe variant.
    pub variant: String,
    /// How the models came to their targets.
    pub protocol: Protocol,
}

impl From<&PairKey> for FamilyKey {
    fn from(key: &PairKey) -> Self {
        Self { encoder: key.encoder.clone(), variant: key.variant.clone(), protocol: key.protocol }
    }
}

impl FamilyKey {
    /// The family that a transfer run belongs to.
    pub fn of(run: &RunRecord) -> Option<Self> {
        let key = ArmKey::of(run).filter(|key| key.source.is_some())?;
        Some(Self { encoder: key.encoder.to_owned(), variant: key.variant.to_owned(), protocol: key.protocol })
    }
}
