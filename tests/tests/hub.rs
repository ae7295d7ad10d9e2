//! The hub's library against a hub on 127.0.0.1: what ends up in the cache, who hears the token, and every fault.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use transfermap_tests::hub_server::{Files, HubServer, Trouble, commit, sha256};
use transfermap_trainer::hub::{Access, Cache, Hub, HubError, Patience, Repo, Snapshot, Token, Watch, When};

const MODEL: &str = "org/model";

/// Keeps what it is told.
#[derive(Default)]
struct Heard {
    started: Vec<String>,
    said: Vec<String>,
    /// The furthest position of any file.
    last: u64,
}

impl Watch for Heard {
    fn start(&mut self, file: &str, _: Option<u64>) {
        self.started.push(file.to_owned());
    }
    fn advance(&mut self, position: u64) {
        self.last = self.last.max(position);
    }
    fn end(&mut self) {}
    fn say(&mut self, text: &str) {
        self.said.push(text.to_owned());
    }
}

/// A hub with one model, and an empty cache.
struct Place {
    server: HubServer,
    access: Access,
    folder: tempfile::TempDir,
}

/// Bytes that differ from place to place: 300,000 of them need several reads.
fn weights(seed: u8) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..300_000).map(next).collect()
}

fn model(seed: u8) -> Files {
    Files::from([
        ("config.json".to_owned(), format!("{{\"seed\": {seed}}}").into_bytes()),
        ("tokenizer.json".to_owned(), b"{}".to_vec()),
        ("model.safetensors".to_owned(), weights(seed)),
        ("pytorch_model.bin".to_owned(), b"never asked for".to_vec()),
    ])
}

impl Place {
    fn new() -> Self {
        let server = HubServer::start();
        server.put(MODEL, "main", &commit(1), model(1));
        let folder = tempfile::tempdir().unwrap();
        let access = Access {
            endpoint: server.endpoint.clone(),
            cache: Cache::new(folder.path().join("hub")),
            token: None,
            offline: None,
            patience: Patience {
                tries: 3,
                pause: Duration::from_millis(1),
                longest: Duration::from_secs(2),
                silence: Duration::from_millis(300),
            },
        };
        Self { server, access, folder }
    }

    fn model(&self, when: When) -> Result<Snapshot, HubError> {
        Hub::new(&self.access, &mut Heard::default()).model(MODEL, None, true, when)
    }

    fn fetch(&self) -> Snapshot {
        self.model(When::Missing).unwrap()
    }

    fn complaint(&self) -> String {
        self.model(When::Missing).unwrap_err().to_string()
    }

    fn blobs(&self) -> PathBuf {
        self.folder.path().join("hub/models--org--model/blobs")
    }

    /// The names in the folder of blobs.
    fn blob_names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.blobs()).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn is_whole(&self, found: &Snapshot, seed: u8) {
        assert_eq!(fs::read(found.folder.join("model.safetensors")).unwrap(), weights(seed));
        assert_eq!(fs::read_to_string(found.folder.join("config.json")).unwrap(), format!("{{\"seed\": {seed}}}"));
        assert_eq!(self.blob_names().iter().filter(|n| n.contains("incomplete")).count(), 0);
    }

    /// Nothing that could be taken for weights.
    fn has_no_weights(&self) {
        let snapshot = self.access.cache.snapshot(&Repo::model(MODEL), &commit(1));
        assert!(!snapshot.join("model.safetensors").exists());
        assert!(!self.blobs().join(sha256(&weights(1))).exists());
    }
}

#[test]
fn a_model_is_laid_out_as_huggingfaces_own_cache_and_then_needs_no_network() {
    let place = Place::new();
    let found = place.fetch();
    assert_eq!(found.commit, commit(1));
    place.is_whole(&found, 1);
    let root = place.folder.path().join("hub/models--org--model");
    assert_eq!(found.folder, root.join("snapshots").join(commit(1)));
    assert_eq!(fs::read_to_string(root.join("refs/main")).unwrap(), commit(1));
    assert!(root.join("blobs").join(sha256(&weights(1))).is_file());
    #[cfg(unix)]
    {
        let link = fs::read_link(found.folder.join("model.safetensors")).unwrap();
        assert_eq!(link, Path::new("../../blobs").join(sha256(&weights(1))));
    }
    assert!(!found.folder.join("pytorch_model.bin").exists(), "fetched without need");
    assert!(!place.server.seen().is_empty());
    assert_eq!(place.fetch(), found);
    assert_eq!(place.server.seen(), [], "asked for what was there");
}

