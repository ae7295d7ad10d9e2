//! What a page leaves out of a large report, so that a browser can open it: the predictions of every example.

use std::borrow::Cow;

use transfermap::record::RunRecord;
use transfermap::report::Report;

use super::Shown;
use crate::error::Wrong;

/// The most predictions of single examples that a page holds, all runs together; each takes a byte.
pub const MOST_PREDICTIONS: usize = 32 << 20;

/// The report as a page holds it: with at most so many predictions of single examples, else without any, and then it says
/// so.
///
/// # Errors
/// A report that cannot be written as JSON.
pub fn lighter(shown: &Shown, most: usize) -> Result<Cow<'_, Shown>, Wrong> {
    let of = |run: &RunRecord| {
        let evaluations = run.evaluations.values().flat_map(|splits| splits.values());
        evaluations.filter_map(|e| e.predicted.as_ref()).map(|classes| classes.indices().len()).sum::<usize>()
    };
    let predictions: usize = shown.report.runs.iter().map(of).sum();
    if predictions <= most {
        return Ok(Cow::Borrowed(shown));
    }
    let without = |run: &RunRecord| {
        let mut run = run.clone();
        run.evaluations.values_mut().flat_map(|splits| splits.values_mut()).for_each(|e| e.predicted = None);
        run
    };
    let Report { schema, study, tasks, encoders, runs, measures, relevance, mixed_metrics, warnings } = &shown.report;
    let mut report = Report {
        schema: schema.clone(),
        study: study.clone(),
        tasks: tasks.clone(),
        encoders: encoders.clone(),
        runs: runs.iter().map(without).collect(),
        measures: measures.clone(),
        relevance: relevance.clone(),
        mixed_metrics: *mixed_metrics,
        warnings: warnings.clone(),
    };
    report.warnings.push(format!(
        "This page leaves out what the {} runs predict of each test example, {} MB, because a page holds at most {} MB of \
         it: intervals over other examples and the examples that changed are missing here. All of it is in {}, for \
         `transfermap analyze`.",
        report.runs.len(),
        predictions.div_ceil(1 << 20),
        most >> 20,
        shown.name
    ));
    let json = serde_json::to_string(&report).map_err(|e| Wrong::at(&shown.name, &e))?;
    Ok(Cow::Owned(Shown { name: shown.name.clone(), json, report }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_large_report_goes_without_predictions_and_says_so() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/samples/real-small.json");
        let shown = Shown::read(&[path]).unwrap().remove(0);
        assert!(matches!(lighter(&shown, MOST_PREDICTIONS).unwrap(), Cow::Borrowed(_)));
        let light = lighter(&shown, 1000).unwrap();
        assert!(light.json.len() < shown.json.len() && !light.json.contains("\"predicted\""));
        let warning = light.report.warnings.last().unwrap();
        assert!(warning.contains("leaves out") && warning.contains(&shown.name), "{warning}");
        assert_eq!(light.report.runs.len(), shown.report.runs.len());
        Report::from_json(light.json.as_bytes()).unwrap();
    }
}
