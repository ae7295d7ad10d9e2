//! The reference values that the tests of measures share.
//!
//! tests/fixtures/statistics.json was written by make_statistics.py SEED OUT (numpy, scipy, scikit-learn); the parts
//! read here are "distributions", "notebook_embedding", "representations", "estimators" and "task_vectors". Each test
//! quotes the line of the script that made its number. nleep.json was written by make_nleep.py beside it.

use serde_json::Value;

use super::Undefined;
use crate::measure::probe::Features;

const STATISTICS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/statistics.json"));

const NLEEP: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/nleep.json"));

/// One part of a fixture.
pub(crate) struct Reference(Value);

pub(crate) fn reference(part: &str) -> Reference {
    of(STATISTICS, part)
}

pub(crate) fn nleep_reference(case: &str) -> Reference {
    of(NLEEP, case)
}

fn of(fixture: &str, part: &str) -> Reference {
    let mut all: Value = serde_json::from_str(fixture).unwrap();
    Reference(all[part].take())
}

impl Reference {
    pub(crate) fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap()
    }

    pub(crate) fn list(&self, key: &str) -> Vec<f64> {
        serde_json::from_value(self.0[key].clone()).unwrap()
    }

    pub(crate) fn labels(&self) -> Vec<usize> {
        self.indices("labels")
    }

    pub(crate) fn indices(&self, key: &str) -> Vec<usize> {
        serde_json::from_value(self.0[key].clone()).unwrap()
    }

    pub(crate) fn rows(&self, key: &str) -> Vec<Vec<f64>> {
        serde_json::from_value(self.0[key].clone()).unwrap()
    }

    pub(crate) fn table(&self, key: &str) -> Features<f64> {
        table(&self.rows(key))
    }
}

pub(crate) fn table(rows: &[Vec<f64>]) -> Features<f64> {
    Features::new(rows.len(), rows[0].len(), rows.concat()).unwrap()
}

#[track_caller]
pub(crate) fn assert_close(ours: Result<f64, Undefined>, theirs: f64, tolerance: f64) {
    assert!(ours.is_ok_and(|v| (v - theirs).abs() < tolerance), "{ours:?} instead of {theirs}");
}
