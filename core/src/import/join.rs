//! Rows of all files, joined by what they are about; duplicates and contradictions are refused, what is about nothing
//! in the report is counted.

use std::collections::{BTreeMap, HashMap};

use indexmap::{IndexMap, IndexSet};

use super::coverage::{Coverage, Names};
use super::file::Sheet;
use super::mapping::Fields;
use super::number::Printed;
use super::rows::{self, Entry, PairValue, Scores, TransferRow};
use super::spelling::folded;
use super::{ANY_ENCODER, Import, ImportError, Scale, Sheets};
use crate::metric::Metric;
use crate::report::{Measure, MeasureValue, Relevance};

/// Everything that the files say about the report.
pub(super) struct Joined {
    /// In order of first appearance in the transfers.
    pub tasks: IndexSet<String>,
    /// Encoder and variant, likewise.
    pub settings: IndexSet<(String, String)>,
    pub transfers: Vec<TransferRow>,
    pub singles: Vec<Single>,
    pub measures: Vec<Measure>,
    pub relevance: Vec<Relevance>,
    /// Class names and test examples by task.
    pub labels: IndexMap<String, Vec<(String, u64)>>,
    /// Tasks of the baselines that the transfers do not have.
    pub without_transfers: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// A single-task run.
pub(super) struct Single {
    pub encoder: String,
    pub variant: String,
    pub task: String,
    pub seed: Option<u64>,
    pub scores: Scores,
}

pub(super) fn join(import: &Import, sheets: &Sheets<'_>) -> Result<Joined, ImportError> {
    let sheet = &sheets.transfers;
    let mapped = Fields::new(sheet, &import.mappings).mapping("baseline").is_some();
    if mapped && sheets.baselines.is_some() {
        return Err(ImportError::TwoBaselines);
    }
    let own_baselines = sheets.baselines.is_none();
    let (transfers, empty) = rows::transfers(sheet, &import.mappings, import.metric, import.units(), own_baselines)?;
    no_duplicates(sheet, &transfers)?;
    one_unit(sheet, import, transfers.iter().map(|row| &row.scores))?;
    let mut joined = Joined {
        tasks: transfers.iter().flat_map(|r| [&r.source, &r.target]).cloned().collect(),
        settings: transfers.iter().map(|r| (r.encoder.clone(), r.variant.clone())).collect(),
        transfers,
        singles: Vec::new(),
        measures: Vec::new(),
        relevance: Vec::new(),
        labels: IndexMap::new(),
        without_transfers: Vec::new(),
        notes: Vec::new(),
    };
    joined.notes.extend(spelled_alike(&joined.tasks));
    joined.note(sheet, empty, "without a score");
    let partial = joined.transfers.iter().filter(|t| !t.scores.contains_key(&import.metric)).count();
    if partial > 0 {
        let (file, metric) = (&sheet.file.name, import.metric);
        joined.notes.push(format!("{file}: {partial} of the runs have no {metric}, only other metrics."));
    }
    if (sheet.column("score").is_some() || Fields::new(sheet, &import.mappings).mapping("score").is_some())
        && sheet.column(import.metric.name()).is_some()
    {
        joined.notes.push(format!("{}: column `{}` is ignored; its `score` is taken.", sheet.file.name, import.metric));
    }
    let names = Names::new(sheet, import, joined.tasks.clone())?;
    match &sheets.baselines {
        Some(baselines) => joined.baselines_of_file(import, baselines, &names)?,
        None => joined.baselines_of_rows(import.metric, sheet)?,
    }
    for sheet in &sheets.measures {
        joined.measures_of(import, sheet, &names)?;
    }
    let unknown = import.lower_is_more_similar.iter().find(|n| joined.measures.iter().all(|m| m.name != **n));
    if let Some(name) = unknown {
        let known: Vec<String> = joined.measures.iter().map(|m| format!("`{}`", m.name)).collect();
        return Err(ImportError::UnknownMeasure { name: name.clone(), known: known.join(", ") });
    }
    if let Some(sheet) = &sheets.relevance {
        joined.relevance_of(import, sheet, &names)?;
    }
    if let Some(sheet) = &sheets.labels {
        joined.labels_of(import, sheet, &names)?;
    }
    Ok(joined)
}

/// Refuses fractions that are said to be in percent: with one file of each, every gain would be of some eighty points.
fn one_unit<'s>(
    sheet: &Sheet<'_>,
    import: &Import,
    scores: impl Iterator<Item = &'s Scores>,
) -> Result<(), ImportError> {
    if import.scale != Scale::Percent || import.keep_out_of_range || import.metric.range().1 != 1.0 {
        return Ok(());
    }
    let sizes = scores.filter_map(|scores| Some(scores.get(&import.metric)?.value.abs()));
    let highest = sizes.fold(0.0, f64::max);
    if highest > 0.0 && highest <= 0.01 {
        // As it stands in the file; what the division by 100 left over is rounded off.
        let highest = (highest * 1e8).round() / 1e6;
        return Err(ImportError::Units { file: sheet.file.name.clone(), highest });
    }
    Ok(())
}

