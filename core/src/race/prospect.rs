//! How likely the next look decides a pair: by that the race chooses. It touches no p: a wrong guess costs runs, not
//! truth.

use crate::analysis::{Arms, Decisions, decide};
use crate::statistics::{PooledT, StudentT};

/// A pair that more seeds may decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prospect {
    /// Runs in each arm at its next look.
    pub look: usize,
    /// The chance that it is decided then.
    pub chance: f64,
}

/// What the next look of every pair of a family may bring; `None` for those that are decided, and those that have had the
/// last of `looks`.
pub fn prospects(pairs: &[Arms], looks: &[usize], alpha: f64) -> Vec<Option<Prospect>> {
    let decisions = decide(pairs, Some(looks), alpha);
    let next = Next::new(&decisions, looks.len(), alpha);
    let of_pair = |(i, pair): (usize, &Arms)| {
        if decisions.verdicts[i].is_decided() {
            return None;
        }
        let had = pair.single.len().min(pair.transfer.len());
        let look = *looks.iter().find(|look| **look > had)?;
        let chance = decisions.tests[i].as_ref().and_then(|test| next.chance(test, look, pair.margin));
        Some(Prospect { look, chance: chance.unwrap_or(0.0) })
    };
    pairs.iter().enumerate().map(of_pair).collect()
}

/// The levels that the next pair's p must fall below, by Holm's steps and the number of looks.
struct Next {
    difference: f64,
    equivalence: f64,
}

impl Next {
    fn new(decisions: &Decisions, looks: usize, alpha: f64) -> Self {
        let level = |p_holm: &[Option<f64>]| {
            let decided = p_holm.iter().flatten().filter(|p| **p < alpha).count();
            alpha / (looks * (decisions.size.max(decided + 1) - decided)) as f64
        };
        Self { difference: level(&decisions.p_holm), equivalence: level(&decisions.p_equivalence_holm) }
    }

    /// The chance that a pair with this test is decided once both of its arms have `look` runs.
    ///
    /// With a flat prior on the true gain, the gain at the next look scatters around today's with variance se² − se'²,
    /// where se' is the standard error then; the variance of a run is taken to be what it is believed to be now.
    fn chance(&self, test: &PooledT, look: usize, margin: f64) -> Option<f64> {
        let now = test.n.0.min(test.n.1) as f64;
        let then = test.standard_error * (now / look as f64).sqrt();
        let scatter = (test.standard_error.powi(2) - then.powi(2)).sqrt();
        let t = StudentT::new(test.df).filter(|_| scatter > 0.0)?;
        let beyond = |bound: f64| t.sf((bound - test.gain) / scatter) + t.sf((bound + test.gain) / scatter);
        let differs = beyond(t.upper_quantile(self.difference / 2.0)? * then);
        let bound = margin - t.upper_quantile(self.equivalence)? * then;
        let equivalent = if bound > 0.0 { 1.0 - beyond(bound) } else { 0.0 };
        Some((differs + equivalent).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms(target: usize, single: &[f64], transfer: &[f64]) -> Arms {
        let some = |scores: &[f64]| scores.iter().map(|&s| Some(s)).collect();
        Arms { target, single: some(single), transfer: some(transfer), margin: 0.01 }
    }

    /// Constants: the docstring's formula written out with numpy and scipy.stats.t, from the pooled test of
    /// make_pooled.py and Holm's correction of statsmodels.
    #[test]
    fn chances_equal_the_formula_written_out() {
        let single = [0.50, 0.52, 0.51];
        let transfers = [[0.80, 0.82, 0.81], [0.53, 0.52, 0.54], [0.51, 0.50, 0.53]];
        let found = prospects(&transfers.map(|t| arms(0, &single, &t)), &[3, 5], 0.05);
        assert_eq!(found[0], None, "decided");
        for (i, expected) in [(1, 0.291_438_116_612_649_7), (2, 0.005_672_612_853_896_739)] {
            let Prospect { look, chance } = found[i].unwrap();
            assert!(look == 5 && (chance - expected).abs() < 1e-9, "{chance}");
        }
        // Nothing differs here, and five runs may show that.
        let found = prospects(&[arms(0, &[0.500, 0.506, 0.503], &[0.501, 0.497, 0.505])], &[3, 5], 0.05);
        assert!((found[0].unwrap().chance - 0.772_967_259_039_927_9).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn nothing_follows_the_last_look() {
        let had_all = arms(0, &[0.50, 0.52, 0.51, 0.5, 0.53], &[0.51, 0.50, 0.53, 0.52, 0.5]);
        assert_eq!(prospects(&[had_all], &[3, 5], 0.05), [None]);
    }

    #[test]
    fn runs_without_a_score_leave_a_pair_without_a_chance_but_in_the_race() {
        let failed = Arms { transfer: vec![None, None, None], ..arms(0, &[0.5, 0.52, 0.51], &[]) };
        assert_eq!(prospects(&[failed], &[3, 5], 0.05), [Some(Prospect { look: 5, chance: 0.0 })]);
    }
}
