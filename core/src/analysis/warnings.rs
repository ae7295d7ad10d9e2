//! What a reader must know before believing a number.

use indexmap::IndexSet;

use super::{Analysis, Context, collapse};
use crate::number;
use crate::report::Contradiction;

/// Runs that are named before "and so many more".
const LISTED: usize = 10;

/// Below this correlation of single-task and transfer scores, the deciding test, which takes it for 0, finds too much.
const TOO_MANY: f64 = -0.25;

/// Above this one it finds too little.
const TOO_FEW: f64 = 0.5;

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
            "Targets have different metrics ({}): the common variance of the moderated t beside the verdicts is of mixed \
             units. Choose one with --metric.",
            mixed.join(", ")
        ),
    );
    let of_all = |n: usize| format!("{n} of {} pairs", analysis.pairs.len());
    let collapsed = count(&|p| p.collapsed_runs + p.collapsed_singles > 0);
    say(
        collapsed > 0,
        format!(
            "In {}, runs collapsed to one class; their gains measure the collapse as much as the transfer, and arms that \
             collapse at different rates are told apart by any test of means.",
            of_all(collapsed)
        ),
    );
    say(collapsed > 0, collapse::sentence(context));
    let no_population = count(&|p| p.n >= 2 && p.examples.len() < p.n);
    say(
        no_population > 0,
        format!(
            "In {}, the report has no predictions: intervals speak of these test rows only.",
            of_all(no_population)
        ),
    );
    let unpaired = count(&|p| p.flags.contains(&super::Flag::Unpaired));
    say(
        unpaired > 0,
        format!(
            "In {}, single-task and transfer runs share no seed: no paired test stands beside the verdict.",
            of_all(unpaired)
        ),
    );
    let one_run = count(&|p| p.flags.contains(&super::Flag::OneRun));
    say(
        one_run > 0,
        format!("In {}, an arm has one run, whose own noise nobody knows: no verdict rests on it.", of_all(one_run)),
    );
    for family in &analysis.families {
        let words = family.pair_correlation.and_then(pairing).unwrap_or_default();
        say(!words.is_empty(), format!("{}, {}: {words}", family.key.encoder, family.key.protocol.name()));
    }
    let contradictions = &context.contradictions;
    say(!contradictions.is_empty(), against_themselves(contradictions));
    let leaks = count(&|p| p.flags.contains(&super::Flag::Leak));
    say(
        leaks > 0,
        format!("In {}, test texts of the target stand in the source's training set: a leak.", of_all(leaks)),
    );
    // Once, and not for every outcome.
    let level: IndexSet<String> = analysis
        .correlations
        .iter()
        .filter(|c| c.n == 0)
        .filter_map(|c| Some(format!("{}: {}; it is undefined.", c.family.encoder, c.permutations.absent.as_ref()?)))
        .collect();
    for text in level {
        say(true, text);
    }
    if context.runs.unpaired() > 0 {
        let runs = match context.runs.unpaired() {
            1 => "1 run belongs to no ordered pair and is".to_owned(),
            n => format!("{n} runs belong to no ordered pair and are"),
        };
        warnings.push(format!("{runs} left out."));
    }
    warnings
}

/// The runs that say two things that cannot both be.
fn against_themselves(found: &[Contradiction]) -> String {
    let mut named: Vec<String> = found.iter().take(LISTED).map(Contradiction::to_string).collect();
    if found.len() > LISTED {
        named.push(format!("and {} more", found.len() - LISTED));
    }
    let runs = if found.len() == 1 {
        "1 run contradicts itself"
    } else {
        &format!("{} runs contradict themselves", found.len())
    };
    format!("{runs}, and the verdicts on their pairs carry a flag: {}.", named.join("; "))
}

/// What a pooled correlation of both arms over seeds does to the verdicts.
fn pairing(correlation: f64) -> Option<String> {
    let r = number::signed(correlation, 2);
    if correlation < TOO_MANY {
        Some(format!(
            "single-task and transfer scores of a seed go against each other (r = {r} over all pairs): verdicts may be too \
             many; read the moderated paired t beside them."
        ))
    } else if correlation > TOO_FEW {
        Some(format!(
            "single-task and transfer scores of a seed go together (r = {r} over all pairs): the moderated paired t beside \
             the verdicts may find more."
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairing_is_worth_a_word_where_it_matters() {
        assert!(pairing(-0.26).unwrap().contains("too many") && pairing(0.51).unwrap().contains("may find more"));
        assert_eq!((pairing(-0.25), pairing(0.5)), (None, None));
    }
}
