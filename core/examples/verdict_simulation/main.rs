//! Prints the tables of docs/methods.md: how often verdicts are wrong when nothing is there, and how often they find
//! what is there. `cargo run --release -p transfermap --example verdict_simulation`

mod simulation;

use simulation::{BASELINE_SD, Noise, simulate};

const FAMILIES: usize = 20_000;

fn main() {
    println!("False positives: no pair of 20 has an effect; share of {FAMILIES} studies.\n");
    println!("| seeds | scores | baselines | any `harms` | any `harms` or `helps` |\n|---|---|---|---|---|");
    let cases = [(Noise::Normal, BASELINE_SD), (Noise::HeavyTailed, BASELINE_SD), (Noise::Normal, 0.0)];
    for (noise, baseline_sd) in cases {
        for seeds in [3, 5, 8] {
            let rates = simulate(FAMILIES, seeds, noise, baseline_sd, (0, 0.0));
            let (name, harm, any) = (name(noise), rates.any_false_harm, rates.any_false);
            println!("| {seeds} | {name} | ± {} points | {harm:.4} | {any:.4} |", 100.0 * baseline_sd);
        }
    }
    println!("\nPower: 5 of 20 pairs lose so many points; share of them called `harms`, after Holm.\n");
    println!("| seeds | loss | moderated t | plain t |\n|---|---|---|---|");
    for seeds in [3, 5, 8] {
        for points in [1.0, 2.0, 4.0, 8.0] {
            let rates = simulate(FAMILIES / 10, seeds, Noise::Normal, BASELINE_SD, (5, points / 100.0));
            println!("| {seeds} | {points} | {:.3} | {:.3} |", rates.power_moderated, rates.power_plain);
        }
    }
}

fn name(noise: Noise) -> &'static str {
    match noise {
        Noise::Normal => "normal",
        Noise::HeavyTailed => "t with 4 df",
    }
}
