//! The tests of two samples, families, power and multiplicity against their references.

mod pooled;
pub(super) mod prediction;
mod properties;
mod reference;

use super::*;
use reference::{assert_close, moderated, statistics};

#[test]
fn two_samples_equal_scipy() {
    for case in statistics().two_samples {
        let differences: Vec<f64> = case.b.iter().zip(&case.a).map(|(b, a)| b - a).collect();
        let paired = PairedT::new(&differences).unwrap();
        assert_close(paired.t.unwrap(), case.paired_t, 1e-12);
        assert_close(paired.p.unwrap(), case.paired_p, 1e-12);
        let interval = paired.interval(0.95).unwrap();
        assert_close(interval.low, case.paired_ci95.0, 1e-12);
        assert_close(interval.high, case.paired_ci95.1, 1e-12);
        assert_close(paired.equivalence_p(case.tost_margin).unwrap(), case.tost_paired_p, 1e-12);
        assert_eq!(sign_flip_p(&differences), case.sign_flip_exact_p.filter(|_| differences.len() <= SIGN_FLIP_MAX));

        let welch = Welch::new(&case.a, &case.b).unwrap();
        assert_close(welch.t, case.welch_t, 1e-12);
        assert_close(welch.df, case.welch_df, 1e-11);
        assert_close(welch.p, case.welch_p, 1e-12);
        let interval = welch.interval(0.95).unwrap();
        assert_close(interval.low, case.welch_ci95.0, 1e-12);
        assert_close(interval.high, case.welch_ci95.1, 1e-12);

        assert_close(cohen_d_paired(&differences).unwrap(), case.cohen_d_paired, 1e-12);
        assert_close(probability_of_superiority(&case.a, &case.b).unwrap(), case.probability_b_above_a, 1e-15);
    }
}

#[test]
fn identical_differences_are_never_significant() {
    for differences in [&[0.0; 8][..], &[0.01; 8], &[0.1 + 0.2, 0.3, 0.3]] {
        let test = PairedT::new(differences).unwrap();
        assert_eq!((test.sd, test.t, test.p), (0.0, None, None));
        assert_eq!((test.interval(0.95), test.equivalence_p(0.5)), (None, None));
        assert_eq!((sign_flip_p(differences), cohen_d_paired(differences)), (None, None));
    }
    assert_eq!(moderate(&[[0.01; 8], [0.0; 8]]).tests, [None, None]);
    assert_eq!(Welch::new(&[0.1; 4], &[0.2; 4]), None);
}

#[test]
fn too_few_or_non_finite_values_give_no_test() {
    for values in [&[][..], &[1.0], &[1.0, f64::NAN], &[1.0, f64::INFINITY], &[1e200, -1e200], &[1e308, 1e308]] {
        assert!(PairedT::new(values).is_none_or(|t| t.p.is_none()), "{values:?}");
        assert!(Welch::new(values, &[1.0, 2.0]).is_none() || values == [1e308, 1e308], "{values:?}");
        assert_eq!(moderate(&[values, &[1.0, 2.0]]).tests[0], None, "{values:?}");
        assert!(cohen_d_paired(values).is_none(), "{values:?}");
    }
    assert_eq!(
        (sign_flip_p(&[1.0]), sign_flip_p(&[f64::NAN, 1.0]), sign_flip_p(&[1.0, 2.0].repeat(7))),
        (None, None, None)
    );
    assert_eq!(probability_of_superiority(&[f64::NAN], &[1.0]), None);
    assert_eq!(moderate::<&[f64]>(&[]), Family { prior: None, tests: vec![] });
}

#[test]
fn a_sign_flip_counts_ties() {
    // numpy: signs = product([1, -1], repeat=4); (abs((signs*d).sum(1)) >= abs(d.sum()) - 1e-12).mean()
    assert_eq!(sign_flip_p(&[0.1, 0.2, 0.3, -0.1]), Some(0.375));
    assert_eq!(sign_flip_p(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), Some(2.0 / 256.0));
}

