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
fn the_pooled_test_finds_more_than_the_moderated_one_and_that_more_than_the_plain_one() {
    for (seeds, effect) in [(3, 0.04), (5, 0.02)] {
        for noise in [NORMAL, Noise::Targets] {
            let judged = simulate(300, Design { seeds, noise, affected: 5, effect });
            let [pooled, moderated, plain] = [judged.pooled, judged.moderated, judged.plain].map(|r| r.power);
            assert!(pooled > moderated && moderated > plain, "{seeds} seeds, {noise:?}: {judged:?}");
        }
    }
}
