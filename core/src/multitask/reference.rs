//! tests/fixtures/joint.json: parts of ../shared/fixtures/joint.json, which make_joint.py of that folder made in float64
//! with numpy from the formulas beside the numbers, and checked against TorchJD, torch and scipy.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use serde_json::Value;

use super::gram::Gram;

pub(super) fn joint() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/joint.json")).unwrap()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Rows of numbers.
pub(super) fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// The inner products of gradients.
pub(super) fn gram(gradients: &[Vec<f64>]) -> Gram {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    Gram::new(gradients.iter().map(|a| gradients.iter().map(|b| dot(a, b)).collect()).collect())
}

/// Σ w g.
pub(super) fn combined(weights: &[f64], gradients: &[Vec<f64>]) -> Vec<f64> {
    let width = gradients.first().map_or(0, Vec::len);
    (0..width).map(|d| weights.iter().zip(gradients).map(|(w, g)| w * g[d]).sum()).collect()
}

/// The orders in which every gradient meets the others.
pub(super) fn orders(value: &Value) -> Vec<Vec<usize>> {
    let row = |v: &Value| v.as_array().unwrap().iter().map(|j| j.as_u64().unwrap() as usize).collect();
    value.as_array().unwrap().iter().map(row).collect()
}
