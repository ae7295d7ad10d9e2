//! The analysis on the notebook's published table, and what must hold for every report.

use proptest::prelude::*;

use super::*;
use crate::import::{CsvFile, Import};
use crate::metric::Metric;
use crate::report::Report;

/// The student notebook's published numbers, as `studies/notebook-published` has them.
fn notebook() -> Report {
    macro_rules! file {
        ($name:literal) => {
            CsvFile::new($name, include_bytes!(concat!("../../../studies/notebook-published/", $name)).to_vec())
        };
    }
    let mut import = Import::new(file!("transfers.csv"));
    import.baselines = Some(file!("baselines.csv"));
    import.labels = Some(file!("labels.csv"));
    import.measures = vec![file!("measures.csv")];
    import.lower_is_more_similar = vec!["notebook_inverse_cosine".into()];
    import.report().unwrap()
}

#[test]
fn the_notebook_joined_by_pair() {
    let analysis = Analysis::new(&notebook(), &Options::default()).unwrap();
    let of = |outcome| analysis.correlations.iter().find(|c| c.outcome == outcome).unwrap();
    let c = of(PairOutcome::NegativeRelativeGain);
    // statistics.json "notebook", "joined_by_pair", accuracy: scipy.stats.pearsonr and spearmanr.
    let near = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-12, "{a:?} {b}");
    near(c.pearson.r, -0.782_026_052_574_814_5);
    near(c.pearson.p_naive, 0.118_087_806_191_990_26);
    near(c.spearman.r, -0.8);
    near(c.spearman.p_naive, 0.104_088_038_661_827_88);
    near(c.pearson_min_max, -0.782_026_052_574_814_5);
    // The same of weighted F1: "joined_by_pair", f1.
    let f1 = Options { metric: Some(Metric::F1Weighted), ..Options::default() };
    let by_f1 = Analysis::new(&notebook(), &f1).unwrap();
    let c_f1 = by_f1.correlations.iter().find(|c| c.outcome == PairOutcome::NegativeRelativeGain).unwrap();
    near(c_f1.pearson.r, -0.791_622_028_303_959_1);
    near(c_f1.pearson.p_naive, 0.110_547_347_230_880_42);
    near(c_f1.spearman.r, -0.8);
    assert_eq!((c.n, c.tasks, c.pearson.p_qap, c.permutations.count), (5, 5, None, 0));
    assert!(c.permutations.absent.as_ref().unwrap().contains("5 of 20"), "{:?}", c.permutations.absent);
    assert!(analysis.pairs.iter().all(|p| p.verdict == Verdict::Untested && p.p.is_none()));
    assert_eq!(analysis.families[0].verdicts.untested, 5);
    assert!(analysis.families[0].sentence.contains("none can be tested"), "{}", analysis.families[0].sentence);
}

#[test]
fn the_notebooks_collapsed_runs_are_found() {
    let analysis = Analysis::new(&notebook(), &Options::default()).unwrap();
    let pair = |source: &str, target: &str| {
        analysis.pairs.iter().find(|p| p.key.source == source && p.key.target == target).unwrap()
    };
    assert_eq!((pair("rte", "paws").collapsed_runs, pair("rte", "paws").collapsed_singles), (1, 1));
    assert_eq!(pair("yelp_reviews", "rte").collapsed_runs, 1, "99.8 % of the predictions are one class");
    assert_eq!(pair("ag_news", "rte").collapsed_runs, 0, "96 % are");
}

#[test]
fn an_interval_of_new_examples_is_of_all_runs_or_absent() {
    let mut report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
    let id = report.runs.iter().position(|r| r.sources.is_empty() && r.targets == ["rte"]).unwrap();
    report.runs.remove(id);
    let analysis = Analysis::new(&report, &Options::default()).unwrap();
    for pair in &analysis.pairs {
        let complete = pair.n_single == 3;
        assert_eq!((complete, pair.n), (pair.key.target != "rte", if complete { 3 } else { 2 }));
        assert_eq!(pair.gain_ci_population.is_some(), complete, "the gain is of three runs, the interval of two");
    }
}

