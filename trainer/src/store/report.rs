//! From records to `report.json` and the CSV files.

use std::path::{Path, PathBuf};

use transfermap::analysis::{Analysis, FamilyKey, PairOutcome};
use transfermap::plan::Plan;
use transfermap::record::RunRecord;
use transfermap::report::{REPORT_CURVE_POINTS, REPORT_SCHEMA, Report};
use transfermap::study::Study;
use transfermap::table;
use transfermap::transfer::{Runs, TransferMap};

use super::survey::{Survey, listed};
use crate::atomic;
use crate::store::inputs::Inputs;

/// Puts together what a study found so far.
pub fn assemble(study: &Study, plan: &Plan, inputs: &Inputs, found: &Survey) -> Report {
    let mut warnings = inputs.warnings.clone();
    let names = |records: &[RunRecord]| records.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
    let total = plan.runs.len();
    if !found.failed.is_empty() {
        let ids = listed(&names(&found.failed));
        warnings.push(format!("{} of {total} runs failed: {ids}.", found.failed.len()));
    }
    let missing = total - found.done.len() - found.failed.len();
    if missing > 0 {
        warnings.push(format!("{missing} of {total} runs are missing: this report is not complete."));
    }
    let record = |id: &str| found.done.iter().chain(&found.failed).find(|r| r.id == id);
    let runs = plan
        .runs
        .iter()
        .filter_map(|planned| record(&planned.id))
        .map(|r| RunRecord { curve: r.curve.thinned(REPORT_CURVE_POINTS), ..r.clone() })
        .collect();
    Report {
        schema: REPORT_SCHEMA.into(),
        study: study.clone(),
        tasks: inputs.tasks.clone(),
        encoders: inputs.encoders.clone(),
        runs,
        measures: Vec::new(),
        relevance: Vec::new(),
        mixed_metrics: false,
        warnings,
    }
}

/// Writes report.json and the CSV files; returns what was written.
///
/// # Errors
/// A file cannot be written, or runs do not go together.
pub fn write(root: &Path, report: &Report, analysis: &Analysis) -> anyhow::Result<Vec<PathBuf>> {
    let path = root.join("report.json");
    let mut json = serde_json::to_vec(report)?;
    json.push(b'\n');
    atomic::write(&path, &json)?;
    let mut written = vec![path];
    written.extend(write_csv(root, report, analysis)?);
    Ok(written)
}

/// Writes the CSV files; returns what was written.
///
/// # Errors
/// A file cannot be written, or runs do not go together.
pub fn write_csv(root: &Path, report: &Report, analysis: &Analysis) -> anyhow::Result<Vec<PathBuf>> {
    let study = &report.study;
    let runs = Runs::new(&report.runs)?;
    let map = TransferMap::of_study(study, &report.runs)?;
    let predictors = analysis.predictors.iter().flat_map(|of| of.table.iter().map(move |p| (&of.family, p)));
    let tables = [
        ("baseline_performance.csv", table::baseline_performance(study, &runs)),
        ("fine_tune_performance.csv", table::fine_tune_performance(study, &runs)),
        ("transfer.csv", table::seeds(&map)),
        ("pairs.csv", table::pairs(&all(&analysis.pairs), &analysis.options)),
        ("similarity.csv", table::similarity(&report.measures)),
        ("correlation.csv", table::correlations(&all(&analysis.correlations))),
        ("selection.csv", table::selection(&all(&analysis.selection))),
        ("predictors.csv", table::predictors(&predictors.collect::<Vec<_>>())),
    ];
    let mut tables = Vec::from(tables);
    if let Some(together) = &analysis.together {
        tables.extend([
            ("comparisons.csv", table::comparisons(&together.comparisons)),
            ("joint.csv", table::joint_runs(report)),
            ("conflict.csv", table::conflicts(&together.conflicts)),
        ]);
    }
    write_tables(root, tables.into_iter().map(|(name, table)| (name, table.csv())))
}

/// Writes the tables for a paper; returns what was written. A table without rows is no file.
///
/// # Errors
/// A file cannot be written.
pub fn write_latex(root: &Path, analysis: &Analysis) -> anyhow::Result<Vec<PathBuf>> {
    let pairs = |family: &FamilyKey| {
        let pairs: Vec<_> = analysis.pairs_of(family).collect();
        table::pairs(&pairs, &analysis.options)
    };
    let correlations = |family: &FamilyKey| {
        let of = |outcome| analysis.correlations.iter().filter(move |c| c.family == *family && c.outcome == outcome);
        table::correlations(&PairOutcome::ALL.into_iter().flat_map(of).collect::<Vec<_>>())
    };
    let selection = |family: &FamilyKey| {
        let means = analysis.selection.iter().filter(|s| s.family == *family && s.target.is_none());
        table::selection(&means.collect::<Vec<_>>())
    };
    let tasks: Vec<_> = analysis.tasks.iter().filter(|t| t.baseline.n > 0).collect();
    let tables = [
        ("baselines.tex", table::tasks(&tasks, &[]).latex()),
        ("transfer.tex", table::latex_by_family(analysis, |family| table::transfer_map(analysis, family))),
        ("pairs.tex", table::latex_by_family(analysis, pairs)),
        ("correlation.tex", table::latex_by_family(analysis, correlations)),
        ("selection.tex", table::latex_by_family(analysis, selection)),
    ];
    write_tables(root, tables.into_iter().filter(|(_, text)| !text.is_empty()))
}

fn all<T>(items: &[T]) -> Vec<&T> {
    items.iter().collect()
}

fn write_tables<'a>(root: &Path, tables: impl IntoIterator<Item = (&'a str, String)>) -> anyhow::Result<Vec<PathBuf>> {
    let write = |(name, text): (&str, String)| {
        let path = root.join(name);
        atomic::write(&path, text.as_bytes())?;
        Ok(path)
    };
    tables.into_iter().map(write).collect()
}
