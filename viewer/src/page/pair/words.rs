//! What was tested and what came out, in sentences and in tables.

use transfermap::analysis::{Flag, PairAnalysis, Test, Verdict, leaning};
use transfermap::number;

use crate::page::Context;
use crate::table::{Show, Table, Value};

/// The verdict in one sentence; where there is none, how the pair leans.
pub fn answer(pair: &PairAnalysis) -> String {
    let (source, target) = (&pair.key.source, &pair.key.target);
    match pair.verdict {
        Verdict::Helps => format!("Training on {source} first helps {target}."),
        Verdict::Harms => format!("Training on {source} first harms {target}."),
        Verdict::Equivalent => format!("Training on {source} first makes no difference to {target} that matters."),
        Verdict::Undecided => {
            let leans = pair.probability_positive.map_or_else(String::new, |p| format!("; it {}", leaning(p)));
            format!("Whether {source} helps or harms {target} is undecided{leans}.")
        }
        Verdict::Untested => format!("Whether {source} helps or harms {target} cannot be tested."),
    }
}

/// The numbers behind the verdict, in sentences.
pub fn sentences(pair: &PairAnalysis, alpha: f64) -> String {
    let metric = pair.metric;
    let unit = number::unit(metric);
    let score = |v: Option<f64>| number::or_missing(v, |v| number::score(metric, v));
    let mut words = Vec::new();
    if let Some(gain) = pair.gain {
        let interval = pair.gain_ci.map(|ci| {
            let level = pair.gain_ci_level;
            let level = number::plain(100.0 * level, if level > 0.951 { 1 } else { 0 });
            format!(", {level}\u{a0}% interval {}", number::gain_interval(metric, ci).replace(' ', "\u{a0}"))
        });
        words.push(format!(
            "{} is {} alone and {} after {}: a gain of {}{}.",
            metric.label(),
            score(pair.single),
            score(pair.transfer),
            pair.key.source,
            format!("{} {unit}", number::gain(metric, gain)).trim_end(),
            interval.unwrap_or_default()
        ));
    } else {
        words.push("There is no gain: a run or its score is missing on one side.".to_owned());
    }
    words.push(match (pair.verdict, pair.p_holm) {
        (Verdict::Untested, _) => {
            "A verdict needs at least two runs alone and two after the source: one run does not tell its own noise.".to_owned()
        }
        (_, None) => "No runs of this target vary over seeds, so there is no spread to test against.".to_owned(),
        (_, Some(p)) => format!(
            "With {} runs alone and {} after {}, the pooled test gives a p of {}, after Holm over {} pairs {}; α is {}.",
            pair.n_single,
            pair.n_transfer,
            pair.key.source,
            number::or_missing(pair.p, number::p_value),
            pair.family_size,
            number::p_value(p),
            alpha
        ),
    });
    if let (Verdict::Undecided, Some(smallest)) = (pair.verdict, pair.smallest_detectable_gain) {
        let size = number::plain(number::scale(metric) * smallest, number::decimals(metric));
        let size = format!("{size} {unit}");
        words.push(format!(
            "With these seeds the study has 80\u{a0}% power to detect gains of {} or more.",
            size.trim_end()
        ));
    }
    let without = &pair.without_collapsed;
    let collapsed = pair.collapsed_runs + pair.collapsed_singles;
    if collapsed > 0 && without.n == 0 {
        words.push("Without the collapsed runs no seed is left to compare.".to_owned());
    } else if collapsed > 0 {
        words.push(format!(
            "Without the collapsed runs {} are left after the source, the gain is {} and the verdict {}.",
            without.n,
            number::or_missing(without.gain, |g| number::gain(metric, g)),
            without.verdict.name()
        ));
    }
    words.join(" ")
}

/// What limits the verdict.
pub fn flags(context: &Context<'_>, pair: &PairAnalysis) -> Vec<String> {
    let leaked = context.report.tasks.iter().find(|t| t.name == pair.key.target);
    let leaked = leaked.and_then(|t| t.overlaps.iter().find(|o| o.source == pair.key.source)).map(|o| o.test_examples);
    let words = |flag: &Flag| match flag {
        Flag::Negligible => "The difference is real and smaller than the margin: too small to matter.".to_owned(),
        Flag::DependsOnCollapsed => {
            let verdict = pair.without_collapsed.verdict.name();
            format!("Without the runs that collapsed to one class, the verdict is {verdict}.")
        }
        Flag::LacksFailedRuns => format!(
            "{} runs failed. Seeds are not missing at random when trainings diverge; the verdict speaks of the others.",
            pair.failed_runs
        ),
        Flag::SourceCollapsed => format!(
            "In {} runs of {} the source itself had collapsed: the transfer started from a model that learnt one class.",
            pair.source_collapsed_runs, pair.key.source
        ),
        Flag::Leak => format!(
            "{} test texts of {} stand in the training set of {}.",
            leaked.unwrap_or(0),
            pair.key.target,
            pair.key.source
        ),
        Flag::EvaluatedOnTrainingRows => {
            format!("{} is evaluated on its training rows: the scores say how well it memorises.", pair.key.target)
        }
        Flag::IdenticalScores => {
            "No runs of this target vary over seeds: there is no spread to test against.".to_owned()
        }
        Flag::Unpaired => "The two sides share no seed: no paired test stands beside the verdict.".to_owned(),
        Flag::OneRun => "One side is a single run, whose own noise nobody knows: no verdict rests on it.".to_owned(),
        other => other.words().to_owned(),
    };
    pair.flags.iter().map(words).collect()
}

