//! How the gradients of tasks agree over a training: the inner products of sampled steps, in summary.
//!
//! A conflict rate means little by itself: a task conflicts with itself, from one batch to the next. So the cosine of two
//! batches of the same task at the same weights stands beside it, the noise floor.

use serde::{Deserialize, Serialize};

use super::gram::Gram;
use crate::statistics::mean;

/// Most points of a series in a summary.
const POINTS: usize = 50;

/// The name of all groups of parameters together.
pub const ALL: &str = "all";

/// What was seen of the gradients at one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Optimizer step, from 1.
    pub step: u64,
    /// Numbers in the set of the tasks that took part.
    pub tasks: Vec<usize>,
    /// Inner products of their gradients by group of parameters.
    pub grams: Vec<Gram>,
    /// The cosine of two batches of the same task, by number in the set; empty where it was not taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub self_cosines: Vec<(usize, f64)>,
}

/// A mean over the sampled steps, and over their first, middle and last third.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OverSteps {
    /// Group of parameters: embeddings, a layer, pooler, or all.
    pub group: String,
    /// Over all sampled steps.
    pub mean: f64,
    /// By third of the sampled steps; where there are less than three, of as many as there are.
    pub thirds: Vec<f64>,
}

/// The length of the gradient of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskNorms {
    /// The task.
    pub task: String,
    /// By group of parameters.
    pub norms: Vec<OverSteps>,
    /// Mean cosine of two batches of this task at the same weights, of the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_cosine: Option<f64>,
}

/// The share of steps at which two gradients conflicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConflictRate {
    /// Group of parameters.
    pub group: String,
    /// Share of the sampled steps with a cosine below 0.
    pub rate: f64,
}

/// How the gradients of two tasks agreed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskPair {
    /// The earlier of the set.
    pub a: String,
    /// The later.
    pub b: String,
    /// Steps sampled at which both took part.
    pub samples: usize,
    /// Cosine by group of parameters.
    pub cosine: Vec<OverSteps>,
    /// Share of steps with a cosine below 0, by group of parameters.
    pub conflict: Vec<ConflictRate>,
    /// Mean of 2 |a| |b| / (|a|² + |b|²), of the whole body.
    pub magnitude_similarity: Option<f64>,
    /// Steps of the series, at most fifty.
    pub step: Vec<u64>,
    /// Cosines of the whole body at these steps.
    pub series: Vec<f64>,
}

/// What sampled steps of a training together say of its tasks' gradients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Every so many steps one was sampled.
    pub every: u64,
    /// Steps sampled.
    pub samples: usize,
    /// Groups of parameters, `all` last.
    pub groups: Vec<String>,
    /// By task.
    pub tasks: Vec<TaskNorms>,
    /// By pair of tasks, in the order of the set.
    pub pairs: Vec<TaskPair>,
}

impl Summary {
    /// Sums up samples of a set; `groups` names the blocks of parameters, in their order.
    pub fn new(set: &[&str], groups: &[String], every: u64, samples: &[Sample]) -> Self {
        let groups: Vec<String> = groups.iter().cloned().chain([ALL.to_owned()]).collect();
        let of_tasks = |task: usize| TaskNorms {
            task: set.get(task).map_or_else(String::new, |name| (*name).to_owned()),
            norms: by_group(&groups, samples, |sample, group| Some(gram(sample, group)?.norm(place(sample, task)?))),
            self_cosine: mean(
                &samples
                    .iter()
                    .flat_map(|s| &s.self_cosines)
                    .filter_map(|(t, c)| (*t == task).then_some(*c))
                    .collect::<Vec<f64>>(),
            ),
        };
        let pairs = (0..set.len()).flat_map(|a| (a + 1..set.len()).map(move |b| (a, b)));
        Self {
            every,
            samples: samples.len(),
            tasks: (0..set.len()).map(of_tasks).collect(),
            pairs: pairs.filter_map(|(a, b)| pair(set, &groups, samples, a, b)).collect(),
            groups,
        }
    }
}

fn pair(set: &[&str], groups: &[String], samples: &[Sample], a: usize, b: usize) -> Option<TaskPair> {
    let places = |sample: &Sample| Some((place(sample, a)?, place(sample, b)?));
    let both: Vec<&Sample> = samples.iter().filter(|s| places(s).is_some()).collect();
    if both.is_empty() {
        return None;
    }
    let cosine = |sample: &Sample, group: usize| {
        let (a, b) = places(sample)?;
        gram(sample, group)?.cosine(a, b)
    };
    let whole = groups.len().checked_sub(1)?;
    let conflict = groups.iter().enumerate().map(|(group, name)| {
        let cosines: Vec<f64> = both.iter().filter_map(|s| cosine(s, group)).collect();
        let below = cosines.iter().filter(|c| **c < 0.0).count();
        ConflictRate { group: name.clone(), rate: below as f64 / cosines.len().max(1) as f64 }
    });
    let alike = both.iter().filter_map(|s| {
        let (a, b) = places(s)?;
        gram(s, whole)?.magnitude_similarity(a, b)
    });
    let (step, series) = thinned(both.iter().filter_map(|s| Some((s.step, cosine(s, whole)?))).collect());
    Some(TaskPair {
        a: (*set.get(a)?).to_owned(),
        b: (*set.get(b)?).to_owned(),
        samples: both.len(),
        cosine: by_group(groups, samples, cosine),
        conflict: conflict.collect(),
        magnitude_similarity: mean(&alike.collect::<Vec<f64>>()),
        step,
        series,
    })
}

