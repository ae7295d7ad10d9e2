//! `transfermap import`: other people's results, given as CSV files, become a report.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use flate2::read::MultiGzDecoder;
use transfermap::import::{CsvFile, Filter, Import, Mapping, Scale};
use transfermap::metric::Metric;

use crate::atomic;
use crate::data::utf_8;
use crate::error::{Wrong, chain};
use crate::files;
use crate::plain::plain;
use crate::terminal::working::Working;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct ImportFiles {
    /// One row per transfer run: source, target, score; optional: seed, encoder, variant, baseline, other metrics
    #[arg(long, value_name = "CSV")]
    transfers: PathBuf,
    /// The transfers are a matrix: a row per source, a column per target, each task alone on the diagonal
    #[arg(long)]
    wide: bool,
    /// One row per single-task run: target (or task), score; optional: seed, encoder, variant, other metrics
    #[arg(long, value_name = "CSV")]
    baselines: Option<PathBuf>,
    /// One row per ordered pair: source, target, value; the file's name is the measure's [repeatable]
    #[arg(long, value_name = "CSV")]
    measures: Vec<PathBuf>,
    /// One row per ordered pair: source, target, relevance, by which sources are ranked instead of by their score
    #[arg(long, value_name = "CSV")]
    relevance: Option<PathBuf>,
    /// One row per class: task, label, count of test examples
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// Keep rows with this value, or, with !=, rows without it; the same column again: either value [repeatable]
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    filters: Vec<Filter>,
    /// Which column is which field, for one file as in `baselines.score=acc`; numbers may be arithmetic over columns
    /// [repeatable]
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    mappings: Vec<Mapping>,
    /// Units of the scores: percent or fraction
    #[arg(long, default_value = "fraction")]
    scale: Scale,
    /// What `score` is
    #[arg(long, default_value = "accuracy")]
    metric: Metric,
    /// Keep scores that the metric cannot have, and count NaN as a failed run
    #[arg(long)]
    keep_out_of_range: bool,
    /// A measure that falls as tasks grow alike [repeatable]
    #[arg(long, value_name = "NAME")]
    lower_is_more_similar: Vec<String>,
    /// The study's name [default: the name of the transfers' file]
    #[arg(long)]
    name: Option<String>,
    /// report.json to write
    #[arg(long, value_name = "REPORT")]
    out: PathBuf,
}

impl ImportFiles {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let import = Import {
            name: self.name.clone(),
            transfers: read(&self.transfers)?,
            wide: self.wide,
            baselines: self.baselines.as_deref().map(read).transpose()?,
            measures: self.measures.iter().map(|path| read(path)).collect::<Result<_, _>>()?,
            relevance: self.relevance.as_deref().map(read).transpose()?,
            labels: self.labels.as_deref().map(read).transpose()?,
            filters: self.filters.clone(),
            mappings: self.mappings.clone(),
            scale: self.scale,
            keep_out_of_range: self.keep_out_of_range,
            metric: self.metric,
            lower_is_more_similar: self.lower_is_more_similar.clone(),
        };
        let working = Working::new(format!("reading {}", self.transfers.display()));
        let report = import.report().map_err(|e| Wrong::of(&e))?;
        let mut json = serde_json::to_vec(&report)?;
        json.push(b'\n');
        atomic::write(&self.out, &json)?;
        drop(working);
        let mut messages = std::io::stderr().lock();
        for warning in &report.warnings {
            writeln!(messages, "{}", plain(warning))?;
        }
        writeln!(out, "{}", self.out.display())?;
        Ok(())
    }
}

/// The largest table that is unpacked.
const LARGEST: u64 = 1 << 30;

/// A CSV file as UTF-8, unpacked where its name ends in `.gz`. Messages name the file without its folders.
fn read(path: &Path) -> Result<CsvFile, Wrong> {
    let fail = |e: std::io::Error| Wrong(format!("cannot read: {}: {}", chain(&e), path.display()));
    let bytes = files::read(path).map_err(fail)?;
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    if path.extension().is_none_or(|e| e != "gz") {
        return Ok(CsvFile::new(name, utf_8(bytes).map_err(fail)?));
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).take(LARGEST + 1).read_to_end(&mut unpacked).map_err(fail)?;
    if unpacked.len() as u64 > LARGEST {
        return Err(Wrong(format!("unpacked it is larger than 1 GiB, which is no table: {}", path.display())));
    }
    Ok(CsvFile::new(name, utf_8(unpacked).map_err(fail)?))
}
