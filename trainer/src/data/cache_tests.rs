//! The tokenised store and what is refused as a tokenizer, with the tokenizer of the embedded suite.

use super::tokenise::tokenise;
use super::{Example, TaskData, cache};
use crate::data::generated::tokenizer_json;

fn data(text: &str) -> TaskData {
    let example = |label| Example { row: label, texts: vec![text.into(), format!("{text} again")], label };
    TaskData {
        labels: vec!["a".into(), "b".into()],
        train: vec![example(0), example(1)],
        validation: Vec::new(),
        test: vec![example(1)],
        dropped_training_rows: 0,
    }
}

#[test]
fn rejects_what_is_no_tokenizer() {
    let complaint = |json: &[u8], max_length| tokenise(&data("a"), json, max_length).unwrap_err().to_string();
    let message = complaint(b"{}", 16);
    assert!(message.starts_with("tokenizer.json: ") && message.contains("give the tokenizer.json"), "{message}");
    let json = tokenizer_json();
    let message = complaint(json.as_bytes(), 3);
    assert!(message.contains("max_length = 3 leaves no room for text; give at least 8"), "{message}");
    let bare = br#"{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}"#;
    assert!(complaint(bare, 16).contains("it adds no special tokens; give one with a post-processor"));
}

#[test]
fn a_task_is_tokenised_once_and_damage_is_mended() {
    let (dir, json, task) = (tempfile::tempdir().unwrap(), tokenizer_json(), data("it rains"));
    let (store, json) = (dir.path().join("tokenised"), json.as_bytes());
    let cached = |task, max_length| cache::tokenised(&store, task, json, max_length).unwrap();
    let first = cached(&task, 16);
    let path = first.path.clone();
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(cache::read(&path).unwrap(), first.tokens);
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(cached(&task, 16), first);
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written, "tokenised twice");
    assert_ne!(cached(&task, 17).path, path);
    let snow = data("it snows");
    let other = cached(&snow, 16).path;
    assert_ne!(other, path);

    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    let others = std::fs::read(other).unwrap();
    let damaged =
        [&whole[..0], &whole[..whole.len() / 2], &whole[..whole.len() - 1], &flipped[..], b"not gzip", &others];
    for damaged in damaged {
        std::fs::write(&path, damaged).unwrap();
        let message = cache::read(&path).unwrap_err().to_string();
        assert!(message.contains(".json.gz: ") && message.ends_with("; delete it and it is made again"), "{message}");
        let again = cached(&task, 16);
        assert!(again.damage.unwrap().contains("made again"));
        assert_eq!(again.tokens, first.tokens);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
    assert_eq!(std::fs::read_dir(&store).unwrap().count(), 3, "temporary files left");
    let message = cache::read(&store.join("absent.json.gz")).unwrap_err().to_string();
    assert!(message.contains("no such file"), "{message}");
}