/// Where a task stands among those that took part.
fn place(sample: &Sample, task: usize) -> Option<usize> {
    sample.tasks.iter().position(|t| *t == task)
}

/// The inner products of one group, or, behind the last, of all.
fn gram(sample: &Sample, group: usize) -> Option<Gram> {
    match sample.grams.get(group) {
        Some(gram) => Some(gram.clone()),
        None if group == sample.grams.len() => Some(Gram::sum(&sample.grams)),
        None => None,
    }
}

fn by_group(groups: &[String], samples: &[Sample], value: impl Fn(&Sample, usize) -> Option<f64>) -> Vec<OverSteps> {
    let of_group = |(group, name): (usize, &String)| {
        let values: Vec<f64> = samples.iter().filter_map(|s| value(s, group)).collect();
        let thirds = split(&values, 3).into_iter().filter_map(mean).collect();
        Some(OverSteps { group: name.clone(), mean: mean(&values)?, thirds })
    };
    groups.iter().enumerate().filter_map(of_group).collect()
}

/// Parts of about equal length, the first ones longer: numpy's `array_split`.
fn split(values: &[f64], parts: usize) -> Vec<&[f64]> {
    let (each, longer) = (values.len() / parts, values.len() % parts);
    let end = |i: usize| i * each + i.min(longer);
    (0..parts).filter_map(|i| values.get(end(i)..end(i + 1))).collect()
}

/// At most [`POINTS`], evenly spread, the last one included.
fn thinned(points: Vec<(u64, f64)>) -> (Vec<u64>, Vec<f64>) {
    let n = points.len();
    if n <= POINTS {
        return points.into_iter().unzip();
    }
    (1..=POINTS).filter_map(|i| points.get(i * n / POINTS - 1).copied()).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multitask::reference::{gram, joint, numbers, rows};

    /// `conflict` of joint.json: sampled steps of three tasks in two groups, summed up by numpy.
    #[test]
    fn means_rates_and_thirds_are_those_of_numpy() {
        let joint = joint();
        let conflict = &joint["conflict"];
        let groups: Vec<String> = serde_json::from_value(conflict["groups"].clone()).unwrap();
        let steps = conflict["g"].as_array().unwrap();
        // By step, then group, then task.
        let samples: Vec<Sample> = steps
            .iter()
            .enumerate()
            .map(|(t, of_groups)| Sample {
                step: t as u64 + 1,
                tasks: vec![0, 1, 2],
                grams: of_groups.as_array().unwrap().iter().map(|g| gram(&rows(g))).collect(),
                self_cosines: vec![(1, 0.5)],
            })
            .collect();
        let set = ["a", "b", "c"];
        let summary = Summary::new(&set, &groups, 1, &samples);
        assert_eq!(summary.groups.last().map(String::as_str), Some(ALL));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        for (group, expected) in conflict["summary"].as_array().unwrap().iter().enumerate() {
            for pair in &summary.pairs {
                let place = |name: &str| set.iter().position(|n| *n == name).unwrap();
                let (a, b) = (place(&pair.a), place(&pair.b));
                near(pair.cosine[group].mean, rows(&expected["mean_cosine"])[a][b]);
                near(pair.conflict[group].rate, rows(&expected["conflict_rate"])[a][b]);
                for (third, theirs) in expected["mean_cosine_by_third"].as_array().unwrap().iter().enumerate() {
                    near(pair.cosine[group].thirds[third], numbers(&theirs[a])[b]);
                }
            }
        }
        assert_eq!(summary.tasks[1].self_cosine, Some(0.5));
        assert_eq!(summary.tasks[0].self_cosine, None);
    }

    #[test]
    fn a_step_counts_for_those_who_took_part() {
        let sample = |step, tasks: &[usize]| Sample {
            step,
            tasks: tasks.to_vec(),
            grams: vec![gram(&tasks.iter().map(|t| vec![1.0, *t as f64 - 1.0]).collect::<Vec<_>>())],
            self_cosines: Vec::new(),
        };
        let summary =
            Summary::new(&["a", "b", "c"], &["all of it".into()], 10, &[sample(1, &[0, 2]), sample(11, &[2])]);
        assert_eq!(summary.pairs.len(), 1);
        let pair = &summary.pairs[0];
        assert_eq!((pair.a.as_str(), pair.b.as_str(), pair.samples, &pair.step), ("a", "c", 1, &vec![1]));
        assert!(summary.tasks[1].norms.is_empty());
    }

    #[test]
    fn series_stay_short() {
        let (step, series) = thinned((1..=1003).map(|i| (i, 0.0)).collect());
        assert_eq!((step.len(), series.len(), step[49]), (POINTS, POINTS, 1003));
    }
}
