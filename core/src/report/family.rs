//! A report of several encoders, variants or protocols falls into families that are analysed by themselves.

use super::Report;
use crate::analysis::FamilyKey;
use crate::record::RunRecord;
use crate::sort;
use crate::study::Protocol;

impl Report {
    /// Which families have transfer runs: by encoder, variant and protocol, in the order of
    /// [`crate::analysis::Analysis::families`].
    pub fn families(&self) -> Vec<FamilyKey> {
        let transfers = self.runs.iter().filter(|r| r.sources.len() == 1 && r.targets.len() == 1);
        let mut keys: Vec<FamilyKey> = Vec::new();
        for run in transfers {
            let is_it =
                |k: &FamilyKey| k.encoder == run.encoder && k.variant == run.variant && k.protocol == run.protocol;
            if !keys.iter().any(is_it) {
                keys.push(FamilyKey {
                    encoder: run.encoder.clone(),
                    variant: run.variant.clone(),
                    protocol: run.protocol,
                });
            }
        }
        sort::by(&mut keys, FamilyKey::cmp);
        keys
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

    /// As [`Self::of_family`], of a report that nobody else needs.
    #[must_use]
    pub fn into_family(mut self, family: &FamilyKey) -> Self {
        self.runs.retain(|run| belongs(run, family));
        self
    }
}

fn belongs(run: &RunRecord, family: &FamilyKey) -> bool {
    let protocol = run.protocol == family.protocol || matches!(run.protocol, Protocol::Single | Protocol::Source);
    run.encoder == family.encoder && run.variant == family.variant && protocol
}