/// Tasks whose names differ only in case or punctuation: they are two, and were perhaps meant as one.
fn spelled_alike(tasks: &IndexSet<String>) -> Option<String> {
    let mut by_fold: IndexMap<String, Vec<&str>> = IndexMap::new();
    for task in tasks {
        by_fold.entry(folded(task)).or_default().push(task);
    }
    let alike = by_fold.iter().filter(|(fold, names)| !fold.is_empty() && names.len() > 1);
    let listed: Vec<String> =
        alike.map(|(_, names)| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" and ")).collect();
    let names = listed.join("; ");
    (!names.is_empty())
        .then(|| format!("Tasks that differ only in case or punctuation, taken as different ones: {names}."))
}

fn in_words(encoder: &str, variant: &str, what: &str, seed: Option<u64>) -> String {
    let seed = seed.map_or_else(|| "without a seed".to_owned(), |s| format!("seed {s}"));
    format!("{what} (encoder `{encoder}`, variant `{variant}`, {seed})")
}

fn no_duplicates(sheet: &Sheet<'_>, rows: &[TransferRow]) -> Result<(), ImportError> {
    let mut first = HashMap::with_capacity(rows.len());
    for row in rows {
        let key = (&row.encoder, &row.variant, &row.source, &row.target, row.seed);
        if let Some(line) = first.insert(key, row.line) {
            let what = format!("the transfer from `{}` to `{}`", row.source, row.target);
            let what = in_words(&row.encoder, &row.variant, &what, row.seed);
            return Err(ImportError::Duplicate { file: sheet.file.name.clone(), first: line, second: row.line, what });
        }
    }
    Ok(())
}

/// A baseline's line and value by seed.
type BySeed = BTreeMap<Option<u64>, (u64, Printed)>;

/// Encoder and variant.
type Setting<'a> = (&'a str, &'a str);

/// Remembers the line of everything that may stand in a file once.
struct Once<K>(HashMap<K, u64>);

impl<K: std::hash::Hash + Eq> Once<K> {
    fn check(&mut self, sheet: &Sheet<'_>, line: u64, key: K, what: impl Fn() -> String) -> Result<(), ImportError> {
        match self.0.insert(key, line) {
            Some(first) => {
                Err(ImportError::Duplicate { file: sheet.file.name.clone(), first, second: line, what: what() })
            }
            None => Ok(()),
        }
    }
}

impl Joined {
    fn note(&mut self, sheet: &Sheet<'_>, rows: usize, why: &str) {
        if rows > 0 {
            let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
            self.notes.push(format!("{}: {rows} {why} left out.", sheet.file.name));
        }
    }

    fn has_encoder(&self, encoder: &str) -> bool {
        self.settings.iter().any(|(e, _)| e == encoder)
    }