#[test]
fn a_revision_stays_at_its_commit_until_it_is_asked_for_anew() {
    let place = Place::new();
    let first = place.fetch();
    place.server.put(MODEL, "main", &commit(2), model(2));
    assert_eq!(place.fetch(), first);
    // What is missing later comes from the same commit.
    fs::remove_file(first.folder.join("config.json")).unwrap();
    assert_eq!(place.fetch(), first);
    place.is_whole(&first, 1);
    let second = place.model(When::Now).unwrap();
    assert_eq!(second.commit, commit(2));
    place.is_whole(&second, 2);
    assert_eq!(place.fetch(), second);
    let mut heard = Heard::default();
    let pinned = Hub::new(&place.access, &mut heard).model(MODEL, Some(&commit(1)), true, When::Missing).unwrap();
    assert_eq!(pinned, first);
}

#[test]
fn the_token_goes_to_the_hub_and_not_to_the_store_that_it_points_to() {
    let mut place = Place::new();
    place.server.close(MODEL, "hf_secret");
    place.access.token = Some(Token::new("hf_secret").unwrap());
    let found = place.fetch();
    place.is_whole(&found, 1);
    let seen = place.server.seen();
    let (store, hub): (Vec<_>, Vec<_>) = seen.iter().partition(|s| s.store);
    assert!(!store.is_empty() && store.iter().all(|s| s.authorization.is_none()), "{store:?}");
    assert!(hub.iter().all(|s| s.authorization.as_deref() == Some("Bearer hf_secret")), "{hub:?}");
}

#[test]
fn a_renamed_repository_is_followed_with_the_token() {
    let mut place = Place::new();
    place.server.close(MODEL, "hf_secret");
    place.server.rename("old", MODEL);
    place.access.token = Some(Token::new("hf_secret").unwrap());
    let found = Hub::new(&place.access, &mut Heard::default()).model("old", None, true, When::Missing).unwrap();
    assert_eq!(fs::read(found.folder.join("model.safetensors")).unwrap(), weights(1));
}

#[test]
fn a_broken_connection_goes_on_where_it_broke() {
    let place = Place::new();
    // More often than patience has tries: each brings something new.
    place.server.trouble("model.safetensors/", 4, Trouble::Cut(50_000));
    let mut heard = Heard::default();
    let found = Hub::new(&place.access, &mut heard).model(MODEL, None, true, When::Missing).unwrap();
    place.is_whole(&found, 1);
    let ranges: Vec<_> = place.server.seen().into_iter().filter(|s| s.store).map(|s| s.range).collect();
    let expected: Vec<_> = [None, Some(50_000), Some(100_000), Some(150_000), Some(200_000)]
        .map(|f| f.map(|f| format!("bytes={f}-")))
        .into();
    assert_eq!(ranges, expected);
    assert_eq!(heard.last, 300_000);
    assert!(heard.said[0].contains("broke off after 50000 of 300000 bytes"), "{:?}", heard.said);
}

#[test]
fn a_connection_that_brings_nothing_new_is_given_up_and_what_is_there_is_kept_but_not_used() {
    let place = Place::new();
    place.server.trouble("model.safetensors/", 1, Trouble::Cut(50_000));
    place.server.trouble("model.safetensors/", 3, Trouble::Cut(0));
    let message = place.complaint();
    assert!(
        message.contains("/model.safetensors/") && message.contains("broke off after 50000 of 300000 bytes"),
        "{message}"
    );
    assert!(!message.contains("signature"), "a signed address: {message}");
    place.has_no_weights();
    // A later call goes on from there.
    place.server.seen();
    place.is_whole(&place.fetch(), 1);
    assert!(place.server.seen().iter().any(|s| s.range.as_deref() == Some("bytes=50000-")));
}

#[test]
fn silence_counts_as_a_broken_connection() {
    let place = Place::new();
    place.server.trouble("model.safetensors/", 1, Trouble::Silence(70_000, Duration::from_secs(20)));
    let start = Instant::now();
    place.is_whole(&place.fetch(), 1);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(place.server.seen().iter().any(|s| s.range.as_deref() == Some("bytes=70000-")));
}

#[test]
fn a_store_that_hears_no_range_starts_again() {
    let place = Place::new();
    place.server.trouble("model.safetensors/", 1, Trouble::Cut(50_000));
    place.server.trouble("model.safetensors/", 1, Trouble::NoRange);
    place.is_whole(&place.fetch(), 1);
}

