//! Can one know before paying? Every target in turn is treated as if nothing had been trained into it.

use serde::Serialize;

use super::model::Model;
use super::{Context, FamilyKey, PairAnalysis};
use crate::number;
use crate::record::RunRecord;
use crate::statistics;

/// What trusting a predictor would have brought on the study's own targets, each left out while the predictor was chosen
/// and fitted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeaveOneOut {
    /// The answer.
    pub sentence: String,
    /// One for every target with at least two measured sources.
    pub targets: Vec<LeftOut>,
    /// Targets for which a predictor was trusted; the means below are over them.
    pub trusted: usize,
    /// Targets on which the first choice beat no source at all; a share where it was one of several tied ones.
    pub beats_no_source: f64,
    /// The same of a random choice, in expectation.
    pub random_beats_no_source: f64,
    /// Mean share of the best score that the first choice lost.
    pub regret: Option<f64>,
    /// The same of a random choice, in expectation.
    pub random_regret: Option<f64>,
    /// Seconds of the costliest trusted predictor, for all pairs; 0 for what the study knows anyway.
    pub predictor_seconds: f64,
    /// Seconds that training all pairs took; absent where the report does not say.
    pub training_seconds: Option<f64>,
}

/// One target, left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// The target.
    pub target: String,
    /// The predictor that ordered the sources of the other targets best; absent where none did better than no order, or
    /// it says nothing of this target.
    pub predictor: Option<String>,
    /// Its first choice; several where they tie.
    pub chosen: Vec<String>,
    /// Whether the first choice beat no source at all; the share of tied ones that did.
    pub beats_no_source: Option<f64>,
    /// Share of the best source's score that the first choice lost; absent where that score is not above 0.
    pub regret: Option<f64>,
    /// Share of all sources that beat no source.
    pub random_beats_no_source: f64,
    /// What a random choice loses in expectation.
    pub random_regret: Option<f64>,
}

/// A source that could be chosen.
struct Candidate<'a> {
    source: &'a str,
    score: f64,
    gain: f64,
}

/// Leaves every target of the family out in turn; `None` where no target has two sources with a gain.
pub(super) fn leave_one_out(context: &Context<'_>, key: &FamilyKey, pairs: &[PairAnalysis]) -> Option<LeaveOneOut> {
    let mut targets = Vec::new();
    let mut predictor_seconds: f64 = 0.0;
    for task in &context.report.study.task {
        let (own, others): (Vec<&PairAnalysis>, Vec<&PairAnalysis>) =
            pairs.iter().partition(|p| p.key.target == task.name);
        let candidates: Vec<Candidate<'_>> = own
            .iter()
            .filter_map(|p| {
                let score = p.metric.gain(p.transfer?, 0.0);
                Some(Candidate { source: &p.key.source, score, gain: p.gain? })
            })
            .collect();
        if candidates.len() < 2 {
            continue;
        }
        let model = Model::choose(context, key, &others);
        let left_out = left_out(&task.name, &candidates, model.as_ref());
        if let Some(model) = model.filter(|_| left_out.predictor.is_some()) {
            predictor_seconds = predictor_seconds.max(model.predictor.cost_seconds);
        }
        targets.push(left_out);
    }
    let trusted: Vec<&LeftOut> = targets.iter().filter(|t| t.predictor.is_some()).collect();
    let mean =
        |of: fn(&LeftOut) -> Option<f64>| statistics::mean(&trusted.iter().filter_map(|t| of(t)).collect::<Vec<f64>>());
    if targets.is_empty() {
        return None;
    }
    let mut found = LeaveOneOut {
        sentence: String::new(),
        trusted: trusted.len(),
        beats_no_source: trusted.iter().filter_map(|t| t.beats_no_source).sum(),
        random_beats_no_source: trusted.iter().map(|t| t.random_beats_no_source).sum(),
        regret: mean(|t| t.regret),
        random_regret: mean(|t| t.random_regret),
        predictor_seconds,
        training_seconds: training_seconds(context, key),
        targets,
    };
    found.sentence = sentence(&found, pairs.len());
    Some(found)
}

