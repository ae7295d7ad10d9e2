//! Imports of small files made by hand: what is read, and what is refused with which words.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::report::Report;
use crate::study::Protocol;
use crate::transfer::TransferMap;

const TRANSFERS: &str = "source,target,seed,score\na,b,1,0.5\na,b,2,0.75\nb,a,1,0.25\n";

fn import(transfers: &str) -> Import {
    Import::new(CsvFile::new("t.csv", transfers))
}

fn with_baselines(transfers: &str, baselines: &str) -> Import {
    Import { baselines: Some(CsvFile::new("b.csv", baselines)), ..import(transfers) }
}

fn with_measures(measures: &str) -> Import {
    Import { measures: vec![CsvFile::new("dir/cos.csv.gz", measures)], ..import(TRANSFERS) }
}

fn mapped(mut import: Import, mappings: &[&str]) -> Import {
    import.mappings = mappings.iter().map(|m| m.parse().unwrap()).collect();
    import
}

fn filtered(mut import: Import, filters: &[&str]) -> Import {
    import.filters = filters.iter().map(|m| m.parse().unwrap()).collect();
    import
}

/// The message, which has to hold every part.
#[track_caller]
fn refused(import: &Import, parts: &[&str]) {
    let message = import.report().unwrap_err().to_string();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

fn scores(report: &Report) -> BTreeMap<String, f64> {
    let test = |run: &crate::record::RunRecord| run.evaluation(&run.targets[0], "test").unwrap().scores["accuracy"];
    report.runs.iter().map(|r| (r.id.clone(), test(r))).collect()
}

#[test]
fn rows_become_runs_by_the_ids_of_trained_ones() {
    let report = with_baselines(TRANSFERS, "task,score\nb,0.5\nz,0.1\n").report().unwrap();
    let expected =
        [("sequential/a--b/s1", 0.5), ("sequential/a--b/s2", 0.75), ("sequential/b--a/s1", 0.25), ("single/b", 0.5)];
    assert_eq!(scores(&report), expected.map(|(id, s)| (id.to_owned(), s)).into());
    assert_eq!(report.study.name, "t");
    assert_eq!(report.study.seeds, [1, 2]);
    assert_eq!(report.study.pairs(), [("a".into(), "b".into()), ("b".into(), "a".into())]);
    assert_eq!(report.tasks.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((report.encoders[0].name.as_str(), report.runs[0].variant.as_str()), ("imported", "default"));
    let said = |part: &str| assert!(report.warnings.iter().any(|w| w.contains(part)), "{part}: {:#?}", report.warnings);
    said("transfers t.csv (3 rows, SHA-256 ");
    said("The baselines have no seeds");
    said("No baseline for a: their pairs have scores and no gains.");
    said(
        "b.csv: 1 row of tasks, encoders or variants that the transfers do not have (the transfers have no `z`) left out.",
    );
    said("Not checked: whether a model collapsed");
    let map = TransferMap::of_study(&report.study, &report.runs).unwrap();
    assert_eq!((map.pairs[0].paired, map.pairs[0].gain()), (false, Some(0.125)));
}

#[test]
fn seeds_pair_when_both_sides_have_them() {
    let report = with_baselines(TRANSFERS, "target,seed,score\nb,2,0.5\nb,1,0.25\na,1.0,0.5\n").report().unwrap();
    let map = TransferMap::of_study(&report.study, &report.runs).unwrap();
    assert_eq!((map.pairs[0].paired, map.pairs[0].n(), map.pairs[0].gain()), (true, 2, Some(0.25)));
    assert!(!report.warnings.iter().any(|w| w.contains("no seeds")));
}

#[test]
fn encoders_and_variants_stand_in_ids_where_there_are_several() {
    let transfers = "model,how,source,target,score\nx,full,a,b,0.5\ny,full,a,b,0.5\nx,lora,a,b,0.5\n";
    let mut import =
        mapped(with_baselines(transfers, "model,target,score\nx,b,0.25\n"), &["encoder=model", "variant=how"]);
    import.relevance = Some(CsvFile::new("r.csv", "source,target,relevance\na,b,1\n"));
    let report = import.report().unwrap();
    let ids: Vec<&str> = report.runs.iter().map(|r| r.id.as_str()).collect();
    let transfers = ["x/full/sequential/a--b", "y/full/sequential/a--b", "x/lora/sequential/a--b"];
    assert_eq!(ids, [&["x/full/single/b", "x/lora/single/b"][..], &transfers].concat());
    assert_eq!(report.relevance.len(), 3, "for every encoder and variant");
    let none = "No baseline for all targets (encoder `y`, variant `full`): their pairs have scores and no gains.";
    assert!(report.warnings.iter().any(|w| w == none), "{:#?}", report.warnings);
}

#[test]
fn every_column_with_the_name_of_a_metric_is_kept() {
    let report =
        import("source,target,accuracy,f1_weighted,note\na,b,0.5,0.25,x\nb,a,,0.5,y\nc,a,,,z\n").report().unwrap();
    let test = |i: usize| &report.runs[i].evaluation(&report.runs[i].targets[0], "test").unwrap().scores;
    assert_eq!((test(0)["accuracy"], test(0)["f1_weighted"]), (0.5, 0.25));
    assert_eq!((test(1).get("accuracy"), test(1)["f1_weighted"], report.runs.len()), (None, 0.5, 2));
    assert!(report.warnings.iter().any(|w| w == "t.csv: 1 row without a score left out."), "{:#?}", report.warnings);
    assert!(report.warnings.iter().any(|w| w == "t.csv: 1 of the runs have no accuracy, only other metrics."));
}

#[test]
fn percent_divides_what_is_a_fraction() {
    let mut import = import("source,target,f1_weighted,log_loss\na,b,50,1.5\n");
    import.scale = Scale::Percent;
    import.metric = Metric::F1Weighted;
    let report = import.report().unwrap();
    let test = &report.runs[0].evaluation("b", "test").unwrap().scores;
    assert_eq!((test["f1_weighted"], test["log_loss"]), (0.5, 1.5));
    assert_eq!(report.study.task[0].metric, Metric::F1Weighted);
}

#[test]
fn a_baseline_in_every_row_pairs_by_seed_unless_it_is_a_mean() {
    let paired = import("source,target,seed,score,baseline\na,b,1,0.5,0.25\na,b,2,0.5,0.5\n").report().unwrap();
    assert_eq!(TransferMap::of_study(&paired.study, &paired.runs).unwrap().pairs[0].n(), 2);
    let mean = import("source,target,seed,score,baseline\na,b,1,0.5,0.25\na,b,2,0.5,0.25\n").report().unwrap();
    let map = TransferMap::of_study(&mean.study, &mean.runs).unwrap();
    assert_eq!((map.pairs[0].paired, map.pairs[0].n(), map.pairs[0].gain()), (false, 0, Some(0.25)));
    assert!(mean.warnings.iter().any(|w| w.contains("taken as a mean")));
    let contradiction = import("source,target,score,baseline\na,b,0.5,0.25\nc,b,0.5,0.75\n");
    refused(&contradiction, &["t.csv, lines 2 and 3", "baseline of `b`", "0.25", "0.75", "--where"]);
    let twice = mapped(
        with_baselines("source,target,score,single\na,b,0.5,0.25\n", "target,score\nb,0.5\n"),
        &["baseline=single"],
    );
    refused(&twice, &["--map baseline", "--baselines"]);
}

#[test]
fn measures_are_named_by_their_file_or_by_a_column() {
    let report = with_measures("source,target,value\na,b,0.5\nb,a,0.5\na,a,1\nb,zz,0\n").report().unwrap();
    let measure = &report.measures[0];
    assert_eq!((measure.name.as_str(), measure.encoder.as_str(), measure.symmetric), ("cos", "any", true));
    assert_eq!((measure.direction.as_str(), measure.values.len()), ("higher_is_more_similar", 2));
    assert!(report.warnings.iter().any(|w| w.contains("1 row of a task with itself")));
    assert!(report.warnings.iter().any(|w| w.contains("no `zz`")));
    let mut named = with_measures("source,target,measure,score\na,b,p,1\na,b,q,2\n");
    named.lower_is_more_similar = vec!["q".into()];
    let report = named.report().unwrap();
    let directions: Vec<_> = report.measures.iter().map(|m| (m.name.as_str(), m.direction.as_str())).collect();
    assert_eq!(directions, [("p", "higher_is_more_similar"), ("q", "lower_is_more_similar")]);
    named.lower_is_more_similar = vec!["r".into()];
    refused(&named, &["--lower-is-more-similar r", "`p`, `q`"]);
    named.lower_is_more_similar.clear();
    named.measures.push(CsvFile::new("p.csv", "source,target,value\na,b,1\n"));
    refused(&named, &["p.csv", "measure `p`", "rename"]);
}

#[test]
fn a_mapping_for_one_file_goes_before_one_for_all() {
    let mut import = with_baselines("source,target,acc,other\na,b,0.5,0.1\n", "target,acc,x\nb,0.25,0.75\n");
    import = mapped(import, &["score=acc", "baselines.score=x*0.5+acc"]);
    let report = import.report().unwrap();
    assert_eq!(scores(&report), [("sequential/a--b".into(), 0.5), ("single/b".into(), 0.625)].into());
}

#[test]
fn where_keeps_either_value_of_a_column_and_all_columns_at_once() {
    let transfers = "set,kind,source,target,score\n1,x,a,b,0.5\n2,x,a,c,0.5\n3,x,a,d,0.5\n1,y,b,a,0.5\n";
    let report = filtered(import(transfers), &["set=1", "set=2", "kind=x"]).report().unwrap();
    assert_eq!(scores(&report).len(), 2);
    assert!(report.warnings[0].contains("2 of 4 rows kept"), "{}", report.warnings[0]);
    refused(&filtered(import(transfers), &["set=9"]), &["t.csv", "no row is left", "`set` is `1`, `2`, `3`"]);
    refused(&filtered(import(transfers), &["set=3", "kind=y"]), &["t.csv", "no row has all of them"]);
    refused(&filtered(import(transfers), &["zet=3"]), &["no file has a column `zet`", "t.csv has `set`"]);
}

#[test]
fn labels_tell_what_scores_mean() {
    let mut import = import("source,target,accuracy,f1_weighted\na,b,0.6,0.45\na,c,0.6,0.99\n");
    import.labels = Some(CsvFile::new("l.csv", "task,label,count\nb,no,6\nb,yes,4\nc,no,6\nc,yes,4\n"));
    let report = import.report().unwrap();
    let test = report.runs[0].evaluation("b", "test").unwrap();
    assert_eq!((test.examples, &test.confusion), (10, &vec![vec![6, 0], vec![4, 0]]));
    assert!(test.constant && test.at_chance);
    assert_eq!(
        (report.tasks[1].labels.join(" "), &report.tasks[1].splits["test"].label_counts),
        ("no yes".into(), &vec![6, 4])
    );
    let impossible = report.runs[1].evaluation("c", "test").unwrap();
    assert!(impossible.confusion.is_empty() && !impossible.constant);
    assert!(report.warnings.iter().any(|w| w.starts_with("`sequential/a--c`") && w.contains("contradict")));
}

#[test]
fn rejects_files_that_are_no_table() {
    refused(&import(""), &["t.csv: no rows"]);
    refused(&import("source,target,score\n"), &["t.csv: no rows"]);
    refused(&import("source,target,score\na,b,0.5\na,c,0.5,1\n"), &["t.csv, line 3", "4 fields", "header has 3"]);
    refused(&import("source,target,score,score\na,b,0.5,1\n"), &["line 1", "two columns `score`"]);
    let latin = Import::new(CsvFile::new("t.csv", b"source,target,score\na,b,0.5\nc,\xe9,0.5\n".to_vec()));
    refused(&latin, &["t.csv, line 3", "UTF-8"]);
    assert!(import("\u{feff}source,target,score\r\na,b,0.5\r\n\r\n").report().is_ok(), "as Excel writes it");
}

#[test]
fn rejects_rows_that_say_nothing_sure() {
    refused(
        &import("source,target,acc\na,b,0.5\n"),
        &["no column `score`", "`source`, `target`, `acc`", "--map transfers.score="],
    );
    refused(&import("source,target,score\na,b,0.5\na,c,o.5\n"), &["t.csv, line 3", "`o.5`", "not a number"]);
    refused(&import("source,target,score\na,b,NaN\n"), &["line 2", "NaN", "finite"]);
    refused(&import("source,target,score\na,b,-inf\n"), &["line 2", "-inf"]);
    refused(&import("source,target,score\na,b,54.2\n"), &["line 2", "54.2", "accuracy", "0 to 1", "--scale percent"]);
    refused(&import("source,target,score\na,b,-4\n"), &["line 2", "-4", "--keep-out-of-range"]);
    refused(&import("source,target,score\na,a,0.5\n"), &["line 2", "both `a`"]);
    refused(&import("source,target,score\na,,0.5\n"), &["line 2", "`target` is empty"]);
    refused(&import("source,target,score\na,b,\n"), &["no row has a score"]);
    refused(&import("source,target,seed,score\na,b,1.5,0.5\n"), &["line 2", "`1.5`", "whole number"]);
    refused(
        &import("source,target,score\na,b,0.5\nc,b,0.5\na,b,0.6\n"),
        &["lines 2 and 4", "from `a` to `b`", "--where"],
    );
    refused(&with_baselines(TRANSFERS, "task,score\nb,0.5\nb,0.5\n"), &["b.csv, lines 2 and 3", "baseline of `b`"]);
    refused(&with_measures("source,target,value\na,b,1\na,b,1\n"), &["cos.csv.gz, lines 2 and 3", "measure `cos`"]);
    refused(&with_measures("source,target,value\na,z,1\n"), &["cos.csv.gz, line 2", "task `z`", "spell"]);
    refused(&with_measures("source,target,value\na,b,inf\n"), &["cos.csv.gz, line 2", "inf"]);
    refused(&import("source,target,score\r\na,b,0.5\r\n\r\na,c,q\r\n"), &["t.csv, line 4"]);
    // A quoted line break counts as a line.
    refused(&import("source,target,score\n\"a\nx\",b,0.5\na,b,q\n"), &["line 4"]);
}

#[test]
fn impossible_scores_are_kept_when_asked_and_nan_counts_as_failed() {
    let mut import = import("source,target,score\na,b,-4\na,c,NaN\na,d,0.5\n");
    import.keep_out_of_range = true;
    let report = import.report().unwrap();
    assert_eq!(report.runs.iter().filter(|r| r.is_ok()).count(), 2);
    assert_eq!(report.runs[1].reason.as_deref(), Some("published with accuracy = NaN"));
    assert_eq!(report.runs[0].evaluation("b", "test").unwrap().scores["accuracy"], -4.0);
    assert!(report.warnings.iter().any(|w| w.contains("kept as asked: 1, on b.")), "{:#?}", report.warnings);
    assert_eq!(Report::from_json(&serde_json::to_vec(&report).unwrap()).unwrap(), report);
}

#[test]
fn rejects_options_that_explain_nothing() {
    let wrong = |text: &str| text.parse::<Mapping>().unwrap_err().to_string();
    assert!(wrong("encoder").contains("FIELD=COLUMN"));
    assert!(wrong("=x").contains("FIELD=COLUMN"));
    assert!(wrong("encodr=x").contains("no field `encodr`") && wrong("encodr=x").contains("encoder"));
    assert!(wrong("labels.score=x").contains("of labels: task, label, count"));
    assert!(wrong("nofile.score=x").contains("no field `nofile.score`"));
    assert!("model".parse::<Filter>().unwrap_err().to_string().contains("COLUMN=VALUE"));
    refused(
        &mapped(import(TRANSFERS), &["encoder=model"]),
        &["--map encoder=model", "no file has", "t.csv has `source`"],
    );
    refused(&mapped(import(TRANSFERS), &["score=(score"]), &["--map score=(score", "parentheses", "0.5*a+b"]);
    refused(&mapped(import(TRANSFERS), &["score=score+x"]), &["--map score=score+x", "no file has"]);
    refused(&mapped(import(TRANSFERS), &["score=score", "score=seed"]), &["`score` is mapped twice"]);
    refused(&mapped(import(TRANSFERS), &["score=score/(seed-seed)"]), &["t.csv, line 2", "inf"]);
}

#[test]
fn per_cent_signs_tell_their_unit_whatever_the_scale() {
    for scale in [Scale::Fraction, Scale::Percent] {
        let import = Import { scale, ..with_baselines("source,target,score\na,b,71.5%\n", "task,score\nb,70.25 %\n") };
        let found = scores(&import.report().unwrap());
        assert_eq!((found["sequential/a--b"], found["single/b"]), (0.715, 0.7025));
    }
}

#[test]
fn means_with_spreads_are_read_and_said() {
    for cell in ["82.5 ± 0.8", "82.5±0.8", "82.5 (0.8)", "82.5+/-0.8", "$82.5_{0.8}$"] {
        let import = Import { scale: Scale::Percent, ..import(&format!("source,target,score\na,b,{cell}\n")) };
        let report = import.report().unwrap();
        assert_eq!(scores(&report)["sequential/a--b"], 0.825, "{cell}");
        let note = format!(
            "t.csv: 1 cell holds a mean with its spread, such as `{cell}`: the mean is read, the spread left out."
        );
        assert!(report.warnings.contains(&note), "{:#?}", report.warnings);
    }
}

#[test]
fn rejects_files_in_different_units() {
    let percent = "source,target,score\na,b,82.5\nb,a,60.7\n";
    let mixed = Import { scale: Scale::Percent, ..with_baselines(percent, "task,score\na,0.6546\nb,0.8538\n") };
    refused(&mixed, &["b.csv: no score is above 1 (the highest is 0.8538)", "--scale percent", "one unit"]);
    let turned = Import { scale: Scale::Percent, ..with_baselines(TRANSFERS, "task,score\na,65.46\nb,85.38\n") };
    refused(&turned, &["t.csv: no score is above 1 (the highest is 0.75)"]);
    refused(&with_baselines(percent, "task,score\na,0.6546\n"), &["t.csv, line 2", "--scale percent"]);
    let kept = Import { keep_out_of_range: true, ..mixed };
    assert!(kept.report().is_ok(), "mixed metrics were asked for");
}

#[test]
fn a_matrix_is_recognised_and_read_when_asked() {
    let matrix =
        "train_on,news,mood,stars,avg\nnews,0.65,0.82,0.83,0.7\nmood,0.61,0.85,,0.7\nstars,0.66,0.82,0.84,0.7\n";
    refused(&import(matrix), &["t.csv: this looks like a matrix", "`train_on`, `news`", "--wide"]);
    let followed = mapped(import(matrix), &["source=train_on", "target=news", "score=mood"]);
    refused(&followed, &["this looks like a matrix"]);
    let report = Import { wide: true, ..import(matrix) }.report().unwrap();
    let found = scores(&report);
    let expected = [
        ("sequential/mood--news", 0.61),
        ("sequential/news--mood", 0.82),
        ("sequential/news--stars", 0.83),
        ("sequential/stars--mood", 0.82),
        ("sequential/stars--news", 0.66),
        ("single/mood", 0.85),
        ("single/news", 0.65),
        ("single/stars", 0.84),
    ];
    assert_eq!(found, expected.map(|(id, s)| (id.to_owned(), s)).into());
    let note = "t.csv: read as a matrix, sources in rows and targets in columns; the diagonal is each task alone; left out as \
                means: `avg`.";
    assert!(report.warnings.iter().any(|w| w == note), "{:#?}", report.warnings);
    let rows = "source,seed,x,y\nalone,1,0.5,0.25\nalone,2,0.75,0.5\na,1,0.5,0.5\na,2,0.5,0.5\n";
    let report = Import { wide: true, ..import(rows) }.report().unwrap();
    assert_eq!((report.runs.len(), scores(&report)["single/x/s2"]), (8, 0.75));
}

#[test]
fn a_spelling_that_joins_nothing_is_named_with_its_nearest() {
    let transfers = "source,target,score\nnews,sst2,0.5\nsst2,news,0.5\n";
    let report = with_baselines(transfers, "task,score\nnews,0.5\nSST-2,0.5\n").report().unwrap();
    let said = |part: &str| assert!(report.warnings.iter().any(|w| w.contains(part)), "{part}: {:#?}", report.warnings);
    said("No baseline for sst2 (the baselines have `SST-2`): their pairs have scores and no gains.");
    said(
        "b.csv: 1 row of tasks, encoders or variants that the transfers do not have (the transfers have no `SST-2`; is it `sst2`?)",
    );
    let twice = import("source,target,score\nnews,SST-2,0.5\nsst2,news,0.5\n").report().unwrap();
    assert!(
        twice.warnings.iter().any(|w| w.contains("taken as different ones: `SST-2` and `sst2`.")),
        "{:#?}",
        twice.warnings
    );
}

#[test]
fn what_spreadsheets_add_is_left_out() {
    let excel = "source;target;score;;\r\na;b;0.5;;\r\n;;;;\r\nb;a;0.25;;\r\n;;;;\r\n";
    assert_eq!(scores(&import(excel).report().unwrap()).len(), 2);
    refused(&import("source;target;score\na;b;0.5\nb;a;o.5\n"), &["t.csv, line 3", "`o.5`"]);
    refused(&import("source;target;score\na;b;0,5\n"), &["t.csv, line 2", "`0,5`, with a decimal comma; write 0.5"]);
    refused(&import("source,target,score,\na,b,0.5,x\na,c,0.5\n"), &["t.csv, line 3", "3 fields", "header has 4"]);
}

/// Everything but the warnings (hashes) by key.
fn by_key(report: &Report) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for run in &report.runs {
        let test = run.evaluations.values().next().unwrap();
        out.insert(run.id.clone(), format!("{test:?} {:?} {:?}", run.seed, run.protocol == Protocol::Single));
    }
    for measure in &report.measures {
        for v in &measure.values {
            out.insert(format!("{} {} {} {}", measure.name, measure.encoder, v.source, v.target), v.value.to_string());
        }
    }
    for r in &report.relevance {
        out.insert(format!("relevance {} {} {} {}", r.encoder, r.variant, r.source, r.target), r.value.to_string());
    }
    for task in &report.tasks {
        let mut labels: Vec<_> = task.labels.iter().zip(task.splits.values().flat_map(|s| &s.label_counts)).collect();
        labels.sort();
        out.insert(format!("task {}", task.name), format!("{labels:?}"));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn the_order_of_rows_changes_nothing_but_the_order(order in Just((0..24usize).collect::<Vec<_>>()).prop_shuffle()) {
        let encoders = ["x", "y"];
        let tasks = ["a", "b", "c"];
        let (mut transfers, mut baselines, mut measures, mut relevance) = (vec![], vec![], vec![], vec![]);
        for (i, encoder) in encoders.iter().enumerate() {
            for (s, source) in tasks.iter().enumerate() {
                baselines.push(format!("{encoder},{source},0.{}", i + s + 1));
                for (t, target) in tasks.iter().enumerate().filter(|(t, _)| *t != s) {
                    for seed in [1, 2] {
                        transfers.push(format!("{encoder},{source},{target},{seed},0.{}{}{seed}", i + 1, 3 * s + t));
                    }
                    measures.push(format!("{encoder},{source},{target},{}", s * 10 + t));
                    relevance.push(format!("{encoder},{source},{target},{}", t * 10 + s));
                }
            }
        }
        let labels: Vec<String> = tasks.iter().map(|t| format!("{t},only,5")).collect();
        let shuffled = |header: &str, rows: &[String], shuffle: bool| {
            let order: Vec<usize> =
                if shuffle { order.iter().copied().filter(|&i| i < rows.len()).collect() } else { (0..rows.len()).collect() };
            let rows: Vec<&str> = order.iter().map(|&i| rows[i].as_str()).collect();
            CsvFile::new("m.csv", format!("{header}\n{}\n", rows.join("\n")))
        };
        let of = |shuffle: bool| {
            let mut import = Import::new(shuffled("encoder,source,target,seed,score", &transfers, shuffle));
            import.baselines = Some(shuffled("encoder,task,score", &baselines, shuffle));
            import.measures = vec![shuffled("encoder,source,target,value", &measures, shuffle)];
            import.relevance = Some(shuffled("encoder,source,target,relevance", &relevance, shuffle));
            import.labels = Some(shuffled("task,label,count", &labels, shuffle));
            import.report().unwrap()
        };
        let (straight, other) = (of(false), of(true));
        prop_assert_eq!(by_key(&straight).len(), 24 + 6 + 12 + 12 + 3);
        prop_assert_eq!(by_key(&straight), by_key(&other));
    }
}
