//! Do two tasks use the same words as often?

use super::distribution::{Histograms, check};
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined};

/// Jensen-Shannon divergence of token distributions.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "token_jensen_shannon",
    definition: "Jensen-Shannon divergence (nats, not its root) of the two tasks' token frequencies; no smoothing",
    range: (0.0, std::f64::consts::LN_2),
    direction: Direction::LowerIsMoreSimilar,
    symmetric: true,
    needs_labels: false,
    needs: &[Part::Tokens],
    citation: "Lin, Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory 1991",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let (p, q) = Histograms::of(source, target)?.shares(0.0);
    jensen_shannon_divergence(&p, &q)
});

/// JSD = ½ Σ p ln(p / m) + ½ Σ q ln(q / m), m = (p + q) / 2, in nats, from 0 to ln 2. Terms with p = 0 are 0.
///
/// scipy's `jensenshannon` is the *root* of this, the Jensen-Shannon distance.
///
/// # Errors
/// Lists of different lengths.
pub fn jensen_shannon_divergence(p: &[f64], q: &[f64]) -> Result<f64, Undefined> {
    check(p, q)?;
    let term = |a: f64, m: f64| if a > 0.0 { a * (a / m).ln() } else { 0.0 };
    let sum: f64 = p.iter().zip(q).map(|(&p, &q)| term(p, (p + q) / 2.0) + term(q, (p + q) / 2.0)).sum();
    Ok((sum / 2.0).clamp(0.0, std::f64::consts::LN_2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::{assert_close, reference};

    #[test]
    fn equals_scipy() {
        // js_divergence_nats = jensenshannon(P, Q) ** 2; P has a zero.
        let given = reference("distributions");
        let ours = jensen_shannon_divergence(&given.list("p"), &given.list("q"));
        assert_close(ours, given.number("js_divergence_nats"), 1e-12);
        assert_close(ours.map(f64::sqrt), given.number("js_distance_nats"), 1e-12);
        let bits = ours.map(|nats| nats / std::f64::consts::LN_2);
        assert_close(bits, given.number("js_divergence_bits"), 1e-12);
        assert_close(bits.map(f64::sqrt), given.number("js_distance_bits"), 1e-12);
    }

    #[test]
    fn nothing_in_common_is_ln_2() {
        assert_close(jensen_shannon_divergence(&[1.0, 0.0], &[0.0, 1.0]), std::f64::consts::LN_2, 1e-15);
    }
}
