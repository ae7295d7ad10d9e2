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
    /// Block of joint training; `None` elsewhere.
    pub block: Option<&'a str>,
    /// Trained first, or together with the target; `None` where the target was trained alone.
    pub source: Option<&'a str>,
    /// Measured.
    pub target: &'a str,
}

impl<'a> ArmKey<'a> {
    /// The arms that a run belongs to: two for a joint run of two tasks, each of which is the other's partner. None for a
    /// run of no ordered pair: a joint run of more tasks, a chain of several sources, a task trained on itself.
    pub fn of(run: &'a RunRecord) -> Vec<Self> {
        let arm = |block, source, target| Self {
            encoder: &run.encoder,
            variant: &run.variant,
            protocol: run.protocol,
            block,
            source,
            target,
        };
        match (run.protocol, run.sources.as_slice(), run.targets.as_slice()) {
            (Protocol::Joint, [], [a, b]) => {
                let block = run.joint.as_ref().map(|joint| joint.plan.block.as_str());
                vec![arm(block, Some(a), b), arm(block, Some(b), a)]
            }
            (Protocol::Single | Protocol::Source, [], [target]) => vec![arm(None, None, target)],
            (_, [source], [target]) if source != target => vec![arm(None, Some(source), target)],
            _ => Vec::new(),
        }
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
    /// Block of joint training; absent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Trained first, or together with the target.
    pub source: String,
    /// Measured.
    pub target: String,
}

impl PairKey {
    /// The runs on the target after the source.
    pub fn transfer(&self) -> ArmKey<'_> {
        let Self { encoder, variant, protocol, block, source, target } = self;
        ArmKey { encoder, variant, protocol: *protocol, block: block.as_deref(), source: Some(source), target }
    }

    /// The runs on the target alone, against which the others are held.
    pub fn single(&self) -> ArmKey<'_> {
        ArmKey { protocol: Protocol::Single, block: None, source: None, ..self.transfer() }
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
    /// Block of joint training; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
}

impl From<&PairKey> for FamilyKey {
    fn from(key: &PairKey) -> Self {
        let PairKey { encoder, variant, protocol, block, .. } = key.clone();
        Self { encoder, variant, protocol, block }
    }
}

impl FamilyKey {
    /// The family that a transfer run belongs to.
    pub fn of(run: &RunRecord) -> Option<Self> {
        let key = ArmKey::of(run).into_iter().find(|key| key.source.is_some())?;
        Some(Self {
            encoder: key.encoder.to_owned(),
            variant: key.variant.to_owned(),
            protocol: key.protocol,
            block: key.block.map(str::to_owned),
        })
    }

    /// Its name for people: `sequential`, `joint`, or `joint/pcgrad` for a block that is not called `equal`.
    pub fn protocol_name(&self) -> String {
        match self.block.as_deref() {
            None | Some("equal") => self.protocol.name().to_owned(),
            Some(block) => format!("{}/{block}", self.protocol.name()),
        }
    }
}
