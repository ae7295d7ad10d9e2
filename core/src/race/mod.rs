//! Racing: seeds go to the pairs that they may still decide, round by round, until everything is decided or the budget is
//! spent.
//!
//! A [`Round`] is a pure function of the records of the rounds before it, complete or failed. So whoever has the records
//! comes to the same next round: after a kill, and with any number of workers and shards. Why choosing and stopping by
//! what was seen does no harm to a p stands in [`crate::statistics::Race`].

mod calls;
mod prospect;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::analysis::{Arms, FamilyKey, Options};
use crate::plan::Plan;
use crate::record::RunRecord;
use crate::study::{Race, RaceBudget, Study};
use crate::transfer::{Pair, PairKey, TransferError, TransferMap};

use calls::Calls;
pub use prospect::{Prospect, prospects};

/// Runs that a round has at least, as far as there are any: a few workers stay busy until its end, and a choice is hardly
/// ever made on less than is known.
const RUNS_OF_A_ROUND: usize = 8;

/// What is trained before anybody looks again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// The pairs that go on, most promising first; empty in the first round, which takes all of them to the first look.
    pub pairs: Vec<Entry>,
    /// The runs that this takes and that no earlier round had, in plan order.
    pub runs: Vec<String>,
}

/// A pair on its way to its next look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which pair.
    #[serde(flatten)]
    pub key: PairKey,
    /// Runs in each arm at that look.
    pub look: usize,
    /// The chance that it is decided then, as far as was known.
    pub chance: f64,
}

/// Why there is no further round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every pair is decided.
    Decided,
    /// What is left is too little for any undecided pair's next look.
    Spent,
    /// Every undecided pair has had its last look.
    LastLook,
}

/// What follows the rounds so far.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Another round.
    Round(Round),
    /// Nothing.
    End(End),
}

/// A race over the runs of a plan.
#[derive(Debug, Clone)]
pub struct Course<'a> {
    study: &'a Study,
    race: &'a Race,
    plan: &'a Plan,
    calls: Calls<'a>,
    seeds: Vec<u64>,
}

impl<'a> Course<'a> {
    /// The race that `study` asks for; `None` where it asks for none. `plan` has the runs of all seeds.
    pub fn new(study: &'a Study, plan: &'a Plan) -> Option<Self> {
        let race = study.race.as_ref()?;
        Some(Self { study, race, plan, calls: Calls::new(plan), seeds: study.seeds_ascending() })
    }

    /// The round that every race begins with.
    pub fn first(&self) -> Round {
        let look = self.race.looks.first().copied().unwrap_or(0);
        let seeds = self.seeds.get(..look).unwrap_or(&self.seeds);
        let runs = self.plan.runs.iter().filter(|run| seeds.contains(&run.seed));
        Round { pairs: Vec::new(), runs: runs.map(|run| run.id.clone()).collect() }
    }

    /// What follows `rounds`, all of whose runs have one of `records`; other records are not looked at.
    ///
    /// # Errors
    /// Records that contradict each other or the study.
    pub fn next(&self, rounds: &[Round], records: &[RunRecord]) -> Result<Next, TransferError> {
        let trained: HashSet<&str> = rounds.iter().flat_map(|round| &round.runs).map(String::as_str).collect();
        let records: Vec<RunRecord> = records.iter().filter(|r| trained.contains(r.id.as_str())).cloned().collect();
        let mut left = match &self.race.budget {
            RaceBudget::Runs(runs) => runs.saturating_sub(trained.len()),
            time => {
                let spent: f64 = records.iter().map(|r| r.cost.seconds).sum();
                if time.seconds().is_some_and(|seconds| spent < seconds) { usize::MAX } else { 0 }
            }
        };
        let entries = self.entries(&records)?;
        if entries.iter().all(|(_, entry)| entry.is_none()) {
            let decided = entries.iter().all(|(decided, _)| *decided);
            return Ok(Next::End(if decided { End::Decided } else { End::LastLook }));
        }
        let mut entries: Vec<Entry> = entries.into_iter().filter_map(|(_, entry)| entry).collect();
        // Stable, so that equal chances stand in the order of the study.
        entries.sort_by(|a, b| b.chance.total_cmp(&a.chance));
        let (mut chosen, mut runs): (Vec<Entry>, HashSet<&str>) = (Vec::new(), HashSet::new());
        for entry in entries {
            if runs.len() >= RUNS_OF_A_ROUND {
                break;
            }
            let needed = self.calls.of_pair(&entry.key, self.seeds.get(..entry.look).unwrap_or(&self.seeds));
            let new: Vec<&str> = needed.into_iter().filter(|id| !trained.contains(id) && !runs.contains(id)).collect();
            if new.len() <= left {
                left -= new.len();
                runs.extend(new);
                chosen.push(entry);
            }
        }
        if runs.is_empty() {
            return Ok(Next::End(End::Spent));
        }
        let runs = self.plan.runs.iter().filter(|run| runs.contains(run.id.as_str())).map(|run| run.id.clone());
        Ok(Next::Round(Round { pairs: chosen, runs: runs.collect() }))
    }

    /// The runs of `rounds` as a plan of their own.
    pub fn plan_of(&self, rounds: &[Round]) -> Plan {
        let asked: HashSet<&str> = rounds.iter().flat_map(|round| &round.runs).map(String::as_str).collect();
        let runs = self.plan.runs.iter().filter(|run| asked.contains(run.id.as_str()));
        Plan { runs: runs.cloned().collect(), ..self.plan.clone() }
    }

    /// Whether these rounds are of this race: they begin as it does, and know only its runs.
    pub fn has_run(&self, rounds: &[Round]) -> bool {
        let known: HashSet<&str> = self.plan.runs.iter().map(|run| run.id.as_str()).collect();
        rounds.first() == Some(&self.first())
            && rounds.iter().flat_map(|round| &round.runs).all(|id| known.contains(id.as_str()))
    }

    /// Every pair: whether it is decided, and where it would go on.
    fn entries(&self, records: &[RunRecord]) -> Result<Vec<(bool, Option<Entry>)>, TransferError> {
        let map = TransferMap::of_study(self.study, records)?;
        let mut families: BTreeMap<FamilyKey, Vec<&Pair>> = BTreeMap::new();
        for pair in &map.pairs {
            families.entry(FamilyKey::from(&pair.key)).or_default().push(pair);
        }
        let alpha = Options::default().alpha;
        let mut entries = Vec::new();
        for pairs in families.into_values() {
            let arms: Vec<Arms> = pairs.iter().map(|pair| self.arms(pair)).collect();
            let verdicts = crate::analysis::decide(&arms, Some(&self.race.looks), alpha).verdicts;
            let prospects = prospects(&arms, &self.race.looks, alpha);
            for ((pair, verdict), prospect) in pairs.into_iter().zip(verdicts).zip(prospects) {
                let entry = prospect.map(|p| Entry { key: pair.key.clone(), look: p.look, chance: p.chance });
                entries.push((verdict.is_decided(), entry));
            }
        }
        Ok(entries)
    }

    fn arms(&self, pair: &Pair) -> Arms {
        let (single, transfer) = pair.places(pair, &self.seeds);
        let tasks = &self.study.task;
        let target = tasks.iter().position(|t| t.name == pair.key.target).unwrap_or(tasks.len());
        let margin = tasks.get(target).and_then(|t| t.margin).unwrap_or_else(|| pair.metric.default_margin());
        Arms { target, single, transfer, margin }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Decided => "every pair is decided",
            Self::Spent => "the budget is spent",
            Self::LastLook => "every undecided pair has had its last look",
        })
    }
}

#[cfg(test)]
mod tests;
