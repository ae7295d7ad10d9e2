//! Which data files belong to one task, and what each is for: told by their names.

use std::path::{Path, PathBuf};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Train,
    Validation,
    Test,
}

/// The files of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Its name, to be made fit for a study.
    pub(super) name: String,
    folder: PathBuf,
    key: String,
    pub(super) files: Vec<(Part, PathBuf)>,
}

impl Group {
    /// The first file for a part.
    pub(super) fn file(&self, part: Part) -> Option<&Path> {
        self.files.iter().find(|(p, _)| *p == part).map(|(_, path)| path.as_path())
    }

    fn is_whole(&self) -> bool {
        self.file(Part::Train).is_some() && (self.file(Part::Test).is_some() || self.file(Part::Validation).is_some())
    }
}

/// Files in groups, and what was left out, in words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Grouped {
    pub(super) groups: Vec<Group>,
    pub(super) notes: Vec<String>,
}

/// Words of file names that say what the file is for.
const PARTS: [(&str, Part); 15] = [
    ("train", Part::Train),
    ("training", Part::Train),
    ("trn", Part::Train),
    ("dev", Part::Validation),
    ("devel", Part::Validation),
    ("development", Part::Validation),
    ("val", Part::Validation),
    ("valid", Part::Validation),
    ("validate", Part::Validation),
    ("validation", Part::Validation),
    ("eval", Part::Validation),
    ("test", Part::Test),
    ("testing", Part::Test),
    ("tst", Part::Test),
    ("heldout", Part::Test),
];

/// Words of file names that tell nothing.
const NOISE: [&str; 18] = [
    "and", "of", "data", "dataset", "set", "split", "file", "final", "full", "all", "labelled", "labeled", "labels",
    "gold", "public", "matched", "with", "the",
];

/// Endings of data files.
const ENDINGS: [&str; 7] = ["csv", "tsv", "txt", "jsonl", "ndjson", "json", "parquet"];

/// Files that describe data in the folders of programs.
const DESCRIPTIONS: [&str; 10] = [
    "dataset_info.json",
    "dataset_infos.json",
    "dataset_dict.json",
    "state.json",
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "report.json",
];

/// What a file name says: its part, and what is left of it. A file of both development and test rows is for the test.
fn read_name(path: &Path) -> (Option<Part>, String) {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let (mut part, mut rest) = (None, Vec::new());
    for word in stem.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let small = word.to_lowercase();
        if let Some((_, found)) = PARTS.iter().find(|(name, _)| *name == small) {
            part = part.max(Some(*found));
        } else if !NOISE.contains(&small.as_str()) && !small.bytes().all(|b| b.is_ascii_digit()) {
            rest.push(word.to_owned());
        }
    }
    // A name that is no part keeps its noise: `data_2.csv`.
    let rest = if part.is_none() { stem.to_owned() } else { rest.join("_") };
    (part, rest)
}

/// Whether a name is a data file's.
fn is_data(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = plain.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|e| ENDINGS.contains(&e)) && !name.starts_with('.') && !DESCRIPTIONS.contains(&plain)
}

/// The files of each task among `files`, which somebody named one by one: each is used.
pub(super) fn listed(files: &[PathBuf]) -> Grouped {
    let mut grouped = group(files);
    // A lone development or test file goes with the one training file of its folder that has none.
    let mut at = 0;
    while let Some(group) = grouped.groups.get(at) {
        let alone = group.file(Part::Train).is_none() && group.files.iter().all(|(part, _)| *part != Part::Train);
        let open: Vec<usize> = (0..grouped.groups.len())
            .filter(|&i| {
                grouped
                    .groups
                    .get(i)
                    .is_some_and(|g| g.folder == group.folder && g.file(Part::Train).is_some() && !g.is_whole())
            })
            .collect();
        match open.as_slice() {
            [open] if alone => {
                let files = grouped.groups.remove(at).files;
                let open = if *open > at { open - 1 } else { *open };
                if let Some(group) = grouped.groups.get_mut(open) {
                    group.files.extend(files);
                }
            }
            _ => at += 1,
        }
    }
    grouped
}

/// The tasks of a folder: those that have training rows and others; where none has, every file that is no test.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn in_folder(folder: &Path) -> std::io::Result<Grouped> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    let files: Vec<PathBuf> = entries.iter().filter(|p| p.is_file() && is_data(p)).cloned().collect();
    if files.is_empty() {
        let mut all = Grouped::default();
        for below in entries.iter().filter(|p| p.is_dir()) {
            let mut names = std::fs::read_dir(below)?.filter_map(|e| Some(e.ok()?.path()));
            if names.any(|p| p.is_file() && is_data(&p)) {
                let found = in_folder(below)?;
                all.groups.extend(found.groups);
                all.notes.extend(found.notes);
            }
        }
        return Ok(all);
    }
    let mut grouped = group(&files);
    let (whole, part): (Vec<Group>, Vec<Group>) =
        std::mem::take(&mut grouped.groups).into_iter().partition(Group::is_whole);
    if whole.is_empty() {
        grouped.groups = part;
        return Ok(grouped);
    }
    for (_, path) in part.iter().flat_map(|group| &group.files) {
        grouped.notes.push(format!("{}: left out; no other file goes with it", path.display()));
    }
    grouped.groups = whole;
    Ok(grouped)
}

