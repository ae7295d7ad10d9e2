//! A report of several encoders, variants or protocols falls into families that are analysed by themselves.

use std::collections::BTreeSet;

use super::Report;
use crate::record::RunRecord;
use crate::study::Protocol;
use crate::transfer::FamilyKey;

impl Report {
    /// Which families have transfer runs: by encoder, variant, protocol and block, in the order in which an analysis has them.
    pub fn families(&self) -> Vec<FamilyKey> {
        let keys: BTreeSet<FamilyKey> = self.runs.iter().filter_map(FamilyKey::of).collect();
        keys.into_iter().collect()
    }

    /// The report with the runs of one family only, its baselines and sources included. Its analysis has the pairs,
    /// correlations and selection that the analysis of the whole has for this family.
    #[must_use]
    pub fn of_family(&self, family: &FamilyKey) -> Self {
        Self {
            schema: self.schema.clone(),
            study: self.study.clone(),
            tasks: self.tasks.clone(),
            encoders: self.encoders.clone(),
            runs: self.runs.iter().filter(|run| belongs(run, family)).cloned().collect(),
            measures: self.measures.clone(),
            relevance: self.relevance.clone(),
            mixed_metrics: self.mixed_metrics,
            warnings: self.warnings.clone(),
        }
    }
}

fn belongs(run: &RunRecord, family: &FamilyKey) -> bool {
    let block = run.joint.as_ref().map(|joint| &joint.plan.block);
    let alone = matches!(run.protocol, Protocol::Single | Protocol::Source);
    let protocol = alone || (run.protocol == family.protocol && block == family.block.as_ref());
    run.encoder == family.encoder && run.variant == family.variant && protocol
}
