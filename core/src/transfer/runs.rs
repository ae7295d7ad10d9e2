//! The runs of a report by what they measure: the one place where runs are joined.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{ArmKey, PairKey, TransferError};
use crate::record::RunRecord;

/// The runs of an arm by ascending seed; `None` for imported results that came without one.
pub type BySeed<'a> = BTreeMap<Option<u64>, &'a RunRecord>;

/// The runs that belong to ordered pairs, by arm, then by seed.
#[derive(Debug, Clone, Default)]
pub struct Runs<'a> {
    records: &'a [RunRecord],
    arms: IndexMap<ArmKey<'a>, BySeed<'a>>,
    unpaired: usize,
}

/// The runs of a pair at one seed.
#[derive(Debug, Clone, Copy)]
pub struct SeedRuns<'a> {
    /// The seed of both.
    pub seed: Option<u64>,
    /// The target alone.
    pub single: Option<&'a RunRecord>,
    /// After the source.
    pub transfer: Option<&'a RunRecord>,
}

impl<'a> SeedRuns<'a> {
    /// Both runs (single, transfer), where both are there.
    pub fn both(&self) -> Option<(&'a RunRecord, &'a RunRecord)> {
        self.single.zip(self.transfer)
    }
}

impl<'a> Runs<'a> {
    /// Puts records in their places.
    ///
    /// # Errors
    /// Two records of one run.
    pub fn new(records: &'a [RunRecord]) -> Result<Self, TransferError> {
        let mut runs = Self { records, arms: IndexMap::new(), unpaired: 0 };
        for record in records {
            let keys = ArmKey::of(record);
            runs.unpaired += usize::from(keys.is_empty());
            for key in keys {
                if let Some(first) = runs.arms.entry(key).or_default().insert(record.seed, record) {
                    return Err(TransferError::Duplicate { first: first.id.clone(), second: record.id.clone() });
                }
            }
        }
        Ok(runs)
    }

    /// All records, in the order given.
    pub fn records(&self) -> &'a [RunRecord] {
        self.records
    }

    /// How many records belong to no ordered pair: joint runs of more than two tasks, and chains of several sources.
    pub fn unpaired(&self) -> usize {
        self.unpaired
    }

    /// Every arm, in the order of its first record.
    pub fn arms(&self) -> impl Iterator<Item = (&ArmKey<'a>, &BySeed<'a>)> {
        self.arms.iter()
    }

    /// The runs of an arm.
    pub fn arm(&self, key: &ArmKey<'a>) -> Option<&BySeed<'a>> {
        self.arms.get(key)
    }

    /// The runs of a pair by ascending seed, those without a seed first: of every seed that either side has.
    pub fn of_pair(&self, key: &'a PairKey) -> Vec<SeedRuns<'a>> {
        let (single, transfer) = (self.arm(&key.single()), self.arm(&key.transfer()));
        let run = |arm: Option<&BySeed<'a>>, seed| arm.and_then(|runs| runs.get(&seed)).copied();
        let mut seeds: Vec<Option<u64>> =
            [single, transfer].into_iter().flatten().flat_map(|r| r.keys().copied()).collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds
            .into_iter()
            .map(|seed| SeedRuns { seed, single: run(single, seed), transfer: run(transfer, seed) })
            .collect()
    }
}
