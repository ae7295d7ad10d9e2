//! Prints the tables of docs/methods.md: how often verdicts are wrong when nothing is there, and how often they find
//! what is there; with `race`, what racing brings. `cargo run --release -p transfermap --example verdict_simulation`

mod race;
mod simulation;

use simulation::{Design, Judged, Noise, SD, simulate};

const FAMILIES: usize = 20_000;

/// Studies of a line of the table of races, each of which is looked at a dozen times.
const RACES: usize = 2_000;

fn main() {
    if std::env::args().any(|argument| argument == "race") {
        return races();
    }
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

/// Raced and not, at the same costs: `verdict_simulation race`.
fn races() {
    println!("Races: 5 of 20 pairs lose so many points; {RACES} studies.\n");
    println!(
        "| scores | loss | way | runs | power | any false verdict | pairs decided |\n|---|---|---|---|---|---|---|"
    );
    for noise in [Noise::Samples, Noise::Targets, Noise::Normal { baseline_sd: SD }] {
        for points in [1.0, 2.0, 4.0] {
            let ways = ["raced", "pooled, 5 seeds", "pooled, 8 seeds", "moderated t, 5 seeds", "moderated t, 8 seeds"];
            for (way, came) in ways.into_iter().zip(race::compare(RACES, noise, points / 100.0)) {
                println!(
                    "| {} | {points} | {way} | {:.0} | {:.3} | {:.4} | {:.2} |",
                    name(noise),
                    came.runs,
                    came.power,
                    came.any_false,
                    came.decided
                );
            }
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
