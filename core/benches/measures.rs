//! Measures at the size of a real encoder: LogME and CKA of 5,000 examples × 768 dimensions with 10 classes, and every
//! measure of a pair at the size of a probe set (512 × 768).
//!
//! `benches/statistics/measures.sh` sets the first two beside numpy.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::Rng;
use transfermap::measure::probe::{Features, SourceCost, SourceProbe, TaskCost, TaskProbe};
use transfermap::measure::similarity::{linear_cka::linear_cka, unbiased_cka::unbiased_cka};
use transfermap::measure::transferability::logme::logme;
use transfermap::measure::{EncoderProbes, Selection, compute, registry};
use transfermap::random::stream;

const DIMENSIONS: usize = 768;

/// Noise, with a dimension for every class in which it stands out.
fn features(seed: u64, rows: usize, classes: usize) -> Features {
    let mut random = stream(seed, "measures", "bench");
    let value = |i: usize| {
        let class = f32::from(u8::from(i % DIMENSIONS == (i / DIMENSIONS) % classes));
        random.random_range(-1.0..1.0f32) + class
    };
    Features::new(rows, DIMENSIONS, (0..rows * DIMENSIONS).map(value).collect())
        .unwrap_or_else(|error| unreachable!("{error}"))
}

fn labels(rows: usize, classes: usize) -> Vec<usize> {
    (0..rows).map(|i| i % classes).collect()
}

/// A source and a target of 512 examples and 4 classes, without the vectors of an encoder's size.
fn pair() -> EncoderProbes {
    let (rows, classes) = (512, 4);
    let task = |(i, name): (usize, &str)| TaskProbe {
        task: name.to_owned(),
        seed: None,
        classes,
        labels: labels(rows, classes),
        pooled: Some(features(i as u64, rows, classes)),
        mean_pooled: Some(features(10 + i as u64, rows, classes)),
        token_counts: Some((0..20_000u32).map(|t| (t, u64::from(t % 7) + i as u64)).collect()),
        fisher: None,
        gradient: None,
        cost: TaskCost::default(),
    };
    let source = |source: &str, seed| SourceProbe {
        seed: 1,
        source: source.to_owned(),
        target: "t".to_owned(),
        pooled: Some(features(seed, rows, classes)),
        logits: Features::new(rows, 2, (0..rows * 2).map(|i| (i as f32).sin()).collect()).ok(),
        few_step_score: Some(0.5),
        cost: SourceCost::default(),
    };
    EncoderProbes {
        encoder: "e".into(),
        tasks: ["s", "t"].into_iter().enumerate().map(task).collect(),
        sources: vec![source("s", 20), source("t", 21)],
        ..EncoderProbes::default()
    }
}

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("measures");
    group.sample_size(10);
    let (rows, classes) = (5000, 10);
    let (x, y, of) = (features(1, rows, classes), features(2, rows, classes), labels(rows, classes));
    group.bench_function("logme-5000x768-10", |b| b.iter(|| logme(black_box(&x), &of)));
    group.bench_function("linear-cka-5000x768", |b| b.iter(|| linear_cka(black_box(&x), &y)));
    group.bench_function("unbiased-cka-5000x768", |b| b.iter(|| unbiased_cka(black_box(&x), &y)));
    let probes = pair();
    for info in registry() {
        let Ok(selection) = Selection::named([info.name]) else { continue };
        // Measures of an encoder's parameters are a sum over a list.
        if compute(&probes, &selection, &|| 0.0).measures.is_empty() {
            continue;
        }
        group.bench_function(format!("pair-512x768/{}", info.name), |b| {
            b.iter(|| compute(black_box(&probes), &selection, &|| 0.0));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
