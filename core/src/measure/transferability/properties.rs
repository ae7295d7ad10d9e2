//! What estimators must not depend on.

use proptest::prelude::*;

use super::{gbc::gbc, h_score::h_score, leep::leep, leep::probabilities, logme::logme, nce, parc::parc};
use super::{knn, linear_probe, nleep::nleep, shrunk_h_score::shrunk_h_score, transrate::transrate};
use crate::measure::Undefined;
use crate::measure::probe::Features;

type Estimator = fn(&Features<f64>, &[usize]) -> Result<f64, Undefined>;

/// All that read features.
const OF_FEATURES: [(&str, Estimator); 9] = [
    ("logme", logme),
    ("nleep", nleep),
    ("h_score", h_score),
    ("shrunk_h_score", shrunk_h_score),
    ("transrate", transrate),
    ("gbc", gbc),
    ("parc", parc),
    ("linear_probe", |x, y| linear_probe::leave_one_out_accuracy(x, y).map(|a| a.plain)),
    ("knn", |x, y| knn::leave_one_out_accuracy(x, y, 3)),
];

const ROWS: usize = 12;

/// Features, and labels of three classes that each have examples.
fn cases(cols: usize) -> impl Strategy<Value = (Features<f64>, Vec<usize>)> {
    let features = prop::collection::vec(-3.0..3.0f64, ROWS * cols);
    let labels = prop::collection::vec(0..3usize, ROWS - 6);
    (features, labels).prop_map(move |(data, mut labels)| {
        labels.extend([0, 0, 1, 1, 2, 2]);
        (Features::new(ROWS, cols, data).unwrap(), labels)
    })
}

fn scaled(x: &Features<f64>, scale: f64) -> Features<f64> {
    Features::new(x.rows(), x.cols(), x.data().iter().map(|v| scale * v).collect()).unwrap()
}

fn close(a: Result<f64, Undefined>, b: Result<f64, Undefined>) -> bool {
    (a.unwrap() - b.unwrap()).abs() < 1e-7
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn renaming_classes_changes_nothing((x, y) in cases(4), wide in cases(20)) {
        // Ties between classes go to the smaller label, so the names are kept in order: 0, 1, 2 → 3, 5, 90.
        let renamed: Vec<usize> = y.iter().map(|&c| [3, 5, 90][c]).collect();
        let permuted: Vec<usize> = y.iter().map(|&c| [2, 0, 1][c]).collect();
        for (name, estimator) in OF_FEATURES {
            prop_assert!(close(estimator(&x, &y), estimator(&x, &renamed)), "{name}");
            if name != "knn" {
                prop_assert!(close(estimator(&x, &y), estimator(&x, &permuted)), "{name}");
            }
        }
        let permuted: Vec<usize> = wide.1.iter().map(|&c| [1, 2, 0][c]).collect();
        for estimator in [logme as Estimator, nleep, shrunk_h_score, transrate] {
            prop_assert!(close(estimator(&wide.0, &wide.1), estimator(&wide.0, &permuted)));
        }
        let theta = probabilities(&x).unwrap();
        let permuted: Vec<usize> = y.iter().map(|&c| [2, 0, 1][c]).collect();
        prop_assert!(close(leep(&theta, &y), leep(&theta, &permuted)));
        let predicted = super::leep::most_probable(&x);
        let entropy = |labels: &[usize]| nce::negative_conditional_entropy(&predicted, labels);
        prop_assert!(close(entropy(&y), entropy(&permuted)));
    }

    #[test]
    fn scale_free_estimators_ignore_scale((x, y) in cases(4), scale in 0.1..50.0f64) {
        for (name, estimator) in OF_FEATURES {
            // LogME's prior and GBC's floor of the variance have the features' units.
            if !matches!(name, "logme" | "gbc") {
                prop_assert!(close(estimator(&x, &y), estimator(&scaled(&x, scale), &y)), "{name}");
            }
        }
    }

    #[test]
    fn nleep_lies_between_minus_ln_n_and_zero((x, y) in cases(4), wide in cases(20)) {
        for value in [nleep(&x, &y).unwrap(), nleep(&wide.0, &wide.1).unwrap()] {
            prop_assert!((-(ROWS as f64).ln()..=0.0).contains(&value), "{value}");
        }
    }

    #[test]
    fn leep_is_never_above_nce_of_sure_predictions_and_both_at_most_zero((x, y) in cases(3)) {
        let theta = probabilities(&scaled(&x, 1e3)).unwrap();
        let predicted = super::leep::most_probable(&x);
        let nce = nce::negative_conditional_entropy(&predicted, &y).unwrap();
        prop_assert!(leep(&theta, &y).unwrap() <= 0.0 && nce <= 0.0);
        // θ is one-hot up to 10⁻³⁰⁰ unless two logits are close, and then LEEP is NCE.
        let sure = (0..x.rows()).all(|i| theta.row(i).iter().any(|&p| p > 1.0 - 1e-12));
        if sure {
            prop_assert!(close(leep(&theta, &y), Ok(nce)));
        }
    }
}