#[test]
fn what_another_process_left_is_used_when_it_is_right_and_dropped_when_not() {
    for (left, right) in [(weights(1)[..120_000].to_vec(), true), (vec![7; 120_000], false), (vec![7; 400_000], false)]
    {
        let place = Place::new();
        fs::create_dir_all(place.blobs()).unwrap();
        fs::write(place.blobs().join(format!("{}.incomplete", sha256(&weights(1)))), &left).unwrap();
        place.is_whole(&place.fetch(), 1);
        let ranges: Vec<_> = place.server.seen().into_iter().filter(|s| s.store).map(|s| s.range).collect();
        assert_eq!(ranges.last().unwrap().is_some(), right, "{ranges:?}");
    }
}

#[test]
fn a_wrong_checksum_leaves_nothing() {
    let place = Place::new();
    place.server.trouble("model.safetensors/", 9, Trouble::Corrupt);
    let message = place.complaint();
    assert!(message.contains("/model.safetensors: SHA-256 is ") && message.contains(&sha256(&weights(1))), "{message}");
    assert!(message.contains("HF_ENDPOINT"), "{message}");
    place.has_no_weights();
    assert!(!place.blob_names().iter().any(|n| n.contains(&sha256(&weights(1)))), "{:?}", place.blob_names());

    // Wrong and broken off as well: it ends.
    let place = Place::new();
    place.server.trouble("model.safetensors/", 1, Trouble::Cut(1000));
    place.server.trouble("model.safetensors/", 1, Trouble::Corrupt);
    assert!(place.complaint().contains("SHA-256 is "));
    place.has_no_weights();

    let place = Place::new();
    place.server.trouble("config.json", 9, Trouble::Corrupt);
    assert!(place.complaint().contains("/config.json: git SHA-1 is "));
    assert_eq!(place.blob_names(), Vec::<String>::new());
}

#[test]
fn refusals_name_the_path_the_status_and_the_remedy() {
    let refused = |id: &str, revision: Option<&str>, token: Option<&str>, parts: &[&str]| {
        let mut place = Place::new();
        place.server.close("org/closed", "hf_other");
        place.access.token = token.map(|t| Token::new(t).unwrap());
        let error =
            Hub::new(&place.access, &mut Heard::default()).model(id, revision, true, When::Missing).unwrap_err();
        let message = error.to_string();
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing in: {message}");
        }
        assert!(!message.contains("hf_"), "a token: {message}");
        assert!(error.is_wrong_request());
        assert_eq!(place.server.seen().len(), 1, "asked again in vain");
    };
    let none = "/api/models/org/none/revision/main: 401";
    refused("org/none", None, None, &[none, "correct the id", "set HF_TOKEN"]);
    refused("org/none", None, Some("hf_mine"), &["/api/models/org/none/revision/main: 404", "correct the id"]);
    refused("org/closed", None, None, &["401", "set HF_TOKEN"]);
    refused("org/closed", None, Some("hf_mine"), &["403", "accept its terms"]);
    refused(MODEL, Some("v9"), None, &["/api/models/org/model/revision/v9: 404", "correct `revision`"]);
}

#[test]
fn a_hub_that_is_asked_too_often_is_given_the_time_that_it_asks_for() {
    let place = Place::new();
    place.server.trouble("/resolve/", 1, Trouble::Status(429, Some(1)));
    let start = Instant::now();
    place.is_whole(&place.fetch(), 1);
    assert!(start.elapsed() >= Duration::from_secs(1));

    let place = Place::new();
    place.server.trouble("/api/", 9, Trouble::Status(429, Some(3600)));
    let start = Instant::now();
    let error = place.model(When::Missing).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1) && !error.is_wrong_request());
    let message = error.to_string();
    assert!(
        message.contains("429") && message.contains("wait for 3600 s") && message.contains("HF_TOKEN"),
        "{message}"
    );
}

#[test]
fn a_hub_in_trouble_is_asked_again_and_not_for_ever() {
    let place = Place::new();
    place.server.trouble("/resolve/", 2, Trouble::Status(503, None));
    place.is_whole(&place.fetch(), 1);
    let place = Place::new();
    place.server.trouble("/api/", 9, Trouble::Status(500, None));
    assert!(place.complaint().contains("/api/models/org/model/revision/main: 500"));
    assert_eq!(place.server.seen().len(), 3);
}

#[test]
fn no_hub_at_all_is_said() {
    let mut place = Place::new();
    // Bound and closed again: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.access.endpoint = format!("http://127.0.0.1:{port}");
    let error = place.model(When::Missing).unwrap_err();
    assert!(error.to_string().contains("check the network and HF_ENDPOINT") && !error.is_wrong_request(), "{error}");
}