#[test]
fn resampling_part_by_part_gives_the_whole() {
    let scores: Vec<f64> = (0..64).map(|i| 0.5 + f64::from(i * 29 % 64) / 160.0).collect();
    // Of 9 tasks permutations are drawn, more than one part holds, and tasks are resampled.
    let report = made(9, 2, &scores).report().unwrap();
    let options = Options::default();
    let whole = Analysis::new(&report, &options).unwrap();
    let tests = Analysis::tests(&report, &options).unwrap();
    let large = resample::stages(&tests, resample::Parts::Whole).len();
    let as_text = |a: &Analysis| serde_json::to_string(a).unwrap();
    assert_ne!(as_text(&tests), as_text(&whole));
    let mut resampler = Resampler::new(tests);
    assert!(resampler.parts() > large + whole.pairs.len());
    let mut rounds = 0;
    while resampler.done() < resampler.parts() {
        resampler.resume(&report, &mut || false).unwrap();
        rounds += 1;
    }
    assert_eq!(rounds, resampler.parts());
    assert_eq!(as_text(&resampler.into_analysis()), as_text(&whole));
}

#[test]
fn a_level_measure_is_named_once_and_symmetry_between_two_tasks_never() {
    let undefined = |k: usize| {
        let mut import = made(k, 2, &[0.5, 0.6, 0.7, 0.55, 0.65]);
        let pairs = (0..k).flat_map(|s| (0..k).map(move |t| (s, t))).filter(|(s, t)| s != t);
        let rows: String = pairs.map(|(s, t)| format!("t{s},t{t},0.5\n")).collect();
        import.measures = vec![CsvFile::new("level.csv", format!("source,target,value\n{rows}").into_bytes())];
        let warnings = Analysis::new(&import.report().unwrap(), &Options::default()).unwrap().warnings;
        warnings.iter().filter(|w| w.contains("undefined")).count()
    };
    assert_eq!((undefined(2), undefined(3)), (0, 1));
}

/// A report of `k` tasks and `seeds` seeds whose test accuracies are `scores`, first the baselines, and two measures.
fn made(k: usize, seeds: u64, scores: &[f64]) -> Import {
    let mut next = scores.iter().copied().cycle();
    let mut draw = || next.next().unwrap_or(0.5);
    let (mut baselines, mut transfers) =
        (String::from("target,seed,score\n"), String::from("source,target,seed,score\n"));
    let mut measures = String::from("source,target,value\n");
    for t in 0..k {
        for seed in 0..seeds {
            baselines += &format!("t{t},{seed},{}\n", draw());
        }
    }
    for (s, t) in (0..k).flat_map(|s| (0..k).map(move |t| (s, t))).filter(|(s, t)| s != t) {
        for seed in 0..seeds {
            transfers += &format!("t{s},t{t},{seed},{}\n", draw());
        }
        measures += &format!("t{s},t{t},{}\n", draw());
    }
    let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("b.csv", baselines.into_bytes()));
    import.measures = vec![CsvFile::new("m.csv", measures.into_bytes())];
    import
}

fn scores() -> impl Strategy<Value = Vec<f64>> {
    // As accuracies on 200 examples: ties and identical differences happen.
    prop::collection::vec((40..=190u32).prop_map(|right| f64::from(right) / 200.0), 60..90)
}

