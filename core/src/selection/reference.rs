//! The reference values that the tests of selection share, and the plain definitions on one order, averaged over all
//! orders by brute force.
//!
//! tests/fixtures/statistics.json, part "selection", was written by make_statistics.py SEED OUT (numpy):
//! ```python
//! order, gold = np.argsort(-pred, kind="stable"), np.argsort(-true, kind="stable")
//! rank[gold] = np.arange(12); disc = np.log2(np.arange(12) + 2)
//! ndcg = lambda gain: (gain[order] / disc).sum() / (gain[gold] / disc).sum()
//! # gains: 2.0 ** (12 - rank) - 1, 2.0 ** (100 * true) - 1, 2.0 ** true - 1, true
//! regret_at_k_mean = (true[gold[:k]].mean() - true[order[:k]].mean()) / true[gold[:k]].mean()
//! regret_at_k_best = (true.max() - true[order[:k]].max()) / true.max(); hit_at_k = gold[0] in order[:k]
//! ```

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const STATISTICS: &str = include_str!("../../../tests/fixtures/statistics.json");

/// Candidates from scores and predictions, where relevance is the score and the baseline 0.5.
pub(super) fn candidates(rows: &[(f64, f64)]) -> Candidates {
    let row =
        |&(score, predicted): &(f64, f64)| Candidate { score, relevance: score, gain: Some(score - 0.5), predicted };
    Candidates::new(rows.iter().map(row).collect()).unwrap()
}

/// The fixture's candidates and figures.
pub(super) fn published() -> (Candidates, Value) {
    let mut all: Value = serde_json::from_str(STATISTICS).unwrap();
    let selection = all["selection"].take();
    let column = |name: &str| serde_json::from_value::<Vec<f64>>(selection[name].clone()).unwrap();
    let rows: Vec<(f64, f64)> = column("true_score").into_iter().zip(column("predicted")).collect();
    (candidates(&rows), selection)
}

/// The plain figures of rows chosen in the order given, by the definitions word for word. Relevance is without ties.
fn plain(chosen: &[Candidate]) -> Vec<Option<f64>> {
    let count = chosen.len();
    let mut relevant = chosen.to_vec();
    relevant.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
    let rank = |row: &Candidate| relevant.iter().position(|r| r.relevance == row.relevance).unwrap();
    let dcg = |gains: &[f64]| gains.iter().enumerate().map(|(p, g)| g / (p as f64 + 2.0).log2()).sum::<f64>();
    let ndcg = |gain: &dyn Fn(&Candidate) -> f64| {
        let gains: Vec<f64> = chosen.iter().map(gain).collect();
        let mut ideal = gains.clone();
        ideal.sort_by(|a, b| b.total_cmp(a));
        (ideal[0] > 0.0).then(|| dcg(&gains) / dcg(&ideal))
    };
    let mut figures = vec![
        ndcg(&|row| 2f64.powi((count - rank(row)) as i32) - 1.0),
        ndcg(&|row| 2f64.powf(100.0 * row.score) - 1.0),
        ndcg(&|row| 2f64.powf(row.score) - 1.0),
        ndcg(&|row| row.score),
    ];
    let mean = |rows: &[Candidate]| rows.iter().map(|r| r.score).sum::<f64>() / rows.len() as f64;
    let best = |rows: &[Candidate]| rows.iter().map(|r| r.score).fold(f64::MIN, f64::max);
    let gain = |rows: &[Candidate]| rows.iter().map(|r| r.gain.unwrap()).fold(f64::MIN, f64::max);
    let ks = [1, 3, 5].map(|k| k.min(count));
    let positive = |value: f64| Some(value).filter(|&v| v > 0.0);
    figures.extend(ks.map(|k| positive(mean(&relevant[..k])).map(|ideal| (ideal - mean(&chosen[..k])) / ideal)));
    figures.extend(ks.map(|k| positive(best(chosen)).map(|ideal| (ideal - best(&chosen[..k])) / ideal)));
    figures.extend(ks.map(|k| Some(f64::from(chosen[..k].iter().any(|row| rank(row) == 0)))));
    figures.extend(ks.map(|k| positive(gain(chosen)).map(|ideal| gain(&chosen[..k]) / ideal)));
    figures
}

