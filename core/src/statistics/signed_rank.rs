//! The signed-rank test: is one of two predictors ahead on more targets, and by more?

use super::correlation::average_ranks;

/// Exact two-sided p value of Wilcoxon's signed-rank test of paired differences: how often Σ of the ranks of the positive
/// ones is as far from its mean as here, when every sign is as likely as the other. Tied sizes share their average rank,
/// and the distribution is that of these ranks. Differences of 0, up to 1e-12, say nothing and are left out.
///
/// With n differences left at least 2^(1 − n). `None` without any, or with one that is not finite.
///
/// Wilcoxon, *Biometrics Bulletin* 1, 1945; for ties Lehmann, *Nonparametrics*, 1975, section 3.2.
///
/// ```
/// use transfermap::statistics::signed_rank_p;
///
/// assert_eq!(signed_rank_p(&[0.1, 0.2, 0.4, 0.3, 0.5]), Some(0.0625));
/// assert_eq!(signed_rank_p(&[0.0, 0.0]), None);
/// ```
pub fn signed_rank_p(differences: &[f64]) -> Option<f64> {
    if differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    let kept: Vec<f64> = differences.iter().copied().filter(|d| d.abs() > 1e-12).collect();
    // Sizes that differ by rounding alone are ties.
    let sizes: Vec<f64> = kept.iter().map(|d| (d.abs() * 1e12).round()).collect();
    // Average ranks are halves: twice them are whole numbers.
    let ranks: Vec<usize> = average_ranks(&sizes)?.into_iter().map(|rank| (2.0 * rank).round() as usize).collect();
    let total: usize = ranks.iter().sum();
    if total == 0 {
        return None;
    }
    let positive: usize = ranks.iter().zip(&kept).filter(|(_, d)| **d > 0.0).map(|(rank, _)| rank).sum();
    // Share of all sign patterns by their sum.
    let mut shares = vec![0.0; total + 1];
    shares[0] = 1.0;
    let mut reached = 0;
    for rank in ranks {
        reached += rank;
        for sum in (0..=reached).rev() {
            let with = if sum >= rank { shares[sum - rank] } else { 0.0 };
            shares[sum] = 0.5 * (shares[sum] + with);
        }
    }
    let far = positive.abs_diff(total - positive);
    let p: f64 = shares.iter().enumerate().filter(|&(sum, _)| sum.abs_diff(total - sum) >= far).map(|(_, s)| s).sum();
    Some(p.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::tests::prediction::fixture;

    #[test]
    fn equals_scipy_and_all_signs() {
        for case in fixture().signed_rank {
            let ours = signed_rank_p(&case.differences).unwrap();
            assert!((ours - case.p).abs() < 1e-12, "{}: {ours} instead of {}", case.name, case.p);
        }
    }

    #[test]
    fn a_sign_turns_nothing_and_zeros_say_nothing() {
        let differences = [0.3, -0.1, 0.7, 0.2, 0.2, -0.4];
        let p = signed_rank_p(&differences);
        assert_eq!(signed_rank_p(&differences.map(|d| -d)), p);
        let with_zeros: Vec<f64> = differences.into_iter().chain([0.0, -0.0, 1e-16]).collect();
        assert_eq!(signed_rank_p(&with_zeros), p);
        // 0.3 − 0.1 and 0.2 are one size.
        assert_eq!(signed_rank_p(&[0.3 - 0.1, -0.2]), Some(1.0));
        assert_eq!((signed_rank_p(&[]), signed_rank_p(&[f64::NAN, 1.0])), (None, None));
    }
}
