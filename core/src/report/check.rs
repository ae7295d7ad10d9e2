//! What a report must hold before a number is computed from it: a report may come from anywhere.

use std::collections::{HashMap, HashSet};

use super::{Report, ReportError};
use crate::metric::{MOST_EXAMPLES, Metric};
use crate::record::RunRecord;

/// Rounding that a score may lie outside its metric's range.
const SLACK: f64 = 1e-9;

impl Report {
    /// Checks that tasks are known by one name, runs are there once, nothing counts more examples than there are, scores
    /// lie in their metric's range, and measures and relevances are finite and of known tasks.
    ///
    /// # Errors
    /// The first that is not so.
    pub fn check(&self) -> Result<(), ReportError> {
        let mut tasks = HashSet::new();
        for task in &self.study.task {
            if !tasks.insert(task.name.as_str()) {
                return Err(ReportError::DuplicateTask { task: task.name.clone() });
            }
        }
        self.check_label_counts()?;
        self.check_runs(&tasks)?;
        self.check_measures(&tasks)
    }

    fn check_label_counts(&self) -> Result<(), ReportError> {
        for task in &self.tasks {
            for (split, summary) in &task.splits {
                let examples = summary.examples;
                check_examples(examples, &|| format!("task `{}`, {split}", task.name))?;
                if exceeds(summary.label_counts.iter().map(|n| *n as u64), examples) {
                    let (task, split) = (task.name.clone(), split.clone());
                    return Err(ReportError::LabelCounts { task, split, examples });
                }
            }
        }
        Ok(())
    }

    fn check_runs(&self, tasks: &HashSet<&str>) -> Result<(), ReportError> {
        let mut ids: HashMap<&str, usize> = HashMap::new();
        for (position, run) in self.runs.iter().enumerate() {
            if let Some(first) = ids.insert(&run.id, position) {
                return Err(ReportError::DuplicateRun { run: run.id.clone(), first, second: position });
            }
            if let Some(task) = run.sources.iter().chain(&run.targets).find(|t| !tasks.contains(t.as_str())) {
                return Err(ReportError::UnknownTask { place: format!("run `{}`", run.id), task: task.clone() });
            }
            check_confusions(run)?;
            check_scores(run, self.mixed_metrics)?;
        }
        Ok(())
    }

    fn check_measures(&self, tasks: &HashSet<&str>) -> Result<(), ReportError> {
        for measure in &self.measures {
            let place = || format!("measure `{}`", measure.name);
            let mut seen = HashSet::new();
            for value in &measure.values {
                check_pair(tasks, &value.source, &value.target, value.value, &place)?;
                if !seen.insert((&value.source, &value.target, value.seed)) {
                    let (source, target) = (value.source.clone(), value.target.clone());
                    return Err(ReportError::DuplicateValue { place: place(), source_task: source, target });
                }
            }
        }
        let place = || "relevance".to_owned();
        self.relevance.iter().try_for_each(|r| check_pair(tasks, &r.source, &r.target, r.value, &place))
    }
}

fn check_examples(examples: usize, place: &dyn Fn() -> String) -> Result<(), ReportError> {
    if examples as u64 > MOST_EXAMPLES { Err(ReportError::Examples { place: place(), examples }) } else { Ok(()) }
}

/// Whether counts, which may come from anywhere, add up to more than the examples.
fn exceeds(counts: impl Iterator<Item = u64>, examples: usize) -> bool {
    counts.fold(0u64, u64::saturating_add) > examples as u64
}

fn check_confusions(run: &RunRecord) -> Result<(), ReportError> {
    for (task, splits) in &run.evaluations {
        for (split, evaluation) in splits {
            let examples = evaluation.examples;
            check_examples(examples, &|| format!("run `{}`, task `{task}`, {split}", run.id))?;
            if exceeds(evaluation.confusion.iter().flatten().copied(), examples) {
                let (run, task, split) = (run.id.clone(), task.clone(), split.clone());
                return Err(ReportError::Confusion { run, task, split, examples });
            }
        }
    }
    Ok(())
}

fn check_scores(run: &RunRecord, mixed_metrics: bool) -> Result<(), ReportError> {
    for (task, splits) in &run.evaluations {
        for (name, &score) in splits.values().flat_map(|e| &e.scores) {
            // Later versions may know more metrics; their scores are carried along.
            let Ok(metric) = name.parse::<Metric>() else { continue };
            let (low, high) = if mixed_metrics { (f64::MIN, f64::MAX) } else { metric.range() };
            if !(score >= low - SLACK && score <= high + SLACK) {
                return Err(ReportError::Score {
                    run: run.id.clone(),
                    task: task.clone(),
                    metric: metric.name(),
                    score,
                    low,
                    high,
                });
            }
        }
    }
    Ok(())
}

