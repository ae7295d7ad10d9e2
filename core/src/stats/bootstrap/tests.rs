use super::*;
use crate::metric::{Confusion, Metric};
use crate::stats::PairedT;

const MANY: Resampling = Resampling { resamples: 20_000, level: 0.95, seed: 7 };
const FEW: Resampling = Resampling { resamples: 300, level: 0.9, seed: 7 };

#[track_caller]
fn assert_near(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} instead of {theirs}");
}

#[test]
fn quantiles_are_numpys() {
    // np.quantile([3, 1, 2, 10], [0, 0.3, 0.5, 1]) = [1, 1.9, 2.5, 10]
    let mut values = [3.0, 1.0, 2.0, 10.0];
    for (p, expected) in [(0.0, 1.0), (0.3, 1.9), (0.5, 2.5), (1.0, 10.0)] {
        assert_near(quantile(&mut values, p).unwrap(), expected, 1e-15);
    }
    assert_eq!(quantile(&mut [], 0.5), None);
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
fn the_mean_of_two_differences_has_a_known_bootstrap() {
    // The resampled mean of 0 and 1 is 0, ½, 1 with probabilities ¼, ½, ¼: the 20 % and 80 % quantiles are 0 and 1, the
    // 30 % and 70 % quantiles ½.
    let interval = |level| bootstrap_mean(&[1.0, 0.0], &Resampling { level, ..MANY }).unwrap();
    assert_eq!(interval(0.6), BootstrapInterval { estimate: 0.5, low: 0.0, high: 1.0 });
    assert_eq!(interval(0.4), BootstrapInterval { estimate: 0.5, low: 0.5, high: 0.5 });
}

#[test]
fn the_mean_of_many_differences_has_a_normal_bootstrap() {
    // Bootstrap standard error = sd √((n − 1) / n) / √n; the quantiles of 20,000 normal values have sd 0.019 se.
    let differences: Vec<f64> = (0..400).map(|i| f64::from(i * 37 % 101) / 100.0).collect();
    let test = PairedT::new(&differences).unwrap();
    let interval = bootstrap_mean(&differences, &MANY).unwrap();
    let se = test.standard_error() * (399.0_f64 / 400.0).sqrt();
    assert_near(interval.estimate, test.mean, 1e-12);
    assert_near(interval.low, test.mean - 1.959964 * se, 0.1 * se);
    assert_near(interval.high, test.mean + 1.959964 * se, 0.1 * se);
}

#[test]
fn paired_bootstrap_of_accuracy() {
    // 40 examples of 400 gained, 20 lost: difference 0.05, variance (60/400 − 0.05²) / 400.
    let first: Vec<bool> = (0..400).map(|i| i % 20 == 0 || i % 2 == 1).collect();
    let second: Vec<bool> = (0..400).map(|i| i % 10 == 2 || i % 2 == 1).collect();
    let interval = paired_bootstrap(&first, &second, &MANY).unwrap();
    let se = ((60.0 / 400.0 - 0.0025) / 400.0_f64).sqrt();
    assert_near(interval.estimate, 0.05, 1e-15);
    assert_near(interval.low, 0.05 - 1.959964 * se, 0.12 * se);
    assert_near(interval.high, 0.05 + 1.959964 * se, 0.12 * se);
    assert_eq!(paired_bootstrap(&first, &second[1..], &FEW), None);
    assert_eq!(paired_bootstrap(&[], &[], &FEW), None);
}

#[test]
fn probability_of_improvement_is_stratified() {
    // One task with runs {0, 1} in both arms. Every resampled arm has its share of ones u ∈ {0, ½, 1} with ¼, ½, ¼, and
    // P = ½ + (u_b − u_a) / 2, so the sd is ½ √(2 · ⅛) = 0.25; over 100 tasks 0.025.
    let arms = Arms { single: &[0.0, 1.0], transfer: &[1.0, 0.0] };
    let interval = probability_of_improvement(&[arms; 100], &MANY).unwrap();
    assert_eq!(interval.estimate, 0.5);
    assert_near(interval.low, 0.5 - 1.959964 * 0.025, 0.003);
    assert_near(interval.high, 0.5 + 1.959964 * 0.025, 0.003);
}

#[test]
fn probability_of_improvement_does_not_depend_on_any_order() {
    let one = Arms { single: &[0.1, 0.4, 0.3], transfer: &[0.2, 0.5] };
    let two = Arms { single: &[0.9, 0.7], transfer: &[0.8, 0.6, 0.9] };
    let turned = Arms { single: &[0.4, 0.3, 0.1], transfer: &[0.5, 0.2] };
    let interval = probability_of_improvement(&[one, two], &FEW).unwrap();
    assert_eq!(probability_of_improvement(&[two, turned], &FEW), Some(interval));
    // (4 of 6 wins) and (0.5 + 0.5 + … : 0.8 and 0.9 > 0.7, 0.9 = 0.9) = 2.5 of 6.
    assert_near(interval.estimate, (4.0 / 6.0 + 2.5 / 6.0) / 2.0, 1e-15);
    let none = Arms { single: &[], transfer: &[1.0] };
    assert_eq!(probability_of_improvement(&[one, none], &FEW), None);
    assert_eq!(probability_of_improvement(&[], &FEW), None);
    assert_eq!(probability_of_improvement(&[Arms { single: &[f64::NAN], transfer: &[1.0] }], &FEW), None);
}

#[test]
fn intervals_depend_on_the_seed_alone() {
    let differences = [0.01, 0.04, -0.02, 0.03, 0.05];
    let one = bootstrap_mean(&differences, &FEW);
    assert_eq!(one, bootstrap_mean(&differences, &FEW));
    assert_ne!(one, bootstrap_mean(&differences, &Resampling { seed: 8, ..FEW }));
}

#[test]
fn rejects_what_gives_no_interval() {
    let none = Resampling { resamples: 0, ..FEW };
    let level = Resampling { level: 1.0, ..FEW };
    for resampling in [none, level, Resampling { level: f64::NAN, ..FEW }] {
        assert_eq!(bootstrap_mean(&[1.0, 2.0], &resampling), None);
        assert_eq!(paired_bootstrap(&[true], &[false], &resampling), None);
    }
    assert!([&[][..], &[1.0], &[1.0, f64::NAN]].iter().all(|d| bootstrap_mean(d, &FEW).is_none()));
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

fn outcomes(runs: &[Run]) -> Vec<SeedOutcomes<'_>> {
    runs.iter().map(|(single, transfer)| SeedOutcomes { single, transfer }).collect()
}

fn accuracy(counts: &[u32]) -> f64 {
    let classes = counts.len().isqrt();
    f64::from(counts.iter().step_by(classes + 1).sum::<u32>()) / f64::from(counts.iter().sum::<u32>())
}

#[test]
fn population_of_accuracy_is_the_same_by_both_paths() {
    let (labels, runs) = runs(5, 211, 3);
    let mut seeds = outcomes(&runs);
    let fast = population(&seeds, &labels, 3, Score::Accuracy, &FEW).unwrap();
    let counted = population(&seeds, &labels, 3, Score::Counts(&accuracy), &FEW).unwrap();
    for (a, b) in [(fast.estimate, counted.estimate), (fast.low, counted.low), (fast.high, counted.high)] {
        assert_near(a, b, 1e-14);
    }
    seeds.rotate_left(2);
    assert_eq!(population(&seeds, &labels, 3, Score::Accuracy, &FEW), Ok(fast));
}

#[test]
fn population_of_any_metric_estimates_the_mean_gain() {
    let (labels, runs) = runs(4, 120, 4);
    let metric = Metric::MatthewsCorrcoef;
    let score = |counts: &[u32]| {
        let rows = counts.chunks(4).map(|row| row.iter().map(|&c| u64::from(c)).collect()).collect();
        metric.of_confusion(&Confusion::from_counts(rows).unwrap()).unwrap()
    };
    let interval = population(&outcomes(&runs), &labels, 4, Score::Counts(&score), &FEW).unwrap();
    let wide = |run: &[u8]| run.iter().map(|&c| usize::from(c)).collect::<Vec<usize>>();
    let of = |run: &[u8]| metric.of_confusion(&Confusion::new(&wide(&labels), &wide(run), 4).unwrap()).unwrap();
    let gain: f64 = runs.iter().map(|(single, transfer)| of(transfer) - of(single)).sum::<f64>() / 4.0;
    assert_near(interval.estimate, gain, 1e-14);
    assert!(interval.low < gain && gain < interval.high);
}

#[test]
fn population_adds_the_variance_of_seeds_and_of_examples() {
    // Seed s is right after transfer on the first 10 (s + 1) of 200 examples, and never before. The mean gain of a
    // resample is a mean over drawn seeds of the drawn examples below their bound: its exact variance, in numpy
    //   r = np.arange(200)[None] < 10*(np.arange(8)[:, None] + 1); m = r.mean()
    //   s, e, i = r.mean(1).var()/8, r.mean(0).var()/200, (r - r.mean(1)[:, None] - r.mean(0) + m).var()/(8*200)
    //   np.sqrt(s + e + i) = 0.0470870205045934
    let (seeds, examples) = (8_usize, 200_usize);
    let labels = vec![1_u8; examples];
    let single = vec![0_u8; examples];
    let transfers: Vec<Vec<u8>> =
        (0..seeds).map(|s| (0..examples).map(|i| u8::from(i < 10 * (s + 1))).collect()).collect();
    let outcomes: Vec<SeedOutcomes<'_>> =
        transfers.iter().map(|transfer| SeedOutcomes { single: &single, transfer }).collect();
    let interval = population(&outcomes, &labels, 2, Score::Accuracy, &MANY).unwrap();
    assert_near(interval.estimate, 0.225, 1e-15);
    let half = (interval.high - interval.low) / 2.0;
    assert_near(half / 1.959964, 0.0470870205045934, 0.03 * 0.0470870205045934);
}

#[test]
fn population_rejects_what_does_not_fit() {
    let (labels, runs) = runs(2, 10, 3);
    let seeds = outcomes(&runs);
    let of = |seeds: &[SeedOutcomes<'_>], labels: &[u8], classes, resampling| {
        population(seeds, labels, classes, Score::Accuracy, resampling).unwrap_err()
    };
    assert_eq!(of(&seeds[..1], &labels, 3, &FEW), PopulationError::TooFew { seeds: 1, examples: 10 });
    assert_eq!(of(&seeds, &[], 3, &FEW), PopulationError::TooFew { seeds: 2, examples: 0 });
    let lengths = PopulationError::Lengths { seed: 0, predictions: 10, labels: 9 };
    assert_eq!(of(&seeds, &labels[1..], 3, &FEW), lengths);
    assert_eq!(of(&seeds, &labels, 2, &FEW), PopulationError::Class { class: 2, classes: 2 });
    assert_eq!(of(&seeds, &labels, 257, &FEW), PopulationError::Classes(257));
    let none = Resampling { resamples: 0, ..FEW };
    assert_eq!(of(&seeds, &labels, 3, &none), PopulationError::Resampling { resamples: 0, level: 0.9 });
    let bad = population(&seeds, &labels, 3, Score::Counts(&|_| f64::NAN), &FEW);
    assert_eq!(bad, Err(PopulationError::Score));
}
