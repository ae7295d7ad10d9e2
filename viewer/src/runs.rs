//! The runs behind a pair, seed by seed: what its dots, curves and confusion matrices are drawn from.

use transfermap::metric::Metric;
use transfermap::record::{Evaluation, RunRecord};
use transfermap::report::Report;
use transfermap::study::Protocol;
use transfermap::transfer::PairKey;

/// The runs of one seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeedRuns<'a> {
    /// The seed; imports may lack it.
    pub seed: Option<u64>,
    /// The target alone.
    pub single: Option<&'a RunRecord>,
    /// After the source.
    pub transfer: Option<&'a RunRecord>,
}

impl<'a> SeedRuns<'a> {
    /// Both runs, where both are there.
    pub fn both(&self) -> Option<(&'a RunRecord, &'a RunRecord)> {
        self.single.zip(self.transfer)
    }

    /// Whether either run predicts one class throughout.
    pub fn collapsed(&self, target: &str) -> bool {
        [self.single, self.transfer].into_iter().flatten().any(|r| test(r, target).is_some_and(|e| e.constant))
    }

    /// The seed in words.
    pub fn name(&self) -> String {
        seed_name(self.seed)
    }
}

/// A seed in words.
pub fn seed_name(seed: Option<u64>) -> String {
    seed.map_or_else(|| "no seed".to_owned(), |s| s.to_string())
}

/// The runs of a pair by seed, those without a seed first.
pub fn of_pair<'a>(report: &'a Report, key: &PairKey) -> Vec<SeedRuns<'a>> {
    let mut seeds: Vec<SeedRuns<'a>> = Vec::new();
    for run in &report.runs {
        if run.encoder != key.encoder || run.variant != key.variant || run.targets.as_slice() != [key.target.as_str()] {
            continue;
        }
        let single = run.protocol == Protocol::Single && run.sources.is_empty();
        let transfer = run.protocol == key.protocol && run.sources.as_slice() == [key.source.as_str()];
        if !single && !transfer {
            continue;
        }
        let at = seeds.iter().position(|s| s.seed >= run.seed).unwrap_or(seeds.len());
        if seeds.get(at).is_none_or(|s| s.seed != run.seed) {
            seeds.insert(at, SeedRuns { seed: run.seed, ..SeedRuns::default() });
        }
        if let Some(slot) = seeds.get_mut(at) {
            *(if single { &mut slot.single } else { &mut slot.transfer }) = Some(run);
        }
    }
    // Baselines at seeds that the pair was never run at say nothing of the pair, unless no seed is common at all.
    if seeds.iter().any(|s| s.both().is_some()) {
        seeds.retain(|s| s.transfer.is_some());
    }
    seeds
}

/// The evaluation of a finished run on the target's test rows.
pub fn test<'a>(run: &'a RunRecord, target: &str) -> Option<&'a Evaluation> {
    run.evaluation(target, "test").filter(|_| run.is_ok())
}

/// Its test score.
pub fn score(run: &RunRecord, target: &str, metric: Metric) -> Option<f64> {
    test(run, target)?.scores.get(metric.name()).copied().filter(|s| s.is_finite())
}
