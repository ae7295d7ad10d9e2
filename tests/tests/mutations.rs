//! No input makes a parser panic, hang or ask for much memory: seeded mutations of good studies, reports, tables, data
//! files, encoders and files of an output folder. Some hundreds of each here; `./x fuzz` tries more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;

use transfermap::analysis::{Analysis, Options};
use transfermap::import::{CsvFile, Import};
use transfermap::record::RunRecord;
use transfermap::report::Report;
use transfermap::study::{Study, Task};
use transfermap_tests::mutation::{campaign, contents};
use transfermap_trainer::data;
use transfermap_trainer::hub::card::Card;
use transfermap_trainer::pretrained;
use transfermap_trainer::probes::file::{Found, Probe};
use transfermap_trainer::store::inputs::{Inputs, read_plan};

#[test]
fn studies() {
    let folder = fs::read_dir(transfermap_tests::root().join("studies")).unwrap();
    let files = folder.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "toml"));
    campaign("studies", &contents(files), |bytes| Study::from_toml(&String::from_utf8_lossy(bytes)).is_ok());
}

#[test]
fn task_files() {
    let good = b"name = \"t\"\ntext = [\"a\"]\nlabels = { \"0\" = \"no\", \"1\" = \"yes\" }\n\
        train = { file = \"a.csv\", limit = 5 }\ntest = 0.2\n";
    campaign("task files", &[good.to_vec()], |bytes| Task::from_toml(&String::from_utf8_lossy(bytes)).is_ok());
}

#[test]
fn reports_and_what_is_computed_from_them() {
    let good = contents(["viewer/fixtures/two-runs.json", "www/samples/notebook.json"]);
    campaign("reports", &good, |bytes| {
        let Ok(report) = Report::from_json(bytes) else { return false };
        let Ok(analysis) = Analysis::tests(&report, &Options::default()) else { return true };
        let pairs: Vec<_> = analysis.pairs.iter().collect();
        let table = transfermap::table::pairs(&pairs, &analysis.options);
        drop((table.csv(), table.latex(), table.markdown(), table.text(true)));
        report.runs.iter().for_each(|run| drop(RunRecord::from_json(&serde_json::to_vec(run).unwrap_or_default())));
        true
    });
}

#[test]
fn tables_to_import() {
    let good = b"source,target,seed,score\na,b,1,0.5\nb,a,1,0.75\na,b,2,0.25\nb,a,2,1e-3\n";
    campaign("tables", &[good.to_vec()], |bytes| Import::new(CsvFile::new("t.csv", bytes.to_vec())).report().is_ok());
}

/// A data file of this name, read as `init` and as `run` read it.
fn data_files(name: &str, good: &[Vec<u8>]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let task = format!(
        "name = \"t\"\ntext = [\"sentence1\"]\nlabel = \"label\"\nlabels = [\"no\", \"yes\"]\n\
         train = {{ file = \"{name}\", limit = 20 }}\ntest = 0.2\nvalidation = 0.2\n"
    );
    let task = Task::from_toml(&task).unwrap();
    campaign(name, good, |bytes| {
        fs::write(&path, bytes).unwrap();
        let seen = data::head(&path, 10).is_ok();
        drop(data::load(&task, 42, folder.path()).map(|rows| (data::findings(&rows), data::digest(&rows))));
        seen
    });
}

const ROWS: [(&str, &str); 6] = [
    ("a fine day", "yes"),
    ("not so fine", "no"),
    ("say \"this\", or that", "yes"),
    ("two\nlines", "no"),
    ("naïve café", "yes"),
    ("日本語", "no"),
];

#[test]
fn comma_separated() {
    let quoted = |(text, label): &(&str, &str)| format!("\"{}\",{label}\n", text.replace('"', "\"\""));
    let rows: String = ROWS.iter().map(quoted).collect();
    data_files("rows.csv", &[format!("sentence1,label\n{rows}").into_bytes()]);
}

#[test]
fn tab_separated() {
    let rows: String = ROWS.iter().map(|(text, label)| format!("{}\t{label}\n", text.replace('\n', " "))).collect();
    data_files("rows.tsv", &[format!("sentence1\tlabel\n{rows}").into_bytes()]);
}

