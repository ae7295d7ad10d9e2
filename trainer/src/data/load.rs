//! A task's rows: test, then validation, then what is left of the training file, picked within the limits.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use indexmap::{IndexMap, IndexSet};
use transfermap::random::{priority, test_hash, text_hash};
use transfermap::study::{HeldOut, Sample, Source, Task};

use super::error::DataError;
use super::labels::LabelReader;
use super::rows::{Rows, origin};
use super::select::Selection;
use super::{Example, TaskData};

/// The rows of [`read`] alone.
///
/// # Errors
/// As [`read`].
pub fn load(task: &Task, data_seed: u64, base: &Path) -> Result<TaskData, DataError> {
    read(task, data_seed, base).map(|loaded| loaded.data)
}

/// The rows of a task, and what was seen on the way to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub data: TaskData,
    /// Rows without a text, of all that were read.
    pub blank: Vec<Blank>,
    /// What is odd about a file, in words.
    pub notes: Vec<String>,
}

/// Rows without a text in one of the files of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    pub path: PathBuf,
    /// The line of the first.
    pub line: usize,
    pub rows: usize,
}

/// Reads the rows of `task` whose files are relative to `base`; `data_seed` decides which are picked.
///
/// Every row of every file is read and its label checked, in memory for the picked rows only:
/// - **Test share.** A row whose [`test_hash`] / 2⁶⁴ is below the share goes to the test, before anything else is
///   carved; of these at most as many as training has as its limit.
/// - **Limit.** The rows of the smallest [`priority`] in data order; with `stratified` by class. With
///   `sample = "numpy"` the first `limit` of numpy's permutation, in its order.
/// - **Leaks.** A training row whose texts all equal those of a test row, or of a row of the validation file, is
///   dropped and counted.
/// - **Validation share.** A row whose [`text_hash`] / 2⁶⁴ is below the share goes to validation, so equal texts stay
///   together. Where training has a limit, validation keeps at most round(limit × share / (1 − share)) rows, so that
///   both are in proportion.
/// - **Order.** Leaks and carve come before the limit, which is filled from what is left. With `sample = "numpy"`,
///   which repeats someone's choice of rows, they come after it and leave fewer rows.
/// - `test = { same_as = "train" }` tests on the picked training rows; there are no leaks to find then.
///
/// # Errors
/// A file that cannot be read, a row that makes no sense, an unknown label, a class that training lacks or that has a
/// single example.
pub fn read(task: &Task, data_seed: u64, base: &Path) -> Result<Loaded, DataError> {
    let labels = LabelReader::new(task)?;
    let loader = Loader { task, seed: data_seed, base, labels: &labels, seen: RefCell::default() };
    let same_rows = task.test.is_training();
    if same_rows && task.test.source().is_some_and(|source| source.limit.is_some()) {
        let message = "test: `same_as` takes the training rows; remove `limit`".into();
        return Err(DataError::Task { task: task.name.clone(), message });
    }
    let split = |name: &str, held_out: &HeldOut| match held_out.source().filter(|s| s.same_as.is_none()) {
        Some(source) => loader.split(name, source),
        None => Ok(Vec::new()),
    };
    let (mut test, mut validation) = (split("test", &task.test)?, split("validation", &task.validation)?);
    let held_out: HashSet<&[String]> = test.iter().chain(&validation).map(|p| p.texts.as_slice()).collect();
    let Training { train, tested, validated, dropped } = loader.training(&held_out)?;
    let path = origin("train", &task.train, base);
    labels.check_training(&path, train.iter().map(|p| (p.label, p.line)), dropped)?;
    drop(held_out);
    for (name, held_out, carved, rows) in
        [("test", &task.test, tested, &mut test), ("validation", &task.validation, validated, &mut validation)]
    {
        let share = held_out.share();
        if share > 0.0 && carved.is_empty() {
            let message = format!(
                "{name} = {share} of the training rows of {} leaves no row; give a larger share or a file",
                path.display()
            );
            return Err(DataError::Task { task: task.name.clone(), message });
        }
        if share > 0.0 {
            *rows = carved;
        }
    }
    if same_rows {
        test.clone_from(&train);
    }
    let examples = |picked: Vec<Picked>| picked.into_iter().map(Picked::into_example).collect();
    let data = TaskData {
        labels: labels.names().to_vec(),
        train: examples(train),
        validation: examples(validation),
        test: examples(test),
        dropped_training_rows: dropped,
    };
    let Seen { blank, notes } = loader.seen.into_inner();
    Ok(Loaded { data, blank: blank.into_values().collect(), notes: notes.into_iter().collect() })
}

/// A row with its label understood.
#[derive(Clone)]
struct Picked {
    row: usize,
    line: usize,
    texts: Vec<String>,
    label: usize,
}

impl Picked {
    fn into_example(self) -> Example {
        Example { row: self.row, texts: self.texts, label: self.label }
    }
}

struct Training {
    train: Vec<Picked>,
    /// The rows carved for the test.
    tested: Vec<Picked>,
    /// The rows carved for validation.
    validated: Vec<Picked>,
    dropped: usize,
}

/// What was seen in files that were read to their end.
#[derive(Default)]
struct Seen {
    /// By the file: one may be read twice.
    blank: IndexMap<PathBuf, Blank>,
    notes: IndexSet<String>,
}

