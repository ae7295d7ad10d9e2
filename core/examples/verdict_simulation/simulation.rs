//! Studies that never were: seeded gains with known effects, and how often the verdicts are right about them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal, StudentT};
use transfermap::analysis::{Verdict, decide};
use transfermap::random::stream;
use transfermap::statistics::{self, PairedT};

/// Tasks of a simulated study; every ordered pair is trained.
const TASKS: usize = 5;
/// Family-wise error rate.
pub const ALPHA: f64 = 0.05;
/// Smallest gain worth having: one point of accuracy.
const MARGIN: f64 = 0.01;
/// Standard deviation of a baseline over seeds, as of a transfer run.
pub const BASELINE_SD: f64 = 0.01;
/// Typical standard deviation of a transfer run over seeds.
const TRANSFER_SD: f64 = 0.01;
/// Degrees of freedom of the scaled inverse χ² from which each pair's own variance is drawn.
const VARIANCE_DF: f64 = 6.0;

/// What scores look like around their mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Normal.
    Normal,
    /// Student's t with 4 degrees of freedom, scaled to the same variance: now and then a run goes astray.
    HeavyTailed,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Families in which a pair without effect was called `harms`.
    pub any_false_harm: f64,
    /// Families in which a pair without effect was called `harms` or `helps`.
    pub any_false: f64,
    /// Share of the pairs with an effect that the moderated t finds after Holm.
    pub power_moderated: f64,
    /// Share of the pairs with an effect that the plain paired t finds after Holm.
    pub power_plain: f64,
}

/// Simulates `families` studies of 20 ordered pairs with `seeds` seeds, in which the first `affected` pairs have a true
/// gain of `-effect`. All pairs of a target share its baseline runs, as they do in a real study; `baseline_sd` is their
/// spread over seeds.
pub fn simulate(
    families: usize,
    seeds: usize,
    noise: Noise,
    baseline_sd: f64,
    (affected, effect): (usize, f64),
) -> Rates {
    let name = format!("{seeds} seeds, {noise:?}, {affected} pairs with {effect}, {baseline_sd}");
    let mut random = stream(20_261_123, &name, "simulation");
    let (mut harms, mut any, mut moderated, mut plain) = (0, 0, 0, 0);
    for _ in 0..families {
        let gains = family(&mut random, seeds, noise, baseline_sd, (affected, effect));
        let verdicts = decide(&gains, &vec![MARGIN; gains.len()], ALPHA).verdicts;
        let (with, without) = verdicts.split_at(affected);
        harms += usize::from(without.contains(&Verdict::Harms));
        any += usize::from(without.iter().any(|v| matches!(v, Verdict::Harms | Verdict::Helps)));
        moderated += with.iter().filter(|v| **v == Verdict::Harms).count();
        let p: Vec<Option<f64>> = gains.iter().map(|g| PairedT::new(g).and_then(|t| t.p)).collect();
        let found = |(i, p): (usize, &Option<f64>)| p.is_some_and(|p| p < ALPHA && gains[i].iter().sum::<f64>() < 0.0);
        plain += statistics::holm(&p).iter().enumerate().take(affected).filter(|&e| found(e)).count();
    }
    let share = |count: usize, of: usize| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    Rates {
        any_false_harm: share(harms, families),
        any_false: share(any, families),
        power_moderated: share(moderated, families * affected),
        power_plain: share(plain, families * affected),
    }
}

/// Gains by pair and seed.
fn family(
    random: &mut ChaCha8Rng,
    seeds: usize,
    noise: Noise,
    baseline_sd: f64,
    (affected, effect): (usize, f64),
) -> Vec<Vec<f64>> {
    let draw = |sd: f64, random: &mut ChaCha8Rng| sd * standard(random, noise);
    let baselines: Vec<Vec<f64>> =
        (0..TASKS).map(|_| (0..seeds).map(|_| draw(baseline_sd, random)).collect()).collect();
    let pairs = (0..TASKS).flat_map(|s| (0..TASKS).filter(move |&t| t != s));
    let targets: Vec<usize> = pairs.collect();
    let mut gains = Vec::new();
    for (pair, target) in targets.into_iter().enumerate() {
        let sd = TRANSFER_SD * (VARIANCE_DF / chi_squared(random)).sqrt();
        let mean = if pair < affected { -effect } else { 0.0 };
        gains.push(baselines[target].iter().map(|b| mean + draw(sd, random) - b).collect());
    }
    gains
}

fn chi_squared(random: &mut impl Rng) -> f64 {
    ChiSquared::new(VARIANCE_DF).map_or(VARIANCE_DF, |d| d.sample(random))
}

/// Mean 0, variance 1.
fn standard(random: &mut impl Rng, noise: Noise) -> f64 {
    match noise {
        Noise::Normal => random.sample(StandardNormal),
        // The variance of t with 4 degrees of freedom is 2.
        Noise::HeavyTailed => StudentT::new(4.0).map_or(0.0, |d| d.sample(random) / 2f64.sqrt()),
    }
}
