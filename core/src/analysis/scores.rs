//! The scores themselves, run by run: what every task reaches alone and after every source. Pages draw them; they stand
//! in no JSON, because the report has them.

use super::{Analysis, AnalysisError, Context, FamilyKey, Interval};
use crate::metric::Metric;
use crate::report::Report;
use crate::statistics::{self, PairedT};
use crate::transfer::{Arm, Outcome};

/// The test scores of one task, alone or after one source, over seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskScores {
    /// The task that is measured.
    pub target: String,
    /// What was trained first; absent for the task alone.
    pub source: Option<String>,
    /// What the scores are of.
    pub metric: Metric,
    /// Runs that have a score, by ascending seed.
    pub seeds: Vec<SeedScore>,
    /// Mean over them.
    pub mean: Option<f64>,
    /// t interval of the mean over seeds, level 1 − α; from two different scores on.
    pub ci: Option<Interval>,
}

/// The test score of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeedScore {
    /// Its seed; `None` for imported results that came without one.
    pub seed: Option<u64>,
    /// The score, in the metric's units.
    pub score: f64,
    /// Whether the run collapsed to one class.
    pub collapsed: bool,
}

impl TaskScores {
    fn new((source, target): (Option<&str>, &str), metric: Metric, arm: &Arm, level: f64) -> Self {
        let of_run =
            |(seed, run): (Option<u64>, &Outcome)| Some(SeedScore { seed, score: run.score?, collapsed: run.constant });
        let seeds: Vec<SeedScore> = arm.runs().filter_map(of_run).collect();
        let scores = arm.scores();
        let ci = PairedT::new(&scores).and_then(|t| t.interval(level));
        Self {
            target: target.to_owned(),
            source: source.map(str::to_owned),
            metric,
            seeds,
            mean: statistics::mean(&scores),
            ci,
        }
    }
}

impl Analysis {
    /// The scores of one family: for every task of the study that was measured its baseline, then every source, in the
    /// study's order. All runs with a score count, collapsed ones too.
    ///
    /// # Errors
    /// As [`Analysis::new`].
    pub fn scores(&self, report: &Report, family: &FamilyKey) -> Result<Vec<TaskScores>, AnalysisError> {
        let context = Context::new(report, &self.options)?;
        let level = 1.0 - self.options.alpha;
        let mut all = Vec::new();
        for task in &report.study.task {
            if let Some(b) = context.map.baseline(&family.encoder, &family.variant, &task.name) {
                all.push(TaskScores::new((None, &task.name), b.metric, &b.arm, level));
            }
            let into = context.map.pairs.iter().filter(|p| p.key.target == task.name);
            for pair in into.filter(|p| FamilyKey::from(&p.key) == *family) {
                all.push(TaskScores::new((Some(&pair.key.source), &task.name), pair.metric, &pair.transfer, level));
            }
        }
        all.retain(|s| !s.seeds.is_empty());
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use crate::import::{CsvFile, Import};

    #[test]
    fn scores_stand_by_target_alone_first_with_a_t_interval() {
        let file = |name: &str, text: &str| CsvFile::new(name, text.as_bytes().to_vec());
        let transfers = "source,target,seed,score\na,b,1,0.6\na,b,2,0.65\na,b,3,0.61\n";
        let mut import = Import::new(file("t.csv", transfers));
        import.baselines = Some(file("b.csv", "target,seed,score\nb,1,0.5\nb,2,0.5\n"));
        let report = import.report().unwrap();
        let key = report.families().remove(0);
        let scores = Analysis::new(&report, &Options::default()).unwrap().scores(&report, &key).unwrap();
        let [alone, after] = scores.as_slice() else { panic!("{scores:?}") };
        assert_eq!((alone.source.as_deref(), alone.mean, alone.ci), (None, Some(0.5), None));
        assert_eq!((after.source.as_deref(), after.target.as_str(), after.seeds.len()), (Some("a"), "b", 3));
        // scipy.stats.t.interval(0.95, 2, mean, sem) of [.6, .65, .61].
        let Interval { low, high } = after.ci.unwrap();
        assert!((low - 0.554275893923).abs() < 1e-9 && (high - 0.685724106077).abs() < 1e-9, "{low} {high}");
    }
}
