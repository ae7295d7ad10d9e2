//! Which runs of a plan a pair calls for at a seed.

use std::collections::HashMap;

use crate::plan::{Plan, PlannedRun};
use crate::study::Protocol;
use crate::transfer::PairKey;

/// The runs of a plan by what they train.
#[derive(Debug, Clone)]
pub(super) struct Calls<'a>(HashMap<Place<'a>, &'a PlannedRun>);

/// Where a run stands: the arm that it belongs to, and its seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place<'a> {
    encoder: &'a str,
    variant: &'a str,
    source: Option<&'a str>,
    target: &'a str,
    seed: u64,
}

impl<'a> Calls<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let place = |run: &'a PlannedRun| {
            let source = match (run.protocol, run.sources.as_slice()) {
                (Protocol::Single, []) => None,
                (Protocol::Sequential, [source]) => Some(source.as_str()),
                _ => return None,
            };
            let [target] = run.targets.as_slice() else { return None };
            Some(Place { encoder: &run.encoder, variant: &run.variant, source, target, seed: run.seed })
        };
        Self(plan.runs.iter().filter_map(|run| Some((place(run)?, run))).collect())
    }

    /// The runs of both arms at these seeds, and those that the transfers start from.
    pub(super) fn of_pair(&self, key: &PairKey, seeds: &[u64]) -> Vec<&'a str> {
        let PairKey { encoder, variant, source, target, .. } = key;
        let run = |source, seed| self.0.get(&Place { encoder, variant, source, target, seed }).copied();
        let mut runs = Vec::new();
        for &seed in seeds {
            runs.extend(run(None, seed).map(|run| run.id.as_str()));
            if let Some(run) = run(Some(source.as_str()), seed) {
                runs.extend(run.depends_on.as_deref());
                runs.push(run.id.as_str());
            }
        }
        runs
    }
}