#[test]
fn moderated_t_equals_limma() {
    for case in moderated() {
        let family = moderate(&case.differences);
        let prior = family.prior.unwrap();
        match case.prior_df {
            Some(df) => assert_close(prior.df, df, 1e-9),
            None => assert_eq!(prior.df, f64::INFINITY),
        }
        assert_close(prior.variance / case.prior_variance, 1.0, 1e-10);
        for (i, test) in family.tests.iter().enumerate() {
            let test = test.as_ref().unwrap();
            assert_close(test.mean, case.mean[i], 1e-15);
            assert_close(sd(&case.differences[i]).unwrap(), case.sd[i], 1e-15);
            assert_close(test.posterior_variance / case.posterior_variance[i], 1.0, 1e-10);
            assert_close(test.t, case.moderated_t[i], 1e-9);
            assert_close(test.df_total, case.df_total[i], 1e-9);
            assert_close(test.p, case.p[i], 1e-10);
            let interval = test.interval(0.95).unwrap();
            assert_close(interval.low, case.ci_low[i], 1e-10);
            assert_close(interval.high, case.ci_high[i], 1e-10);
        }
    }
}

#[test]
fn a_prior_from_unequal_degrees_of_freedom() {
    // scipy: e = log(s2) - digamma(df/2) + log(df/2); ev = e.var(ddof=1) - polygamma(1, df/2).mean()
    // d0 = 2*brentq(lambda x: polygamma(1, x) - ev, ...); s0 = exp(e.mean() + digamma(d0/2) - log(d0/2))
    let variances = [7.057584, 1.314223, 0.550276, 0.64871, 0.516993, 0.001593, 0.368368, 0.156716];
    let df = [2.0, 2.0, 3.0, 7.0, 4.0, 1.0, 7.0, 2.0];
    let prior = fit_prior(&variances, &df).unwrap();
    assert_close(prior.df, 1.2762969742260752, 1e-11);
    assert_close(prior.variance, 0.20980808035342124, 1e-12);
    // Entries without information are left out.
    let more = fit_prior(&[&variances[..], &[f64::NAN, 1.0, -1.0]].concat(), &[&df[..], &[3.0, 0.0, 3.0]].concat());
    assert_eq!(more, Some(prior));
}

#[test]
fn a_prior_of_one_variance_of_none_and_of_zeros() {
    assert_eq!(fit_prior(&[0.3], &[4.0]), Some(Prior { df: 0.0, variance: 0.3 }));
    assert_eq!(fit_prior(&[], &[]), None);
    // All equal: they vary less than chance allows. With zeros the floor is 1e-5 of the median, 1e-5 itself if that is 0.
    let equal = fit_prior(&[2.0, 2.0, 2.0], &[3.0; 3]).unwrap();
    assert_eq!((equal.df, equal.variance), (f64::INFINITY, 2.0));
    assert_eq!(fit_prior(&[0.0, 2.0, 2.0], &[3.0; 3]), fit_prior(&[2e-5, 2.0, 2.0], &[3.0; 3]));
    assert_eq!(fit_prior(&[0.0, 0.0, 3.0], &[3.0; 3]), fit_prior(&[1e-5, 1e-5, 3.0], &[3.0; 3]));
}

#[test]
fn a_family_of_one_pair_is_the_plain_t_test() {
    let differences = [0.02, 0.05, -0.01, 0.03];
    let (plain, family) = (PairedT::new(&differences).unwrap(), moderate(&[differences]));
    let test = family.tests[0].as_ref().unwrap();
    assert_close(test.p, plain.p.unwrap(), 1e-14);
    assert_eq!(test.df_total, 3.0);
    assert_close(test.equivalence_p(0.1).unwrap(), plain.equivalence_p(0.1).unwrap(), 1e-14);
}

#[test]
fn moderated_equivalence_is_two_one_sided_tests() {
    // scipy on the fixture's values: max(t.sf((mean + m)/se, df), t.cdf((mean - m)/se, df)), by the lower and upper
    // one-sided intervals: p = 0.05 exactly where the margin is the far end of the 90 % interval.
    for case in moderated() {
        for test in moderate(&case.differences).tests.iter().flatten() {
            let Interval { low, high } = test.interval(0.9).unwrap();
            assert_close(test.equivalence_p(low.abs().max(high.abs())).unwrap(), 0.05, 1e-10);
        }
    }
}

#[test]
fn adjusted_p_equals_statsmodels() {
    let reference = statistics().multiple_testing;
    let p: Vec<Option<f64>> = reference.p.iter().copied().map(Some).collect();
    for (ours, theirs) in [(holm(&p), reference.holm), (benjamini_hochberg(&p), reference.benjamini_hochberg)] {
        assert_eq!(ours.len(), theirs.len());
        ours.iter().zip(theirs).for_each(|(o, t)| assert_close(o.unwrap(), t, 1e-14));
    }
}

