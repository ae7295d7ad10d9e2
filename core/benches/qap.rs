//! The permutation test of one measure of 22 tasks: 9,999 permutations of a 22 × 22 matrix.
//!
//! `benches/statistics/run.sh` sets it beside the same test in numpy and scipy.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use transfermap::statistics::correlation::Coefficient;
use transfermap::statistics::dyadic::{Counts, Exchange, Matrix, Permutations, QapTest, Statistic};

const TASKS: usize = 22;

fn matrix(phase: usize, missing: usize) -> Matrix {
    let cell = |s: usize, t: usize| ((s * TASKS + t + phase) as f64 * 12.9898).sin() + (s as f64 - t as f64) / 20.0;
    let there = |s: usize, t: usize| missing == 0 || !(s * TASKS + t).is_multiple_of(missing);
    Matrix::from_fn(TASKS, |s, t| there(s, t).then(|| cell(s, t))).unwrap_or_else(|error| unreachable!("{error}"))
}

fn bench(c: &mut Criterion) {
    let outcome = matrix(0, 0);
    let mut group = c.benchmark_group("qap");
    group.sample_size(10);
    let cases = [("complete", 1, 0), ("missing", 1, 10), ("complete-30-measures", 30, 0)];
    for (name, count, missing) in cases {
        let measures: Vec<Matrix> = (1..=count).map(|i| matrix(1000 * i, missing)).collect();
        for &coefficient in Coefficient::ALL {
            if count > 1 && coefficient == Coefficient::KendallTauB {
                continue;
            }
            group.bench_function(BenchmarkId::new(coefficient.name(), name), |b| {
                b.iter(|| {
                    let permutations = Permutations::new(Exchange::Tasks(TASKS), 1);
                    let mut counts = Counts::default();
                    let test =
                        QapTest::new(Statistic::Pairs(coefficient), &measures, black_box(&outcome), &permutations);
                    test.map(|mut test| {
                        test.count(0..permutations.count(), &mut counts);
                        test.finish(&counts)
                    })
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