fn group(files: &[PathBuf]) -> Grouped {
    let mut grouped = Grouped::default();
    for path in files {
        let (part, key) = read_name(path);
        let folder = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
        let known = grouped.groups.iter_mut().find(|g| part.is_some() && g.folder == folder && g.key == key);
        let part = part.unwrap_or(Part::Train);
        match known {
            Some(group) if group.file(part).is_none() => group.files.push((part, path.clone())),
            Some(group) => {
                let other = group.file(part).map(|p| p.display().to_string()).unwrap_or_default();
                grouped.notes.push(format!("{}: left out; {other} is taken", path.display()));
            }
            None => {
                let name = if key.is_empty() { folder_name(&folder) } else { key.clone() };
                grouped.groups.push(Group { name, folder, key, files: vec![(part, path.clone())] });
            }
        }
    }
    grouped
}

/// The name of a folder, of the one that we are in too.
fn folder_name(folder: &Path) -> String {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name(folder).or_else(|| name(&here.canonicalize().ok()?)).unwrap_or_default();
    // The folder that holds the parts of a data set is often called so.
    match (name.as_str(), folder.parent()) {
        ("data", Some(parent)) if !parent.as_os_str().is_empty() => folder_name(parent),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    fn shown(grouped: &Grouped) -> Vec<String> {
        let file = |(part, path): &(Part, PathBuf)| format!("{part:?} {}", path.display());
        grouped
            .groups
            .iter()
            .map(|g| format!("{}: {}", g.name, g.files.iter().map(file).collect::<Vec<_>>().join(", ")))
            .collect()
    }

    #[test]
    fn files_of_one_name_belong_together() {
        let found =
            listed(&paths(&["rte/train.tsv", "rte/dev.tsv", "sst2_train.csv.gz", "sst2_test.csv", "reviews.csv"]));
        assert_eq!(
            shown(&found),
            [
                "rte: Train rte/train.tsv, Validation rte/dev.tsv",
                "sst2: Train sst2_train.csv.gz, Test sst2_test.csv",
                "reviews: Train reviews.csv",
            ]
        );
        let found = listed(&paths(&["mnli/train.tsv", "mnli/dev_matched.tsv", "mnli/dev_mismatched.tsv"]));
        assert_eq!(shown(&found)[0], "mnli: Train mnli/train.tsv, Validation mnli/dev_matched.tsv");
        let found = listed(&paths(&["a/train.csv", "a/my_test.csv"]));
        assert_eq!(shown(&found), ["a: Train a/train.csv, Test a/my_test.csv"]);
        let found = listed(&paths(&["hub/data/train-00000-of-00001.parquet", "hub/data/test-00000-of-00001.parquet"]));
        assert_eq!(shown(&found).len(), 1);
        assert!(shown(&found)[0].starts_with("hub: Train"));
        let found = listed(&paths(&["x/train.csv", "x/train.csv.gz"]));
        assert_eq!((found.groups.len(), found.notes.len()), (1, 1));
    }

    fn folder(names: &[&str]) -> (tempfile::TempDir, Vec<String>, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = in_folder(dir.path()).unwrap();
        let file = |(part, path): &(Part, PathBuf)| format!("{part:?} {}", path.file_name().unwrap().display());
        let shown = found.groups.iter().map(|g| g.files.iter().map(file).collect::<Vec<_>>().join(", ")).collect();
        (dir, shown, found.notes)
    }

    #[test]
    fn a_folder_is_a_task_and_what_goes_with_nothing_is_left_out() {
        let names =
            ["train.csv", "test.csv", "train_description_only.csv", "classes.txt", "README.md", "dataset_info.json"];
        let (_dir, groups, notes) = folder(&names);
        assert_eq!(groups, ["Test test.csv, Train train.csv"]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        let (_dir, groups, notes) =
            folder(&["paws_qqp_train.tsv", "paws_qqp_dev_and_test.tsv", "paws_wiki_dev_2k.tsv"]);
        assert_eq!(groups, ["Test paws_qqp_dev_and_test.tsv, Train paws_qqp_train.tsv"]);
        assert!(notes[0].contains("paws_wiki_dev_2k.tsv: left out"), "{notes:?}");
    }

    #[test]
    fn a_folder_of_single_files_or_of_folders_holds_several_tasks() {
        assert_eq!(folder(&["reviews.csv", "questions.csv"]).1.len(), 2);
        assert_eq!(
            folder(&["RTE/train.tsv", "RTE/dev.tsv", "CoLA/train.tsv", "CoLA/dev.tsv", "x/notes.md"]).1.len(),
            2
        );
    }
}
