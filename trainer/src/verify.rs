//! `transfermap verify`: whether an output folder holds what was written to it. Reads everything and changes nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use transfermap::fingerprint::digest;
use transfermap::record::RunRecord;
use transfermap::report::{REPORT_CURVE_POINTS, Report};

use crate::data::cache;
use crate::error::{Wrong, chain};
use crate::files;
use crate::probes::file::{Found as FoundProbe, Probe};
use crate::seal;
use crate::store::checksum;
use crate::store::inputs::{Inputs, read_plan};
use crate::store::records::{Found, Store};

/// What an output folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Runs with a record, failed ones included.
    pub runs: usize,
    /// Probes.
    pub probes: usize,
    /// Tokenised tasks.
    pub caches: usize,
    /// Of all these, those that an earlier version wrote without a hash: they were read, and could be anything.
    pub unverified: usize,
    /// What is wrong, a line for each file.
    pub damage: Vec<String>,
}

/// Checks every file that is read again for a training, a probe, a measure, an export or a report.
///
/// # Errors
/// Not the output folder of a `run` ([`Wrong`]).
pub fn verify(root: &Path) -> Result<Verified, Wrong> {
    if !root.join("plan.json").exists() && !root.join("runs").is_dir() {
        return Err(Wrong(format!("no plan.json and no runs; give the --out folder of a `run`: {}", root.display())));
    }
    let mut verifier = Verifier { root, store: Store::new(root), records: HashMap::new(), found: Verified::default() };
    let inputs = verifier.inputs();
    verifier.records(&inputs);
    verifier.caches(&inputs);
    verifier.probes();
    verifier.report();
    Ok(verifier.found)
}

struct Verifier<'a> {
    root: &'a Path,
    store: Store,
    /// The readable ones, by id.
    records: HashMap<String, RunRecord>,
    found: Verified,
}

impl Verifier<'_> {
    fn damaged(&mut self, path: &Path, why: &str) {
        self.found.damage.push(format!("{}: {why}", path.display()));
    }

    /// Plan, rounds, and what the runs start from.
    fn inputs(&mut self) -> Inputs {
        if let Err(wrong) = read_plan(self.root) {
            self.found.damage.push(chain(wrong.as_ref()));
        }
        let race = self.root.join("race.json");
        if let Some(Err(broken)) = files::read(&race).ok().map(|bytes| seal::check(&bytes)) {
            self.damaged(&race, &broken.to_string());
        }
        let inputs = Inputs::read(self.root).unwrap_or_else(|wrong| {
            self.found.damage.push(wrong.0);
            Inputs::default()
        });
        if inputs.study_sha256.is_some()
            && let Err(wrong) = inputs.study(self.root)
        {
            self.found.damage.push(wrong.0);
        }
        for (name, known) in &inputs.encoder_files {
            let path = self.root.join(name);
            match files::read(&path) {
                Ok(bytes) if digest(&bytes) == *known => {}
                Ok(_) => self.damaged(&path, "not what was written"),
                Err(e) => self.damaged(&path, &e.to_string()),
            }
        }
        inputs
    }

    fn records(&mut self, inputs: &Inputs) {
        let mut labels: HashMap<&str, &[u8]> = HashMap::new();
        for task in &inputs.tasks {
            let test = task.splits.get("test").and_then(|split| split.label_sequence.as_ref());
            labels.extend(test.map(|classes| (task.name.as_str(), classes.indices())));
        }
        let runs = self.root.join("runs");
        for path in named(&runs, |name| name == "record.json") {
            let Some(id) = path.parent().and_then(|p| p.strip_prefix(&runs).ok()).and_then(Path::to_str) else {
                continue;
            };
            self.found.runs += 1;
            match self.store.look(id) {
                Ok(Found::Record(record)) => {
                    self.record(&record, inputs, &labels);
                    self.records.insert(id.to_owned(), *record);
                }
                Ok(Found::Corrupt(why)) => self.damaged(&path, &why),
                Ok(Found::Missing) => {}
                Err(e) => self.found.damage.push(e.to_string()),
            }
        }
    }

    fn record(&mut self, record: &RunRecord, inputs: &Inputs, labels: &HashMap<&str, &[u8]>) {
        let path = self.store.record_path(&record.id);
        if let Some(contradiction) = record.contradiction(|task| labels.get(task).copied()) {
            self.damaged(&path, &contradiction.what.to_string());
        }
        self.found.unverified += usize::from(record.is_ok() && record.sha256.is_none());
        let known = record.sha256.as_ref().and_then(|hashes| hashes.weights.as_deref());
        let model = self.store.model_path(&record.id);
        if model.exists()
            && let Some(why) = self.store.weights_damage(&record.id, known)
        {
            self.damaged(&model, &why);
        }
        self.found.damage.extend(self.store.predictions_damage(record).iter().map(ToString::to_string));
        let prepared = inputs.hashes_of(&record.encoder, &record.targets);
        let trained = record.sha256.iter().flat_map(|hashes| &hashes.tokenised);
        for (task, _) in trained.filter(|(task, known)| prepared.get(*task).is_some_and(|p| p != *known)) {
            self.damaged(&path, &format!("it was trained on other tokens of {task} than those in the cache"));
        }
    }

    fn caches(&mut self, inputs: &Inputs) {
        let known: HashMap<&Path, &String> = inputs
            .tokenised
            .iter()
            .flat_map(|(encoder, tasks)| tasks.iter().map(move |(task, path)| (encoder, task, path)))
            .filter_map(|(encoder, task, path)| {
                Some((path.as_path(), inputs.tokenised_sha256.get(encoder)?.get(task)?))
            })
            .collect();
        let cache = self.root.join("cache");
        for path in named(&cache, |name| name.ends_with(".json.gz")) {
            self.found.caches += 1;
            match cache::read(&path) {
                Ok(tokens) if known.get(path.as_path()).is_some_and(|known| **known != tokens.sha256) => {
                    self.damaged(&path, "not what the study was prepared with");
                }
                Ok(tokens) => self.found.unverified += usize::from(!tokens.keyed),
                Err(e) => self.found.damage.push(chain(&e)),
            }
        }
    }

    fn probes(&mut self) {
        for path in named(&self.root.join("probes"), |name| name.ends_with(".probe")) {
            self.found.probes += 1;
            match Probe::look(&path) {
                FoundProbe::Damaged(why) => self.damaged(&path, &why),
                FoundProbe::Whole { verified, .. } => self.found.unverified += usize::from(!verified),
                FoundProbe::Missing => {}
            }
        }
    }

    /// The report, where there is one: a study that runs has none yet, or one of fewer runs.
    fn report(&mut self) {
        let path = self.root.join("report.json");
        let Ok(bytes) = files::read(&path) else { return };
        if let Err(wrong) = checksum::check(&path, &bytes) {
            self.found.damage.push(wrong.0);
        }
        let report = match Report::from_json(&bytes) {
            Ok(report) => report,
            Err(e) => return self.damaged(&path, &e.to_string()),
        };
        for contradiction in report.contradictions() {
            self.damaged(&path, &contradiction.to_string());
        }
        for run in &report.runs {
            let Some(record) = self.records.get(&run.id).filter(|r| r.fingerprint == run.fingerprint) else { continue };
            let kept = RunRecord { curve: record.curve.thinned(REPORT_CURVE_POINTS), ..record.clone() };
            // A record of an earlier version may have got its hashes since.
            let same = RunRecord { sha256: None, ..kept } == RunRecord { sha256: None, ..run.clone() };
            if !same {
                self.damaged(&path, &format!("its run {} is not that of the record", run.id));
            }
        }
    }
}

