//! What to do about a target, in one or two sentences that claim no more than was shown.

use super::recommendation::{Basis, Recommendation, RecommendedSource};
use super::sentence::count;
use super::{Flag, Verdict};
use crate::metric::Metric;
use crate::number;
use crate::study::Protocol;

/// Probabilities of a positive gain between this and its counterpart lean neither way.
const LEANS: f64 = 0.6;

/// What the probability of a positive gain says where there is no verdict: `leans to help, 96 %`.
pub fn leaning(probability_positive: f64) -> String {
    let (word, share) =
        if probability_positive >= 0.5 { ("help", probability_positive) } else { ("harm", 1.0 - probability_positive) };
    if share < LEANS {
        return "leans neither way".to_owned();
    }
    // 100 % would be a certainty that no sample gives.
    format!("leans to {word}, {} %", (100.0 * share).round().min(99.0))
}

impl Recommendation {
    /// What to do, in a line after the target's name: `first on mnli (+2.1 points, interval [+0.4, +3.8], helps)`, `train
    /// alone: every source harms it`, or what is most likely where nothing has been shown.
    pub fn decision(&self) -> String {
        let how = if self.family.protocol == Protocol::Joint { "together with" } else { "first on" };
        let helps = || self.sources.iter().filter(|s| s.verdict == Some(Verdict::Helps));
        let safe = helps().find(|s| doubt(s, &self.target).is_none());
        let but =
            |s: &RecommendedSource| doubt(s, &self.target).map_or_else(String::new, |doubt| format!(", but {doubt}"));
        if let Some(source) = safe.or_else(|| helps().next()) {
            return format!("{how} {} ({}){}", source.source, self.known(source), but(source));
        }
        let all = |verdicts: &[Verdict]| {
            !self.sources.is_empty() && self.sources.iter().all(|s| s.verdict.is_some_and(|v| verdicts.contains(&v)))
        };
        if all(&[Verdict::Harms]) {
            return "train alone: every source harms it".to_owned();
        }
        if all(&[Verdict::Harms, Verdict::Equivalent]) {
            return "train alone: no source makes a difference for the better that matters".to_owned();
        }
        let Some(best) = self.sources.first().filter(|s| s.gain.is_some()) else {
            return "nothing is known about sources".to_owned();
        };
        let (name, known) = (&best.source, self.known(best));
        match (&best.basis, best.probability_positive) {
            (Basis::Predicted { .. }, _) => {
                format!("not measured; {name} is predicted to be the best source ({known})")
            }
            (_, Some(p)) if p >= LEANS => format!("not shown; most likely {how} {name} ({known}){}", but(best)),
            (_, Some(p)) if p <= 1.0 - LEANS => {
                format!("not shown; most likely alone, for the best source is {name} ({known}){}", but(best))
            }
            _ => format!("not shown; {name} came out best ({known}){}", but(best)),
        }
    }

