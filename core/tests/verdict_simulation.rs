//! Verdicts on studies with known effects; the example `verdict_simulation` prints the full tables.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "../examples/verdict_simulation/simulation.rs"]
mod simulation;

use simulation::{ALPHA, Design, Noise, SD, simulate};

const NORMAL: Noise = Noise::Normal { baseline_sd: SD };

#[test]
fn no_effect_is_called_a_verdict_in_at_most_alpha_of_the_families() {
    for noise in [NORMAL, Noise::HeavyTailed, Noise::Targets, Noise::Samples] {
        for seeds in [3, 5, 8] {
            let rates = simulate(2_000, Design { seeds, noise, affected: 0, effect: 0.0 }).pooled;
            // Three standard errors of 2,000 families.
            assert!(rates.any_false <= ALPHA + 0.015, "{seeds} seeds, {noise:?}: {rates:?}");
        }
    }
}

#[test]
fn the_pooled_test_finds_more_than_the_others_where_targets_differ_in_noise() {
    for (seeds, effect) in [(3, 0.04), (5, 0.02)] {
        for noise in [Noise::Targets, Noise::Samples] {
            let judged = simulate(300, Design { seeds, noise, affected: 5, effect });
            let [pooled, moderated, plain] = [judged.pooled, judged.moderated, judged.plain].map(|r| r.power);
            assert!(pooled > moderated && pooled > plain, "{seeds} seeds, {noise:?}: {judged:?}");
        }
    }
}

#[test]
fn a_louder_arm_and_collapsing_arms_are_what_docs_methods_says_they_are() {
    let any_false = |seeds, noise| simulate(2_000, Design { seeds, noise, affected: 0, effect: 0.0 }).pooled.any_false;
    assert!(any_false(3, Noise::Loud(5.0)) > 2.0 * ALPHA, "the price of the power is said, not hidden");
    assert!(any_false(3, Noise::Collapsing) > 0.1 && any_false(8, Noise::Collapsing) < ALPHA + 0.015);
}