/// What the model, which knows nothing of the target's gains, would have trained first, and what came of it.
fn left_out(target: &str, candidates: &[Candidate<'_>], model: Option<&Model<'_>>) -> LeftOut {
    let best = candidates.iter().map(|c| c.score).fold(f64::NEG_INFINITY, f64::max);
    let regret = |of: &[&Candidate<'_>]| {
        let score = statistics::mean(&of.iter().map(|c| c.score).collect::<Vec<f64>>())?;
        (best > 0.0).then_some((best - score) / best).filter(|r| r.is_finite())
    };
    let beats = |of: &[&Candidate<'_>]| of.iter().filter(|c| c.gain > 0.0).count() as f64 / of.len() as f64;
    let all: Vec<&Candidate<'_>> = candidates.iter().collect();
    let valued = |c: &&'_ Candidate<'_>| model.and_then(|m| m.says(c.source, target)).map(|said| said.value);
    let highest = all.iter().filter_map(valued).reduce(f64::max);
    let chosen: Vec<&Candidate<'_>> =
        all.iter().copied().filter(|c| highest.is_some() && valued(c) == highest).collect();
    LeftOut {
        target: target.to_owned(),
        predictor: model.filter(|_| !chosen.is_empty()).map(|m| m.predictor.name.to_owned()),
        chosen: chosen.iter().map(|c| c.source.to_owned()).collect(),
        beats_no_source: (!chosen.is_empty()).then(|| beats(&chosen)),
        regret: regret(&chosen),
        random_beats_no_source: beats(&all),
        random_regret: regret(&all),
    }
}

/// Seconds of all runs of the family that trained a target after a source.
fn training_seconds(context: &Context<'_>, key: &FamilyKey) -> Option<f64> {
    let of_family = |run: &&RunRecord| {
        let block = run.joint.as_ref().map(|joint| &joint.plan.block);
        let own = (&run.encoder, &run.variant, run.protocol, block);
        own == (&key.encoder, &key.variant, key.protocol, key.block.as_ref())
    };
    let seconds: f64 = context.report.runs.iter().filter(of_family).map(|run| run.cost.seconds).sum();
    Some(seconds).filter(|&s| s > 0.0)
}

fn sentence(found: &LeaveOneOut, pairs: usize) -> String {
    let all = found.targets.len();
    let targets = |n: usize| if n == 1 { "1 target".to_owned() } else { format!("{n} targets") };
    if found.trusted == 0 {
        return format!(
            "Can one know before paying? Not here: left out one at a time, none of {} finds a predictor that orders the \
             sources of the others.",
            targets(all)
        );
    }
    // Ties make halves.
    let count = |n: f64| number::plain(n, usize::from((n - n.round()).abs() > 1e-9));
    let lost = |regret: Option<f64>| {
        regret.map_or_else(String::new, |r| format!(" and lost {} % of the best score", number::plain(100.0 * r, 1)))
    };
    let mut text = format!(
        "Can one know before paying? Trusted on your own {}, each left out while the predictor is chosen and fitted, its \
         first choice would have beaten no source on {}{}; a random one on {}{}.",
        targets(found.trusted),
        count(found.beats_no_source),
        lost(found.regret),
        count((10.0 * found.random_beats_no_source).round() / 10.0),
        lost(found.random_regret),
    );
    if found.trusted < all {
        text += &format!(" For {} more nothing could be trusted.", targets(all - found.trusted));
    }
    if let Some(training) = found.training_seconds {
        text += &format!(
            " A predictor so trusted costs up to {} s for all {pairs} pairs, training them {} s.",
            seconds(found.predictor_seconds),
            seconds(training)
        );
    }
    text
}

/// As many digits as matter.
fn seconds(value: f64) -> String {
    number::plain(value, if value < 10.0 { 1 } else { 0 })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;
    use crate::analysis::{Analysis, Options};
    use crate::import::{CsvFile, Import};
    use crate::report::Report;

    /// tests/fixtures/prediction.json "leave_out", by `leave_out` of make_prediction.py beside it: numpy and scipy by the
    /// definition, the line by its restricted likelihood with dense matrices.
    #[derive(Deserialize)]
    struct Case {
        name: String,
        /// By task and seed.
        single: Vec<Vec<f64>>,
        /// By source, target and seed.
        transfer: Vec<Vec<Vec<f64>>>,
        measures: HashMap<String, Vec<Vec<f64>>>,
        targets: Vec<Expected>,
    }

    #[derive(Deserialize)]
    struct Expected {
        predictor: Option<String>,
        chosen: Option<Vec<usize>>,
        beats: Option<f64>,
        regret: Option<f64>,
        random_beats: f64,
        random_regret: f64,
    }

    fn cases() -> Vec<Case> {
        const FIXTURE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/prediction.json"));
        let mut all: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
        serde_json::from_value(all["leave_out"].take()).unwrap()
    }

    fn report(case: &Case) -> Report {
        let tasks = case.single.len();
        let pairs: Vec<(usize, usize)> =
            (0..tasks).flat_map(|s| (0..tasks).map(move |t| (s, t))).filter(|(s, t)| s != t).collect();
        let mut baselines = String::from("target,seed,score\n");
        let mut transfers = String::from("source,target,seed,score\n");
        let mut measures = ["first", "second"].map(|name| (name, String::from("source,target,value\n")));
        for (t, scores) in case.single.iter().enumerate() {
            scores.iter().enumerate().for_each(|(k, score)| baselines += &format!("t{t},{k},{score}\n"));
        }
        for &(s, t) in &pairs {
            let scores = case.transfer[s][t].iter().enumerate();
            scores.for_each(|(k, score)| transfers += &format!("t{s},t{t},{k},{score}\n"));
            for (name, text) in &mut measures {
                *text += &format!("t{s},t{t},{}\n", case.measures[*name][s][t]);
            }
        }
        let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
        import.baselines = Some(CsvFile::new("b.csv", baselines.into_bytes()));
        let file = |(name, text): (&str, String)| CsvFile::new(format!("{name}.csv"), text.into_bytes());
        import.measures = measures.map(file).to_vec();
        import.report().unwrap()
    }

    #[test]
    fn equals_numpy() {
        for case in cases() {
            let analysis = Analysis::tests(&report(&case), &Options::default()).unwrap();
            let ours = analysis.predictors[0].leave_one_out.as_ref().unwrap();
            assert_eq!(ours.targets.len(), case.targets.len(), "{}", case.name);
            let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-12, "{}: {a} instead of {b}", case.name),
                (a, b) => assert_eq!(a, b, "{}", case.name),
            };
            for (ours, theirs) in ours.targets.iter().zip(&case.targets) {
                assert_eq!(ours.predictor, theirs.predictor, "{} {}", case.name, ours.target);
                let chosen: Vec<String> = theirs.chosen.iter().flatten().map(|s| format!("t{s}")).collect();
                assert_eq!(ours.chosen, chosen, "{} {}", case.name, ours.target);
                near(ours.beats_no_source, theirs.beats);
                near(ours.regret, theirs.regret);
                near(Some(ours.random_beats_no_source), Some(theirs.random_beats));
                near(ours.random_regret, Some(theirs.random_regret));
            }
            let trusted = case.targets.iter().filter(|t| t.predictor.is_some()).count();
            assert_eq!(ours.trusted, trusted);
            let sum: f64 = case.targets.iter().filter_map(|t| t.beats).sum();
            near(Some(ours.beats_no_source), Some(sum));
            let regrets: Vec<f64> = case.targets.iter().filter_map(|t| t.regret).collect();
            near(ours.regret, Some(regrets.iter().sum::<f64>() / regrets.len() as f64));
            assert!(ours.sentence.starts_with("Can one know before paying? Trusted on your own"), "{}", ours.sentence);
        }
    }

    #[test]
    fn its_choice_is_what_recommend_says_of_a_target_without_pairs() {
        let case = cases().remove(0);
        let report = report(&case);
        let analysis = Analysis::tests(&report, &Options::default()).unwrap();
        for left_out in &analysis.predictors[0].leave_one_out.as_ref().unwrap().targets {
            let mut without = report.clone();
            without.runs.retain(|r| r.sources.is_empty() || r.targets != [left_out.target.clone()]);
            let said = crate::analysis::recommend(&without, &left_out.target, &Options::default()).unwrap();
            assert_eq!([said[0].sources[0].source.clone()], left_out.chosen[..], "{}", left_out.target);
        }
    }

    #[test]
    fn ties_and_what_cannot_be_known_are_said() {
        let of = |trusted: usize, beats: f64| LeaveOneOut {
            sentence: String::new(),
            targets: vec![
                LeftOut {
                    target: "t".into(),
                    predictor: None,
                    chosen: Vec::new(),
                    beats_no_source: None,
                    regret: None,
                    random_beats_no_source: 0.5,
                    random_regret: None,
                };
                5
            ],
            trusted,
            beats_no_source: beats,
            random_beats_no_source: 2.04,
            regret: Some(0.051),
            random_regret: Some(0.122),
            predictor_seconds: 0.31,
            training_seconds: Some(1234.4),
        };
        assert_eq!(
            sentence(&of(5, 3.5), 20),
            "Can one know before paying? Trusted on your own 5 targets, each left out while the predictor is chosen and \
             fitted, its first choice would have beaten no source on 3.5 and lost 5.1 % of the best score; a random one on \
             2 and lost 12.2 % of the best score. A predictor so trusted costs up to 0.3 s for all 20 pairs, training them 1234 s."
        );
        assert!(sentence(&of(4, 3.0), 20).contains("For 1 target more nothing could be trusted."));
        assert!(sentence(&of(0, 0.0), 20).starts_with("Can one know before paying? Not here"));
    }
}