/// Same pairs in another order, joined by key.
fn same_pairs(a: &Analysis, b: &Analysis) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.pairs.len(), b.pairs.len());
    for pair in &a.pairs {
        let other = b.pairs.iter().find(|p| p.key == pair.key).unwrap();
        prop_assert_eq!(pair.verdict, other.verdict);
        let near =
            |x: Option<f64>, y: Option<f64>| x.zip(y).map_or(x.is_none() && y.is_none(), |(x, y)| (x - y).abs() < 1e-9);
        prop_assert!(near(pair.gain, other.gain) && near(pair.p_holm, other.p_holm) && near(pair.q_bh, other.q_bh));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn p_values_are_probabilities_and_nothing_is_nan(scores in scores()) {
        let report = made(4, 3, &scores).report().unwrap();
        let analysis = Analysis::new(&report, &Options::default()).unwrap();
        // JSON would write NaN and infinity as null, as if they were absent.
        let text = format!("{analysis:?}");
        prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{}", text);
        let json = serde_json::to_value(analysis).unwrap();
        for pair in json["pairs"].as_array().unwrap() {
            for name in ["p", "p_plain", "p_sign_flip", "p_holm", "q_bh", "p_equivalence_holm"] {
                let p = &pair[name];
                prop_assert!(p.is_null() || p.as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)), "{}", pair);
            }
        }
        for c in json["correlations"].as_array().unwrap() {
            for name in ["pearson", "spearman", "kendall"] {
                let p = &c[name]["p_qap"];
                prop_assert!(p.is_null() || p.as_f64().is_some_and(|p| p > 0.0 && p <= 1.0));
            }
        }
    }

    #[test]
    fn the_order_of_runs_and_of_tasks_changes_nothing(scores in scores(), cut in 0..30usize) {
        let report = made(4, 3, &scores).report().unwrap();
        let mut other = report.clone();
        let middle = cut.min(other.runs.len());
        other.runs.rotate_left(middle);
        other.study.task.reverse();
        other.tasks.reverse();
        let options = Options::default();
        let (a, b) = (Analysis::new(&report, &options).unwrap(), Analysis::new(&other, &options).unwrap());
        same_pairs(&a, &b)?;
        for (a, b) in a.correlations.iter().zip(&b.correlations) {
            prop_assert_eq!(a.outcome, b.outcome);
            prop_assert!((a.spearman.p_qap.unwrap_or(2.0) - b.spearman.p_qap.unwrap_or(2.0)).abs() < 1e-9);
        }
        prop_assert_eq!(a.selection.len(), b.selection.len());
        for of_a in &a.selection {
            let of_b = b.selection.iter().find(|s| s.predictor == of_a.predictor && s.target == of_a.target).unwrap();
            for ((name, x), (_, y)) in of_a.figures.iter().zip(of_b.figures.iter()) {
                let near = x.zip(y).map_or(x.is_none() && y.is_none(), |(x, y)| (x - y).abs() < 1e-9 * x.abs().max(1.0));
                prop_assert!(near, "{} {:?} {}: {:?} {:?}", of_a.predictor, of_a.target, name, x, y);
            }
        }
        for donor in &a.families[0].donors {
            let other = b.families[0].donors.iter().find(|d| d.task == donor.task).unwrap();
            prop_assert!((donor.effect - other.effect).abs() < 1e-9);
        }
    }

    #[test]
    fn swapping_the_arms_turns_every_gain(scores in scores()) {
        // Two tasks: the transfer runs become the baselines and the reverse.
        let report = made(2, 4, &scores).report().unwrap();
        let mut swapped = report.clone();
        for run in &mut swapped.runs {
            let (protocol, sources) = if run.sources.is_empty() {
                let other = if run.targets[0] == "t0" { "t1" } else { "t0" };
                (crate::study::Protocol::Sequential, vec![other.to_owned()])
            } else {
                (crate::study::Protocol::Single, Vec::new())
            };
            (run.protocol, run.sources) = (protocol, sources);
        }
        let options = Options::default();
        let (a, b) = (Analysis::new(&report, &options).unwrap(), Analysis::new(&swapped, &options).unwrap());
        for pair in &a.pairs {
            let other = b.pairs.iter().find(|p| p.key == pair.key).unwrap();
            prop_assert!((pair.gain.unwrap() + other.gain.unwrap()).abs() < 1e-12);
            prop_assert_eq!(pair.p.is_some(), other.p.is_some());
            prop_assert!((pair.p.unwrap_or(0.0) - other.p.unwrap_or(0.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn scaling_a_measure_changes_no_rank_statistic(scores in scores(), scale in 0.1..50.0f64) {
        let report = made(4, 2, &scores).report().unwrap();
        let mut scaled = report.clone();
        scaled.measures[0].values.iter_mut().for_each(|v| v.value *= scale);
        let options = Options::default();
        let (a, b) = (Analysis::new(&report, &options).unwrap(), Analysis::new(&scaled, &options).unwrap());
        for (a, b) in a.correlations.iter().zip(&b.correlations) {
            prop_assert_eq!((a.spearman.r, a.spearman.p_qap, a.kendall.r), (b.spearman.r, b.spearman.p_qap, b.kendall.r));
        }
        prop_assert_eq!(a.selection, b.selection);
    }
}

#[test]
fn rejects_a_metric_that_no_run_has_and_a_target_or_control_that_is_none() {
    let report = notebook();
    let options = Options { controls: vec!["cosine".into()], ..Options::default() };
    let message = Analysis::new(&report, &options).unwrap_err().to_string();
    assert!(message.contains("`cosine`") && message.contains("notebook_inverse_cosine"), "{message}");
    let options = Options { metric: Some(Metric::Brier), ..Options::default() };
    let message = Analysis::new(&report, &options).unwrap_err().to_string();
    assert!(message.contains("`brier`") && message.contains("accuracy"), "{message}");
    let message = recommend(&report, "qnli", &Options::default()).unwrap_err().to_string();
    assert!(message.contains("`qnli`") && message.contains("paws"), "{message}");
}

#[test]
fn an_unmeasured_source_is_predicted_by_what_predicts_the_other_targets() {
    // Gains that are the measure itself: 0.01 · (s + 1) on every target, seeds agree but for a trifle.
    let mut transfers = String::from("source,target,seed,score\n");
    let (mut baselines, mut measures) = (String::from("target,seed,score\n"), String::from("source,target,value\n"));
    for t in 0..5 {
        for seed in 0..3 {
            baselines += &format!("t{t},{seed},0.5\n");
        }
        for s in (0..5).filter(|&s| s != t) {
            measures += &format!("t{s},t{t},{}\n", f64::from(s + 1) + 0.01 * f64::from(t));
            if (s, t) != (3, 4) {
                for seed in 0..3 {
                    transfers +=
                        &format!("t{s},t{t},{seed},{}\n", 0.5 + 0.01 * f64::from(s + 1) + 0.0005 * f64::from(seed));
                }
            }
        }
    }
    let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("b.csv", baselines.into_bytes()));
    import.measures = vec![CsvFile::new("similarity.csv", measures.into_bytes())];
    let recommended = recommend(&import.report().unwrap(), "t4", &Options::default()).unwrap();
    let first = &recommended[0].sources[0];
    assert_eq!(first.source, "t3", "{recommended:#?}");
    assert!(matches!(&first.basis, Basis::Predicted { targets: 4, .. }), "{first:#?}");
    assert!((first.gain.unwrap() - 0.0405).abs() < 0.002, "{first:#?}");
    assert!(!recommended[0].prediction.as_ref().unwrap().contains("beyond"), "inside the measured range");
    assert_eq!(recommended[0].sources[1].basis, Basis::Measured);
    assert!(recommended[0].sources[1].reason.contains("measured over 3 seeds"));
}

/// Sources of one target rise with the measure, while targets with high measures gain less: Simpson's paradox. One line
/// through all pairs would fall, and turn the sources of a target around.
#[test]
fn the_line_rises_with_the_sources_within_targets_whatever_targets_do() {
    let mut transfers = String::from("source,target,seed,score\n");
    let (mut baselines, mut measures) = (String::from("target,seed,score\n"), String::from("source,target,value\n"));
    for t in 0..5 {
        baselines += &format!("t{t},1,0.5\n");
        for s in (0..5).filter(|&s| s != t) {
            let (x, gain) = (f64::from(10 * t + s), 0.01 * f64::from(s) - 0.05 * f64::from(t));
            measures += &format!("t{s},t{t},{x}\n");
            // Popularity would predict the cell that is left out: it is not what is asked here.
            if (s, t) != (3, 4) {
                transfers += &format!("t{s},t{t},1,{}\n", 0.5 + gain);
            }
        }
    }
    let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("b.csv", baselines.into_bytes()));
    import.measures = vec![CsvFile::new("similarity.csv", measures.into_bytes())];
    let recommended = recommend(&import.report().unwrap(), "t4", &Options::default()).unwrap();
    let unmeasured = recommended[0].sources.iter().find(|s| s.source == "t3").unwrap();
    let by_measure = matches!(&unmeasured.basis, Basis::Predicted { predictor, .. } if predictor == "similarity");
    assert!(by_measure, "{unmeasured:#?}");
    // A new target's height is not known: the band holds it, 0.01 · 3 − 0.05 · 4, and the value is beyond all others.
    let band = unmeasured.interval.unwrap();
    assert!(band.low < -0.17 && -0.17 < band.high && band.half_width() > 0.4, "{unmeasured:#?}");
    // The line of the prediction says it once; a source has no reason of its own.
    let prediction = recommended[0].prediction.as_deref().unwrap();
    assert!(prediction.starts_with("Predicted by similarity ("), "{prediction}");
    assert!(prediction.ends_with(" Values beyond the measured range get the gain at its end: t3."), "{prediction}");
    assert_eq!(unmeasured.reason, "");
}

/// A measure's name and its value of (source, target).
type Made<'a> = (&'a str, &'a dyn Fn(usize, usize) -> f64);

/// Five tasks, every source worth `worth(s, t)`, three seeds, and measures as given.
fn worth(worth: impl Fn(usize, usize) -> f64, measures: &[Made<'_>]) -> Report {
    let (mut transfers, mut baselines) =
        (String::from("source,target,seed,score\n"), String::from("target,seed,score\n"));
    for t in 0..5 {
        (0..3).for_each(|seed| baselines += &format!("t{t},{seed},0.5\n"));
        for s in (0..5).filter(|&s| s != t) {
            for seed in 0..3 {
                transfers += &format!("t{s},t{t},{seed},{}\n", 0.5 + worth(s, t) + 0.0005 * f64::from(seed));
            }
        }
    }
    let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("b.csv", baselines.into_bytes()));
    for (name, value) in measures {
        let mut text = String::from("source,target,value\n");
        for (s, t) in (0..5).flat_map(|s| (0..5).map(move |t| (s, t))).filter(|(s, t)| s != t) {
            text += &format!("t{s},t{t},{}\n", value(s, t));
        }
        import.measures.push(CsvFile::new(format!("{name}.csv"), text.into_bytes()));
    }
    import.report().unwrap()
}

/// A gain that depends on the pair and not on the source alone.
fn of_pair(s: usize, t: usize) -> f64 {
    0.01 * ((s * 3 + t * 7 + s * t) % 11) as f64
}

#[test]
fn the_measure_that_predicted_transfer_stands_first() {
    let report = worth(of_pair, &[("good", &|s, t| of_pair(s, t).exp()), ("bad", &|s, t| -of_pair(s, t))]);
    let analysis = Analysis::new(&report, &Options::default()).unwrap();
    let prediction = &analysis.predictors[0];
    let first = &prediction.table[0];
    assert_eq!((first.predictor.as_str(), first.rank, first.trivial, first.n), ("good", 1, false, 20));
    assert!(first.within_target_spearman.unwrap() > 0.999 && first.spearman.unwrap() > 0.999);
    assert!(first.within_target_p_max.unwrap() < 0.05 && first.within_target_p.unwrap() < 0.05);
    assert!(prediction.sentence.starts_with("good (mean Spearman +1.00 within targets) ordered"), "{prediction:?}");
    assert!(prediction.sentence.contains("more than luck"), "{}", prediction.sentence);
    let last = prediction.table.iter().find(|row| row.predictor == "bad").unwrap();
    assert!(last.within_target_spearman.unwrap() < -0.999);
    // What a predictor says here is what the tables of correlation and selection say.
    let c = analysis.correlations.iter().find(|c| c.measure == "good" && c.outcome == PairOutcome::Gain).unwrap();
    assert_eq!((first.spearman, first.p_qap), (c.spearman.r, c.spearman.p_qap));
    let within = &c.within_target_spearman;
    assert_eq!(
        (first.within_target_spearman, first.within_target_p, first.within_target_p_max),
        (within.mean, within.p, within.p_max)
    );
    let s = analysis.selection.iter().find(|s| s.predictor == "good" && s.target.is_none()).unwrap();
    assert_eq!(first.figures, Some(s.figures));
    let random = prediction.table.iter().find(|row| row.predictor == "random").unwrap();
    assert_eq!((random.within_target_spearman, random.p_qap, random.trivial), (Some(0.0), None, true));
}

#[test]
fn a_measure_that_differs_by_rounding_alone_is_undefined_and_said_to_be() {
    let noise = |s: usize, t: usize| 2.0 + 1e-13 * ((s * 7 + t * 3) % 5) as f64;
    // The same of all sources of a target but for rounding, as an H-score of as many dimensions as examples.
    let of_target = |s: usize, t: usize| (t % 3) as f64 + 1.0 + 1e-13 * ((s * 7 + t * 3) % 5) as f64;
    let report = worth(of_pair, &[("noise", &noise), ("of_target", &of_target), ("good", &of_pair)]);
    let analysis = Analysis::new(&report, &Options::default()).unwrap();
    let c = |name: &str| {
        analysis.correlations.iter().find(|c| c.measure == name && c.outcome == PairOutcome::Gain).unwrap()
    };
    let noise = c("noise");
    assert_eq!((noise.spearman.r, noise.spearman.p_qap, noise.within_target_spearman.mean), (None, None, None));
    assert!(noise.permutations.absent.as_ref().unwrap().contains("the values of noise are the same up to rounding"));
    assert!(analysis.warnings.iter().any(|w| w.contains("the values of noise") && w.ends_with("it is undefined.")));
    assert_eq!(c("of_target").within_target_spearman.mean, Some(0.0));
    let table = &analysis.predictors[0].table;
    let row = |name: &str| table.iter().find(|row| row.predictor == name);
    assert!(row("noise").is_none());
    assert_eq!(row("of_target").unwrap().within_target_spearman, Some(0.0));
    // The others are tested as if it were not there.
    let without = worth(of_pair, &[("of_target", &of_target), ("good", &of_pair)]);
    let without = Analysis::new(&without, &Options::default()).unwrap();
    assert_eq!(without.predictors[0].table, *table);
}

#[test]
fn models_and_data_sets_are_permuted_apart() {
    // Four models, three data sets: 4! · 3! permutations, and the data are the only one that orders all.
    let mut transfers = String::from("source,target,seed,score\n");
    let mut measure = String::from("source,target,value\n");
    for (m, d) in (0..4).flat_map(|m| (0..3).map(move |d| (m, d))) {
        let worth = ((m * 5 + d * 3 + m * d * d) % 13) as f64 / 20.0;
        (0..2).for_each(|seed| transfers += &format!("model{m},data{d},{seed},{}\n", 0.2 + worth));
        measure += &format!("model{m},data{d},{}\n", worth.exp());
    }
    let mut import = Import::new(CsvFile::new("t.csv", transfers.into_bytes()));
    import.baselines = Some(CsvFile::new("b.csv", "task,seed,score\ndata0,0,0.3\ndata1,0,0.3\ndata2,0,0.3\n"));
    import.measures = vec![CsvFile::new("m.csv", measure.into_bytes())];
    let analysis = Analysis::new(&import.report().unwrap(), &Options::default()).unwrap();
    let c = analysis.correlations.iter().find(|c| c.outcome == PairOutcome::Gain).unwrap();
    assert_eq!((c.n, c.permutations.count, c.permutations.exact), (12, 144, true));
    assert_eq!((c.spearman.p_qap, c.within_target_spearman.mean), (Some(1.0 / 144.0), Some(1.0)));
}

#[test]
fn nothing_better_than_popularity_is_said_plainly() {
    // The gain depends on the source alone: popularity knows all, the measure a little.
    let gain = |s: usize, _: usize| 0.01 * s as f64;
    let report = worth(gain, &[("weak", &|s, t| if s == 4 { 1.0 } else { 0.1 * ((s + t) % 2) as f64 })]);
    let analysis = Analysis::new(&report, &Options::default()).unwrap();
    let prediction = &analysis.predictors[0];
    assert_eq!(prediction.table[0].predictor, "popularity");
    assert!(
        prediction.sentence.starts_with("No measure of 1 predicted transfer better than popularity (+1.00)"),
        "{}",
        prediction.sentence
    );
}

#[test]
fn nothing_better_than_random_is_said_plainly() {
    let report = worth(of_pair, &[("wrong", &|s, t| -of_pair(s, t))]);
    let prediction = &Analysis::tests(&report, &Options::default()).unwrap().predictors[0];
    assert!(prediction.sentence.starts_with("Nothing predicted transfer: no measure of 1"), "{}", prediction.sentence);
    // Without measures there are still the plain predictors.
    let report = worth(of_pair, &[]);
    let prediction = &Analysis::tests(&report, &Options::default()).unwrap().predictors[0];
    assert!(prediction.sentence.starts_with("The report has no measure of similarity"), "{}", prediction.sentence);
    assert!(prediction.table.iter().all(|row| row.trivial) && prediction.table.len() >= 2);
}
