//! Which runs of a plan a pair calls for at a seed.

use std::collections::HashMap;

use crate::plan::Plan;
use crate::study::Protocol;
use crate::transfer::PairKey;

/// The runs of a plan by what they train.
#[derive(Debug, Clone)]
pub(super) struct Calls<'a> {
    /// By encoder, variant, target and seed.
    singles: HashMap<(&'a str, &'a str, &'a str, u64), &'a str>,
    /// By encoder, variant, source, target and seed: the run, and the one that it starts from.
    transfers: HashMap<(&'a str, &'a str, &'a str, &'a str, u64), (&'a str, Option<&'a str>)>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let mut calls = Self { singles: HashMap::new(), transfers: HashMap::new() };
        for run in &plan.runs {
            let (encoder, variant) = (run.encoder.as_str(), run.variant.as_str());
            match (run.protocol, run.sources.as_slice(), run.targets.as_slice()) {
                (Protocol::Single, [], [target]) => {
                    calls.singles.insert((encoder, variant, target, run.seed), &run.id);
                }
                (Protocol::Sequential, [source], [target]) => {
                    let from = run.depends_on.as_deref();
                    calls.transfers.insert((encoder, variant, source, target, run.seed), (&run.id, from));
                }
                _ => {}
            }
        }
        calls
    }

    /// The runs of both arms at these seeds, and those that the transfers start from.
    pub(super) fn of_pair(&self, key: &PairKey, seeds: &[u64]) -> Vec<&'a str> {
        let PairKey { encoder, variant, source, target, .. } = key;
        let mut runs = Vec::new();
        for &seed in seeds {
            runs.extend(self.singles.get(&(encoder.as_str(), variant.as_str(), target.as_str(), seed)).copied());
            let transfer =
                self.transfers.get(&(encoder.as_str(), variant.as_str(), source.as_str(), target.as_str(), seed));
            if let Some(&(run, from)) = transfer {
                runs.extend(from);
                runs.push(run);
            }
        }
        runs
    }
}