/// Every test of the pair; a table without rows when none could be made.
pub fn tests(pair: &PairAnalysis) -> Table {
    let mut table = Table::new("tests", "Tests").words("test").numbers("p").defined("p-value").prose("what it asks");
    let deciding = match pair.test {
        Test::Pooled => ("pooled", pair.p, "Is the gain 0? The noise is that of all runs on the target."),
        Test::Raced => {
            ("raced", pair.p, "The smallest p of the pooled test over this pair’s looks, times the looks planned.")
        }
    };
    let rows = [
        deciding,
        ("· after Holm: decides", pair.p_holm, "The same, for all pairs of the family together."),
        ("· after Benjamini-Hochberg", pair.q_bh, "Share of false verdicts if all pairs up to this one were believed."),
        (
            "moderated paired t",
            pair.p_moderated,
            "Is the mean difference of a seed 0? Its variance borrows from all pairs.",
        ),
        ("plain paired t", pair.p_plain, "Is the mean gain 0, judged by these seeds alone?"),
        (
            "exact sign-flip",
            pair.p_sign_flip,
            "Is the sign of the gains chance? No normal distribution; up to 12 seeds.",
        ),
        ("Welch’s t", pair.p_welch, "Do the two means differ, where no seed is shared?"),
        ("equivalence, two one-sided", pair.p_equivalence, "Is the gain inside ± margin?"),
        ("· after Holm", pair.p_equivalence_holm, "The same, for all pairs together."),
    ];
    if rows.iter().all(|(_, p, _)| p.is_none()) {
        return table;
    }
    for (name, p, asks) in rows {
        // Welch's test is made only where the others cannot be.
        if p.is_none() && name.starts_with("Welch") {
            continue;
        }
        table.row([name.into(), Value::number(p, Show::P).into(), asks.into()]);
    }
    table
}

/// How large the effect is, by every measure of it.
pub fn sizes(pair: &PairAnalysis) -> Table {
    let metric = pair.metric;
    let unit = number::unit(metric);
    let mut table = Table::new("sizes", "How large").words("measure").numbers("value").words("unit");
    let percent = |v: Option<f64>| Value::number(v.map(|v| 100.0 * v), Show::Signed(1));
    let plain = |v| Value::number(v, Show::Signed(2));
    let score = |v| Value::number(v, Show::Score(metric));
    let improvement = match pair.probability_of_improvement_ci {
        Some(ci) => format!("%, interval {}", Value::Interval(ci, Show::Share).text()),
        None => "%".to_owned(),
    };
    let rows: [(&str, Value, &str); 16] = [
        ("runs alone", pair.n_single.into(), ""),
        ("runs after the source", pair.n_transfer.into(), ""),
        ("seeds that both have", pair.n.into(), ""),
        ("score alone", score(pair.single), unit),
        ("score after transfer", score(pair.transfer), unit),
        ("gain", Value::number(pair.gain, Show::Gain(metric)), unit),
        ("probability that it is above 0", Value::number(pair.probability_positive, Show::Share), "%"),
        ("standard deviation of the differences", score(pair.sd), unit),
        ("smallest detectable gain", score(pair.smallest_detectable_gain), unit),
        ("relative gain", percent(pair.relative_gain), "% of the baseline"),
        ("chance-corrected gain", percent(pair.chance_corrected_gain), "% of what can be learnt"),
        ("change of the errors", percent(pair.error_rate_change), "% of the baseline’s errors"),
        ("Cohen’s d of the differences", plain(pair.cohen_d), "standard deviations"),
        ("· with the moderated deviation", plain(pair.cohen_d_moderated), "standard deviations"),
        ("probability of improvement", Value::number(pair.probability_of_improvement, Show::Share), &improvement),
        ("correlation of both arms over seeds", plain(pair.pair_correlation), "r"),
    ];
    for (name, value, unit) in rows {
        let unit = if value == Value::Missing { "" } else { unit };
        table.row([name.into(), value.into(), unit.into()]);
    }
    table
}