struct Loader<'a> {
    task: &'a Task,
    seed: u64,
    base: &'a Path,
    labels: &'a LabelReader<'a>,
    seen: RefCell<Seen>,
}

impl Loader<'_> {
    /// All rows of a source.
    fn stream(
        &self,
        split: &str,
        source: &Source,
    ) -> Result<impl Iterator<Item = Result<Picked, DataError>>, DataError> {
        let mut rows = Rows::open(self.task, split, source, self.base)?;
        let mut next = 0..;
        let mut blank: IndexMap<PathBuf, Blank> = IndexMap::new();
        Ok(std::iter::from_fn(move || {
            let Some(read) = rows.next() else {
                let mut seen = self.seen.borrow_mut();
                seen.notes.extend(rows.notes().iter().cloned());
                seen.blank.extend(std::mem::take(&mut blank));
                return None;
            };
            let row = next.next()?;
            Some(read.and_then(|read| {
                if read.texts.iter().any(String::is_empty) {
                    let path = rows.path().to_owned();
                    let first = Blank { path: path.clone(), line: read.line, rows: 0 };
                    blank.entry(path).or_insert(first).rows += 1;
                }
                let label = self.labels.index(rows.path(), &read)?;
                Ok(Picked { row, line: read.line, texts: read.texts, label })
            }))
        }))
    }

    /// The rows of the test or the validation file.
    fn split(&self, split: &str, source: &Source) -> Result<Vec<Picked>, DataError> {
        let picked = if source.sample == Sample::Numpy {
            self.permuted(split, source)?
        } else {
            let mut selection = self.selection(source.limit, source.stratified);
            for row in self.stream(split, source)? {
                self.offer(&mut selection, split, source, row?);
            }
            selection.finish()
        };
        if picked.is_empty() { Err(self.no_rows(split, source)) } else { Ok(picked) }
    }

    /// The training rows and those carved from them.
    fn training(&self, held_out: &HashSet<&[String]>) -> Result<Training, DataError> {
        let (split, source) = ("train", &self.task.train);
        let (test_share, share) = (self.task.test.share(), self.task.validation.share());
        let permuted = source.sample == Sample::Numpy;
        let limit = source.limit.filter(|_| !permuted);
        let carved_limit = limit.map(|limit| ((limit as f64 * share / (1.0 - share)).round() as usize).max(1));
        let mut train = self.selection(limit, source.stratified);
        let mut tested = self.selection(limit, source.stratified);
        let mut validated = self.selection(carved_limit, source.stratified);
        let (mut dropped, mut rows) = (0, 0);
        let all: Box<dyn Iterator<Item = Result<Picked, DataError>>> = if permuted {
            Box::new(self.permuted(split, source)?.into_iter().map(Ok))
        } else {
            Box::new(self.stream(split, source)?)
        };
        for (rank, row) in all.enumerate() {
            let row = row?;
            rows += 1;
            if held_out.contains(row.texts.as_slice()) {
                dropped += 1;
                continue;
            }
            let (selection, name) = if falls_below(test_hash, &row.texts, test_share) {
                (&mut tested, "test")
            } else if falls_below(text_hash, &row.texts, share) {
                (&mut validated, "validation")
            } else {
                (&mut train, split)
            };
            if permuted {
                selection.offer(0, 0, rank, row);
            } else {
                self.offer(selection, name, source, row);
            }
        }
        if rows == 0 {
            return Err(self.no_rows(split, source));
        }
        Ok(Training { train: train.finish(), tested: tested.finish(), validated: validated.finish(), dropped })
    }

    fn selection(&self, limit: Option<usize>, stratified: bool) -> Selection<Picked> {
        Selection::new(limit, if stratified { self.labels.names().len() } else { 1 })
    }

    fn offer(&self, selection: &mut Selection<Picked>, split: &str, source: &Source, row: Picked) {
        let rank = source.limit.map_or(0, |_| priority(self.seed, &self.task.name, split, row.row as u64));
        selection.offer(if source.stratified { row.label } else { 0 }, rank, row.row, row);
    }

    /// The first `limit` rows of numpy's permutation: one pass to count, one to pick.
    fn permuted(&self, split: &str, source: &Source) -> Result<Vec<Picked>, DataError> {
        let mut rows = 0;
        for row in self.stream(split, source)? {
            row?;
            rows += 1;
        }
        let limit = source.limit.unwrap_or(rows);
        let ranks: HashMap<usize, usize> = transfermap::random::numpy::permutation(self.seed, rows)
            .into_iter()
            .take(limit)
            .enumerate()
            .map(|(rank, row)| (row, rank))
            .collect();
        let mut selection = Selection::new(None, 1);
        for row in self.stream(split, source)? {
            let row = row?;
            if let Some(&rank) = ranks.get(&row.row) {
                selection.offer(0, 0, rank, row);
            }
        }
        Ok(selection.finish())
    }

    fn no_rows(&self, split: &str, source: &Source) -> DataError {
        DataError::Empty { path: origin(split, source, self.base), what: "has no rows" }
    }
}

/// Whether the hash of an input is below `share` of all hashes.
fn falls_below(hash: fn(&[&str]) -> u64, texts: &[String], share: f64) -> bool {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    // 2⁶⁴ as a number.
    share > 0.0 && (hash(&texts) as f64) / 18_446_744_073_709_551_616.0 < share
}
