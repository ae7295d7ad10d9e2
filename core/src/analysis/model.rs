//! The predictor that is trusted with a target, and the line that turns its values into gains.

use std::collections::BTreeSet;

use super::predictors::{Predictor, predictors};
use super::{Context, FamilyKey, PairAnalysis};
use crate::selection::{Candidate, Candidates, regret_of_best};
use crate::statistics::correlation::spearman;
use crate::statistics::{self, Interval, RandomIntercept, rounded};

/// Fewest pairs of other targets from which a prediction is made.
const FEWEST_PAIRS: usize = 6;

/// A predictor with the line that turns it into a gain.
pub(super) struct Model<'a> {
    pub predictor: Predictor<'a>,
    pub line: RandomIntercept,
    /// The predictor's values that the line was fitted to: nothing is known beyond them.
    range: Interval,
    /// Mean over targets of Spearman's coefficient within them.
    pub spearman: f64,
    /// Targets in that mean.
    pub targets: usize,
    /// Mean share of the best score that its first choice lost on these targets.
    regret: f64,
}

/// What a predictor says of a source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Said {
    /// Its value, or the end of the fitted range where it lies beyond: the line is not drawn any further.
    pub value: f64,
    /// Whether it lies beyond.
    pub beyond: bool,
}

impl<'a> Model<'a> {
    /// The predictor that orders the sources of these pairs' targets best, of those that order them at all; of equal ones
    /// that with the lower regret, then the cheaper, as in the table of predictors.
    pub(super) fn choose(context: &Context<'a>, key: &FamilyKey, pairs: &[&'a PairAnalysis]) -> Option<Self> {
        let models = predictors(context, key, pairs).into_iter().filter_map(|p| Self::fit(p, pairs));
        let place = |m: &Self| (-m.spearman, m.regret, m.predictor.cost_seconds);
        models.reduce(|best, other| if place(&other) < place(&best) { other } else { best })
    }

    /// Fits the line to `pairs`; `None` where the predictor does not order the sources of at least two targets, or the
    /// line falls.
    fn fit(predictor: Predictor<'a>, pairs: &[&PairAnalysis]) -> Option<Self> {
        let targets: BTreeSet<&str> = pairs.iter().map(|p| p.key.target.as_str()).collect();
        let (mut points, mut within, mut regrets) = (Vec::new(), Vec::new(), Vec::new());
        for target in targets {
            let of_target = || pairs.iter().filter(|p| p.key.target == target).filter_map(|p| Some((p, p.gain?)));
            let predicted: Vec<(f64, f64)> = of_target()
                .filter_map(|(p, gain)| Some((predictor.value(&p.key.source, &p.key.target)?, gain)))
                .collect();
            let gains: Vec<f64> = of_target().map(|(_, gain)| gain).collect();
            if spearman(&gains, &gains).is_some() {
                let (x, y): (Vec<f64>, Vec<f64>) = predicted.iter().copied().unzip();
                // A target whose sources the predictor does not tell apart counts as 0: the coefficient of no order.
                within.push(spearman(&x, &y).unwrap_or(0.0));
            }
            let candidate = |(p, gain): (&&PairAnalysis, f64)| {
                let score = p.metric.gain(p.transfer?, 0.0);
                let predicted = predictor.value(&p.key.source, &p.key.target)?;
                Some(Candidate { score, relevance: score, gain: Some(gain), predicted })
            };
            let candidates = Candidates::new(of_target().filter_map(candidate).collect()).ok();
            regrets.extend(candidates.and_then(|c| regret_of_best(&c, 1)));
            points.push(predicted);
        }
        let spearman = statistics::mean(&within).map(rounded).filter(|&r| r > 0.0 && within.len() >= 2)?;
        let values = || points.iter().flatten().map(|(x, _)| *x);
        let line = RandomIntercept::fit(&points).filter(|line| line.n >= FEWEST_PAIRS && line.slope > 0.0)?;
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        let regret = statistics::mean(&regrets).map_or(f64::INFINITY, rounded);
        Some(Self { predictor, line, range: Interval { low, high }, spearman, targets: within.len(), regret })
    }

    /// What it says of a source for a target.
    pub(super) fn says(&self, source: &str, target: &str) -> Option<Said> {
        let x = self.predictor.value(source, target)?;
        let value = x.clamp(self.range.low, self.range.high);
        Some(Said { value, beyond: value != x })
    }
}