/// Every order of `rows`.
fn permutations(rows: &[Candidate]) -> Vec<Vec<Candidate>> {
    if rows.is_empty() {
        return vec![Vec::new()];
    }
    (0..rows.len())
        .flat_map(|first| {
            let mut rest = rows.to_vec();
            let row = rest.remove(first);
            permutations(&rest).into_iter().map(move |mut order| {
                order.insert(0, row);
                order
            })
        })
        .collect()
}

/// The mean of the plain figures over every order in which no later candidate is predicted higher.
fn mean_over_orders(rows: &[Candidate]) -> Vec<Option<f64>> {
    let mut orders = permutations(rows);
    orders.retain(|order| order.windows(2).all(|w| w[0].predicted >= w[1].predicted));
    let each: Vec<Vec<Option<f64>>> = orders.iter().map(|order| plain(order)).collect();
    (0..each[0].len())
        .map(|f| each.iter().map(|figures| figures[f]).sum::<Option<f64>>().map(|s| s / each.len() as f64))
        .collect()
}

fn assert_near(actual: &Selection, expected: &[Option<f64>]) {
    assert_eq!(actual.iter().count(), expected.len());
    for ((name, actual), &expected) in actual.iter().zip(expected) {
        match (actual, expected) {
            (Some(actual), Some(expected)) => {
                // Captured gains have no lower bound.
                let tolerance = 1e-12 * expected.abs().max(1.0);
                assert!((actual - expected).abs() <= tolerance, "{name}: {actual} and not {expected}");
            }
            _ => assert_eq!(actual, expected, "{name}"),
        }
    }
}

/// Up to `most` candidates with coarse scores, gains and predictions (many ties) and relevance without ties.
fn some_candidates(most: usize) -> impl Strategy<Value = Vec<Candidate>> {
    let row = (0..=20u8, any::<u32>(), -10..=10i8, 0..4u8);
    proptest::collection::vec(row, 1..=most).prop_map(|rows| {
        let row = |(i, (score, relevance, gain, predicted)): (usize, (u8, u32, i8, u8))| Candidate {
            score: f64::from(score) / 20.0,
            relevance: f64::from(relevance) + i as f64 / 64.0,
            gain: Some(f64::from(gain) / 20.0),
            predicted: f64::from(predicted),
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn figures(rows: &[Candidate]) -> Selection {
    evaluate(&Candidates::new(rows.to_vec()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn ties_equal_brute_force_over_their_orders(rows in some_candidates(5)) {
        assert_near(&figures(&rows), &mean_over_orders(&rows));
    }

    #[test]
    fn random_order_equals_brute_force_over_all_orders(rows in some_candidates(5)) {
        let untold: Vec<Candidate> = rows.iter().map(|row| Candidate { predicted: 7.0, ..*row }).collect();
        assert_near(&random_expectation(&Candidates::new(rows).unwrap()), &mean_over_orders(&untold));
    }

    #[test]
    fn figures_stay_inside_their_ranges(rows in some_candidates(30)) {
        let figures = figures(&rows);
        for (name, value) in figures.iter().filter_map(|(name, v)| v.map(|v| (name, v))) {
            let (low, high) = match name {
                _ if name.starts_with("captured") => (f64::NEG_INFINITY, 1.0),
                // Relevance is not the score here.
                _ if name.ends_with("mean") => (f64::NEG_INFINITY, 1.0),
                _ => (0.0, 1.0),
            };
            prop_assert!((low..=high).contains(&value), "{}: {}", name, value);
        }
    }

    #[test]
    fn a_perfect_predictor_has_no_regret(rows in some_candidates(30)) {
        let perfect: Vec<Candidate> =
            rows.iter().map(|r| Candidate { relevance: r.score, gain: Some(r.score), predicted: r.score, ..*r }).collect();
        for (name, value) in figures(&perfect).iter().filter_map(|(name, v)| v.map(|v| (name, v))) {
            let expected = if name.starts_with("regret") { 0.0 } else { 1.0 };
            prop_assert!((value - expected).abs() < 1e-14, "{}: {}", name, value);
        }
    }

    #[test]
    fn increasing_transforms_of_the_prediction_change_nothing(rows in some_candidates(30)) {
        let cubed: Vec<Candidate> =
            rows.iter().map(|r| Candidate { predicted: (r.predicted - 1.0).powi(3) * 1e-3, ..*r }).collect();
        prop_assert_eq!(figures(&rows), figures(&cubed));
    }

    #[test]
    fn the_order_of_candidates_changes_nothing(
        (rows, shuffled) in some_candidates(30).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        prop_assert_eq!(figures(&rows), figures(&shuffled));
    }
}
