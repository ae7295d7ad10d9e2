//! What must hold for all tasks: fixed rows, no repeats, known words, and pair tasks that need both segments.

use std::collections::{HashMap, HashSet};

use tokenizers::Tokenizer;

use super::event::Reading;
use super::grammar::Row;
use super::lexicon::weight;
use super::*;

const ALL: [&str; 3] = ["train", "validation", "test"];

fn all_rows(name: &str) -> Vec<Row> {
    ALL.iter().flat_map(|split| rows(name, split).unwrap()).collect()
}

#[test]
fn rows_are_fixed_and_never_repeat() {
    let mut everything = HashSet::new();
    for name in NAMES {
        let all = all_rows(name);
        assert_eq!(all, all_rows(name));
        assert_eq!(all.len(), 4800);
        for (texts, _) in all {
            assert!(everything.insert(texts), "an input of {name} stands twice in the suite");
        }
    }
    assert!(rows("topics", "train").is_none());
    assert!(rows("topic", "dev").is_none());
}

#[test]
fn labels_are_balanced_up_to_chance() {
    for name in NAMES {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (_, label) in rows(name, "train").unwrap() {
            *counts.entry(label).or_default() += 1;
        }
        let expected = 4000.0 / counts.len() as f64;
        for (label, count) in counts {
            assert!((count as f64 - expected).abs() < 5.0 * expected.sqrt(), "{name}: {count} × {label}");
        }
    }
}

#[test]
fn every_text_is_short_and_known_to_the_tokenizer() {
    let tokenizer = Tokenizer::from_bytes(tokenizer_json()).unwrap();
    assert_eq!(tokenizer.token_to_id("[MASK]"), Some(4));
    for name in NAMES {
        for (texts, _) in all_rows(name) {
            let encoding = match texts.as_slice() {
                [one] => tokenizer.encode(one.as_str(), true).unwrap(),
                [first, second] => tokenizer.encode((first.as_str(), second.as_str()), true).unwrap(),
                _ => panic!("{name}: {} texts", texts.len()),
            };
            let ids = encoding.get_ids();
            assert!(!ids.contains(&1), "{texts:?}");
            assert!(ids.len() <= if texts.len() == 1 { 24 } else { 32 }, "{name}: {} tokens in {texts:?}", ids.len());
            assert_eq!((ids[0], ids[ids.len() - 1]), (2, 3));
            let second = encoding.get_type_ids().iter().filter(|t| **t == 1).count();
            let words = texts.get(1).map_or(0, |t| t.split(' ').count() + 1);
            assert_eq!(second, words, "segment ids of {texts:?}");
        }
    }
}

#[test]
fn labels_follow_from_the_texts() {
    for (texts, label) in all_rows("paraphrase") {
        let same = Reading::of(&texts[0]) == Reading::of(&texts[1]);
        assert_eq!(label, paraphrase::LABELS[usize::from(!same)], "{texts:?}");
    }
    for (texts, label) in all_rows("entailment") {
        let holds = Reading::of(&texts[0]).supports(&Reading::of(&texts[1]));
        assert_eq!(label, entailment::LABELS[usize::from(!holds)], "{texts:?}");
    }
    for (texts, label) in all_rows("stars") {
        assert_eq!(label, stars::label(valence(&texts[0])), "{texts:?}");
    }
    for (texts, label) in all_rows("polarity") {
        assert_eq!(Some(label.as_str()), polarity::label(valence(&texts[0])), "{texts:?}");
    }
    for (first, second, matches) in matching_pairs(2000, 3) {
        assert_eq!(Reading::of(&first) == Reading::of(&second), matches, "{first} | {second}");
    }
}

/// Half weights, by the words.
fn valence(text: &str) -> i32 {
    let words: Vec<&str> = text.split(' ').collect();
    let factor = |before: &str| match before {
        "very" => 3,
        "slightly" => 1,
        "not" => -1,
        _ => 2,
    };
    words.windows(2).map(|w| weight(w[1]) * factor(w[0])).sum()
}