fn check_pair(
    tasks: &HashSet<&str>,
    source: &str,
    target: &str,
    value: f64,
    place: &dyn Fn() -> String,
) -> Result<(), ReportError> {
    if let Some(task) = [source, target].into_iter().find(|t| !tasks.contains(t)) {
        return Err(ReportError::UnknownTask { place: place(), task: task.to_owned() });
    }
    if !value.is_finite() {
        let (source_task, target) = (source.to_owned(), target.to_owned());
        return Err(ReportError::Value { place: place(), source_task, target, value });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest report that has everything to go wrong.
    fn report() -> serde_json::Value {
        let task = |name: &str| serde_json::json!({"name": name, "labels": ["a", "b"], "train": {"file": "x.csv"}, "test": {"file": "y.csv"}});
        serde_json::json!({
            "schema": "transfermap.report/1",
            "study": {"version": 1, "name": "t", "seeds": [1], "encoder": [{"name": "e"}], "task": [task("a"), task("b")]},
            "tasks": [], "encoders": [],
            "runs": [{
                "schema": "transfermap.record/1", "id": "single/a/s1", "fingerprint": "", "encoder": "e",
                "variant": "default", "protocol": "single", "sources": [], "targets": ["a"], "seed": 1, "status": "ok",
                "reason": null, "budget": {"steps": 1, "examples": 1, "tokens": 1, "epochs": 1.0},
                "evaluations": {"a": {"test": {"examples": 10, "scores": {"accuracy": 0.5}, "confusion": [],
                    "constant": false, "at_chance": false, "predicted_majority_share": 0.5}}},
                "epochs": [], "curve": {"step": [], "loss": [], "learning_rate": []},
                "cost": {"seconds": 1.0, "examples_per_second": 1.0, "peak_memory_bytes": 1},
                "provenance": {"transfermap": "", "git": "", "backend": "", "device": "", "started": "", "host_cores": 1}
            }],
            "measures": [{"name": "cosine", "encoder": "e", "direction": "higher_is_more_similar", "symmetric": true,
                "cost_seconds": 0.0, "values": [{"source": "a", "target": "b", "seed": null, "value": 0.5}]}],
            "warnings": []
        })
    }

    fn complaint(change: impl FnOnce(&mut serde_json::Value)) -> String {
        let mut json = report();
        change(&mut json);
        Report::from_json(json.to_string().as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn the_report_itself_is_good() {
        Report::from_json(report().to_string().as_bytes()).unwrap();
    }

    #[test]
    fn rejects_a_score_outside_its_range() {
        let message = complaint(|r| r["runs"][0]["evaluations"]["a"]["test"]["scores"]["accuracy"] = 54.2.into());
        assert!(message.contains("`single/a/s1`") && message.contains("accuracy 54.2") && message.contains("percent"));
    }

    #[test]
    fn rejects_counts_of_more_than_there_is() {
        let message = complaint(|r| {
            r["runs"][0]["evaluations"]["a"]["test"]["confusion"] = serde_json::json!([[u64::MAX, 1], [0, 5]]);
        });
        assert!(message.contains("`single/a/s1`") && message.contains("confusion matrix add up to more than"));
        let message = complaint(|r| {
            let test = &mut r["runs"][0]["evaluations"]["a"]["test"];
            test["examples"] = u64::MAX.into();
            test["confusion"] = serde_json::json!([[1_u64 << 63, 0], [0, (1_u64 << 63) - 1]]);
        });
        assert!(message.contains("no data set has more"), "{message}");
        let message = complaint(|r| {
            let lengths = serde_json::json!({"p50": 1, "p95": 1, "max": 1});
            let test = serde_json::json!({"examples": 3, "label_counts": [u64::MAX, 3], "token_lengths": lengths});
            r["tasks"] = serde_json::json!([{"name": "a", "kind": "single", "labels": ["x", "y"], "overlaps": [],
                "splits": {"test": test}, "fingerprint": ""}]);
        });
        assert!(message.contains("task `a`, test: its label counts"), "{message}");
    }

    #[test]
    fn rejects_nan_which_json_writes_as_null_or_not_at_all() {
        let message =
            complaint(|r| r["runs"][0]["evaluations"]["a"]["test"]["scores"]["accuracy"] = serde_json::Value::Null);
        assert!(message.contains("line 1 column") && message.contains("left out"), "{message}");
        let text = report().to_string().replace("\"accuracy\":0.5", "\"accuracy\":NaN");
        let message = Report::from_json(text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains("line 1 column") && message.contains("leave it out"), "{message}");
    }

    #[test]
    fn rejects_a_run_that_is_there_twice() {
        let message = complaint(|r| {
            let run = r["runs"][0].clone();
            r["runs"].as_array_mut().unwrap().push(run);
        });
        assert!(message.contains("runs 0 and 1") && message.contains("`single/a/s1`"), "{message}");
    }

    #[test]
    fn rejects_unknown_tasks_by_place() {
        let message = complaint(|r| r["measures"][0]["values"][0]["target"] = "qnli".into());
        assert!(message.contains("measure `cosine`") && message.contains("`qnli`"), "{message}");
        let message = complaint(|r| r["runs"][0]["targets"][0] = "qnli".into());
        assert!(message.contains("run `single/a/s1`") && message.contains("`qnli`"), "{message}");
    }

    #[test]
    fn rejects_a_measure_with_two_values_for_one_pair() {
        let message = complaint(|r| {
            let value = r["measures"][0]["values"][0].clone();
            r["measures"][0]["values"].as_array_mut().unwrap().push(value);
        });
        assert!(message.contains("measure `cosine`") && message.contains("a → b"), "{message}");
    }

    #[test]
    fn rejects_a_newer_schema_by_name_and_a_cut_file_by_place() {
        let message = complaint(|r| r["schema"] = "transfermap.report/2".into());
        assert!(message.contains("transfermap.report/2"), "{message}");
        let text = report().to_string();
        let message = Report::from_json(&text.as_bytes()[..text.len() / 2]).unwrap_err().to_string();
        assert!(message.contains("line 1") && message.contains("copy it again"), "{message}");
    }
}
