//! Studies whose pairs race, beside the same studies with equal seeds for all.

use std::collections::BTreeMap;

use transfermap::analysis::{Arms, Verdict, decide};
use transfermap::race::prospects;
use transfermap::statistics;

use crate::simulation::{ALPHA, Design, Noise, Studies, TASKS, holm_verdicts};

/// Runs of an arm at each look.
const LOOKS: [usize; 4] = [3, 5, 8, 12];

/// What may be spent: five seeds of everything.
const BUDGET: usize = 125;

/// Runs of a round at least, as `transfermap::race` has it.
const ROUND: usize = 8;

/// What one way to spend seeds comes to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Came {
    /// Share of the pairs with an effect that are called `harms`.
    pub power: f64,
    /// Share of the studies with a wrong verdict of `harms` or `helps`.
    pub any_false: f64,
    /// Pairs with a verdict.
    pub decided: f64,
    /// Runs.
    pub runs: f64,
}

/// Raced; then equal seeds with the pooled test at 5 and 8; then the moderated paired t at 5 and 8.
pub fn compare(families: usize, noise: Noise, effect: f64) -> [Came; 5] {
    let design = Design { seeds: 12, noise, affected: 5, effect };
    let mut came = [Came::default(); 5];
    for full in Studies::new(design).take(families) {
        let (raced, runs) = race(&full);
        let pooled = |seeds| decide(&first(&full, &|_| seeds), None, ALPHA).verdicts;
        let moderated = |seeds| moderated(&first(&full, &|_| seeds));
        let all = [(raced, runs), (pooled(5), 125), (pooled(8), 200), (moderated(5), 125), (moderated(8), 200)];
        for (came, (verdicts, runs)) in came.iter_mut().zip(all) {
            came.add(&verdicts, design.affected, runs);
        }
    }
    came.map(|c| c.over(families as f64, design.affected))
}

impl Came {
    fn add(&mut self, verdicts: &[Verdict], affected: usize, runs: usize) {
        let (with, without) = verdicts.split_at(affected);
        let wrong = |v: &Verdict| matches!(v, Verdict::Harms | Verdict::Helps);
        self.power += with.iter().filter(|v| **v == Verdict::Harms).count() as f64;
        self.any_false += f64::from(u8::from(without.iter().any(wrong)));
        self.decided += verdicts.iter().filter(|v| v.is_decided()).count() as f64;
        self.runs += runs as f64;
    }

    fn over(self, families: f64, affected: usize) -> Self {
        Self {
            power: self.power / (families * affected as f64),
            any_false: self.any_false / families,
            decided: self.decided / families,
            runs: self.runs / families,
        }
    }
}

/// The first runs of every arm, as many as `seeds` says of the pair.
fn first(full: &[Arms], seeds: &dyn Fn(usize) -> usize) -> Vec<Arms> {
    let cut = |runs: &[Option<f64>], n: usize| runs.get(..n).unwrap_or(runs).to_vec();
    full.iter()
        .enumerate()
        .map(|(i, pair)| Arms {
            single: cut(&pair.single, seeds(i)),
            transfer: cut(&pair.transfer, seeds(i)),
            ..pair.clone()
        })
        .collect()
}

fn moderated(pairs: &[Arms]) -> Vec<Verdict> {
    let gain = |pair: &Arms| -> Vec<f64> {
        pair.single.iter().zip(&pair.transfer).filter_map(|(s, t)| Some((*t)? - (*s)?)).collect()
    };
    let gains: Vec<Vec<f64>> = pairs.iter().map(gain).collect();
    let p: Vec<Option<f64>> = statistics::moderate(&gains).tests.iter().map(|t| t.as_ref().map(|t| t.p)).collect();
    holm_verdicts(&p, &gains)
}

/// The verdicts of a race, and the runs that it took: those of targets alone and of sources among them.
fn race(full: &[Arms]) -> (Vec<Verdict>, usize) {
    let mut at = vec![LOOKS[0]; full.len()];
    // The runs of a task alone, which its pairs as target and as source both need.
    let mut alone: BTreeMap<usize, usize> = (0..TASKS).map(|task| (task, LOOKS[0])).collect();
    let mut spent = LOOKS[0] * (TASKS + full.len());
    loop {
        let mut known = first(full, &|i| at[i]);
        for pair in &mut known {
            let target = full.iter().find(|p| p.target == pair.target);
            pair.single = target.map_or_else(Vec::new, |p| p.single[..alone[&pair.target]].to_vec());
        }
        let mut open: Vec<(f64, usize, usize)> = prospects(&known, &LOOKS, ALPHA)
            .into_iter()
            .enumerate()
            .filter_map(|(i, prospect)| prospect.map(|p| (p.chance, i, p.look)))
            .collect();
        open.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut new = 0;
        for (_, i, look) in open {
            let tasks = [full[i].target, source(full, i)];
            let missing: usize = tasks.iter().map(|task| look.saturating_sub(alone[task])).sum();
            let cost = missing + look - at[i];
            if new < ROUND && spent + cost <= BUDGET {
                (spent, new, at[i]) = (spent + cost, new + cost, look);
                for task in tasks {
                    let runs = alone.entry(task).or_default();
                    *runs = look.max(*runs);
                }
            }
        }
        if new == 0 {
            return (decide(&known, Some(&LOOKS), ALPHA).verdicts, spent);
        }
    }
}

/// The source of a pair: pairs stand by source, and a task is no source of itself.
fn source(full: &[Arms], pair: usize) -> usize {
    let target = full[pair].target;
    let place = pair / TASKS;
    if place < target { place } else { place + 1 }
}
