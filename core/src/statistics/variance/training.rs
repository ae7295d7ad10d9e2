//! Does longer training undo harm, or the help? A gain over epochs, paired over seeds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::interval::over_seeds;
use crate::statistics::{Interval, mean};

/// The gain of one pair after each epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// By ascending epoch; epochs without any gain are left out.
    pub epochs: Vec<Epoch>,
    /// From the first epoch to the last; `None` with fewer than two epochs or without a seed that has both.
    pub change: Option<Change>,
}

/// The gain after one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Epochs trained.
    pub epoch: f64,
    /// Mean gain over seeds.
    pub mean: f64,
    /// t interval over seeds, of this epoch alone; `None` with fewer than two seeds, or when all agree.
    pub interval: Option<Interval>,
    /// Number of seeds.
    pub n: usize,
}

/// Gain after the last epoch minus gain after the first, at the same seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Mean over seeds, in the units of the gain.
    pub mean: f64,
    /// Mean gain after the first epoch, of the same seeds.
    pub first: f64,
    /// Mean gain after the last epoch, of the same seeds.
    pub last: f64,
    /// t interval; `None` with fewer than two seeds, or when all agree.
    pub interval: Option<Interval>,
    /// Two-sided paired t test of no change; unadjusted. `None` where the interval is.
    pub p: Option<f64>,
    /// Seeds with a gain after both epochs.
    pub n: usize,
}

/// What training does to a gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Course {
    /// Negative transfer shrinks.
    Heals,
    /// Negative transfer grows.
    Deepens,
    /// Positive transfer shrinks.
    Fades,
    /// Positive transfer grows.
    BuildsUp,
    /// The change is not significant, or was not tested.
    Unclear,
}

impl Course {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heals => "heals",
            Self::Deepens => "deepens",
            Self::Fades => "fades",
            Self::BuildsUp => "builds_up",
            Self::Unclear => "unclear",
        }
    }

    /// Whether the gain rises or falls.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Heals | Self::BuildsUp => "▲",
            Self::Deepens | Self::Fades => "▼",
            Self::Unclear => "?",
        }
    }

    /// Sign and words.
    pub fn signed(self) -> String {
        format!("{} {}", self.sign(), self.name().replace('_', " "))
    }
}

impl Change {
    /// Names the change when `adjusted_p` (`p` after the caller's correction over all pairs) is below `alpha`.
    ///
    /// The name is by the larger of the two ends, so that a gain that starts at about nothing and ends as harm deepens,
    /// whatever the sign of the start.
    pub fn course(&self, adjusted_p: Option<f64>, alpha: f64) -> Course {
        let harm = self.first + self.last < 0.0;
        match adjusted_p {
            Some(p) if p < alpha && self.mean > 0.0 => {
                if harm {
                    Course::Heals
                } else {
                    Course::BuildsUp
                }
            }
            Some(p) if p < alpha && self.mean < 0.0 => {
                if harm {
                    Course::Deepens
                } else {
                    Course::Fades
                }
            }
            _ => Course::Unclear,
        }
    }
}

/// Summarises gains over training: for each epoch, transfer − single after that epoch, by seed. Intervals have the given
/// level.
///
/// Gains that are not finite are missing; so are epochs that are not.
///
/// ```
/// use std::collections::BTreeMap;
/// use transfermap::statistics::variance::{Course, training};
///
/// let first = BTreeMap::from([(1, -0.25), (2, -0.125), (3, -0.1875)]);
/// let last = BTreeMap::from([(1, -0.0625), (2, 0.0625), (3, -0.03125)]);
/// let change = training(&[(1.0, first), (4.0, last)], 0.95).change.unwrap();
/// assert_eq!(change.course(change.p, 0.05), Course::Heals);
/// ```
pub fn training(epochs: &[(f64, BTreeMap<u64, f64>)], level: f64) -> Training {
    let finite = |gains: &BTreeMap<u64, f64>| -> BTreeMap<u64, f64> {
        gains.iter().map(|(&k, &g)| (k, g)).filter(|(_, g)| g.is_finite()).collect()
    };
    let mut curve: Vec<(f64, BTreeMap<u64, f64>)> = epochs.iter().map(|(e, gains)| (*e, finite(gains))).collect();
    curve.retain(|(epoch, gains)| epoch.is_finite() && !gains.is_empty());
    curve.sort_by(|a, b| a.0.total_cmp(&b.0));
    let epochs = curve.iter().filter_map(|(epoch, gains)| {
        let gains: Vec<f64> = gains.values().copied().collect();
        let interval = over_seeds(&gains).and_then(|e| e.interval(level));
        Some(Epoch { epoch: *epoch, mean: mean(&gains)?, interval, n: gains.len() })
    });
    let change = match curve.as_slice() {
        [(start, first), .., (end, last)] if start < end => change(first, last, level),
        _ => None,
    };
    Training { epochs: epochs.collect(), change }
}