    /// Gain, interval, and verdict or leaning.
    fn known(&self, source: &RecommendedSource) -> String {
        let gain = source.gain.map(|g| with_unit(self.metric, g));
        let interval = source.interval.map(|i| format!("interval {}", number::gain_interval(self.metric, i)));
        let said = match (&source.basis, source.verdict, source.probability_positive) {
            (Basis::Predicted { predictor, .. }, ..) => format!("predicted by {predictor}, not measured"),
            (_, Some(Verdict::Undecided), Some(p)) => leaning(p),
            (_, Some(verdict), _) => verdict.name().to_owned(),
            (_, None, _) => Verdict::Untested.name().to_owned(),
        };
        [gain, interval, Some(said)].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The sentence under a ranking; `sources` stand best first. `together`: they are partners, trained with the target.
pub(super) fn advice(sources: &[RecommendedSource], metric: Metric, target: &str, together: bool) -> String {
    let unit = |gain: Option<f64>| gain.map_or_else(String::new, |g| with_unit(metric, g));
    let helps = || sources.iter().filter(|s| s.verdict == Some(Verdict::Helps));
    if let Some(source) = helps().find(|s| doubt(s, target).is_none()) {
        let how = if together { format!("with {target}") } else { "first".to_owned() };
        return format!("Train {} {how}: it helps {target} ({}).", source.source, unit(source.gain));
    }
    if let Some((source, doubt)) = helps().find_map(|s| Some((s, doubt(s, target)?))) {
        return format!("{} comes out as helping {target} ({}), but {doubt}.", source.source, unit(source.gain));
    }
    let tested: Vec<&RecommendedSource> =
        sources.iter().filter(|s| !matches!(s.verdict, None | Some(Verdict::Untested))).collect();
    let all = |verdicts: &[Verdict]| {
        tested.len() == sources.len() && tested.iter().all(|s| s.verdict.is_some_and(|v| verdicts.contains(&v)))
    };
    if !tested.is_empty() && all(&[Verdict::Harms]) {
        return format!("Train {target} alone: every source harms it.");
    }
    if !tested.is_empty() && all(&[Verdict::Harms, Verdict::Equivalent]) {
        return format!("Train {target} alone: no source makes a difference for the better that matters.");
    }
    let best = sources.first().filter(|s| s.gain.is_some());
    best.map_or_else(|| format!("Nothing is known about sources for {target}."), |best| open(best, metric, target))
}

/// Why a verdict of `helps`, or a leaning, is no reason to act.
fn doubt(source: &RecommendedSource, target: &str) -> Option<String> {
    let has = |flag| source.flags.contains(&flag);
    if has(Flag::Leak) {
        Some(format!("test texts of {target} stand in its training set: take them out and train again"))
    } else if has(Flag::DependsOnCollapsed) {
        let seeds = source
            .seeds_needed
            .map_or_else(String::new, |n| format!("add seeds, up to {n} alone and {n} with the source, or "));
        Some(format!("the verdict hangs on runs that collapsed: {seeds}change the recipe so that no run does"))
    } else if has(Flag::Negligible) {
        Some("by less than the margin: it is not worth a training".to_owned())
    } else {
        None
    }
}

/// What to do where nothing has been shown to help, and not everything to be of no use.
fn open(best: &RecommendedSource, metric: Metric, target: &str) -> String {
    let none = format!("No source has been shown to help {target}");
    let gain = best.gain.map_or_else(String::new, |g| with_unit(metric, g));
    if let Basis::Predicted { .. } = best.basis {
        return match best.gain {
            Some(gain) if gain > 0.0 => {
                format!("{none}; {} is predicted to be the best, and has to be measured.", best.source)
            }
            _ => format!("{none}, and none is predicted to."),
        };
    }
    let came_out = |leans: &str| format!("{none}. {} came out best ({gain}{leans})", best.source);
    // More seeds decide nothing that a doubt would leave to be acted on.
    if let (Some(Verdict::Undecided | Verdict::Untested), Some(doubt)) = (best.verdict, doubt(best, target)) {
        let leans = best.probability_positive.filter(|_| best.verdict == Some(Verdict::Undecided)).map(lean);
        return format!("{}, but {doubt}.", came_out(&leans.unwrap_or_default()));
    }
    match (best.verdict, best.probability_positive, best.seeds_needed) {
        (Some(Verdict::Undecided), Some(p), Some(seeds)) => {
            format!(
                "{}; deciding it with 80 % power takes {} alone and {seeds} with the source.",
                came_out(&lean(p)),
                count(seeds, "seed")
            )
        }
        (Some(Verdict::Undecided), Some(p), None) => {
            format!("{}; no number of seeds that one could pay for would decide.", came_out(&lean(p)))
        }
        (Some(Verdict::Undecided), None, _) => {
            format!("{}, but no runs of {target} vary over seeds: there is nothing to test with.", came_out(""))
        }
        (Some(Verdict::Equivalent), ..) => format!("{}, and makes no difference that matters.", came_out("")),
        (Some(Verdict::Harms), ..) => format!("{}, and harms.", came_out("")),
        _ => format!("{}: a verdict needs at least two seeds alone and two with the source.", came_out("")),
    }
}

fn lean(probability_positive: f64) -> String {
    format!(", {}", leaning(probability_positive))
}

/// A gain with its unit: `+1.20 points`.
pub(super) fn with_unit(metric: Metric, gain: f64) -> String {
    format!("{} {}", number::gain(metric, gain), number::unit(metric)).trim_end().to_owned()
}

/// The sentence that says why a measured source stands where it does.
pub(super) fn measured(source: &RecommendedSource, metric: Metric, runs: usize) -> String {
    let interval =
        source.interval.map_or_else(String::new, |i| format!(", interval {}", number::gain_interval(metric, i)));
    let verdict = source.verdict.unwrap_or(Verdict::Untested);
    let leans = match (verdict, source.probability_positive) {
        (Verdict::Undecided, Some(p)) => lean(p),
        _ => String::new(),
    };
    let flags: Vec<&str> = source.flags.iter().map(|f| f.name()).collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
    let gain = source.gain.map_or_else(String::new, |g| with_unit(metric, g));
    format!("{gain}{interval}: measured over {}, {}{leans}{flags}", count(runs, "seed"), verdict.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Interval;
    use crate::study::Protocol;

    #[test]
    fn leanings_claim_no_certainty() {
        assert_eq!(leaning(0.964), "leans to help, 96 %");
        assert_eq!(leaning(0.04), "leans to harm, 96 %");
        assert_eq!(leaning(0.999_9), "leans to help, 99 %");
        assert_eq!((leaning(0.55).as_str(), leaning(0.41).as_str()), ("leans neither way", "leans neither way"));
    }

    fn source(name: &str, gain: f64, verdict: Verdict, flags: &[Flag]) -> RecommendedSource {
        RecommendedSource {
            rank: 1,
            source: name.to_owned(),
            basis: Basis::Measured,
            gain: Some(gain),
            interval: Some(Interval::around(gain, 0.01)),
            verdict: Some(verdict),
            probability_positive: Some(0.96),
            seeds_needed: (verdict == Verdict::Undecided).then_some(7),
            flags: flags.to_vec(),
            reason: String::new(),
        }
    }

    #[test]
    fn advice_goes_no_further_than_what_was_shown() {
        let of = |sources: &[RecommendedSource]| advice(sources, Metric::Accuracy, "rte", false);
        let (helps, harms) = (source("a", 0.02, Verdict::Helps, &[]), source("b", -0.02, Verdict::Harms, &[]));
        let open = source("c", 0.01, Verdict::Undecided, &[]);
        assert_eq!(of(&[helps.clone(), harms.clone()]), "Train a first: it helps rte (+2.0 points).");
        assert_eq!(of(std::slice::from_ref(&harms)), "Train rte alone: every source harms it.");
        assert_eq!(
            of(&[open.clone(), harms]),
            "No source has been shown to help rte. c came out best (+1.0 points, leans to help, 96 %); deciding it with \
             80 % power takes 7 seeds alone and 7 with the source."
        );
        let leak = source("a", 0.05, Verdict::Helps, &[Flag::Leak]);
        assert_eq!(of(&[leak.clone(), helps]), "Train a first: it helps rte (+2.0 points).", "the clean one");
        assert!(of(&[leak, open]).contains("stand in its training set"));
        let small = source("a", 0.002, Verdict::Helps, &[Flag::Negligible]);
        assert!(of(&[small]).contains("less than the margin"));
        let equal = source("d", 0.0, Verdict::Equivalent, &[]);
        assert!(of(&[equal]).starts_with("Train rte alone: no source makes a difference"));
        assert_eq!(of(&[]), "Nothing is known about sources for rte.");
    }

    #[test]
    fn a_decision_is_one_line_that_claims_no_more_than_was_shown() {
        let of = |sources: &[RecommendedSource]| {
            let family = crate::transfer::FamilyKey {
                encoder: "e".into(),
                variant: "v".into(),
                protocol: Protocol::Sequential,
                block: None,
            };
            let all = Recommendation {
                family,
                target: "rte".into(),
                metric: Metric::Accuracy,
                sources: sources.to_vec(),
                prediction: None,
                advice: String::new(),
            };
            all.decision()
        };
        let (helps, harms) = (source("a", 0.02, Verdict::Helps, &[]), source("b", -0.02, Verdict::Harms, &[]));
        let open = source("c", 0.01, Verdict::Undecided, &[]);
        let first = "first on a (+2.0 points, interval [+1.0, +3.0], helps)";
        assert_eq!(of(&[open.clone(), helps, harms.clone()]), first);
        assert!(of(&[source("a", 0.05, Verdict::Helps, &[Flag::Leak])]).contains("but test texts of rte"));
        let leaks = of(&[source("c", 0.01, Verdict::Undecided, &[Flag::Leak])]);
        assert!(
            leaks.starts_with("not shown; most likely first on c (")
                && leaks.contains("), but test texts of rte stand")
        );
        // What is not shown is no reason to train alone.
        let leaning = "not shown; most likely first on c (+1.0 points, interval [0.0, +2.0], leans to help, 96 %)";
        assert_eq!(of(&[open.clone(), harms.clone()]), leaning);
        let leans = |p| RecommendedSource { probability_positive: Some(p), ..open.clone() };
        assert!(
            of(&[leans(0.2), harms.clone()]).starts_with("not shown; most likely alone, for the best source is c (")
        );
        assert!(of(&[leans(0.55)]).starts_with("not shown; c came out best (+1.0 points"));
        assert_eq!(of(&[harms]), "train alone: every source harms it");
        assert_eq!(of(&[]), "nothing is known about sources");
    }

    #[test]
    fn a_doubt_about_the_best_source_changes_the_advice_also_where_nothing_is_shown() {
        let of = |sources: &[RecommendedSource]| advice(sources, Metric::Accuracy, "rte", false);
        let leak = source("c", 0.01, Verdict::Undecided, &[Flag::Leak]);
        assert_eq!(
            of(&[leak]),
            "No source has been shown to help rte. c came out best (+1.0 points, leans to help, 96 %), but test texts of \
             rte stand in its training set: take them out and train again."
        );
        let untested = source("c", 0.01, Verdict::Untested, &[Flag::Leak]);
        assert!(of(&[untested]).contains("c came out best (+1.0 points), but test texts of rte"));
        // Seeds are asked for where their number is known.
        let collapsed = source("c", 0.01, Verdict::Undecided, &[Flag::DependsOnCollapsed]);
        assert!(of(&[collapsed]).ends_with(
            "collapsed: add seeds, up to 7 alone and 7 with the source, or change the recipe so that no run does."
        ));
        let collapsed = source("c", 0.01, Verdict::Helps, &[Flag::DependsOnCollapsed]);
        assert!(of(&[collapsed]).ends_with("hangs on runs that collapsed: change the recipe so that no run does."));
        let harms = source("c", -0.01, Verdict::Harms, &[Flag::Leak]);
        assert_eq!(of(&[harms]), "Train rte alone: every source harms it.");
    }

    #[test]
    fn advice_without_an_answer_says_what_would_give_one() {
        let of = |sources: &[RecommendedSource]| advice(sources, Metric::Accuracy, "rte", false);
        let undecided = source("c", 0.01, Verdict::Undecided, &[]);
        let endless = RecommendedSource { seeds_needed: None, ..undecided.clone() };
        assert!(of(&[endless]).ends_with("no number of seeds that one could pay for would decide."));
        let still = RecommendedSource { seeds_needed: None, probability_positive: None, ..undecided.clone() };
        assert!(of(&[still]).ends_with("no runs of rte vary over seeds: there is nothing to test with."));
        let (equal, untested) = (source("d", 0.02, Verdict::Equivalent, &[]), source("e", 0.0, Verdict::Untested, &[]));
        assert!(of(&[equal, untested.clone()]).ends_with("makes no difference that matters."));
        assert!(
            of(&[source("b", -0.02, Verdict::Harms, &[]), untested.clone()]).ends_with("(−2.0 points), and harms.")
        );
        assert!(of(&[untested]).ends_with("a verdict needs at least two seeds alone and two with the source."));
        let basis = Basis::Predicted { predictor: "nce".into(), spearman: 0.5, targets: 4 };
        let predicted = RecommendedSource { basis, verdict: None, ..undecided };
        assert!(of(std::slice::from_ref(&predicted)).contains("has to be measured"));
        let loss = RecommendedSource { gain: Some(-0.01), ..predicted };
        assert_eq!(of(&[loss]), "No source has been shown to help rte, and none is predicted to.");
    }
}
