//! How many batches each task of a set gives: counts that follow from the design, not draws.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a set's batches are shared out: p_t ∝ n_t^(1/T), n_t the batches of the task's single run.
///
/// T = 1 is proportional to what the tasks have alone, T = 2 the square root, T = ∞ gives all the same. Temperature and
/// cap: Raffel et al. 2020 (T5), section 3.5.2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// T, above 0; `"inf"` in a study file for ∞.
    #[serde(default = "one", deserialize_with = "temperature", serialize_with = "written")]
    pub temperature: f64,
    /// Whether the exponent falls from 1 to 0.2 over the stretches of a run (Stickland and Murray 2019).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub annealed: bool,
    /// Most batches with which a task counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u64>,
}

fn one() -> f64 {
    1.0
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 1.0, annealed: false, cap: None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a number above 0, or \"inf\"")]
enum Temperature {
    Number(f64),
    Word(Infinite),
}

#[derive(Serialize, Deserialize)]
enum Infinite {
    #[serde(rename = "inf")]
    Inf,
}

fn temperature<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(match Temperature::deserialize(from)? {
        Temperature::Number(t) => t,
        Temperature::Word(Infinite::Inf) => f64::INFINITY,
    })
}

fn written<S: Serializer>(t: &f64, to: S) -> Result<S::Ok, S::Error> {
    let written = if t.is_infinite() { Temperature::Word(Infinite::Inf) } else { Temperature::Number(*t) };
    written.serialize(to)
}

impl Sampling {
    /// The share of each task in stretch `number` (from 0) of `stretches`; `alone` holds the batches of its single run.
    pub fn shares(&self, alone: &[u64], number: usize, stretches: usize) -> Vec<f64> {
        let exponent = if self.annealed && stretches > 1 {
            1.0 - 0.8 * number as f64 / (stretches - 1) as f64
        } else if self.annealed {
            1.0
        } else {
            self.temperature.recip()
        };
        let size = |&n: &u64| (self.cap.map_or(n, |cap| n.min(cap)) as f64).powf(exponent);
        let sizes: Vec<f64> = alone.iter().map(size).collect();
        let sum: f64 = sizes.iter().sum();
        sizes.into_iter().map(|s| s / sum).collect()
    }
}

/// Batches of all tasks together: `share` of what they have alone, halves up, and at least one for each.
pub fn total(alone: &[u64], share: f64) -> u64 {
    let sum: u64 = alone.iter().sum();
    // Cast: a product of a share and a number of batches is far below 2^53.
    let wanted = (share * sum as f64 + 0.5).floor() as u64;
    wanted.max(alone.len() as u64)
}

/// Whole numbers of sum `total` in proportion to `shares`: floors, then one more for the largest remainders, ties to the
/// earlier task (the method of largest remainders).
pub fn apportioned(total: u64, shares: &[f64]) -> Vec<u64> {
    let exact: Vec<f64> = shares.iter().map(|p| p * total as f64).collect();
    // 378 · 0.5 may come out as 188.99999999999997.
    let whole = |x: f64| (x + 1e-9).floor();
    let mut quotas: Vec<u64> = exact.iter().map(|&x| whole(x) as u64).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    let remainder = |i: usize| crate::statistics::rounded(exact.get(i).map_or(0.0, |&x| (x - whole(x)).max(0.0)));
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let missing = total.saturating_sub(quotas.iter().sum());
    for i in order.into_iter().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
        if let Some(quota) = quotas.get_mut(i) {
            *quota += 1;
        }
    }
    quotas
}

