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

#[cfg(test)]
mod tests {
    use crate::analysis::{Analysis, Flag, Options, Test, Verdict};
    use crate::record::Status;
    use crate::report::Report;
    use crate::study::{Race, RaceBudget};

    fn report() -> Report {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/samples/real-pretrained.json");
        Report::from_json(&std::fs::read(path).unwrap()).unwrap()
    }

    /// The sample with four seeds of everything, as if it had raced: some pairs were left at their first look.
    fn raced(left: impl Fn(&str) -> bool) -> Report {
        let mut report = report();
        report.study.race = Some(Race { looks: vec![2, 4], budget: RaceBudget::Runs(100) });
        let seeds = report.study.seeds_ascending();
        report.runs.retain(|run| seeds[..2].contains(&run.seed.unwrap()) || !left(&run.id));
        report
    }

    #[test]
    fn a_raced_pair_is_spoken_of_as_it_was_at_its_last_look() {
        let report = raced(|id| id.starts_with("sequential/rte--"));
        let runs = report.runs.len();
        let analysis = Analysis::tests(&report, &Options::default()).unwrap();
        let race = analysis.race.clone().unwrap();
        assert_eq!((race.runs, race.budget.as_str()), (runs, "100 runs"));
        assert!(race.sentence.contains("looks at 2 and 4 seeds"), "{}", race.sentence);
        for pair in &analysis.pairs {
            let look = if pair.key.source == "rte" { 2 } else { 4 };
            assert_eq!((pair.test, pair.look), (Test::Raced, Some(look)));
            assert_eq!((pair.n_single, pair.n_transfer, pair.n), (look, look, look));
            assert!((pair.gain_ci_level - 0.975).abs() < 1e-15);
            assert!(!(pair.seeds_needed.is_some() && pair.verdict.is_decided()));
            let early = look == 2 && matches!(pair.verdict, Verdict::Helps | Verdict::Harms);
            assert_eq!(pair.flags.contains(&Flag::StoppedEarly), early, "{:?}", pair.key);
        }
        assert_eq!(analysis.changed_verdicts(), None, "they were never decided otherwise");
    }

    /// The verdict was `harms` by the first look alone, of which a failed run had left one run after the source.
    #[test]
    fn a_look_of_one_run_decides_nothing() {
        let mut report = raced(|_| false);
        let seeds = report.study.seeds_ascending();
        for run in report.runs.iter_mut().filter(|run| run.sources == ["rte"] && run.targets == ["ag_news"]) {
            if run.seed == Some(seeds[0]) {
                (run.status, run.reason) = (Status::Failed, Some("NaN loss".into()));
                run.evaluations.clear();
            } else if run.seed == Some(seeds[1]) {
                let test = run.evaluations.get_mut("ag_news").unwrap().get_mut("test").unwrap();
                test.scores.insert("accuracy".into(), 0.8);
            }
        }
        let analysis = Analysis::tests(&report, &Options::default()).unwrap();
        let pair = analysis.pairs.iter().find(|p| p.key.source == "rte" && p.key.target == "ag_news").unwrap();
        assert_eq!((pair.look, pair.n_single, pair.n_transfer), (Some(4), 4, 3));
        assert_eq!((pair.verdict, pair.flags.contains(&Flag::OneRun)), (Verdict::Undecided, false), "{:?}", pair.p);
    }

    #[test]
    fn a_pair_with_all_looks_has_no_larger_p_than_after_the_first() {
        let whole = Analysis::tests(&raced(|_| false), &Options::default()).unwrap();
        let first = Analysis::tests(&raced(|_| true), &Options::default()).unwrap();
        let equal = Analysis::tests(&report(), &Options::default()).unwrap();
        for (i, pair) in whole.pairs.iter().enumerate() {
            assert!(pair.p <= first.pairs[i].p, "a look more makes no p larger");
            assert_eq!(pair.gain, equal.pairs[i].gain);
        }
    }

    #[test]
    fn studies_without_a_race_say_nothing_of_one() {
        let analysis = Analysis::tests(&report(), &Options::default()).unwrap();
        assert_eq!(analysis.race, None);
        assert!(analysis.pairs.iter().all(|p| p.test == Test::Pooled && p.look.is_none()));
        assert!(analysis.pairs.iter().any(|p| p.seeds_needed.is_some()));
    }
}
