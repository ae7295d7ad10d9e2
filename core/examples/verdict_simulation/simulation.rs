//! Studies that never were: seeded scores with known effects, and how often the verdicts are right about them.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal, StudentT};
use transfermap::analysis::{Arms, Verdict, decide};
use transfermap::random::stream;
use transfermap::report::Report;
use transfermap::statistics::{self, PairedT};
use transfermap::transfer::{Arm, TransferMap};

/// Tasks of a simulated study; every ordered pair is trained.
pub const TASKS: usize = 5;
/// Family-wise error rate.
pub const ALPHA: f64 = 0.05;
/// Smallest gain worth having: one point of accuracy.
const MARGIN: f64 = 0.01;
/// Typical standard deviation of a run over seeds: one point.
pub const SD: f64 = 0.01;
/// What a collapsed run loses.
const COLLAPSE: f64 = 0.2;

/// How scores scatter around their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// Normal; each pair's variance is drawn by itself, scaled inverse χ² with 6 degrees of freedom; baselines as given.
    Normal {
        /// Standard deviation of the runs alone.
        baseline_sd: f64,
    },
    /// The same with Student's t with 4 degrees of freedom, scaled to the same variance: now and then a run goes astray.
    HeavyTailed,
    /// Normal; each target's variance is drawn by itself, scaled inverse χ² with 1.3 degrees of freedom, as prior degrees
    /// of freedom of real matrices are.
    Targets,
    /// Each target scatters as a target of the samples of www/samples does: its runs' deviations, drawn anew.
    Samples,
    /// Normal, one variance; the first source of each target so many times as loud.
    Loud(f64),
    /// Normal, one variance; the sources of a target collapse in 0, 10, 20 and 40 % of their runs, runs alone in 10 %, and
    /// all arms have one mean.
    Collapsing,
}

/// A simulated study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// Runs in each arm.
    pub seeds: usize,
    /// How they scatter.
    pub noise: Noise,
    /// So many of the 20 pairs lose `effect`.
    pub affected: usize,
    /// In the units of the scores.
    pub effect: f64,
}

/// What a test makes of many studies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// Families in which a pair without effect was called `harms`.
    pub any_false_harm: f64,
    /// Families in which a pair without effect was called `harms` or `helps`.
    pub any_false: f64,
    /// Share of the pairs with an effect that are called `harms`.
    pub power: f64,
}

/// The same studies, judged by three tests, each with Holm's correction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The pooled test, which decides.
    pub pooled: Rates,
    /// The moderated paired t.
    pub moderated: Rates,
    /// The plain paired t.
    pub plain: Rates,
}

/// Studies of one design, one after the other: the pairs of each.
pub struct Studies {
    design: Design,
    random: ChaCha8Rng,
    samples: Vec<Vec<f64>>,
}

impl Studies {
    /// Always the same for a design.
    pub fn new(design: Design) -> Self {
        let samples = match design.noise {
            Noise::Samples => sample_deviations(),
            _ => Vec::new(),
        };
        Self { design, random: stream(20_261_127, &format!("{design:?}"), "simulation"), samples }
    }
}

impl Iterator for Studies {
    type Item = Vec<Arms>;

    fn next(&mut self) -> Option<Vec<Arms>> {
        Some(family(&mut self.random, self.design, &self.samples))
    }
}

/// Simulates `families` studies of 20 ordered pairs.
pub fn simulate(families: usize, design: Design) -> Judged {
    let mut counts = [Count::default(); 3];
    for pairs in Studies::new(design).take(families) {
        let pooled = decide(&pairs, None, ALPHA).verdicts;
        let gains: Vec<Vec<f64>> = pairs.iter().map(differences).collect();
        let moderated: Vec<Option<f64>> =
            statistics::moderate(&gains).tests.iter().map(|t| t.as_ref().map(|t| t.p)).collect();
        let plain: Vec<Option<f64>> = gains.iter().map(|g| PairedT::new(g).and_then(|t| t.p)).collect();
        let [of_pooled, of_moderated, of_plain] = &mut counts;
        of_pooled.add(&pooled, design.affected);
        of_moderated.add(&holm_verdicts(&moderated, &gains), design.affected);
        of_plain.add(&holm_verdicts(&plain, &gains), design.affected);
    }
    let [pooled, moderated, plain] = counts.map(|c| c.rates(families, design.affected));
    Judged { pooled, moderated, plain }
}

fn differences(pair: &Arms) -> Vec<f64> {
    pair.single.iter().zip(&pair.transfer).filter_map(|(s, t)| Some((*t)? - (*s)?)).collect()
}

/// Verdicts of p values with Holm's correction; none is `equivalent`.
pub fn holm_verdicts(p: &[Option<f64>], gains: &[Vec<f64>]) -> Vec<Verdict> {
    let verdict = |(p, gains): (Option<f64>, &Vec<f64>)| match p.is_some_and(|p| p < ALPHA) {
        true if gains.iter().sum::<f64>() < 0.0 => Verdict::Harms,
        true => Verdict::Helps,
        false => Verdict::Undecided,
    };
    statistics::holm(p).into_iter().zip(gains).map(verdict).collect()
}

#[derive(Clone, Copy, Default)]
struct Count {
    harms: usize,
    any: usize,
    found: usize,
}

