//! What a race spent, and on what.

use serde::Serialize;

use super::sentence::{count, list};
use super::{Context, PairAnalysis};

/// A race over seeds, as far as the report has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RaceAnalysis {
    /// Runs of both arms at which pairs are tested.
    pub looks: Vec<usize>,
    /// What may be spent: `125 runs` or `3 h of training`.
    pub budget: String,
    /// Runs that were trained, failed ones among them.
    pub runs: usize,
    /// Seconds that they took, added up.
    pub seconds: f64,
    /// All of it in words.
    pub sentence: String,
}

/// The race that the report's study asked for.
pub(super) fn race(context: &Context<'_>, pairs: &[PairAnalysis]) -> Option<RaceAnalysis> {
    let race = context.report.study.race.as_ref()?;
    let (runs, seconds) =
        (context.report.runs.len(), context.report.runs.iter().map(|run| run.cost.seconds).sum::<f64>());
    let decided = pairs.iter().filter(|p| p.verdict.is_decided()).count();
    let spent = match race.budget.seconds() {
        None => format!("{runs} of {} spent", race.budget),
        Some(_) => format!(
            "{} and {:.1} h spent of {}; where it stopped depends on the machine, so it cannot be repeated exactly",
            count(runs, "run"),
            seconds / 3600.0,
            race.budget
        ),
    };
    let open: Vec<usize> = pairs.iter().filter(|p| !p.verdict.is_decided()).map(|p| p.seeds_spent).collect();
    let given_up = match (open.iter().min(), open.iter().max()) {
        (Some(low), Some(high)) if low == high => format!(", {} given up at {}", open.len(), count(*high, "seed")),
        (Some(low), Some(high)) => format!(", {} given up at {low} to {high} seeds", open.len()),
        _ => String::new(),
    };
    let sentence = format!(
        "Raced with looks at {} seeds: {spent}; {decided} of {} decided{given_up}. A p is {} times the smallest over a \
         pair’s looks, and the gain of a pair that stopped early is biased away from zero.",
        list(&race.looks),
        count(pairs.len(), "pair"),
        race.looks.len()
    );
    Some(RaceAnalysis { looks: race.looks.clone(), budget: race.budget.to_string(), runs, seconds, sentence })
}