#[test]
fn sentiment_words_keep_to_their_tasks() {
    for (name, has) in [("topic", false), ("polarity", true), ("stars", true), ("entailment", false)] {
        for (texts, _) in all_rows(name) {
            assert_eq!(texts.iter().any(|t| t.split(' ').any(|w| weight(w) != 0)), has, "{texts:?}");
        }
    }
}

#[test]
fn the_corpus_does_not_give_valence_away() {
    let (mut both, mut agree) = (0.0, 0.0);
    for text in corpus(20_000, 5) {
        let signs: Vec<i32> = text.split(' ').map(weight).filter(|w| *w != 0).map(i32::signum).collect();
        if let [a, b] = signs[..] {
            both += 1.0;
            agree += f64::from(u8::from(a == b));
        }
    }
    // Five standard deviations of a fair coin.
    assert!((agree / both - 0.5_f64).abs() < 2.5 / both.sqrt(), "{agree} of {both}");
}

/// Words and pairs of neighbours.
fn features(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    words.iter().map(|w| (*w).to_owned()).chain(words.windows(2).map(|w| w.join(" "))).collect()
}

/// Test accuracy of logistic regression on words and bigrams of one text: 20 passes of plain stochastic gradient.
fn probe(train: &[(String, bool)], test: &[(String, bool)]) -> f64 {
    let mut weights: HashMap<String, f64> = HashMap::new();
    let score = |weights: &HashMap<String, f64>, text: &str| -> f64 {
        features(text).iter().filter_map(|f| weights.get(f)).sum()
    };
    for pass in 0..20 {
        let rate = 0.1 / (1.0 + f64::from(pass));
        for (text, label) in train {
            let error = f64::from(u8::from(*label)) - 1.0 / (1.0 + (-score(&weights, text)).exp());
            for feature in features(text) {
                *weights.entry(feature).or_default() += rate * error;
            }
        }
    }
    let right = test.iter().filter(|(text, label)| (score(&weights, text) > 0.0) == *label).count();
    right as f64 / test.len() as f64
}

#[test]
fn neither_segment_of_a_pair_tells_the_label() {
    for (name, positive) in [("entailment", "entailment"), ("paraphrase", "paraphrase")] {
        for segment in [0, 1] {
            let of = |split: &str, n: usize| -> Vec<(String, bool)> {
                let rows = rows(name, split).unwrap().into_iter().take(n);
                rows.map(|(texts, label)| (texts[segment].clone(), label == positive)).collect()
            };
            let accuracy = probe(&of("train", 2000), &of("test", 500));
            println!("{name}, segment {segment} alone: {accuracy:.3}");
            assert!((accuracy - 0.5).abs() <= 0.05, "{name}, segment {segment}: {accuracy}");
        }
    }
}

#[test]
fn the_probe_finds_what_one_text_does_tell() {
    let of = |split: &str, n: usize| -> Vec<(String, bool)> {
        let rows = rows("polarity", split).unwrap().into_iter().take(n);
        rows.map(|(texts, label)| (texts[0].clone(), label == "positive")).collect()
    };
    assert!(probe(&of("train", 2000), &of("test", 500)) > 0.75);
}

#[test]
fn the_demo_study_names_these_tasks_and_labels() {
    let text = include_str!("../../../../studies/demo.toml");
    let study = transfermap::study::Study::from_toml(text).unwrap();
    assert_eq!(study.task.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), NAMES);
    for task in &study.task {
        let known: HashSet<String> = task.label_set().unwrap().names.into_iter().collect();
        let found: HashSet<String> = all_rows(&task.name).into_iter().map(|(_, label)| label).collect();
        assert_eq!(known, found);
        assert_eq!(task.train.generated.as_deref(), Some(task.name.as_str()));
    }
}
