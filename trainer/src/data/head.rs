//! A look at a data file of whatever kind: its first rows, and how a study has it read.

use std::io::Read;
use std::path::Path;

use super::delimited::Delimited;
use super::error::DataError;
use super::jsonl::JsonObjects;
use super::open::{Lines, ending, open_file};
use super::parquet;
use super::quotes::looks_quoted;

/// The begin of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The key `format` of its source, where the file's name does not tell.
    pub format: Option<&'static str>,
    /// The key `separator` of its source, where it is no comma.
    pub separator: Option<char>,
    /// Names of the columns, where the format has them apart from its rows.
    pub names: Option<Vec<String>>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
}

impl Head {
    fn new(format: Option<&'static str>, names: Option<Vec<String>>, rows: Vec<Vec<String>>) -> Self {
        Self { format, separator: None, names, rows }
    }
}

/// Reads the first `limit` rows of a file with the readers of a study, and finds out how they are separated.
///
/// # Errors
/// A file that no study can read.
pub fn head(path: &Path, limit: usize) -> Result<Head, DataError> {
    let ending = ending(path);
    if ending == "parquet" || starts_as_parquet(path)? {
        let (names, rows) = parquet::head(path, limit)?;
        let format = (ending != "parquet").then_some("parquet");
        return Ok(Head::new(format, Some(names), rows));
    }
    let first = first_line(path)?;
    let is_json = matches!(ending.as_str(), "json" | "jsonl" | "ndjson");
    let is_cells = matches!(ending.as_str(), "csv" | "tsv");
    if is_json || !is_cells && first.trim_start().starts_with(['{', '[']) {
        let (names, rows) = json(path, limit)?;
        return Ok(Head::new((!is_json).then_some("jsonl"), Some(names), rows));
    }
    refuse_fasttext(path, &first)?;
    let separators = if ending == "csv" { [',', ';', '\t', '|'] } else { ['\t', ',', ';', '|'] };
    let mut preferred = None;
    for separator in separators {
        match separated(path, separator, limit) {
            Ok(head) if head.rows.first().is_some_and(|row| row.len() > 1) => {
                let of_name = head.format.filter(|format| *format == ending && head.separator.is_none());
                return Ok(Head {
                    format: head.format.filter(|_| of_name.is_none() && head.separator.is_none()),
                    ..head
                });
            }
            read => {
                preferred.get_or_insert(read);
            }
        }
    }
    preferred.unwrap_or_else(|| separated(path, ',', limit))
}

/// Refuses the lines of fastText: no format of a study reads them.
pub(super) fn refuse_fasttext(path: &Path, first: &str) -> Result<(), DataError> {
    if !first.trim_start().starts_with("__label__") {
        return Ok(());
    }
    Err(DataError::Format {
        path: path.to_owned(),
        what: "holds lines of fastText (`__label__name text`), which are not read".into(),
        remedy: "make CSV of it: sed 's/\"/\"\"/g; s/^__label__\\([^ ]*\\) \\(.*\\)/\\1,\"\\2\"/' FILE > NEW.csv, then \
                 label = 1, text = [2]",
    })
}

/// The first line that is not blank.
pub(super) fn first_line(path: &Path) -> Result<String, DataError> {
    let mut lines = Lines::open(path)?;
    while let Some((_, line)) = lines.next()? {
        if !line.trim().is_empty() {
            return Ok(line.to_owned());
        }
    }
    Ok(String::new())
}

fn starts_as_parquet(path: &Path) -> Result<bool, DataError> {
    let mut magic = Vec::new();
    // What cannot be read is told by what reads the rows.
    let read = open_file(path)?.take(4).read_to_end(&mut magic);
    Ok(read.is_ok() && magic == b"PAR1")
}

