//! The report viewer. It reads a report in the browser and says in one sentence what it holds.
//!
//! Every number comes from `transfermap`; this package only words and draws it.

use transfermap::report::{Report, ReportError};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Says what a report.json holds: its study, tasks, runs, and how many runs failed.
///
/// # Errors
/// Text that is no report of a known schema; JavaScript gets the reason as an `Error`.
#[wasm_bindgen]
pub fn summary(report_json: &str) -> Result<String, JsError> {
    Ok(summarise(&read(report_json)?))
}

fn read(report_json: &str) -> Result<Report, ReportError> {
    Report::from_json(report_json.as_bytes())
}

fn summarise(report: &Report) -> String {
    let tasks = counted(report.tasks.len(), "task");
    let runs = counted(report.runs.len(), "run");
    let failed = match report.runs.iter().filter(|run| !run.is_ok()).count() {
        0 => "none failed".to_owned(),
        n => format!("{n} failed"),
    };
    format!("{}: {tasks}, {runs}, {failed}.", report.study.name)
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::{read, summarise};

    const TWO_RUNS: &str = include_str!("../fixtures/two-runs.json");

    #[test]
    fn says_tasks_runs_and_failures() {
        let report = read(TWO_RUNS).unwrap();
        assert_eq!(summarise(&report), "two-runs: 1 task, 2 runs, 1 failed.");
    }

    #[test]
    fn says_that_none_failed() {
        let mut report = read(TWO_RUNS).unwrap();
        report.runs.retain(|run| run.is_ok());
        assert_eq!(summarise(&report), "two-runs: 1 task, 1 run, none failed.");
    }

    #[test]
    fn rejects_a_truncated_report() {
        let (half, _) = TWO_RUNS.split_at(TWO_RUNS.len() / 2);
        assert!(read(half).unwrap_err().to_string().starts_with("not a report"));
    }

    #[test]
    fn rejects_a_newer_schema_by_name() {
        let newer = TWO_RUNS.replace("transfermap.report/1", "transfermap.report/2");
        assert!(read(&newer).unwrap_err().to_string().contains("transfermap.report/2"));
    }
}
