//! From records to `report.json` and the CSV files.

use std::path::{Path, PathBuf};

use transfermap::analysis::Analysis;
use transfermap::plan::Plan;
use transfermap::record::RunRecord;
use transfermap::report::{REPORT_CURVE_POINTS, REPORT_SCHEMA, Report};
use transfermap::study::Study;
use transfermap::table;
use transfermap::transfer::TransferMap;

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
/// A file cannot be written.
pub fn write(root: &Path, report: &Report, map: &TransferMap, analysis: &Analysis) -> anyhow::Result<Vec<PathBuf>> {
    let path = root.join("report.json");
    let mut json = serde_json::to_vec(report)?;
    json.push(b'\n');
    atomic::write(&path, &json)?;
    let mut written = vec![path];
    written.extend(write_csv(root, report, map, analysis)?);
    Ok(written)
}

/// Writes the CSV files; returns what was written.
///
/// # Errors
/// A file cannot be written.
pub fn write_csv(root: &Path, report: &Report, map: &TransferMap, analysis: &Analysis) -> anyhow::Result<Vec<PathBuf>> {
    let tables = [
        ("baseline_performance.csv", table::baseline_performance(&report.study, &report.runs)),
        ("fine_tune_performance.csv", table::fine_tune_performance(&report.study, &report.runs)),
        ("transfer.csv", table::transfer(map)),
        ("pairs.csv", table::pairs(analysis)),
        ("similarity.csv", table::similarity(&report.measures)),
        ("correlation.csv", table::correlation(analysis)),
        ("selection.csv", table::selection(analysis)),
        ("predictors.csv", table::predictors(analysis)),
    ];
    write_tables(root, &tables)
}

/// Writes the tables for a paper; returns what was written. A table without rows is no file.
///
/// # Errors
/// A file cannot be written.
pub fn write_latex(root: &Path, analysis: &Analysis) -> anyhow::Result<Vec<PathBuf>> {
    let tables = [
        ("baselines.tex", table::latex::baselines(analysis)),
        ("transfer.tex", table::latex::transfer(analysis)),
        ("pairs.tex", table::latex::pairs(analysis)),
        ("correlation.tex", table::latex::correlation(analysis)),
        ("selection.tex", table::latex::selection(analysis)),
    ];
    let filled: Vec<_> = tables.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    write_tables(root, &filled)
}

fn write_tables(root: &Path, tables: &[(&str, String)]) -> anyhow::Result<Vec<PathBuf>> {
    let write = |(name, text): &(&str, String)| {
        let path = root.join(name);
        atomic::write(&path, text.as_bytes())?;
        Ok(path)
    };
    tables.iter().map(write).collect()
}