/// The batches of every task in each of `stretches` equal parts of a run: one part, where the shares do not change.
pub fn quotas(sampling: &Sampling, alone: &[u64], share: f64, stretches: usize) -> Vec<Vec<u64>> {
    let total = total(alone, share);
    let parts = if sampling.annealed { stretches.max(1) } else { 1 };
    let of_parts = apportioned(total, &vec![1.0 / parts as f64; parts]);
    let shares = |number| sampling.shares(alone, number, parts);
    of_parts.into_iter().enumerate().map(|(number, batches)| apportioned(batches, &shares(number))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::multitask::reference::{joint, numbers};

    fn counts(value: &Value) -> Vec<u64> {
        value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect()
    }

    #[track_caller]
    fn near(ours: &[f64], theirs: &Value) {
        let theirs = numbers(theirs);
        assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-12), "{ours:?} {theirs:?}");
        assert_eq!(ours.len(), theirs.len());
    }

    /// `samplers` of joint.json.
    #[test]
    fn shares_are_those_of_the_formula() {
        let of = |temperature| Sampling { temperature, ..Sampling::default() };
        for case in joint()["samplers"]["cases"].as_array().unwrap() {
            let sizes = counts(&case["sizes"]);
            let shares = |sampling: Sampling| sampling.shares(&sizes, 0, 1);
            near(&shares(of(1.0)), &case["proportional"]);
            near(&shares(of(2.0)), &case["square_root"]);
            near(&shares(of(5.0)), &case["temperature_5"]);
            near(&shares(of(f64::INFINITY)), &case["uniform"]);
            let capped = &case["capped"];
            near(&shares(Sampling { cap: capped["limit"].as_u64(), ..of(2.0) }), &capped["p"]);
            let annealed = Sampling { annealed: true, ..of(1.0) };
            for (e, p) in case["annealed"]["p"].as_array().unwrap().iter().enumerate() {
                near(&annealed.shares(&sizes, e, 5), p);
            }
            let total = case["total"].as_u64().unwrap();
            for (name, sampling) in
                [("proportional", of(1.0)), ("temperature_2", of(2.0)), ("uniform", of(f64::INFINITY))]
            {
                assert_eq!(apportioned(total, &shares(sampling)), counts(&case["quotas"][name]), "{sizes:?} {name}");
            }
        }
    }

    /// `budgets` of joint.json.
    #[test]
    fn quotas_are_those_of_the_formula() {
        for case in joint()["budgets"]["cases"].as_array().unwrap() {
            let alone = counts(&case["alone"]);
            let temperature = case["temperature"].as_f64().unwrap_or(f64::INFINITY);
            let share = case["share"].as_f64().unwrap();
            assert_eq!(total(&alone, share), case["total"].as_u64().unwrap());
            let quotas = quotas(&Sampling { temperature, ..Sampling::default() }, &alone, share, 3);
            assert_eq!(quotas, [counts(&case["quotas"])], "{case}");
        }
    }

    #[test]
    fn at_share_1_every_task_gets_what_it_has_alone() {
        for alone in [vec![375, 54, 143], vec![1], vec![7, 7, 7], vec![100_003, 1, 99]] {
            assert_eq!(quotas(&Sampling::default(), &alone, 1.0, 1), [alone]);
        }
    }

    #[test]
    fn annealed_stretches_add_up() {
        let annealed = Sampling { annealed: true, ..Sampling::default() };
        let parts = quotas(&annealed, &[120, 67, 650, 12], 1.0, 5);
        assert_eq!((parts.len(), parts.iter().flatten().sum::<u64>()), (5, 849));
        assert!(parts[0][2] > parts[4][2] && parts[0][3] < parts[4][3], "{parts:?}");
    }

    #[test]
    fn temperatures_are_read_and_written() {
        let read = |text: &str| toml::from_str::<Sampling>(text);
        assert_eq!(read("temperature = \"inf\"").unwrap().temperature, f64::INFINITY);
        assert_eq!(read("temperature = 2").unwrap().temperature, 2.0);
        assert!(read("temperature = \"hot\"").is_err() && read("heat = 1").is_err());
        let written = toml::to_string(&read("temperature = \"inf\"\ncap = 3").unwrap()).unwrap();
        assert_eq!(written, "temperature = \"inf\"\ncap = 3\n");
    }
}
