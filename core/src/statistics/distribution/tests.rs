use statrs::distribution::{ContinuousCDF, StudentsT};

use super::*;

/// mpmath, 50 digits: `betainc(df/2, 1/2, 0, df/(df + t*t), regularized=True)/2`, `erfc(t/sqrt(2))/2`.
const TAILS: &[(f64, f64, f64)] = &[
    (0.5, 3.0, 0.18365407799297173),
    (1.0, 0.25, 0.4220208696226307),
    (1.0, 1e100, 3.183098861837907e-101),
    (1.625676878383548, 4.0, 0.039782715504729706),
    (2.0, 1e150, 5e-301),
    (3.0, 0.001, 0.49963244748473046),
    (3.0, 2.5, 0.04385332350403277),
    (4.5, 1e60, 5.249195123643433e-270),
    (7.0, 1.5, 0.08864924349498501),
    (13.04, 35.0, 1.3929173868351629e-14),
    (30.0, 1e9, 1.0364534652562061e-249),
    (200.0, 60.0, 3.855789292028314e-130),
    (2000.0, 45.0, 2.3089162536949163e-306),
    (50000.0, 1.7, 0.04456857248895288),
    (50000.0, 37.5, 7.666560416591942e-304),
    (99999.0, 1.8, 0.035931825498394535),
    (150000.0, 1.8, 0.035931323359554734),
    (150000.0, 37.5, 1.2240389173719167e-306),
    (f64::INFINITY, 0.5, 0.3085375387259869),
    (f64::INFINITY, 37.5, 4.605353009581955e-308),
];

/// (q, df, t): mpmath findroot on the tails above; scipy.stats.t.isf(q, df) agrees to 6e-16.
const QUANTILES: &[(f64, f64, f64)] = &[
    (0.4, 3.0, 0.27667066233268983),
    (0.025, 7.0, 2.3646242515927853),
    (0.025, 2.0, 4.302652729749464),
    (1e-4, 1.5, 242.2640988465063),
    (2.27e-4, 80.0, 3.6578287710290014),
    (1e-10, 5.0, 156.82559270889433),
    (1e-200, 30.0, 23290831.507991146),
    (0.3, 1e6, 0.5244006798602089),
    (1e-5, f64::INFINITY, 4.264890793922825),
];

/// (t, df, ncp, P(T <= t)): mpmath, 30 digits, quad of ncdf(t*s - ncp) over the density of sqrt(chi2/df);
/// scipy 1.17 stats.nct.cdf(t, df, ncp) agrees to 3e-15.
const NONCENTRAL: &[(f64, f64, f64, f64)] = &[
    (2.5, 7.0, 1.5, 0.7763265212691199),
    (0.0, 4.0, 1.0, 0.1586552539314571),
    (-1.5, 2.0, 0.5, 0.06293322227658643),
    (4.3, 2.0, 3.0, 0.6122745498414526),
    (30.0, 2.0, 20.0, 0.6411006215951051),
    (47.0, 2.0, 20.0, 0.8341299257647882),
    (12.0, 3.0, 8.0, 0.717994412248789),
    (2.0, 5.5, 0.0, 0.9516228048844075),
    (25.0, 5.5, 20.0, 0.68315113189679),
    (3.0, 8.0, 2.9, 0.4987644854322382),
    (-3.0, 8.0, -2.0, 0.2338792511564475),
    (20.0, 20.0, 20.0, 0.46078309489899),
    (2.0, 78.0, 2.8, 0.2129266672479064),
    (22.0, 200.0, 20.0, 0.9082235962493823),
    (1.97, 200.0, 2.8, 0.203705250921458),
    (5.0, 200.0, 0.0, 0.9999993749009362),
    (1.96, f64::INFINITY, 2.8, 0.2004541932604497),
];

/// (x, psi(1, x) by mpmath, scipy.special.digamma(x)); mpmath's psi(0, 1e6) lacks the term 1 / 2x.
const POLYGAMMA: &[(f64, f64, f64)] = &[
    (0.001, 1000001.6425331958, -1000.5755719318103),
    (0.3, 12.245364546107732, -3.502524222200133),
    (0.5, 4.934802200544679, -1.9635100260214235),
    (1.0, 1.6449340668482264, -0.5772156649015329),
    (2.5, 0.49035775610023485, 0.7031566406452432),
    (14.9, 0.06941658320709579, 2.6674289762160424),
    (15.0, 0.0689382278476838, 2.6743466616607936),
    (100.0, 0.010050166663333571, 4.600161852738087),
    (1e6, 1.0000005000001667e-06, 13.815510057964191),
];

#[track_caller]
fn assert_relative(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours / theirs - 1.0).abs() < tolerance, "{ours:e} instead of {theirs:e}");
}

