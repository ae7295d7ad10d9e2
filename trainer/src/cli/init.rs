//! `transfermap init`: a commented study file from a look at data files. What it guesses, it says.

mod look;
mod quoted;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use transfermap::study::Study;

use self::look::{Look, look};
use self::quoted::quoted;
use crate::atomic;
use crate::error::Wrong;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Study file to write; never overwritten
    file: PathBuf,
    /// Data files (CSV, TSV or JSONL, plain or gzipped), one task each
    data: Vec<PathBuf>,
}

const HEAD: &str = r#"# A transfermap study. `transfermap check FILE` reads it and says what training would meet.
# Paths are relative to this file.
version = 1
name = "my-study"
seeds = [1, 2, 3, 4, 5]              # one run of everything per seed; five or more tell a difference from chance
data_seed = 42                       # which rows are picked; never changes with the run's seed
protocols = ["single", "sequential"] # baselines, and source → target
pairs = "all"                        # or [["source", "target"], ...]

[[encoder]]
name = "albert-base-v2"
path = "albert/albert-base-v2"       # a model of the HuggingFace hub, or a folder of its layout
max_length = 128                     # tokens; longer inputs are cut

[recipe]                             # any key can be changed for one task under [task.recipe]
epochs = 3
batch_size = 16
learning_rate = 5e-5
"#;

impl Init {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.file.exists() {
            return Err(Wrong(format!("exists already; give another name: {}", self.file.display())).into());
        }
        let folder = self.file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let mut text = HEAD.to_owned();
        let mut names: Vec<String> = Vec::new();
        for path in &self.data {
            let seen = look(path)?;
            let name = free_name(path, &names);
            text += &task(&name, &relative(path, folder), &seen);
            names.push(name);
        }
        if self.data.is_empty() {
            text += EXAMPLE;
        }
        Study::from_toml(&text).map_err(|e| Wrong::at("the data files do not make a study", &e))?;
        atomic::write(&self.file, text.as_bytes())?;
        writeln!(out, "{}", self.file.display())?;
        Ok(())
    }
}

const EXAMPLE: &str = r#"
[[task]]
name = "reviews"
kind = "single"                      # or "pair", with two text columns
text = ["text"]                      # header names, or column numbers from 1
label = "label"
labels = ["negative", "positive"]    # order = class index; or { "0" = "negative", "1" = "positive" }
train = { file = "reviews/train.csv", limit = 2000 }
test = { file = "reviews/test.csv" }
validation = 0.1                     # share of the training rows
"#;

fn task(name: &str, file: &str, seen: &Look) -> String {
    let file = quoted(file);
    let labels: Vec<String> = seen.labels.iter().map(|l| quoted(l)).collect();
    let labels = if seen.labels.iter().any(|l| l.trim().parse::<i64>().is_ok()) {
        let pairs: Vec<String> = labels.iter().map(|l| format!("{l} = {l}")).collect();
        format!("{{ {} }} # value in the file = name; better names help the reader", pairs.join(", "))
    } else {
        format!("[{}]", labels.join(", "))
    };
    let kind = if seen.texts.len() == 2 { "pair" } else { "single" };
    format!(
        "\n# Columns of {file}: {columns}.\n[[task]]\nname = {name}\nkind = \"{kind}\"\ntext = [{texts}]\nlabel = {label}\n\
         labels = {labels}\n# Found in the first {rows} rows.\ntrain = {{ file = {file}, limit = 2000 }}\n\
         # Give rows of their own here: a score on training rows says nothing about transfer.\n\
         test = {{ same_as = \"train\" }}\nvalidation = 0.1\n",
        columns = seen.columns.join(", "),
        name = quoted(name),
        texts = seen.texts.join(", "),
        label = seen.label,
        rows = seen.rows,
    )
}

/// A task name from a file name: `data/rte/train.tsv` is `rte-train`; unique and fit for a folder.
fn free_name(path: &Path, taken: &[String]) -> String {
    let stem = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default().to_owned();
    let parent = path.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let generic = matches!(stem.as_str(), "train" | "test" | "dev" | "data" | "validation");
    let base = parent.filter(|_| generic).unwrap_or(stem);
    let legal = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let mut base: String = base.chars().map(legal).collect();
    while base.contains("--") {
        base = base.replace("--", "-");
    }
    let base = if base.is_empty() { "task".to_owned() } else { base };
    let numbered = (2..).map(|n| format!("{base}_{n}"));
    std::iter::once(base.clone()).chain(numbered).find(|n| !taken.contains(n)).unwrap_or(base)
}

/// `path` as seen from `folder`, where it lies below; else absolute.
fn relative(path: &Path, folder: &Path) -> String {
    let absolute = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_owned());
    let (path, folder) = (absolute(path), absolute(folder));
    path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_study_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let pairs = dir.path().join("pairs.tsv");
        std::fs::write(&pairs, "sentence1\tsentence2\tlabel\na b c\td \"e\tyes\nf g h\ti j\tno\n").unwrap();
        let single = dir.path().join("stars.csv");
        std::fs::write(&single, "5,a very good one\n1,a \"\"bad\"\" one\n5,good and long\n").unwrap();
        let lines = dir.path().join("lines.jsonl");
        std::fs::write(&lines, "{\"text\":\"one thing\",\"label\":0}\n{\"text\":\"other\",\"label\":1}\n").unwrap();
        let file = dir.path().join("study.toml");
        let init = Init { file: file.clone(), data: vec![pairs, single, lines] };
        init.execute(&mut Vec::new()).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let study = Study::from_toml(&text).unwrap();
        assert_eq!(study.task.len(), 3, "{text}");
        assert_eq!(study.task[0].kind, transfermap::study::Kind::Pair);
        assert!(text.contains("text = [2]\nlabel = 1"), "{text}");
        assert!(text.contains("file = \"lines.jsonl\""), "{text}");
        assert!(init.execute(&mut Vec::new()).unwrap_err().is::<Wrong>(), "never overwrites");
    }

    #[test]
    fn an_empty_study_shows_an_example() {
        assert!(Study::from_toml(&format!("{HEAD}{EXAMPLE}")).is_ok());
    }

    #[test]
    fn names_come_from_files_and_differ() {
        assert_eq!(free_name(Path::new("data/rte/train.tsv.gz"), &[]), "rte");
        assert_eq!(free_name(Path::new("my reviews.csv"), &["my_reviews".into()]), "my_reviews_2");
    }
}
