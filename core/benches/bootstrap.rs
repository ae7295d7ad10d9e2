//! The statistics of a large report, on one core: 1 s for the population intervals of 20 pairs, 2 s for the tests and
//! intervals of all TaskWeb, 3,087 pairs of 8 seeds.
//!
//! `benches/statistics/run.sh` sets the tests beside numpy and scipy, on the same numbers.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use transfermap::random::stream;
use transfermap::statistics::{
    PairedT, Predicted, Resampling, benjamini_hochberg, detectable_ncp, holm, moderate, population, sign_flip_p,
};

use rand::Rng;

/// Gains of 8 seeds around half a point, the same as in `benches/statistics/common.py`.
fn differences(pairs: usize) -> Vec<Vec<f64>> {
    let gain = |i: usize| 0.005 + 0.05 * (i as f64 * 12.9898).sin();
    (0..pairs).map(|pair| (0..8).map(|seed| gain(8 * pair + seed)).collect()).collect()
}

fn tests(c: &mut Criterion) {
    let pairs = differences(3_087);
    c.bench_function("tests/24,696 runs", |b| {
        b.iter(|| {
            let family = moderate(black_box(&pairs));
            let p: Vec<Option<f64>> = family.tests.iter().map(|t| t.as_ref().map(|t| t.p)).collect();
            let adjusted = (holm(&p), benjamini_hochberg(&p));
            let level = 1.0 - 0.05 / pairs.len() as f64;
            let described = family
                .tests
                .iter()
                .flatten()
                .filter_map(|t| Some((t.interval(0.95)?, t.interval(level)?, t.equivalence_p(0.01)?)));
            let plain = pairs.iter().filter_map(|d| Some((PairedT::new(d)?.interval(0.95)?, sign_flip_p(d)?)));
            (adjusted, described.count(), plain.count())
        });
    });
    c.bench_function("tests/smallest detectable gain of one pair", |b| {
        b.iter(|| detectable_ncp(black_box(13.04), 0.05 / 420.0, 0.8));
    });
}

fn populations(c: &mut Criterion) {
    let mut rng = stream(1, "bench", "population");
    let labels: Vec<u8> = (0..1_000).map(|_| rng.random_range(0..3)).collect();
    let mut run =
        || -> Vec<u8> { labels.iter().map(|&l| if rng.random_bool(0.8) { l } else { (l + 1) % 3 }).collect() };
    let runs: Vec<(Vec<u8>, Vec<u8>)> = (0..8).map(|_| (run(), run())).collect();
    let seeds: Vec<Predicted<'_>> = runs.iter().map(|(single, transfer)| (&single[..], &transfer[..])).collect();
    let resampling = Resampling { resamples: 1_000, ..Resampling::default() };
    let score = |counts: &[u32]| {
        let right: u32 = counts.iter().step_by(4).sum();
        f64::from(right) / f64::from(counts.iter().sum::<u32>())
    };
    c.bench_function("bootstrap/population of 20 pairs", |b| {
        b.iter(|| (0..20).filter_map(|_| population(black_box(&seeds), &labels, 3, &score, &resampling).ok()).count());
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = tests, populations
}
criterion_main!(benches);
