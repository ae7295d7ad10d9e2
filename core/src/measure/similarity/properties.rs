//! What similarities must not depend on.

use proptest::prelude::*;

use super::frechet_distance::frechet_distance;
use super::linear_cka::linear_cka;
use super::mmd::mmd_squared;
use super::rsa::representational_similarity;
use super::text_embedding_cosine::cosine_of_means;
use super::unbiased_cka::unbiased_cka;
use crate::measure::Undefined;
use crate::measure::probe::Features;

type Measure = fn(&Features<f64>, &Features<f64>) -> Result<f64, Undefined>;

fn features(rows: usize, cols: usize) -> impl Strategy<Value = Features<f64>> {
    prop::collection::vec(-3.0..3.0f64, rows * cols).prop_map(move |data| Features::new(rows, cols, data).unwrap())
}

/// Scaled by `scale`, moved by `shift`, and the first two dimensions turned by `angle`.
fn moved(x: &Features<f64>, scale: f64, shift: f64, angle: f64) -> Features<f64> {
    let (sin, cos) = angle.sin_cos();
    let row = |i: usize| {
        let mut row = x.row(i).to_vec();
        (row[0], row[1]) = (cos * row[0] - sin * row[1], sin * row[0] + cos * row[1]);
        row.into_iter().map(move |v| scale * v + shift)
    };
    Features::new(x.rows(), x.cols(), (0..x.rows()).flat_map(row).collect()).unwrap()
}

fn close(a: Result<f64, Undefined>, b: Result<f64, Undefined>) -> bool {
    a.unwrap() - b.unwrap() < 1e-8 && b.unwrap() - a.unwrap() < 1e-8
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cka_ignores_rotation_scale_and_shift(
        x in features(9, 3), y in features(9, 4), scale in 0.1..20.0f64, shift in -5.0..5.0f64, angle in 0.0..6.0f64,
    ) {
        let other = moved(&y, scale, shift, angle);
        for measure in [linear_cka as Measure, unbiased_cka] {
            prop_assert!(close(measure(&x, &y), measure(&x, &other)));
            prop_assert!(close(measure(&x, &moved(&x, scale, shift, angle)), Ok(1.0)));
        }
    }

    #[test]
    fn cka_of_wide_features_too(x in features(5, 12), scale in 0.1..20.0f64, angle in 0.0..6.0f64) {
        prop_assert!(close(linear_cka(&x, &moved(&x, scale, 1.0, angle)), Ok(1.0)));
        prop_assert!(close(unbiased_cka(&x, &moved(&x, scale, 1.0, angle)), Ok(1.0)));
    }

    #[test]
    fn rsa_ignores_scale_and_shift(
        x in features(7, 4), y in features(7, 5), scale in 0.1..20.0f64, shift in -5.0..5.0f64,
    ) {
        let other = moved(&y, scale, shift, 0.0);
        prop_assert!(close(representational_similarity(&x, &y), representational_similarity(&x, &other)));
        prop_assert!(close(representational_similarity(&x, &x), Ok(1.0)));
    }

    #[test]
    fn symmetric_measures_are(x in features(6, 3), y in features(8, 3)) {
        for measure in [mmd_squared as Measure, frechet_distance, cosine_of_means] {
            prop_assert!(close(measure(&x, &y), measure(&y, &x)));
        }
    }

    #[test]
    fn distances_of_samples_ignore_a_common_shift_and_rotation(
        x in features(6, 3), y in features(8, 3), shift in -5.0..5.0f64, angle in 0.0..6.0f64,
    ) {
        let both = (moved(&x, 1.0, shift, angle), moved(&y, 1.0, shift, angle));
        prop_assert!(close(mmd_squared(&x, &y), mmd_squared(&both.0, &both.1)));
        prop_assert!(close(frechet_distance(&x, &y), frechet_distance(&both.0, &both.1)));
        // The Gaussian kernel's width follows the scale.
        prop_assert!(close(mmd_squared(&x, &y), mmd_squared(&moved(&x, 7.0, 0.0, 0.0), &moved(&y, 7.0, 0.0, 0.0))));
    }

    #[test]
    fn a_sample_is_no_distance_from_itself(x in features(8, 3)) {
        prop_assert!(close(frechet_distance(&x, &x), Ok(0.0)));
        let mmd = mmd_squared(&x, &x).unwrap();
        prop_assert!((-2.0 / 8.0..=0.0).contains(&mmd));
    }
}