    fn baselines_of_file(&mut self, import: &Import, sheet: &Sheet<'_>, names: &Names) -> Result<(), ImportError> {
        let (rows, empty) = rows::baselines(sheet, &import.mappings, import.metric, import.units())?;
        let mut once = Once(HashMap::new());
        one_unit(sheet, import, rows.iter().map(|row| &row.what.1))?;
        let mut unused = 0;
        let mut coverage = Coverage::default();
        for row in rows {
            let (task, scores) = &row.what;
            coverage.covers(names, row.line, &[task.as_str()]);
            let key = (row.encoder.clone(), row.variant.clone(), task.clone(), row.seed);
            once.check(sheet, row.line, key, || {
                let any = |name: &Option<String>| name.clone().unwrap_or_else(|| ANY_ENCODER.to_owned());
                in_words(&any(&row.encoder), &any(&row.variant), &format!("the baseline of `{task}`"), row.seed)
            })?;
            let before = self.singles.len();
            for (encoder, variant) in self.settings.iter().filter(|(e, v)| row.is_of(e, v)) {
                if self.tasks.contains(task) {
                    let (encoder, variant) = (encoder.clone(), variant.clone());
                    let (task, scores) = (task.clone(), scores.clone());
                    self.singles.push(Single { encoder, variant, task, seed: row.seed, scores });
                }
            }
            unused += usize::from(self.singles.len() == before);
        }
        self.note(sheet, empty, "without a score");
        let unknown = coverage.unknown_in_words(names);
        self.note(sheet, unused, &format!("of tasks, encoders or variants that the transfers do not have{unknown}"));
        self.without_transfers = coverage.unknown.into_keys().collect();
        Ok(())
    }

