//! The registry is sound, and what `compute` makes of small probes.

use std::collections::BTreeSet;

use super::*;
use crate::measure::probe::{Features, SentenceProbe, SourceCost, SourceProbe, TaskCost, TaskProbe, WeightChanges};

#[test]
fn every_measure_has_its_own_name_and_says_what_it_is() {
    let names: BTreeSet<&str> = registry().iter().map(|m| m.name).collect();
    assert_eq!(names.len(), registry().len());
    for measure in registry() {
        let MeasureInfo { name, definition, range, needs, citation, .. } = measure;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert!(!definition.is_empty() && !definition.contains('\n') && !citation.is_empty(), "{name}");
        assert!(range.0 < range.1 && !needs.is_empty(), "{name}");
    }
}

#[test]
fn all_is_in_the_order_of_the_registry() {
    assert_eq!(Selection::all().measures(), registry());
    assert_eq!(Selection::none().parts(), BTreeSet::new());
    let two = Selection::named(["pooler_cosine", "text_embedding_cosine", "pooler_cosine"]).unwrap();
    let names: Vec<&str> = two.measures().iter().map(|m| m.name).collect();
    assert_eq!(names, ["text_embedding_cosine", "pooler_cosine"]);
    assert_eq!(two.parts(), BTreeSet::from([Part::Pooled, Part::MeanPooled]));
}

/// Three tasks of 12 examples with two classes; features that differ by task.
fn probes() -> EncoderProbes {
    let names = ["a", "b", "c"];
    let features = |shift: usize| {
        let value = |i: usize| ((i * 7 + shift * 13) as f32 * 0.37).sin() + 0.2 * shift as f32;
        Features::new(12, 3, (0..36).map(value).collect()).unwrap()
    };
    let task = |(i, name): (usize, &&str)| TaskProbe {
        task: (*name).to_owned(),
        seed: None,
        classes: 2,
        labels: (0..12).map(|j| (j + i) % 3 % 2).collect(),
        pooled: Some(features(i)),
        mean_pooled: Some(features(i + 3)),
        token_counts: Some((0..5).map(|t| (t, u64::from(t) + i as u64)).collect()),
        fisher: Some((0..8).map(|j| (j * (i + 1)) as f32 * 0.1).collect()),
        gradient: Some((0..8).map(|j| ((j + i) as f32).cos()).collect()),
        cost: TaskCost { tokens: 1.0, features: 10.0, gradients: 100.0 },
    };
    let mut sources = Vec::new();
    for (s, source) in names.iter().enumerate() {
        for (t, target) in names.iter().enumerate() {
            sources.push(SourceProbe {
                seed: 1,
                source: (*source).to_owned(),
                target: (*target).to_owned(),
                pooled: Some(features(5 + 3 * s + t)),
                logits: (s != t).then(|| features(20 + 3 * s + t)),
                few_step_score: (s != t).then_some(0.5 + 0.1 * s as f64),
                cost: SourceCost { forward: 1000.0, few_steps: 10_000.0 },
            });
        }
    }
    let sentence = |(i, name): (usize, &&str)| SentenceProbe {
        seed: 1,
        task: (*name).to_owned(),
        embedding: (0..4).map(|j| ((j + i) as f32).sin()).collect(),
        seconds: 2.0,
    };
    EncoderProbes {
        encoder: "tiny".into(),
        tasks: names.iter().enumerate().map(task).collect(),
        sources,
        sentences: names.iter().enumerate().map(sentence).collect(),
        weights: vec![WeightChanges {
            seed: 1,
            tasks: names.map(str::to_owned).to_vec(),
            gram: vec![4.0, 2.0, 0.0, 2.0, 4.0, -1.0, 0.0, -1.0, 1.0],
            seconds: 3.0,
        }],
    }
}

#[test]
fn every_measure_has_every_pair_within_its_range() {
    let measured = compute(&probes(), &Selection::all(), &|| 0.0);
    assert_eq!(measured.warnings, Vec::<String>::new());
    let names: Vec<&str> = measured.measures.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, registry().iter().map(|m| m.name).collect::<Vec<_>>());
    for measure in &measured.measures {
        let info = info(&measure.name).unwrap();
        let pairs: BTreeSet<(&str, &str)> = measure.values.iter().map(|v| (&*v.source, &*v.target)).collect();
        assert_eq!((pairs.len(), measure.values.len()), (6, 6), "{}", measure.name);
        for v in &measure.values {
            assert!(v.value >= info.range.0 - 1e-12 && v.value <= info.range.1 + 1e-12, "{} {}", info.name, v.value);
            assert_eq!(v.seed.is_some(), info.trained() != Trained::Nothing, "{}", info.name);
            let back = measure.values.iter().find(|w| w.source == v.target && w.target == v.source).unwrap();
            assert!(!info.symmetric || back.value == v.value, "{}", info.name);
        }
    }
}

