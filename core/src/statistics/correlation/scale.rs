//! Scaling to [0, 1], for charts that show several measures on one axis: no coefficient changes.

/// (v − min) / (max − min) of every value, from 0 to 1.
///
/// `None` without values, for a constant list and for values that are not finite.
///
/// ```
/// use transfermap::statistics::correlation::min_max;
///
/// assert_eq!(min_max(&[2.0, 4.0, 3.0]), Some(vec![0.0, 1.0, 0.5]));
/// assert_eq!(min_max(&[2.0, 2.0]), None);
/// ```
pub fn min_max(values: &[f64]) -> Option<Vec<f64>> {
    if !values.iter().all(|v| v.is_finite()) {
        return None;
    }
    let least = values.iter().copied().reduce(f64::min)?;
    let range = values.iter().copied().reduce(f64::max)? - least;
    (range > 0.0 && range.is_finite()).then(|| values.iter().map(|v| (v - least) / range).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Coefficient;
    use super::super::reference::{assert_close, cases};
    use super::*;

    #[test]
    fn changes_no_coefficient() {
        for case in cases() {
            let (x, y) = (min_max(&case.x).unwrap(), min_max(&case.y).unwrap());
            for &coefficient in Coefficient::ALL {
                assert_close(coefficient.of(&x, &y), coefficient.of(&case.x, &case.y).unwrap());
            }
        }
    }

    #[test]
    fn undefined_without_a_range() {
        for values in [&[][..], &[1.0], &[1.0, f64::NAN, 2.0], &[1.0, f64::INFINITY], &[f64::MIN, f64::MAX]] {
            assert_eq!(min_max(values), None, "{values:?}");
        }
    }
}