impl Count {
    fn add(&mut self, verdicts: &[Verdict], affected: usize) {
        let (with, without) = verdicts.split_at(affected);
        self.harms += usize::from(without.contains(&Verdict::Harms));
        self.any += usize::from(without.iter().any(|v| matches!(v, Verdict::Harms | Verdict::Helps)));
        self.found += with.iter().filter(|v| **v == Verdict::Harms).count();
    }

    fn rates(self, families: usize, affected: usize) -> Rates {
        let share = |count: usize, of: usize| if of == 0 { 0.0 } else { count as f64 / of as f64 };
        Rates {
            any_false_harm: share(self.harms, families),
            any_false: share(self.any, families),
            power: share(self.found, families * affected),
        }
    }
}

/// The pairs of one study; those with an effect stand first, one for each target as far as they go.
fn family(random: &mut ChaCha8Rng, design: Design, samples: &[Vec<f64>]) -> Vec<Arms> {
    let mut pairs = Vec::new();
    let targets: Vec<Target> = (0..TASKS).map(|_| Target::draw(random, design.noise, samples)).collect();
    let singles: Vec<Vec<f64>> = targets.iter().map(|t| t.runs(random, Place::Alone, design.seeds)).collect();
    for source in 0..TASKS - 1 {
        for (target, of_target) in targets.iter().enumerate() {
            let mean = if pairs.len() < design.affected { -design.effect } else { 0.0 };
            let some = |scores: &[f64]| scores.iter().map(|&s| Some(s)).collect();
            let transfer: Vec<f64> =
                of_target.runs(random, Place::After(source), design.seeds).into_iter().map(|y| y + mean).collect();
            pairs.push(Arms { target, single: some(&singles[target]), transfer: some(&transfer), margin: MARGIN });
        }
    }
    pairs
}

/// Which arm of a target.
#[derive(Clone, Copy)]
enum Place {
    Alone,
    After(usize),
}

/// How the runs of one target scatter.
struct Target<'a> {
    noise: Noise,
    sd: f64,
    deviations: &'a [f64],
}

impl<'a> Target<'a> {
    fn draw(random: &mut ChaCha8Rng, noise: Noise, samples: &'a [Vec<f64>]) -> Self {
        let sd = if noise == Noise::Targets { SD * (1.3 / chi_squared(random, 1.3)).sqrt() } else { SD };
        Self { noise, sd, deviations: samples.choose(random).map_or(&[], Vec::as_slice) }
    }

    fn runs(&self, random: &mut ChaCha8Rng, place: Place, seeds: usize) -> Vec<f64> {
        let sd = match (self.noise, place) {
            (Noise::Normal { baseline_sd }, Place::Alone) => baseline_sd,
            (Noise::Normal { .. } | Noise::HeavyTailed, Place::After(_)) => {
                SD * (6.0 / chi_squared(random, 6.0)).sqrt()
            }
            (Noise::Loud(times), Place::After(0)) => times * self.sd,
            _ => self.sd,
        };
        (0..seeds).map(|_| self.run(random, place, sd)).collect()
    }

    fn run(&self, random: &mut ChaCha8Rng, place: Place, sd: f64) -> f64 {
        match self.noise {
            // The variance of t with 4 degrees of freedom is 2.
            Noise::HeavyTailed => sd * StudentT::new(4.0).map_or(0.0, |d| d.sample(random) / 2f64.sqrt()),
            Noise::Samples => self.deviations.choose(random).copied().unwrap_or(0.0),
            Noise::Collapsing => {
                let rate = match place {
                    Place::Alone => 0.1,
                    Place::After(source) => [0.0, 0.1, 0.2, 0.4][source],
                };
                let fallen = if random.random::<f64>() < rate { COLLAPSE } else { 0.0 };
                sd * random.sample::<f64, _>(StandardNormal) + rate * COLLAPSE - fallen
            }
            Noise::Normal { .. } | Noise::Targets | Noise::Loud(_) => sd * random.sample::<f64, _>(StandardNormal),
        }
    }
}

fn chi_squared(random: &mut impl Rng, df: f64) -> f64 {
    ChiSquared::new(df).map_or(df, |d| d.sample(random))
}

/// The deviations of the samples' runs from their arm's mean, by target, widened to the variance that they estimate.
fn sample_deviations() -> Vec<Vec<f64>> {
    let files: [&[u8]; 2] = [
        include_bytes!("../../../www/samples/real-pretrained.json"),
        include_bytes!("../../../www/samples/real-small.json"),
    ];
    let mut all = Vec::new();
    for file in files {
        let Ok(report) = Report::from_json(file) else { continue };
        let Ok(map) = TransferMap::of_study(&report.study, &report.runs) else { continue };
        for baseline in &map.baselines {
            let after = map.pairs.iter().filter(|p| p.key.target == baseline.task).map(|p| &p.transfer);
            all.push(std::iter::once(&baseline.arm).chain(after).flat_map(deviations).collect());
        }
    }
    all
}

fn deviations(arm: &Arm) -> Vec<f64> {
    let (scores, n) = (arm.scores(), arm.scores().len() as f64);
    let Some(mean) = arm.mean().filter(|_| n >= 2.0) else { return Vec::new() };
    scores.iter().map(|y| (y - mean) * (n / (n - 1.0)).sqrt()).collect()
}
