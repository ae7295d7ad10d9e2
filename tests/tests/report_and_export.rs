//! From a finished study: report, CSV files, and a checkpoint as a transformers folder.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use transfermap::report::Report;
use transfermap_tests::{generated_study, run, transfermap};
use transfermap_trainer::encoder::named::Values;
use transfermap_trainer::pretrained::{Tensors, read_tensors, to_safetensors};

fn finished(folder: &Path) -> PathBuf {
    let study = folder.join("study.toml");
    let recipe = "epochs = 2\nbatch_size = 32\nlearning_rate = 1e-3";
    fs::write(&study, generated_study(&["polarity", "stars"], "[1, 2]", 96, recipe, "")).unwrap();
    let out = folder.join("out");
    let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("polarity") && said.stdout.contains("stars"), "{}", said.stdout);
    // The page, when the program was built with the viewer; else a line that says how to get it.
    match fs::read_to_string(out.join("report.html")) {
        Ok(page) => assert!(page.contains("id=\"answer\"") && page.contains("id=\"transfermap-report\"")),
        Err(_) => {
            assert!(said.stderr.contains("no report.html") && said.stderr.contains("./x site"), "{}", said.stderr)
        }
    }
    out
}

#[test]
fn a_study_leaves_the_files_that_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let out = finished(folder.path());
    for name in ["study.toml", "plan.json", "report.json", "transfer.csv"] {
        assert!(out.join(name).exists(), "{name}");
    }
    let report = Report::from_json(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report.runs.len(), 8);

    let record: Value =
        serde_json::from_slice(&fs::read(out.join("runs/sequential/polarity--stars/s2/record.json")).unwrap()).unwrap();
    assert_eq!(record["schema"], "transfermap.record/1");
    assert_eq!(record["id"], "sequential/polarity--stars/s2");
    assert_eq!(record["sources"][0], "polarity");
    assert_eq!(record["budget"]["steps"], 6);
    let test = &record["evaluations"]["stars"]["test"];
    assert_eq!(test["confusion"].as_array().unwrap().len(), 5);
    assert!(test["scores"]["f1_weighted"].is_f64());
    let epochs = record["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 2);
    for split in ["validation", "test"] {
        assert!(epochs[0]["tasks"]["stars"][split]["loss"].is_f64(), "{split}");
    }

    // One line per test example, in data-set order; the record's accuracy comes from them.
    let compressed = fs::read(out.join("runs/sequential/polarity--stars/s2/predictions.jsonl.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&compressed[..]).read_to_string(&mut text).unwrap();
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len() as u64, test["examples"].as_u64().unwrap());
    let right = lines.iter().enumerate().filter(|(i, line)| {
        assert_eq!(line["example"], *i as u64);
        let p: Vec<f64> = line["probabilities"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        let best = (0..p.len()).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
        line["label"] == best as u64
    });
    let accuracy = right.count() as f64 / lines.len() as f64;
    assert!((accuracy - test["scores"]["accuracy"].as_f64().unwrap()).abs() < 1e-12);

    // The notebook's tables: means over seeds.
    let baselines = fs::read_to_string(out.join("baseline_performance.csv")).unwrap();
    assert!(baselines.starts_with(",Accuracy,F1-Score\npolarity,"), "{baselines}");
    let mean: f64 = report
        .runs
        .iter()
        .filter(|r| r.id.starts_with("single/polarity/"))
        .map(|r| r.evaluation("polarity", "test").unwrap().scores["accuracy"])
        .sum::<f64>()
        / 2.0;
    let cell: f64 = baselines.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!((cell - mean).abs() < 1e-12, "{cell} {mean}");
    let fine_tuned = fs::read_to_string(out.join("fine_tune_performance.csv")).unwrap();
    assert!(fine_tuned.contains("\nstars pretrained on polarity,"), "{fine_tuned}");
    let transfer = fs::read_to_string(out.join("transfer.csv")).unwrap();
    assert_eq!(transfer.lines().count(), 1 + 4, "{transfer}");
}

#[test]
fn serve_answers_on_this_machine_until_it_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "<p>a page").unwrap();
    let mut server = transfermap(&["serve", folder.path().to_str().unwrap(), "--port", "0"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("http://").and_then(|l| l.strip_suffix('/')).unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("<p>a page"), "{answer}");
}

#[test]
fn a_second_call_trains_nothing_and_a_source_is_trained_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = finished(folder.path());
    let record = out.join("runs/single/polarity/s1/record.json");
    let before = (fs::read(&record).unwrap(), fs::metadata(&record).unwrap().modified().unwrap());
    let study = folder.path().join("study.toml");
    // Another seed: its runs are new, the others stay as they are.
    let text = fs::read_to_string(&study).unwrap().replace("seeds = [1, 2]", "seeds = [1, 2, 3]");
    fs::write(&study, text).unwrap();
    let said = run(&["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(before, (fs::read(&record).unwrap(), fs::metadata(&record).unwrap().modified().unwrap()));
    let report = Report::from_json(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report.runs.len(), 12);
}

#[test]
fn export_writes_a_folder_that_a_study_starts_from() {
    let folder = tempfile::tempdir().unwrap();
    let out = finished(folder.path());
    let model = folder.path().join("model");
    let run_folder = out.join("runs/single/polarity/s1");
    let said = run(&["export", "--model", run_folder.to_str().unwrap(), "--out", model.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let config: Value = serde_json::from_slice(&fs::read(model.join("config.json")).unwrap()).unwrap();
    assert_eq!(config["architectures"][0], "AlbertForSequenceClassification");
    assert_eq!(config["id2label"]["1"], "positive");
    assert_eq!(config["model_type"], "albert");

    let study = folder.path().join("again.toml");
    let text = generated_study(&["polarity"], "[1]", 96, "max_steps = 1", "protocols = [\"single\"]")
        .replace("embedded = \"demo-albert\"", "path = \"model\"");
    fs::write(&study, text).unwrap();
    let again = folder.path().join("again");
    let said = run(&["run", study.to_str().unwrap(), "--out", again.to_str().unwrap(), "--device", "cpu"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

/// A run of two targets, made from one of one: its head is there twice, the second time with every number doubled.
#[test]
fn export_takes_the_head_of_one_task_out_of_a_run_of_several() {
    let folder = tempfile::tempdir().unwrap();
    let out = finished(folder.path());
    let single = out.join("runs/single/polarity/s1");
    let export = |run_folder: &Path, to: &str, more: &[&str]| {
        let to = folder.path().join(to);
        let base = ["export", "--model", run_folder.to_str().unwrap(), "--out", to.to_str().unwrap()];
        (run(&[&base[..], more].concat()), to)
    };
    let tensors = |path: &Path| read_tensors(&fs::read(path.join("model.safetensors")).unwrap()).unwrap();

    let (said, named) = export(&single, "named", &["--task", "polarity"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(fs::read(named.join("model.safetensors")).unwrap(), fs::read(single.join("model.safetensors")).unwrap());
    let (said, none) = export(&single, "none", &["--task", "topic"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("`topic`") && said.stderr.contains("polarity"), "{}", said.stderr);
    assert!(!none.exists());

    let pair = out.join("runs/pair/polarity+stars/s1");
    fs::create_dir_all(&pair).unwrap();
    let mut record: Value = serde_json::from_slice(&fs::read(single.join("record.json")).unwrap()).unwrap();
    record["id"] = "pair/polarity+stars/s1".into();
    record["targets"] = serde_json::json!(["polarity", "stars"]);
    // As of an earlier version: hashes would be those of other weights.
    ["seal", "sha256"].iter().for_each(|name| drop(record.as_object_mut().unwrap().remove(*name)));
    fs::write(pair.join("record.json"), record.to_string()).unwrap();
    let (body, head): (Tensors, Tensors) =
        tensors(&single).into_iter().partition(|(name, _)| name.starts_with("albert."));
    let doubled = |mut values: Values| {
        values.data.iter_mut().for_each(|x| *x *= 2.0);
        values
    };
    let of_stars: Tensors = head.clone().into_iter().map(|(name, values)| (name, doubled(values))).collect();
    let mut all = body.clone();
    for (task, head) in [("polarity", &head), ("stars", &of_stars)] {
        all.extend(head.iter().map(|(name, values)| (format!("heads.{task}.{name}"), values.clone())));
    }
    fs::write(pair.join("model.safetensors"), to_safetensors(&all).unwrap()).unwrap();

    let (said, _) = export(&pair, "which", &[]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("polarity, stars") && said.stderr.contains("--task"), "{}", said.stderr);
    for (task, head, classes) in [("polarity", head, 2), ("stars", of_stars, 5)] {
        let (said, to) = export(&pair, task, &["--task", task]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(tensors(&to), body.clone().into_iter().chain(head).collect::<Tensors>());
        let config: Value = serde_json::from_slice(&fs::read(to.join("config.json")).unwrap()).unwrap();
        assert_eq!(config["id2label"].as_object().unwrap().len(), classes, "{task}");
    }
}

#[test]
fn shards_and_globs_split_a_plan_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("study.toml");
    let recipe = "max_steps = 2\nbatch_size = 32";
    fs::write(&study, generated_study(&["polarity", "stars", "topic"], "[1, 2]", 64, recipe, "")).unwrap();
    let out = folder.path().join("out");
    let call = |more: &[&str]| {
        let base = ["run", study.to_str().unwrap(), "--out", out.to_str().unwrap(), "--device", "cpu"];
        let said = run(&[&base[..], more].concat());
        assert_eq!(said.code, 0, "{more:?}: {}", said.stderr);
    };
    let records = || {
        let mut count = 0;
        let mut folders = vec![out.join("runs")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                count += usize::from(path.ends_with("record.json"));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        count
    };
    call(&["--only", "sequential/polarity--*/s1"]);
    // Two transfers and the source that both start from.
    assert_eq!(records(), 3);
    call(&["--shard", "1/2"]);
    let first = records();
    call(&["--shard", "2/2"]);
    assert_eq!(records(), 2 * (3 + 6));
    assert!(first < records());
}
