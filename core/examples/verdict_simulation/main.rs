//! Prints the tables of docs/methods.md: how often verdicts are wrong when nothing is there, and how often they find
//! what is there. `cargo run --release -p transfermap --example verdict_simulation`

mod simulation;

use simulation::{Design, Judged, Noise, SD, simulate};

const FAMILIES: usize = 20_000;

fn main() {
    println!("False positives: no pair of 20 has an effect; share of {FAMILIES} studies.\n");
    println!("| seeds | scores | pooled: any `harms` | any `harms` or `helps` | moderated t: any `harms` | any |");
    println!("|---|---|---|---|---|---|");
    let usual = [
        Noise::Normal { baseline_sd: SD },
        Noise::HeavyTailed,
        Noise::Normal { baseline_sd: 0.0 },
        Noise::Targets,
        Noise::Samples,
    ];
    false_positives(&usual);
    println!("\nWorst cases, likewise.\n");
    println!("| seeds | scores | pooled: any `harms` | any `harms` or `helps` | moderated t: any `harms` | any |");
    println!("|---|---|---|---|---|---|");
    false_positives(&[Noise::Loud(2.0), Noise::Loud(3.0), Noise::Loud(5.0), Noise::Collapsing]);
    for noise in [Noise::Normal { baseline_sd: SD }, Noise::Targets, Noise::Samples] {
        println!(
            "\nPower, {}: 5 of 20 pairs lose so many points; share of them called `harms`, after Holm.\n",
            name(noise)
        );
        println!("| seeds | loss | pooled | moderated t | plain t |\n|---|---|---|---|---|");
        for seeds in [3, 5, 8] {
            for points in [1.0, 2.0, 4.0, 8.0] {
                let design = Design { seeds, noise, affected: 5, effect: points / 100.0 };
                let Judged { pooled, moderated, plain } = simulate(FAMILIES / 10, design);
                println!("| {seeds} | {points} | {:.3} | {:.3} | {:.3} |", pooled.power, moderated.power, plain.power);
            }
        }
    }
}

fn false_positives(noises: &[Noise]) {
    for &noise in noises {
        for seeds in [3, 5, 8] {
            let Judged { pooled, moderated, .. } =
                simulate(FAMILIES, Design { seeds, noise, affected: 0, effect: 0.0 });
            println!(
                "| {seeds} | {} | {:.4} | {:.4} | {:.4} | {:.4} |",
                name(noise),
                pooled.any_false_harm,
                pooled.any_false,
                moderated.any_false_harm,
                moderated.any_false
            );
        }
    }
}

fn name(noise: Noise) -> String {
    match noise {
        Noise::Normal { baseline_sd } => format!("normal, baselines ± {} points", 100.0 * baseline_sd),
        Noise::HeavyTailed => "t with 4 df".to_owned(),
        Noise::Targets => "normal, target's own variance".to_owned(),
        Noise::Samples => "of the samples' runs".to_owned(),
        Noise::Loud(times) => format!("one arm {times} times as loud"),
        Noise::Collapsing => "arms collapse at different rates".to_owned(),
    }
}
