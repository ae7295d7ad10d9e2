//! The runs behind a pair, seed by seed: what its dots, curves and confusion matrices are drawn from; and what tasks reach
//! alone.

use transfermap::analysis::{Analysis, Options, TaskAnalysis};
use transfermap::metric::{Evaluation, Metric};
use transfermap::number;
use transfermap::record::RunRecord;
use transfermap::report::Report;
use transfermap::transfer::{PairKey, Runs, SeedRuns};

/// The runs of a pair by seed, those without a seed first.
pub fn of_pair<'a>(runs: &Runs<'a>, key: &'a PairKey) -> Vec<SeedRuns<'a>> {
    let mut seeds = runs.of_pair(key);
    // Baselines at seeds that the pair was never run at say nothing of the pair, unless no seed is common at all.
    if seeds.iter().any(|s| s.both().is_some()) {
        seeds.retain(|s| s.transfer.is_some());
    }
    seeds
}

/// Whether either run of a seed predicts one class throughout.
pub fn collapsed(seed: &SeedRuns<'_>, target: &str) -> bool {
    [seed.single, seed.transfer].into_iter().flatten().any(|r| test(r, target).is_some_and(|e| e.constant))
}

/// A seed in words.
pub fn seed_name(seed: Option<u64>) -> String {
    seed.map_or_else(|| "no seed".to_owned(), |s| s.to_string())
}

/// The evaluation of a finished run on the target's test rows.
pub fn test<'a>(run: &'a RunRecord, target: &str) -> Option<&'a Evaluation> {
    run.evaluation(target, "test").filter(|_| run.is_ok())
}

pub fn score(run: &RunRecord, target: &str, metric: Metric) -> Option<f64> {
    test(run, target)?.scores.get(metric.name()).copied().filter(|s| s.is_finite())
}

/// What each task reaches alone, in words.
pub fn alone(report: &Report) -> Vec<String> {
    let Ok(analysis) = Analysis::tests(report, &Options::default()) else { return Vec::new() };
    let several = analysis.tasks.iter().any(|t| t.encoder != analysis.tasks.first().and_then(|t| t.encoder.clone()));
    let in_words = |task: &TaskAnalysis| {
        let mean = number::score(task.metric, task.baseline.mean?);
        let spread = task.baseline.sd.map(|sd| format!(" ± {}", number::score(task.metric, sd))).unwrap_or_default();
        let encoder = task.encoder.as_ref().filter(|_| several).map(|e| format!(" ({e})")).unwrap_or_default();
        Some(format!("{}{encoder} alone: {mean}{spread} {}", task.name, task.metric.label()))
    };
    analysis.tasks.iter().filter_map(in_words).collect()
}