#[test]
fn json_lines() {
    let row =
        |(text, label): &(&str, &str)| serde_json::json!({"sentence1": text, "label": label, "idx": [1, {"a": 2}]});
    let rows: Vec<_> = ROWS.iter().map(row).collect();
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    data_files("rows.jsonl", &[lines.into_bytes(), serde_json::to_vec_pretty(&rows).unwrap()]);
}

#[test]
fn parquet() {
    let files = ["datasets", "polars", "brotli", "lz4", "bool"];
    data_files("rows.parquet", &contents(files.map(|file| format!("tests/fixtures/parquet/{file}.parquet"))));
}

/// A folder of the embedded encoder in which one file is exchanged.
fn encoder_files(name: &str, good: &[Vec<u8>]) {
    let (config, tokenizer, weights) = pretrained::embedded("demo-albert").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = [("config.json", config.as_bytes()), ("tokenizer.json", tokenizer), ("model.safetensors", weights)];
    files.into_iter().for_each(|(file, bytes)| fs::write(folder.path().join(file), bytes).unwrap());
    let study = format!(
        "version = 1\nname = \"s\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\npath = \"{}\"\nmax_length = 16\n[[task]]\n\
         name = \"topic\"\nlabels = [\"sport\", \"finance\", \"science\", \"cooking\"]\ntrain = {{ generated = \"topic\" }}\n\
         validation = {{ generated = \"topic\" }}\ntest = {{ generated = \"topic\" }}\n",
        folder.path().display()
    );
    let study = Study::from_toml(&study).unwrap();
    let path = folder.path().join(name);
    campaign(name, good, |bytes| {
        fs::write(&path, bytes).unwrap();
        pretrained::load_with_notes(&study.encoder[0], folder.path()).is_ok()
    });
}

#[test]
fn encoder_configurations() {
    encoder_files("config.json", &[pretrained::embedded("demo-albert").unwrap().0.into()]);
}

#[test]
fn tokenizers() {
    encoder_files("tokenizer.json", &[pretrained::embedded("demo-albert").unwrap().1.into()]);
}

#[test]
fn tokenizer_settings() {
    let good = br#"{"do_lower_case": true, "strip_accents": null, "model_max_length": 48, "tokenizer_class": "AlbertTokenizer"}"#;
    encoder_files("tokenizer_config.json", &[good.to_vec()]);
}

#[test]
fn weights() {
    // The head of the file holds names, shapes and places; what follows are numbers.
    encoder_files("model.safetensors", &[pretrained::embedded("demo-albert").unwrap().2.into()]);
}

#[test]
fn cards_of_data_sets() {
    let good = b"---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n  - split: \
        test\n    path: [data/test-*]\ndataset_info:\n  features:\n  - name: text\n    dtype: string\n  - name: label\n    \
        dtype:\n      class_label:\n        names:\n          '0': neg\n          '1': pos\n---\n# A page\n";
    campaign("cards", &[good.to_vec()], |bytes| Card::new(&String::from_utf8_lossy(bytes)).is_ok());
}

#[test]
fn files_of_an_output_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (probe, root) = (folder.path().join("p.probe"), folder.path());
    Probe { key: "k".into(), numbers: vec![0.5, 0.25], ..Probe::default() }.write(&probe).unwrap();
    campaign("probes", &[fs::read(&probe).unwrap()], |bytes| {
        fs::write(&probe, bytes).unwrap();
        matches!(Probe::look(&probe), Found::Whole { .. })
    });
    fs::create_dir_all(root.join("cache")).unwrap();
    let left = |file: &str| contents([format!("tests/fixtures/half_done/left/{file}")]);
    campaign("plans", &left("plan.json"), |bytes| {
        fs::write(root.join("plan.json"), bytes).unwrap();
        read_plan(root).is_ok()
    });
    campaign("inputs", &left("cache/inputs.json"), |bytes| {
        fs::write(root.join("cache/inputs.json"), bytes).unwrap();
        Inputs::read(root).is_ok()
    });
}
