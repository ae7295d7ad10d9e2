//! A task's rows: test, then validation, then what is left of the training file, picked within the limits.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use transfermap::random::{priority, text_hash};
use transfermap::study::{Sample, Source, Task, Validation};

use super::error::DataError;
use super::labels::LabelReader;
use super::rows::{Rows, origin};
use super::select::Selection;
use super::{Example, TaskData};

/// Reads the rows of `task` whose files are relative to `base`; `data_seed` decides which are picked.
///
/// Every row of every file is read and its label checked, in memory for the picked rows only:
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
pub fn load(task: &Task, data_seed: u64, base: &Path) -> Result<TaskData, DataError> {
    let labels = LabelReader::new(task)?;
    let loader = Loader { task, seed: data_seed, base, labels: &labels };
    let same_rows = task.test.same_as.is_some();
    if same_rows && task.test.limit.is_some() {
        let message = "test: `same_as` takes the training rows; remove `limit`".into();
        return Err(DataError::Task { task: task.name.clone(), message });
    }
    let mut test = if same_rows { Vec::new() } else { loader.split("test", &task.test)? };
    let (share, validation) = match &task.validation {
        Validation::Share(share) => (*share, Vec::new()),
        Validation::Source(source) => (0.0, loader.split("validation", source)?),
    };
    let held_out: HashSet<&[String]> = test.iter().chain(&validation).map(|p| p.texts.as_slice()).collect();
    let Training { train, carved, dropped } = loader.training(share, &held_out)?;
    let path = origin("train", &task.train, base);
    labels.check_training(&path, train.iter().map(|p| (p.label, p.line)), dropped)?;
    if share > 0.0 && carved.is_empty() {
        let message = format!(
            "validation = {share} of the training rows of {} leaves no row; give a larger share or a file",
            path.display()
        );
        return Err(DataError::Task { task: task.name.clone(), message });
    }
    drop(held_out);
    if same_rows {
        test.clone_from(&train);
    }
    let examples = |picked: Vec<Picked>| picked.into_iter().map(Picked::into_example).collect();
    Ok(TaskData {
        labels: labels.names().to_vec(),
        train: examples(train),
        validation: examples(if share > 0.0 { carved } else { validation }),
        test: examples(test),
        dropped_training_rows: dropped,
    })
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
    carved: Vec<Picked>,
    dropped: usize,
}

struct Loader<'a> {
    task: &'a Task,
    seed: u64,
    base: &'a Path,
    labels: &'a LabelReader<'a>,
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
        Ok(std::iter::from_fn(move || {
            let read = rows.next()?;
            let row = next.next()?;
            Some(read.and_then(|read| {
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

    /// The training rows and the carved validation rows.
    fn training(&self, share: f64, held_out: &HashSet<&[String]>) -> Result<Training, DataError> {
        let (split, source) = ("train", &self.task.train);
        let permuted = source.sample == Sample::Numpy;
        let limit = source.limit.filter(|_| !permuted);
        let carved_limit = limit.map(|limit| ((limit as f64 * share / (1.0 - share)).round() as usize).max(1));
        let mut train = self.selection(limit, source.stratified);
        let mut carved = self.selection(carved_limit, source.stratified);
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
            let carve = share > 0.0 && falls_below(&row.texts, share);
            let (selection, name) = if carve { (&mut carved, "validation") } else { (&mut train, split) };
            if permuted {
                selection.offer(0, 0, rank, row);
            } else {
                self.offer(selection, name, source, row);
            }
        }
        if rows == 0 {
            return Err(self.no_rows(split, source));
        }
        Ok(Training { train: train.finish(), carved: carved.finish(), dropped })
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

/// Whether an input's hash is below `share` of all hashes.
fn falls_below(texts: &[String], share: f64) -> bool {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    // 2⁶⁴ as a number.
    (text_hash(&texts) as f64) / 18_446_744_073_709_551_616.0 < share
}