fn change(first: &BTreeMap<u64, f64>, last: &BTreeMap<u64, f64>, level: f64) -> Option<Change> {
    let paired: Vec<(f64, f64)> = first.iter().filter_map(|(k, &f)| Some((f, *last.get(k)?))).collect();
    let mean_of = |of: fn(&(f64, f64)) -> f64| mean(&paired.iter().map(of).collect::<Vec<f64>>());
    let differences: Vec<f64> = paired.iter().map(|(first, last)| last - first).collect();
    let estimate = over_seeds(&differences);
    Some(Change {
        mean: mean(&differences)?,
        first: mean_of(|p| p.0)?,
        last: mean_of(|p| p.1)?,
        interval: estimate.as_ref().and_then(|e| e.interval(level)),
        p: estimate.map(|e| e.p()),
        n: differences.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::{assert_near, trainings};
    use super::*;

    #[test]
    fn equals_scipy() {
        for case in trainings() {
            let ours = training(&case.input(), 0.95);
            assert_eq!(ours.epochs.len(), case.epochs.len());
            for (ours, theirs) in ours.epochs.iter().zip(&case.epochs) {
                assert_near(ours.mean, theirs.mean);
                assert_eq!(ours.n, theirs.n);
                assert_near(ours.interval.unwrap().low, theirs.low);
                assert_near(ours.interval.unwrap().high, theirs.high);
            }
            let change = ours.change.unwrap();
            assert_eq!(change.n, case.change.n);
            assert_near(change.mean, case.change.mean);
            assert_near(change.interval.unwrap().low, case.change.low);
            assert_near(change.interval.unwrap().high, case.change.high);
            let p = change.p.unwrap();
            assert!((p / case.change.p - 1.0).abs() < 1e-9, "{p} instead of {}", case.change.p);
        }
    }

    #[test]
    fn courses_go_by_the_larger_end() {
        let course = |first: f64, last: f64, p| {
            Change { mean: last - first, first, last, interval: None, p, n: 3 }.course(p, 0.05)
        };
        assert_eq!(course(-0.2, -0.1, Some(0.01)), Course::Heals);
        assert_eq!(course(-0.2, 0.1, Some(0.01)), Course::Heals);
        assert_eq!(course(-0.01, 0.2, Some(0.01)), Course::BuildsUp);
        assert_eq!(course(-0.1, -0.2, Some(0.01)), Course::Deepens);
        assert_eq!(course(0.01, -0.2, Some(0.01)), Course::Deepens);
        assert_eq!(course(0.2, -0.1, Some(0.01)), Course::Fades);
        assert_eq!(course(0.2, 0.3, Some(0.05)), Course::Unclear);
        assert_eq!(course(0.2, 0.3, None), Course::Unclear);
        assert_eq!(course(0.2, 0.3, Some(f64::NAN)), Course::Unclear);
    }

    #[test]
    fn what_is_missing_stays_missing() {
        let gains = |all: &[(u64, f64)]| all.iter().copied().collect::<BTreeMap<u64, f64>>();
        let curve = training(
            &[
                (3.0, gains(&[(2, 0.3), (4, 0.1)])),
                (1.0, gains(&[(1, f64::NAN), (2, 0.1)])),
                (2.0, gains(&[])),
                (f64::NAN, gains(&[(2, 0.5)])),
            ],
            0.95,
        );
        assert_eq!(curve.epochs.iter().map(|e| (e.epoch, e.n)).collect::<Vec<_>>(), [(1.0, 1), (3.0, 2)]);
        let change = curve.change.unwrap();
        assert_eq!((change.n, change.interval, change.p), (1, None, None));
        assert_eq!(training(&[(1.0, gains(&[(1, 0.1)])), (2.0, gains(&[(2, 0.1)]))], 0.95).change, None);
        assert_eq!(training(&[(1.0, gains(&[(1, 0.1)]))], 0.95).change, None);
        // Three equal changes up to rounding: 0.3 − 0.2, 0.2 − 0.1, 0.1 − 0.
        let equal = training(
            &[(1.0, gains(&[(1, 0.2), (2, 0.1), (3, 0.0)])), (2.0, gains(&[(1, 0.3), (2, 0.2), (3, 0.1)]))],
            0.95,
        );
        assert_eq!(equal.change.unwrap().p, None);
    }
}
