//! exp, erf and tanh as polynomials without branches, which the compiler makes vectors of. Within 4e-7 of the exact value,
//! relative for exp; what is no number stays none.

/// `eˣ`: Cody and Waite's reduction and the polynomial of Cephes' `expf`. 0 below −87.3, where it is no normal number any
/// more: the weight of a padded token would be such a number, and they slow every product that they enter.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    /// Adding it rounds to an integer, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let under = x < -87.3;
    let x = if under { -87.3 } else { x };
    let x = if x > 88.3 { 88.3 } else { x };
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5e-1;
    let value = p * r * r + r + 1.0;
    let power = f32::from_bits(((shifted.to_bits() << 23) as i32).wrapping_add(0x3f80_0000) as u32);
    if under { 0.0 } else { value * power }
}

/// `1 / (1 + e⁻ˣ)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `tanh x`.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// The error function: the rational function of Eigen's and XLA's `erf` for 32 bits, on −4 to 4, beyond which it is ±1.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let x = if x < -4.0 { -4.0 } else { x };
    let x = if x > 4.0 { 4.0 } else { x };
    let s = x * x;
    let p = -2.726_142_3e-10;
    let p = p * s + 2.770_681_3e-8;
    let p = p * s - 2.101_024e-6;
    let p = p * s - 5.692_506_4e-5;
    let p = p * s - 7.349_906_5e-4;
    let p = p * s - 2.954_6e-3;
    let p = p * s - 1.609_603_3e-2;
    let q = -1.456_607_1e-5;
    let q = q * s - 2.133_740_5e-4;
    let q = q * s - 1.682_827e-3;
    let q = q * s - 7.373_329e-3;
    let q = q * s - 1.426_473_9e-2;
    x * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> impl Iterator<Item = f32> {
        (-2_000_000..=2_000_000).step_by(37).map(|i| i as f32 * 1e-5)
    }

    /// Against std's and libm's functions in 64 bits.
    #[test]
    fn are_near_the_exact_values() {
        for x in points() {
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 4e-7, "exp {x}: {}", exp(x));
            assert!((f64::from(tanh(x)) - f64::from(x).tanh()).abs() < 4e-7, "tanh {x}: {}", tanh(x));
            assert!((f64::from(erf(x)) - libm::erf(f64::from(x))).abs() < 4e-7, "erf {x}: {}", erf(x));
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(sigmoid(x)) - exact).abs() < 4e-7, "sigmoid {x}: {}", sigmoid(x));
        }
    }

    #[test]
    fn ends_and_no_numbers() {
        for f in [exp, tanh, erf, sigmoid] {
            assert!(f(f32::NAN).is_nan());
        }
        assert_eq!((tanh(f32::INFINITY), tanh(f32::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!((erf(f32::INFINITY), erf(f32::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NEG_INFINITY) == 0.0 && exp(-90.0) == 0.0 && exp(f32::INFINITY) > 1e38);
    }
}