#[test]
fn untested_pairs_count_in_the_family() {
    for adjust in [holm, benjamini_hochberg] {
        let with_none = adjust(&[Some(0.01), None, Some(0.02), Some(f64::NAN)]);
        let with_ones = adjust(&[Some(0.01), Some(1.0), Some(0.02), Some(1.0)]);
        assert_eq!(with_none, [with_ones[0], None, with_ones[2], None]);
        assert_eq!(adjust(&[]), []);
    }
}

#[test]
fn smallest_detectable_effects_equal_statsmodels_and_scipy() {
    // brentq on nct.sf(c, df, ncp) + nct.cdf(-c, df, ncp) - 0.8, c = t.isf(0.025, df), xtol=1e-14; (n, paired, independent)
    let scipy = [
        (3, 3.2640435496995734, 3.070892266363688),
        (5, 1.681996965955555, 2.024439339384544),
        (10, 0.9960013714554439, 1.3249473925792308),
        (20, 0.6604416546230265, 0.9091290326820796),
    ];
    let fixtures = statistics().minimum_detectable_effect;
    assert_eq!(fixtures.len(), scipy.len());
    for (case, (n, paired, independent)) in fixtures.iter().zip(scipy) {
        assert_eq!(case.n, n);
        let size = n as f64;
        let detectable = |error: f64, df: f64| smallest_detectable(error, df, case.alpha, case.power).unwrap();
        let ours_paired = detectable(1.0 / size.sqrt(), size - 1.0);
        let ours_independent = detectable((2.0 / size).sqrt(), 2.0 * (size - 1.0));
        assert_close(ours_paired, paired, 1e-9);
        assert_close(ours_independent, independent, 1e-9);
        // statsmodels' solver stops early.
        assert_close(ours_paired, case.paired_d, 1e-5);
        assert_close(ours_independent, case.independent_d, 1e-5);
    }
}

#[test]
fn detectable_ncp_equals_scipy() {
    // (df, alpha, power, ncp): the same brentq; norm.sf(c - ncp) + norm.cdf(-c - ncp) for infinite df.
    for (df, alpha, power, ncp) in [
        (2.0, 0.05, 0.8, 5.6534892661971305),
        (7.0, 0.05, 0.8, 3.269759840387534),
        (13.04, 0.05 / 110.0, 0.8, 5.686374941585128),
        (80.0, 0.05 / 20.0, 0.9, 4.4322719593974895),
        (3.6, 0.01, 0.5, 4.540662684091588),
        (f64::INFINITY, 0.05, 0.8, 2.8015817870135793),
        (f64::INFINITY, 0.05 / 420.0, 0.95, 5.492932725315056),
    ] {
        let ours = detectable_ncp(df, alpha, power).unwrap();
        assert_close(ours, ncp, 1e-9);
        assert_eq!(smallest_detectable(0.5, df, alpha, power), Some(ours / 2.0));
    }
}

#[test]
fn power_rejects_impossible_designs() {
    for (df, alpha, power) in
        [(0.0, 0.05, 0.8), (5.0, 0.0, 0.8), (5.0, 0.05, 1.0), (5.0, 0.05, 0.05), (f64::NAN, 0.05, 0.8)]
    {
        assert_eq!(detectable_ncp(df, alpha, power), None);
    }
    assert_eq!(smallest_detectable(0.0, 5.0, 0.05, 0.8), None);
}

#[test]
fn mcnemar_equals_statsmodels() {
    for case in statistics().mcnemar {
        let [_, b, c, _] = case.table;
        assert_close(mcnemar_p(b, c), case.exact_p, 1e-12);
        assert_eq!(mcnemar_p(b, c), mcnemar_p(c, b));
    }
    // mpmath: min(1, 2*sum(binomial(b + c, k) for k in range(min(b, c) + 1)) / 2**(b + c))
    for (b, c, p) in
        [(0, 0, 1.0), (7, 7, 1.0), (7, 8, 1.0), (1000, 1200, 2.1817026407914712e-05), (3, 900, 3.629598428509171e-264)]
    {
        assert_close(mcnemar_p(b, c) / p, 1.0, 1e-11);
    }
}

#[test]
fn discordant_examples_are_counted() {
    let (first, second) = ([true, true, false, false, false], [true, false, true, true, false]);
    assert_eq!(discordant(&first, &second), Some((1, 2)));
    assert_eq!((discordant(&first, &second[1..]), discordant(&[], &[])), (None, None));
}
