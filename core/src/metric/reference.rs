//! The reference values that the metrics' tests share.
//!
//! tests/fixtures/statistics.json was written by make_statistics.py SEED OUT (numpy, scikit-learn), parts
//! "classification" and "probabilities":
//! ```python
//! z = dict(zero_division=0)
//! accuracy=skm.accuracy_score(y, p), balanced_accuracy=skm.balanced_accuracy_score(y, p),
//! f1_macro=skm.f1_score(y, p, average="macro", **z), f1_weighted=skm.f1_score(y, p, average="weighted", **z),
//! f1_per_class=skm.f1_score(y, p, average=None, labels=range(classes), **z),   # precision_, recall_ likewise
//! matthews_corrcoef=skm.matthews_corrcoef(y, p), cohen_kappa=skm.cohen_kappa_score(y, p),
//! confusion=skm.confusion_matrix(y, p, labels=range(classes))
//!
//! probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
//! log_loss=skm.log_loss(y, probs, labels=range(classes)), brier=((probs - np.eye(classes)[y]) ** 2).sum(1).mean()
//! which = np.clip(np.digitize(conf, np.linspace(0, 1, 11)[1:-1], right=True), 0, 9)
//! ece = sum(abs(hit[which == b].mean() - conf[which == b].mean()) * (which == b).mean() for b in range(10) if ...)
//! ```

use serde::Deserialize;

use super::Confusion;

const STATISTICS: &str = include_str!("../../../tests/fixtures/statistics.json");

#[derive(Deserialize)]
struct Statistics {
    classification: Vec<Classification>,
    probabilities: Probabilities,
}

/// Labels, predictions and their scores.
#[derive(Deserialize)]
pub(super) struct Classification {
    pub kind: String,
    pub classes: usize,
    pub labels: Vec<usize>,
    pub predictions: Vec<usize>,
    pub accuracy: f64,
    pub balanced_accuracy: f64,
    pub f1_macro: f64,
    pub f1_weighted: f64,
    pub f1_per_class: Vec<f64>,
    pub precision_per_class: Vec<f64>,
    pub recall_per_class: Vec<f64>,
    pub matthews_corrcoef: f64,
    pub cohen_kappa: f64,
    pub confusion: Vec<Vec<u64>>,
}

impl Classification {
    pub(super) fn confusion(&self) -> Confusion {
        Confusion::new(&self.labels, &self.predictions, self.classes).unwrap()
    }
}

/// Logits, labels and their scores.
#[derive(Deserialize)]
pub(super) struct Probabilities {
    logits: Vec<Vec<f64>>,
    pub labels: Vec<usize>,
    pub log_loss: f64,
    pub brier: f64,
    pub ece_10_equal_width_right_closed: f64,
}

impl Probabilities {
    /// Softmax of the logits.
    pub(super) fn rows(&self) -> Vec<Vec<f64>> {
        let softmax = |row: &Vec<f64>| {
            let powers: Vec<f64> = row.iter().map(|z| z.exp()).collect();
            let sum: f64 = powers.iter().sum();
            powers.into_iter().map(|p| p / sum).collect()
        };
        self.logits.iter().map(softmax).collect()
    }
}

fn statistics() -> Statistics {
    serde_json::from_str(STATISTICS).unwrap()
}

pub(super) fn classification() -> Vec<Classification> {
    let cases = statistics().classification;
    assert_eq!(cases.len(), 5);
    cases
}

pub(super) fn probabilities() -> Probabilities {
    statistics().probabilities
}

#[track_caller]
pub(super) fn assert_close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-12, "{ours} instead of {theirs}");
}