#[test]
fn a_measure_costs_the_passes_that_it_needs() {
    let ticks = std::cell::Cell::new(0.0);
    let clock = || ticks.replace(ticks.get() + 0.25);
    let measured = compute(&probes(), &Selection::named(["text_embedding_cosine"]).unwrap(), &clock);
    // Three forward passes, and one formula stage between two looks at the clock.
    assert_eq!(measured.measures[0].cost_seconds, 30.25);
}

#[test]
fn what_was_not_observed_is_missing_with_a_reason() {
    let mut probes = probes();
    probes.tasks[2].pooled = None;
    let measured = compute(&probes, &Selection::named(["pooler_cosine"]).unwrap(), &|| 0.0);
    assert_eq!(measured.measures[0].values.len(), 2);
    assert_eq!(
        measured.warnings,
        ["measure pooler_cosine of tiny: no value for 4 of 6 pairs (a → c: the probes hold no pooled features)"]
    );
    let measured = compute(&EncoderProbes::default(), &Selection::named(["pooler_cosine"]).unwrap(), &|| 0.0);
    assert_eq!((measured.measures.len(), measured.warnings.len()), (0, 1));
}

/// The probes with all features replaced, rows and labels cut to `rows`.
fn with(rows: usize, labels: impl Fn(usize) -> usize, feature: impl Fn(usize, usize) -> f32) -> EncoderProbes {
    let mut all = probes();
    let features = |cols: usize| {
        let data = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))).map(|(i, j)| feature(i, j)).collect();
        Features::new(rows, cols, data).unwrap()
    };
    for task in &mut all.tasks {
        task.labels = (0..rows).map(&labels).collect();
        (task.pooled, task.mean_pooled) = (Some(features(40)), Some(features(40)));
    }
    for source in &mut all.sources {
        (source.pooled, source.logits) = (Some(features(40)), Some(features(3)));
    }
    all
}

#[test]
fn degenerate_probes_give_finite_numbers_or_reasons() {
    let varied = |i: usize, j: usize| ((i * 40 + j) as f32 * 0.7).sin();
    let cases = [
        ("constant features", with(12, |i| i % 2, |_, _| 0.7)),
        ("all zero", with(12, |i| i % 2, |_, _| 0.0)),
        ("equal rows", with(12, |i| i % 2, |_, j| j as f32)),
        ("one class", with(12, |_| 1, varied)),
        ("one example", with(1, |_| 0, varied)),
        ("two examples", with(2, |i| i, varied)),
        ("more dimensions than rows", with(12, |i| i % 3, varied)),
        ("no examples", with(0, |_| 0, varied)),
        ("a class of one example", with(12, |i| usize::from(i == 0), varied)),
        ("huge features", with(12, |i| i % 2, |i, j| varied(i, j) * 1e30)),
        ("tiny features", with(12, |i| i % 2, |i, j| varied(i, j) * 1e-30)),
    ];
    for (name, probes) in cases {
        let measured = compute(&probes, &Selection::all(), &|| 0.0);
        for measure in &measured.measures {
            assert!(measure.values.iter().all(|v| v.value.is_finite()), "{name}: {}", measure.name);
        }
        // What has no value has a reason.
        for info in registry() {
            let missing = measured.warnings.iter().any(|w| w.contains(&format!("measure {} ", info.name)));
            let full = measured.measures.iter().any(|m| m.name == info.name && m.values.len() == 6);
            assert!(missing != full, "{name}: {}", info.name);
        }
    }
}

#[test]
fn more_dimensions_than_rows_lose_no_measure() {
    let measured = compute(&with(12, |i| i % 3, |i, j| ((i * 40 + j) as f32 * 0.7).sin()), &Selection::all(), &|| 0.0);
    assert_eq!((measured.measures.len(), measured.warnings), (registry().len(), Vec::new()));
}

#[test]
fn a_task_is_at_distance_zero_from_its_double() {
    let mut probes = probes();
    probes.tasks.truncate(2);
    probes.tasks[1] = TaskProbe { task: "b".into(), ..probes.tasks[0].clone() };
    probes.sentences.truncate(2);
    probes.sentences[1].embedding = probes.sentences[0].embedding.clone();
    let measured = compute(&probes, &Selection::all(), &|| 0.0);
    let distances = |m: &&crate::report::Measure| m.symmetric && m.lower_is_more_similar();
    let mut seen = 0;
    for measure in measured.measures.iter().filter(distances) {
        let value = measure.values[0].value;
        // The two that are unbiased, or count errors, may fall below.
        let below = matches!(measure.name.as_str(), "mmd" | "proxy_a_distance");
        assert!(if below { value <= 0.0 } else { value.abs() < 1e-6 }, "{} {value}", measure.name);
        seen += 1;
    }
    assert_eq!(seen, 10);
    for measure in measured.measures.iter().filter(|m| m.name.ends_with("_cosine") && !m.lower_is_more_similar()) {
        if measure.name == "weight_difference_cosine" {
            continue;
        }
        assert!((measure.values[0].value - 1.0).abs() < 1e-9, "{}", measure.name);
    }
}
