//! What a study can find, before it is paid for.

use std::collections::HashMap;

use serde::Serialize;

use super::options::POWER;
use super::{AnalysisError, Options};
use crate::metric::Metric;
use crate::report::{Report, TaskSummary};
use crate::statistics;
use crate::study::{Protocol, Study};
use crate::transfer::{Arm, TransferMap};

/// Standard deviation of a run over seeds times √(test examples), of a metric from 0 to 1: the median of the five tasks of
/// `www/samples/real-pretrained.json`, whose values go from 0.09 to 0.40. Models that are trained from random weights
/// scatter several times as much.
const TYPICAL_SPREAD: f64 = 0.26;

/// The smallest gain that a study finds on one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detectable {
    /// The target.
    pub target: String,
    /// What the gain is of.
    pub metric: Metric,
    /// Test examples.
    pub examples: usize,
    /// Runs of each arm; of a race, at its first look.
    pub seeds: usize,
    /// Standard deviation of a run over seeds that was taken for granted; absent where nothing tells it.
    pub spread: Option<f64>,
    /// True gain that is detected with 80 % power at the first step of Holm's correction; in the metric's units.
    pub gain: Option<f64>,
}

/// The smallest detectable gain of every target of a study whose tasks were read: from the spread that runs on the task of
/// the same name have in `like`, or the median of its tasks; without a report, from what is typical for so many test
/// examples, where the metric is one from 0 (or −1) to 1.
///
/// # Errors
/// Records of `like` that contradict each other.
pub fn detectable(
    study: &Study,
    tasks: &[TaskSummary],
    like: Option<&Report>,
    options: &Options,
) -> Result<Vec<Detectable>, AnalysisError> {
    options.check()?;
    if !study.protocols.contains(&Protocol::Sequential) {
        return Ok(Vec::new());
    }
    let spreads = like.map(spreads).transpose()?;
    let pairs = study.pairs();
    let looks = study.race.as_ref().map(|race| race.looks.as_slice());
    let seeds = looks.and_then(|looks| looks.first().copied()).unwrap_or(study.seeds.len());
    let alpha = options.alpha / (pairs.len().max(1) * looks.map_or(1, <[usize]>::len)) as f64;
    let of_task = |task: &crate::study::Task| {
        let sources = pairs.iter().filter(|(_, target)| *target == task.name).count();
        let summary = tasks.iter().find(|t| t.name == task.name)?;
        let examples = summary.splits.get("test").map_or(0, |s| s.examples);
        let spread = match &spreads {
            Some(spreads) => {
                spreads.get(&(task.name.as_str(), task.metric)).copied().or_else(|| median(spreads, task.metric))
            }
            None => typical(task.metric, examples),
        };
        let n = seeds as f64;
        let df = (sources as f64 + 1.0) * (n - 1.0);
        let gain = spread.and_then(|sd| statistics::smallest_detectable(sd * (2.0 / n).sqrt(), df, alpha, POWER));
        Some(Detectable { target: task.name.clone(), metric: task.metric, examples, seeds, spread, gain })
            .filter(|_| sources > 0)
    };
    Ok(study.task.iter().filter_map(of_task).collect())
}

/// By task and its metric: the standard deviation of the runs of an arm, over all arms of the task.
fn spreads(report: &Report) -> Result<HashMap<(&str, Metric), f64>, AnalysisError> {
    let map = TransferMap::of_study(&report.study, &report.runs)?;
    let of_task = |task: &'_ crate::study::Task| {
        let alone = map.baselines.iter().filter(|b| b.task == task.name).map(|b| &b.arm);
        let after = map.pairs.iter().filter(|p| p.key.target == task.name).map(|p| &p.transfer);
        let squares = |arm: &Arm| Some((arm.sd()?.powi(2), (arm.scores().len() - 1) as f64));
        let (sum, df) = alone.chain(after).filter_map(squares).fold((0.0, 0.0), |(s, d), (v, n)| (s + v * n, d + n));
        (df > 0.0).then(|| (sum / df).sqrt())
    };
    let all = report.study.task.iter().filter_map(|task| Some(((task.name.as_str(), task.metric), of_task(task)?)));
    Ok(all.collect())
}

fn median(spreads: &HashMap<(&str, Metric), f64>, metric: Metric) -> Option<f64> {
    let mut all: Vec<f64> = spreads.iter().filter(|((_, m), _)| *m == metric).map(|(_, sd)| *sd).collect();
    all.sort_by(f64::total_cmp);
    let (low, high) = (all.get(all.len().checked_sub(1)? / 2)?, all.get(all.len() / 2)?);
    Some((low + high) / 2.0)
}

fn typical(metric: Metric, examples: usize) -> Option<f64> {
    let (low, high) = metric.range();
    let width = (high - low).is_finite() && metric.higher_is_better();
    (width && examples > 0).then(|| TYPICAL_SPREAD * (high - low) / (examples as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str) -> Report {
        let path = format!("{}/../www/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
        Report::from_json(&std::fs::read(path).unwrap()).unwrap()
    }

    /// numpy over the runs of the task's arms in the sample; then scipy.optimize.brentq on scipy.stats.nct.sf (the other tail
    /// adds nothing) with df = 5 (n − 1), se = sd √(2 / n), level 0.05 / 20 and power 0.8.
    #[test]
    fn a_report_tells_the_spread_of_its_own_tasks() {
        let like = report("real-pretrained");
        let found = detectable(&like.study, &like.tasks, Some(&like), &Options::default()).unwrap();
        let rte = found.iter().find(|d| d.target == "rte").unwrap();
        assert_eq!((rte.examples, rte.seeds), (277, 4));
        assert!((rte.spread.unwrap() - 0.023_709_737_280_828_574).abs() < 1e-9, "{rte:?}");
        assert!((rte.gain.unwrap() - 0.076_597_843_890_488_56).abs() < 1e-7, "{rte:?}");
    }

    #[test]
    fn without_a_report_the_test_examples_tell_it_and_losses_have_none() {
        let mut like = report("real-pretrained");
        like.study.task[0].metric = Metric::LogLoss;
        let found = detectable(&like.study, &like.tasks, None, &Options::default()).unwrap();
        assert_eq!((found[0].spread, found[0].gain), (None, None));
        assert!((found[1].spread.unwrap() - 0.26 / 872_f64.sqrt()).abs() < 1e-12, "{:?}", found[1]);
        like.study.seeds.truncate(1);
        let one = detectable(&like.study, &like.tasks, None, &Options::default()).unwrap();
        assert!(one.iter().all(|d| d.gain.is_none()), "one seed tells nothing");
    }
}
