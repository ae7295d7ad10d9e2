use super::*;
use crate::metric::{Confusion, Metric};

const MANY: Resampling = Resampling { resamples: 20_000, level: 0.95, seed: 7 };
const FEW: Resampling = Resampling { resamples: 300, level: 0.9, seed: 7 };

#[track_caller]
fn assert_near(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} instead of {theirs}");
}

#[test]
fn indices_are_uniform() {
    let mut rng = MANY.stream("test");
    let mut counts = [0_i32; 7];
    (0..70_000).for_each(|_| counts[index(&mut rng, 7)] += 1);
    // Binomial(70000, 1/7): sd 93, five of them either way.
    assert!(counts.iter().all(|c| (c - 10_000).abs() < 465), "{counts:?}");
}

#[test]
fn paired_bootstrap_of_accuracy() {
    // 40 examples of 400 gained, 20 lost: difference 0.05, variance (60/400 − 0.05²) / 400.
    let first: Vec<bool> = (0..400).map(|i| i % 20 == 0 || i % 2 == 1).collect();
    let second: Vec<bool> = (0..400).map(|i| i % 10 == 2 || i % 2 == 1).collect();
    let interval = paired_bootstrap(&first, &second, &MANY).unwrap();
    let se = ((60.0 / 400.0 - 0.0025) / 400.0_f64).sqrt();
    assert_near(interval.low, 0.05 - 1.959964 * se, 0.12 * se);
    assert_near(interval.high, 0.05 + 1.959964 * se, 0.12 * se);
    assert_eq!(paired_bootstrap(&first, &second[1..], &FEW), None);
    assert_eq!(paired_bootstrap(&[], &[], &FEW), None);
}

#[test]
fn probability_of_improvement_has_a_known_bootstrap() {
    // Runs {0, 1} in both arms. Every resampled arm has its share of ones u ∈ {0, ½, 1} with ¼, ½, ¼, and
    // P = ½ + (u_b − u_a) / 2 is 0, ¼, ½, ¾, 1 with 1/16, 4/16, 6/16, 4/16, 1/16.
    let interval = |level| probability_of_improvement(&[0.0, 1.0], &[1.0, 0.0], &Resampling { level, ..MANY }).unwrap();
    assert_eq!(interval(0.95), Interval { low: 0.0, high: 1.0 });
    assert_eq!(interval(0.8), Interval { low: 0.25, high: 0.75 });
    assert_eq!(interval(0.2), Interval { low: 0.5, high: 0.5 });
}

#[test]
fn probability_of_improvement_depends_on_the_runs_and_the_seed_alone() {
    let (single, transfer) = ([0.1, 0.4, 0.3], [0.2, 0.5]);
    let interval = probability_of_improvement(&single, &transfer, &FEW);
    assert_eq!(probability_of_improvement(&[0.4, 0.3, 0.1], &[0.5, 0.2], &FEW), interval);
    let other = Resampling { seed: 8, resamples: 7, ..FEW };
    assert_ne!(probability_of_improvement(&single, &transfer, &other), interval);
    assert_eq!(probability_of_improvement(&[], &[1.0], &FEW), None);
    assert_eq!(probability_of_improvement(&[f64::NAN], &[1.0], &FEW), None);
}

#[test]
fn rejects_what_gives_no_interval() {
    let none = Resampling { resamples: 0, ..FEW };
    let level = Resampling { level: 1.0, ..FEW };
    for resampling in [none, level, Resampling { level: f64::NAN, ..FEW }] {
        assert_eq!(paired_bootstrap(&[true], &[false], &resampling), None);
        assert_eq!(probability_of_improvement(&[0.5], &[0.6], &resampling), None);
    }
}

/// The predictions of a single-task run and of the transfer run of one seed.
type Run = (Vec<u8>, Vec<u8>);

/// Labels, and per seed the predictions of both runs: wrong at other places for every seed and arm.
fn runs(seeds: u32, examples: u32, classes: u32) -> (Vec<u8>, Vec<Run>) {
    let labels: Vec<u8> = (0..examples).map(|i| (i % classes) as u8).collect();
    let run = |seed: u32, modulus: u32| -> Vec<u8> {
        let wrong = |i: u32| (i * 31 + seed * 17).is_multiple_of(modulus);
        (0..examples).map(|i| ((i + u32::from(wrong(i))) % classes) as u8).collect()
    };
    (labels, (0..seeds).map(|seed| (run(seed, 4), run(seed, 5 + seed % 3))).collect())
}

