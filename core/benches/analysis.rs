//! The whole analysis of a report of TaskWeb's size: 7 settings of 441 pairs with 8 seeds, 24,696 transfer runs.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::Rng;
use transfermap::analysis::{Analysis, Options};
use transfermap::import::{CsvFile, Import};
use transfermap::random::stream;
use transfermap::report::Report;

/// Accuracies around 0.7, and one measure.
fn report() -> Report {
    let mut random = stream(1, "analysis", "bench");
    let mut score = || 0.6 + 0.2 * random.random::<f64>();
    let (mut transfers, mut baselines, mut measures) = (
        String::from("encoder,source,target,seed,score\n"),
        String::from("encoder,target,seed,score\n"),
        String::from("source,target,value\n"),
    );
    for target in 0..21 {
        for source in (0..22).filter(|&s| s != target) {
            let _ = writeln!(measures, "t{source},t{target},{}", score());
        }
    }
    for encoder in 0..7 {
        for target in 0..21 {
            for seed in 0..8 {
                let _ = writeln!(baselines, "e{encoder},t{target},{seed},{}", score());
                for source in (0..22).filter(|&s| s != target) {
                    let _ = writeln!(transfers, "e{encoder},t{source},t{target},{seed},{}", score());
                }
            }
        }
    }
    let mut import = Import::new(CsvFile::new("transfers.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("baselines.csv", baselines.into_bytes()));
    import.measures = vec![CsvFile::new("measure.csv", measures.into_bytes())];
    import.report().unwrap_or_else(|e| unreachable!("{e}"))
}

fn analysis(c: &mut Criterion) {
    let report = report();
    let mut group = c.benchmark_group("analysis");
    group.sample_size(10);
    group.bench_function("24,696 runs", |b| {
        b.iter(|| Analysis::tests(black_box(&report), &Options::default()));
    });
    group.finish();
}

criterion_group!(benches, analysis);
criterion_main!(benches);