#[test]
fn t_tails_equal_mpmath() {
    for &(df, t, tail) in TAILS {
        let distribution = StudentT::new(df).unwrap();
        assert_relative(distribution.sf(t), tail, 1e-9);
        assert_relative(distribution.cdf(-t), tail, 1e-9);
        assert_relative(distribution.two_sided(-t), 2.0 * tail, 1e-9);
        assert!((distribution.cdf(t) - (1.0 - tail)).abs() < 1e-9);
    }
}

#[test]
fn t_quantiles_equal_mpmath() {
    for &(q, df, t) in QUANTILES {
        let distribution = StudentT::new(df).unwrap();
        assert_relative(distribution.upper_quantile(q).unwrap(), t, 1e-9);
        assert_relative(distribution.quantile(q).unwrap(), -t, 1e-9);
    }
    let normal = StudentT::NORMAL;
    assert_eq!(normal.quantile(0.5), Some(0.0));
    assert_relative(normal.quantile(0.975).unwrap(), 1.959963984540054, 1e-14);
}

#[test]
fn t_quantiles_turn_back_into_their_shares() {
    assert_eq!(StudentT::new(0.3).unwrap().upper_quantile(1e-60), None);
    for df in [1.0, 2.0, 6.04, 80.0, 3e4, 1.5e5, f64::INFINITY] {
        let distribution = StudentT::new(df).unwrap();
        for q in [1e-60, 1e-12, 0.001, 0.2, 0.49] {
            assert_relative(distribution.sf(distribution.upper_quantile(q).unwrap()), q, 1e-9);
        }
    }
}

/// Why [`StudentT::upper_quantile`] is our own: a simultaneous interval of two seeds and 3,000 pairs, and one interval of a
/// family as large as TaskWeb's. When statrs comes to pass this, ours can go.
#[test]
fn quantiles_of_statrs_miss_where_we_need_them() {
    for (q, df) in [(1e-7, 1.0), (0.05, 21_609.0)] {
        let theirs = -StudentsT::new(0.0, 1.0, df).unwrap().inverse_cdf(q);
        let distribution = StudentT::new(df).unwrap();
        assert!((distribution.sf(theirs) / q - 1.0).abs() > 1e-8, "statrs has {theirs} for {q} of {df}");
        assert_relative(distribution.sf(distribution.upper_quantile(q).unwrap()), q, 1e-10);
    }
}

#[test]
fn t_rejects_impossible_arguments() {
    assert!([0.0, -1.0, f64::NAN].iter().all(|&df| StudentT::new(df).is_none()));
    let t = StudentT::new(4.0).unwrap();
    assert!([0.0, 1.0, -0.1, f64::NAN].iter().all(|&p| t.quantile(p).is_none() && t.upper_quantile(p).is_none()));
    assert!(t.cdf(f64::NAN).is_nan() && t.two_sided(f64::NAN).is_nan() && StudentT::NORMAL.sf(f64::NAN).is_nan());
    assert_eq!((t.sf(f64::INFINITY), t.cdf(f64::INFINITY), t.two_sided(f64::NEG_INFINITY)), (0.0, 1.0, 0.0));
}

#[test]
fn noncentral_t_equals_mpmath_and_scipy() {
    for &(t, df, ncp, p) in NONCENTRAL {
        let ours = noncentral_t_cdf(t, df, ncp);
        assert!((ours - p).abs() < 1e-10, "{ours} instead of {p} at {t}, {df}, {ncp}");
    }
}

#[test]
fn noncentral_t_without_centre_is_student_t() {
    for df in [0.4, 1.0, 2.0, 13.0, 400.0, 1e6] {
        for t in [-6.0, -0.3, 0.0, 1.0, 40.0] {
            let (ours, central) = (noncentral_t_cdf(t, df, 0.0), StudentT::new(df).unwrap().cdf(t));
            assert!((ours - central).abs() < 1e-9, "{ours} instead of {central} at {t}, {df}");
        }
    }
    assert!(noncentral_t_cdf(1.0, 0.0, 1.0).is_nan() && noncentral_t_cdf(1.0, 3.0, f64::NAN).is_nan());
    assert!(noncentral_t_cdf(f64::NAN, 3.0, 1.0).is_nan());
    assert_eq!(noncentral_t_cdf(f64::INFINITY, 3.0, 1.0), 1.0);
}

#[test]
fn polygamma_equals_mpmath() {
    for &(x, first, zeroth) in POLYGAMMA {
        assert_relative(trigamma(x), first, 1e-13);
        assert_relative(digamma(x), zeroth, 1e-13);
        // limma's shortcuts beyond its limits are exact to 1e-6 only.
        let tolerance = if (1e-6..=1e7).contains(&first) { 1e-11 } else { 1e-6 };
        assert_relative(inverse_trigamma(first), x, tolerance);
    }
    for f in [digamma, trigamma, inverse_trigamma] {
        assert!(f(0.0).is_nan() && f(-1.5).is_nan() && f(f64::NAN).is_nan());
    }
    assert_eq!((inverse_trigamma(4e8), inverse_trigamma(5e-7)), (5e-5, 2e6));
}