fn predicted(runs: &[Run]) -> Vec<Predicted<'_>> {
    runs.iter().map(|(single, transfer)| (single.as_slice(), transfer.as_slice())).collect()
}

fn accuracy(counts: &[u32]) -> f64 {
    let classes = counts.len().isqrt();
    f64::from(counts.iter().step_by(classes + 1).sum::<u32>()) / f64::from(counts.iter().sum::<u32>())
}

#[test]
fn population_does_not_depend_on_the_order_of_seeds() {
    let (labels, runs) = runs(5, 211, 3);
    let mut seeds = predicted(&runs);
    let interval = population(&seeds, &labels, 3, &accuracy, &FEW);
    seeds.rotate_left(2);
    assert!(interval.is_ok() && population(&seeds, &labels, 3, &accuracy, &FEW) == interval);
}

#[test]
fn population_of_any_metric_holds_the_mean_gain() {
    let (labels, runs) = runs(4, 120, 4);
    let metric = Metric::MatthewsCorrcoef;
    let score = |counts: &[u32]| {
        let rows = counts.chunks(4).map(|row| row.iter().map(|&c| u64::from(c)).collect()).collect();
        metric.of_confusion(&Confusion::from_counts(rows).unwrap()).unwrap()
    };
    let interval = population(&predicted(&runs), &labels, 4, &score, &FEW).unwrap();
    let wide = |run: &[u8]| run.iter().map(|&c| usize::from(c)).collect::<Vec<usize>>();
    let of = |run: &[u8]| metric.of_confusion(&Confusion::new(&wide(&labels), &wide(run), 4).unwrap()).unwrap();
    let gain: f64 = runs.iter().map(|(single, transfer)| of(transfer) - of(single)).sum::<f64>() / 4.0;
    assert!(interval.low < gain && gain < interval.high);
}

#[test]
fn population_adds_the_variance_of_seeds_and_of_examples() {
    // Seed s is right after transfer on the first 10 (s + 1) of 200 examples, and never before. The mean gain of a
    // resample is a mean over drawn seeds of the drawn examples below their bound: its exact variance, in numpy
    //   r = np.arange(200)[None] < 10*(np.arange(8)[:, None] + 1); m = r.mean()
    //   s, e, i = r.mean(1).var()/8, r.mean(0).var()/200, (r - r.mean(1)[:, None] - r.mean(0) + m).var()/(8*200)
    //   np.sqrt(s + e + i) = 0.0470870205045934
    let (runs, examples) = (8_usize, 200_usize);
    let labels = vec![1_u8; examples];
    let single = vec![0_u8; examples];
    let transfers: Vec<Vec<u8>> =
        (0..runs).map(|s| (0..examples).map(|i| u8::from(i < 10 * (s + 1))).collect()).collect();
    let seeds: Vec<Predicted<'_>> = transfers.iter().map(|transfer| (single.as_slice(), transfer.as_slice())).collect();
    let interval = population(&seeds, &labels, 2, &accuracy, &MANY).unwrap();
    assert_near((interval.low + interval.high) / 2.0, 0.225, 0.01);
    assert_near(interval.half_width() / 1.959964, 0.0470870205045934, 0.03 * 0.0470870205045934);
}

#[test]
fn population_rejects_what_does_not_fit() {
    let (labels, runs) = runs(2, 10, 3);
    let seeds = predicted(&runs);
    let of = |seeds: &[Predicted<'_>], labels: &[u8], classes, resampling| {
        population(seeds, labels, classes, &accuracy, resampling).unwrap_err()
    };
    assert_eq!(of(&seeds[..1], &labels, 3, &FEW), PopulationError::TooFew { seeds: 1, examples: 10 });
    assert_eq!(of(&seeds, &[], 3, &FEW), PopulationError::TooFew { seeds: 2, examples: 0 });
    let lengths = PopulationError::Lengths { seed: 0, predictions: 10, labels: 9 };
    assert_eq!(of(&seeds, &labels[1..], 3, &FEW), lengths);
    assert_eq!(of(&seeds, &labels, 2, &FEW), PopulationError::Class { class: 2, classes: 2 });
    assert_eq!(of(&seeds, &labels, 257, &FEW), PopulationError::Classes(257));
    let none = Resampling { resamples: 0, ..FEW };
    assert_eq!(of(&seeds, &labels, 3, &none), PopulationError::Resampling { resamples: 0, level: 0.9 });
    let bad = population(&seeds, &labels, 3, &|_| f64::NAN, &FEW);
    assert_eq!(bad, Err(PopulationError::Score));
}
