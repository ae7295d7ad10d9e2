//! What a reader must know before believing a number.

use super::{Analysis, Context};

/// The report's warnings, then those of the analysis.
pub(super) fn warnings(context: &Context<'_>, analysis: &Analysis) -> Vec<String> {
    let mut warnings = context.report.warnings.clone();
    let mut say = |holds: bool, text: String| {
        if holds {
            warnings.push(text);
        }
    };
    let count = |is: &dyn Fn(&super::PairAnalysis) -> bool| analysis.pairs.iter().filter(|p| is(p)).count();
    let mixed: Vec<&str> =
        analysis.families.iter().filter(|f| f.metric.is_none()).map(|f| f.key.encoder.as_str()).collect();
    say(
        !mixed.is_empty(),
        format!(
            "Targets have different metrics ({}): the common variance of the moderated t is of mixed units. \
             Choose one with --metric.",
            mixed.join(", ")
        ),
    );
    let collapsed = count(&|p| p.collapsed_runs + p.collapsed_singles > 0);
    say(
        collapsed > 0,
        format!(
            "{collapsed} pairs have runs that collapsed to one class; their gains measure the collapse as much as the transfer."
        ),
    );
    let no_population = count(&|p| p.n >= 2 && p.examples.len() < p.n);
    say(
        no_population > 0,
        format!(
            "{no_population} pairs have no predictions in the report: their intervals speak of these test rows only."
        ),
    );
    let unpaired = count(&|p| p.flags.contains(&super::Flag::Unpaired));
    say(unpaired > 0, format!("{unpaired} pairs share no seed between single-task and transfer runs: `untested`."));
    let leaks = count(&|p| p.flags.contains(&super::Flag::Leak));
    say(leaks > 0, format!("{leaks} pairs leak: test texts of the target stand in the source's training set."));
    if context.runs.unpaired() > 0 {
        let runs = match context.runs.unpaired() {
            1 => "1 run belongs to no ordered pair and is".to_owned(),
            n => format!("{n} runs belong to no ordered pair and are"),
        };
        warnings.push(format!("{runs} left out."));
    }
    warnings
}