#[test]
fn an_answer_of_another_commit_or_another_kind_is_refused() {
    let place = Place::new();
    place.server.trouble("/resolve/", 9, Trouble::OtherCommit);
    let message = place.complaint();
    assert!(message.contains(&commit(1)) && message.contains(&commit(999)), "{message}");
    assert_eq!(place.blob_names(), Vec::<String>::new());
    let place = Place::new();
    place.server.trouble("/api/", 1, Trouble::Cut(10));
    place.server.trouble("/api/", 1, Trouble::Corrupt);
    assert!(place.complaint().contains("something else than the hub's JSON"));
}

#[test]
fn rejects_models_that_lack_what_training_needs_before_anything_is_fetched() {
    let without = |names: &[&str], more: &[&str]| {
        let place = Place::new();
        let mut files = model(1);
        names.iter().for_each(|n| drop(files.remove(*n)));
        files.extend(more.iter().map(|n| ((*n).to_owned(), b"x".to_vec())));
        place.server.put(MODEL, "main", &commit(3), files);
        let message = place.complaint();
        assert_eq!(place.server.seen().len(), 1);
        assert_eq!(place.blob_names(), Vec::<String>::new());
        message
    };
    let bin = without(&["model.safetensors"], &[]);
    assert!(
        bin.contains("model org/model: only pytorch_model.bin") && bin.contains("safe_serialization=True"),
        "{bin}"
    );
    let split = without(&["model.safetensors"], &["model.safetensors.index.json"]);
    assert!(split.contains("max_shard_size"), "{split}");
    assert!(without(&["model.safetensors", "pytorch_model.bin"], &[]).contains("no model.safetensors"));
    assert!(without(&["tokenizer.json"], &[]).contains("no tokenizer.json in it: give `tokenizer"));
    assert!(without(&["config.json"], &[]).contains("no config.json"));
    let place = Place::new();
    let mut files = model(1);
    files.remove("tokenizer.json");
    place.server.put(MODEL, "main", &commit(3), files);
    let found = Hub::new(&place.access, &mut Heard::default()).model(MODEL, None, false, When::Missing);
    assert!(found.is_ok(), "the study brings its own tokenizer");
}

/// Split weights, a vocabulary in place of tokenizer.json, and what says how it is to be taken.
#[test]
fn a_model_comes_with_all_parts_of_its_weights_and_its_tokenizer() {
    let mut place = Place::new();
    let mut files = model(1);
    files.remove("model.safetensors");
    files.remove("tokenizer.json");
    let wanted = [
        "model.safetensors.index.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "vocab.txt",
        "tokenizer_config.json",
        "special_tokens_map.json",
    ];
    let others = ["onnx/model-00001-of-00002.safetensors", "README.md", "merges.txt"];
    files.extend(wanted.iter().chain(&others).map(|n| ((*n).to_owned(), n.as_bytes().to_vec())));
    place.server.put(MODEL, "main", &commit(3), files);
    let found = place.fetch();
    let there = |name: &str| found.folder.join(name).is_file();
    assert!(there("config.json") && wanted.iter().all(|name| there(name)), "{:?}", fs::read_dir(&found.folder));
    assert!(!others.iter().any(|name| there(name)) && !there("pytorch_model.bin"), "fetched without need");
    place.server.seen();
    assert_eq!(place.fetch(), found);
    assert_eq!(place.server.seen(), [], "asked for what was there");

    // A cache of an earlier version lacks the settings: without a network it is used as it is.
    fs::remove_file(found.folder.join("tokenizer_config.json")).unwrap();
    place.access.offline = Some("--offline forbids the network".into());
    assert_eq!(place.fetch(), found);
    assert!(!there("tokenizer_config.json"));
    place.access.offline = None;
    assert_eq!(place.fetch(), found);
    assert!(there("tokenizer_config.json"), "brought when there is one");
    fs::remove_file(found.folder.join("model-00002-of-00002.safetensors")).unwrap();
    place.access.offline = Some("--offline forbids the network".into());
    assert!(place.complaint().contains("model-00002-of-00002.safetensors of model org/model"));
}

