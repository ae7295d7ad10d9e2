//! Means and angles of vectors, which several measures share.

use crate::measure::Undefined;
use crate::measure::probe::Features;

/// ⟨a, b⟩ / (|a| |b|), from −1 to 1, given the three inner products.
pub(super) fn cosine_of_products(ab: f64, aa: f64, bb: f64, what: &'static str) -> Result<f64, Undefined> {
    if ![ab, aa, bb].iter().all(|v| v.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    if aa <= 0.0 || bb <= 0.0 {
        return Err(Undefined::Zero(what));
    }
    Ok((ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0))
}

/// The cosine of two vectors of one length; `what` names them in errors.
pub(super) fn cosine<A, B>(a: &[A], b: &[B], what: &'static str) -> Result<f64, Undefined>
where
    A: Copy + Into<f64>,
    B: Copy + Into<f64>,
{
    if a.len() != b.len() {
        return Err(Undefined::Lengths { left: a.len(), right: b.len() });
    }
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y): (f64, f64) = (x.into(), y.into());
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    cosine_of_products(ab, aa, bb, what)
}

/// Mean over examples.
pub(super) fn centroid<T: Copy + Into<f64>>(features: &Features<T>) -> Result<Vec<f64>, Undefined> {
    if features.rows() == 0 {
        return Err(Undefined::TooFewExamples { examples: 0, least: 1 });
    }
    let mut sum = vec![0.0; features.cols()];
    for i in 0..features.rows() {
        sum.iter_mut().zip(features.row(i)).for_each(|(s, &v)| *s += v.into());
    }
    let n = features.rows() as f64;
    Ok(sum.into_iter().map(|s| s / n).collect())
}