/// The files below a folder whose name is wanted, in order; links are not followed.
fn named(folder: &Path, wanted: impl Fn(&str) -> bool + Copy) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_str().is_some_and(wanted) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fake;
    use crate::store::records::KeepModels;

    fn folder() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let (store, plan) = (Store::new(dir.path()), fake::plan(&["a", "b"], &[1]));
        for run in &plan.runs {
            let finished = fake::finished(run);
            store.commit(run, &fake::record(run, &finished), &finished, KeepModels::Sources).unwrap();
        }
        let sealed = |value: &serde_json::Value| seal::sealed(value.to_string().as_bytes());
        std::fs::write(dir.path().join("plan.json"), sealed(&serde_json::to_value(&plan).unwrap())).unwrap();
        std::fs::create_dir_all(dir.path().join("cache")).unwrap();
        let inputs = serde_json::to_value(Inputs::default()).unwrap();
        std::fs::write(dir.path().join("cache/inputs.json"), sealed(&inputs)).unwrap();
        Probe { key: "k".into(), numbers: vec![0.5], ..Probe::default() }
            .write(&dir.path().join("probes/x/a.probe"))
            .unwrap();
        (dir, store)
    }

    /// What is wrong, apart from the scores of the fakes, which are none of their predictions.
    fn damage(root: &Path) -> Vec<String> {
        let all = verify(root).unwrap().damage;
        all.into_iter()
            .filter(|line| !line.contains("by its own predictions") && !line.contains("`at_chance`"))
            .collect()
    }

    #[test]
    fn a_whole_folder_has_nothing_wrong_and_every_damage_is_named() {
        let (dir, store) = folder();
        let found = verify(dir.path()).unwrap();
        assert_eq!((found.runs, found.probes, found.unverified), (4, 1, 0));
        assert_eq!(damage(dir.path()), [""; 0]);
        for (file, words) in [
            (store.model_path("single/a/s1"), "model.safetensors"),
            (store.record_path("sequential/a--b/s1"), "record.json"),
            (store.predictions_path("single/b/s1", "b", 1), "predictions.jsonl.gz"),
            (dir.path().join("plan.json"), "plan.json"),
            (dir.path().join("cache/inputs.json"), "inputs.json"),
            (dir.path().join("probes/x/a.probe"), "a.probe"),
        ] {
            let whole = std::fs::read(&file).unwrap();
            for damaged in [&whole[..whole.len() / 2], &[], &{
                let mut flipped = whole.clone();
                flipped[whole.len() * 3 / 5] ^= 4;
                flipped
            }] {
                std::fs::write(&file, damaged).unwrap();
                let found = damage(dir.path());
                assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
            }
            std::fs::write(&file, whole).unwrap();
        }
        assert_eq!(damage(dir.path()), [""; 0]);
    }

    #[test]
    fn rejects_another_folder() {
        let dir = tempfile::tempdir().unwrap();
        assert!(verify(dir.path()).unwrap_err().to_string().contains("give the --out folder"));
    }
}