#[test]
fn offline_asks_nobody() {
    let mut place = Place::new();
    place.access.offline = Some("--offline forbids the network".into());
    let message = place.complaint();
    for part in ["model org/model is not in the cache", "--offline", "transfermap fetch model org/model"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(place.server.seen(), []);
    place.access.offline = None;
    let found = place.fetch();
    place.server.seen();
    place.access.offline = Some("--offline forbids the network".into());
    assert_eq!(place.fetch(), found);
    fs::remove_file(found.folder.join("tokenizer.json")).unwrap();
    assert!(place.complaint().contains("tokenizer.json of model org/model"));
    assert!(place.model(When::Now).is_err());
    assert_eq!(place.server.seen(), []);
}

#[test]
fn a_cache_that_python_filled_is_used() {
    // blobs, refs and snapshots as `huggingface_hub` leaves them; no listing of ours.
    let mut place = Place::new();
    place.access.offline = Some("no".into());
    let root = place.folder.path().join("hub/models--org--model");
    let snapshot = root.join("snapshots").join(commit(1));
    fs::create_dir_all(&snapshot).unwrap();
    fs::create_dir_all(root.join("refs")).unwrap();
    fs::write(root.join("refs/main"), commit(1)).unwrap();
    for (name, bytes) in model(1) {
        fs::write(snapshot.join(name), bytes).unwrap();
    }
    assert_eq!(place.fetch().folder, snapshot);
}

#[test]
fn fetching_anew_mends_a_damaged_file() {
    let place = Place::new();
    let found = place.fetch();
    let blob = place.blobs().join(sha256(&weights(1)));
    let mut bytes = weights(1);
    bytes[5] ^= 1;
    fs::write(&blob, bytes).unwrap();
    let mut heard = Heard::default();
    Hub::new(&place.access, &mut heard).model(MODEL, None, true, When::Now).unwrap();
    place.is_whole(&found, 1);
    assert!(heard.said.iter().any(|s| s.contains("damaged")), "{:?}", heard.said);
    assert_eq!(heard.started, ["org/model model.safetensors"]);
}

#[test]
fn two_that_fetch_the_same_do_not_disturb_each_other() {
    let place = Place::new();
    std::thread::scope(|scope| {
        let both: Vec<_> = (0..4).map(|_| scope.spawn(|| place.fetch())).collect();
        for one in both {
            place.is_whole(&one.join().unwrap(), 1);
        }
    });
    let stored = place.server.seen().into_iter().filter(|s| s.store).count();
    assert_eq!(stored, 1, "the weights came more than once");
}

#[test]
fn names_that_leave_the_cache_are_not_followed() {
    let place = Place::new();
    let files = Files::from([("../../../escaped.csv".to_owned(), b"x".to_vec())]);
    place.server.put("datasets/org/data", "main", &commit(4), files);
    let error = Hub::new(&place.access, &mut Heard::default())
        .dataset("org/data", None, Some("train"), None, When::Missing)
        .unwrap_err();
    assert!(error.to_string().contains("it holds no Parquet, CSV, TSV or JSONL file"), "{error}");
    assert!(!place.folder.path().join("escaped.csv").exists());
}

#[test]
fn a_full_disk_leaves_nothing_half_written_and_room_mends_it() {
    let place = Place::new();
    let disk = place.folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        let arguments = ["-t", "tmpfs", "-o", options, "tmpfs", disk.to_str().unwrap()];
        std::process::Command::new("mount").args(arguments).output().is_ok_and(|o| o.status.success())
    };
    if !mount("size=200k") {
        eprintln!("SKIPPED: no tmpfs can be mounted here, so this test checked NOTHING; see also hub_study.rs");
        return;
    }
    let mut access = place.access.clone();
    access.cache = Cache::new(disk.join("hub"));
    let fetch = || Hub::new(&access, &mut Heard::default()).model(MODEL, None, true, When::Missing);
    let failed = fetch();
    let blobs = disk.join("hub/models--org--model/blobs");
    let whole = blobs.join(sha256(&weights(1)));
    let (blob, link) = (
        whole.exists(),
        disk.join("hub/models--org--model/snapshots").join(commit(1)).join("model.safetensors").exists(),
    );
    let grown = mount("remount,size=2m");
    let mended = fetch().map(|found| fs::read(found.folder.join("model.safetensors")).unwrap() == weights(1));
    std::process::Command::new("umount").arg(&disk).output().unwrap();
    let message = failed.unwrap_err().to_string();
    assert!(message.contains("free some space") && message.contains(".incomplete"), "{message}");
    assert!(!blob && !link, "half a file was taken for a whole one");
    assert!(grown && mended.unwrap());
    assert!(place.server.seen().iter().any(|s| s.range.is_some()), "it began again from nothing");
}