    /// The `baseline` of every row; one value for all seeds of every target is a mean, which has no seed.
    fn baselines_of_rows(&mut self, metric: Metric, sheet: &Sheet<'_>) -> Result<(), ImportError> {
        let mut found: IndexMap<(Setting<'_>, &str), BySeed> = IndexMap::new();
        for row in &self.transfers {
            let Some(value) = row.baseline else { continue };
            let seeds = found.entry(((&row.encoder, &row.variant), &row.target)).or_default();
            let &mut (first, known) = seeds.entry(row.seed).or_insert((row.line, value));
            if known.value != value.value {
                return Err(ImportError::Contradiction {
                    file: sheet.file.name.clone(),
                    first,
                    second: row.line,
                    what: in_words(&row.encoder, &row.variant, &format!("the baseline of `{}`", row.target), row.seed),
                    first_value: known.value,
                    second_value: value.value,
                });
            }
        }
        let constant = |seeds: &BySeed| {
            let mut values = seeds.values().map(|(_, v)| v.value);
            values.next().is_none_or(|first| values.all(|v| v == first))
        };
        let of_means = found.values().any(|s| s.len() > 1) && found.values().all(constant);
        for (((encoder, variant), task), seeds) in &found {
            let keep = if of_means { 1 } else { seeds.len() };
            for (&seed, (_, value)) in seeds.iter().take(keep) {
                self.singles.push(Single {
                    encoder: (*encoder).to_owned(),
                    variant: (*variant).to_owned(),
                    task: (*task).to_owned(),
                    seed: if of_means { None } else { seed },
                    scores: [(metric, *value)].into_iter().collect(),
                });
            }
        }
        if of_means {
            let file = &sheet.file.name;
            self.notes.push(format!(
                "{file}: `baseline` is the same for all seeds of every target; it is taken as a mean without a seed."
            ));
        }
        Ok(())
    }

    fn measures_of(&mut self, import: &Import, sheet: &Sheet<'_>, names: &Names) -> Result<(), ImportError> {
        let (rows, empty) = rows::measures(sheet, &import.mappings)?;
        let mut once = Once(HashMap::new());
        let mut found: IndexMap<(String, String), Vec<MeasureValue>> = IndexMap::new();
        let coverage = self.pairs(sheet, names, rows, |joined, row| {
            let PairValue { name, source, target, value } = row.what;
            let encoder = row.encoder.unwrap_or_else(|| ANY_ENCODER.to_owned());
            let key = (name.clone(), encoder.clone(), source.clone(), target.clone(), row.seed);
            once.check(sheet, row.line, key, || format!("measure `{name}` of `{source}` and `{target}`"))?;
            if encoder != ANY_ENCODER && !joined.has_encoder(&encoder) {
                return Ok(false);
            }
            found.entry((name, encoder)).or_default().push(MeasureValue { source, target, seed: row.seed, value });
            Ok(true)
        })?;
        self.note(sheet, empty, "without a value");
        self.note_coverage(sheet, &coverage, names);
        for ((name, encoder), values) in found {
            let lower = import.lower_is_more_similar.contains(&name);
            if let Some(other) = self.measures.iter().find(|m| m.name == name && m.encoder == encoder) {
                let (file, name) = (sheet.file.name.clone(), other.name.clone());
                return Err(ImportError::RepeatedMeasure { file, name });
            }
            self.measures.push(Measure {
                symmetric: symmetric(&values),
                name,
                encoder,
                direction: if lower { "lower_is_more_similar" } else { "higher_is_more_similar" }.to_owned(),
                cost_seconds: 0.0,
                values,
            });
        }
        Ok(())
    }

    fn relevance_of(&mut self, import: &Import, sheet: &Sheet<'_>, names: &Names) -> Result<(), ImportError> {
        let (rows, empty) = rows::relevance(sheet, &import.mappings)?;
        let mut once = Once(HashMap::new());
        let mut found = Vec::new();
        let coverage = self.pairs(sheet, names, rows, |joined, row| {
            let PairValue { source, target, value, .. } = &row.what;
            let key = (row.encoder.clone(), row.variant.clone(), source.clone(), target.clone());
            once.check(sheet, row.line, key, || format!("the relevance of `{source}` for `{target}`"))?;
            let before = found.len();
            for (encoder, variant) in joined.settings.iter().filter(|(e, v)| row.is_of(e, v)) {
                let (encoder, variant) = (encoder.clone(), variant.clone());
                let (source, target) = (source.clone(), target.clone());
                found.push(Relevance { encoder, variant, source, target, value: *value });
            }
            Ok(found.len() > before)
        })?;
        self.relevance = found;
        self.note(sheet, empty, "without a relevance");
        self.note_coverage(sheet, &coverage, names);
        Ok(())
    }

    /// Takes the rows about pairs of the report; counts the diagonal, and the rows about something else.
    fn pairs(
        &self,
        sheet: &Sheet<'_>,
        names: &Names,
        rows: Vec<Entry<PairValue>>,
        mut take: impl FnMut(&Self, Entry<PairValue>) -> Result<bool, ImportError>,
    ) -> Result<Coverage, ImportError> {
        let mut coverage = Coverage::default();
        for row in rows {
            let (source, target) = (row.what.source.as_str(), row.what.target.as_str());
            if !coverage.covers(names, row.line, &[source, target]) {
                continue;
            }
            if source == target {
                coverage.diagonal += 1;
            } else if take(self, row)? {
                coverage.taken += 1;
            } else {
                coverage.other += 1;
            }
        }
        coverage.check(sheet)?;
        Ok(coverage)
    }

    fn note_coverage(&mut self, sheet: &Sheet<'_>, coverage: &Coverage, names: &Names) {
        self.note(sheet, coverage.diagonal, "of a task with itself");
        let unknown = coverage.unknown_in_words(names);
        self.note(
            sheet,
            coverage.other,
            &format!("of tasks, encoders or variants that the report does not have{unknown}"),
        );
    }

    fn labels_of(&mut self, import: &Import, sheet: &Sheet<'_>, names: &Names) -> Result<(), ImportError> {
        let mut once = Once(HashMap::new());
        let mut coverage = Coverage::default();
        for row in rows::labels(sheet, &import.mappings)? {
            let what = || format!("label `{}` of `{}`", row.label, row.task);
            once.check(sheet, row.line, (row.task.clone(), row.label.clone()), what)?;
            if coverage.covers(names, row.line, &[&row.task]) {
                coverage.taken += 1;
                self.labels.entry(row.task).or_default().push((row.label, row.count));
            }
        }
        coverage.check(sheet)?;
        self.note_coverage(sheet, &coverage, names);
        Ok(())
    }
}

/// Whether every pair stands in both directions with one value.
fn symmetric(values: &[MeasureValue]) -> bool {
    let by_pair: HashMap<_, f64> =
        values.iter().map(|v| ((v.source.as_str(), v.target.as_str(), v.seed), v.value)).collect();
    values.iter().all(|v| by_pair.get(&(v.target.as_str(), v.source.as_str(), v.seed)) == Some(&v.value))
}