fn separated(path: &Path, separator: char, limit: usize) -> Result<Head, DataError> {
    if separator != '\t' {
        let rows = cells(Delimited::csv(Lines::open(path)?, separator as u8), limit)?;
        let separator = Some(separator).filter(|s| *s != ',');
        return Ok(Head { separator, ..Head::new(Some("csv"), None, rows) });
    }
    let plain = cells(Delimited::tsv(Lines::open(path)?), limit);
    // Quotes are the format's where all of them are doubled inside quoted cells, or where without them the rows differ.
    let quoted = plain.as_ref().map_or(true, |rows| {
        let with_quotes = || rows.iter().flatten().filter(|cell| cell.contains('"'));
        with_quotes().next().is_some() && with_quotes().all(|cell| looks_quoted(cell))
    });
    if quoted && let Ok(rows) = cells(Delimited::csv(Lines::open(path)?, b'\t'), limit) {
        return Ok(Head { separator: Some('\t'), ..Head::new(Some("csv"), None, rows) });
    }
    plain.map(|rows| Head::new(Some("tsv"), None, rows))
}

fn cells(mut file: Delimited, limit: usize) -> Result<Vec<Vec<String>>, DataError> {
    let mut rows = Vec::new();
    while rows.len() < limit
        && let Some(record) = file.next()?
    {
        rows.push(record.cells.iter().map(str::to_owned).collect());
    }
    Ok(rows)
}

fn json(path: &Path, limit: usize) -> Result<(Vec<String>, Vec<Vec<String>>), DataError> {
    let mut objects = JsonObjects::new(Lines::open(path)?);
    let (mut names, mut parsed): (Vec<String>, Vec<_>) = (Vec::new(), Vec::new());
    while parsed.len() < limit
        && let Some(row) = objects.next()?
    {
        for name in row.object.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        parsed.push(row.object);
    }
    let cell = |value: Option<&serde_json::Value>| match value {
        None | Some(serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_)) => {
            String::new()
        }
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let rows = parsed.iter().map(|object| names.iter().map(|name| cell(object.get(name))).collect()).collect();
    Ok((names, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(name: &str, text: &str) -> Head {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        head(&path, 10).unwrap()
    }

    fn keys(head: &Head) -> (Option<&'static str>, Option<char>) {
        (head.format, head.separator)
    }

    #[test]
    fn separators_and_formats_are_found_out() {
        assert_eq!(keys(&look("a.csv", "text,label\n\"a, b\",1\n")), (None, None));
        assert_eq!(keys(&look("a.csv", "text;label\na, b;1\nc;2\n")), (None, Some(';')));
        assert_eq!(keys(&look("a.csv", "text\tlabel\na, b\t1\n")), (Some("tsv"), None));
        assert_eq!(keys(&look("a.txt", "text|label\na|1\n")), (None, Some('|')));
        assert_eq!(keys(&look("a.txt", "a b\t1\nc, d\t2\n")), (Some("tsv"), None));
        assert_eq!(keys(&look("a.tsv", "a \"b\t1\n\"c\" d\t2\n")), (None, None));
        assert_eq!(keys(&look("a.data", "{\"text\": \"a\", \"label\": 1}\n")), (Some("jsonl"), None));
        assert_eq!(keys(&look("a.json", "[{\"text\": \"a\"}]\n")), (None, None));
        let quoted = look("a.tsv", "text\tlabel\n\"a \"\"b\"\"\"\t1\nc\t2\n");
        assert_eq!(keys(&quoted), (None, Some('\t')));
        assert_eq!(quoted.rows[1], ["a \"b\"", "1"]);
    }

    #[test]
    fn keys_of_objects_are_columns() {
        let head =
            look("a.jsonl", "{\"label\": 1.0, \"text\": \"a\"}\n{\"text\": \"b\", \"label\": null, \"x\": [1]}\n");
        assert_eq!(head.names.unwrap(), ["label", "text", "x"]);
        assert_eq!(head.rows, [["1.0", "a", ""], ["", "b", ""]]);
    }
}
