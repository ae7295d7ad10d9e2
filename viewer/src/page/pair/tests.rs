use transfermap::report::Report;

use super::{Content, Found, content};
use crate::choices::Choices;
use crate::look::Look;

fn page(sample: &str, choices: &str) -> Content {
    let path = format!("{}/../www/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
    let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
    Look::new(sample, report, Choices::parse(choices)).unwrap().unwrap().see(content)
}

fn found(sample: &str, choices: &str) -> Found {
    page(sample, choices).found.unwrap()
}

#[test]
fn shows_the_verdict_and_the_numbers_of_the_analysis() {
    // README: AG News before SST-2 is the one pair that harms, −17.6 points.
    let page = page("real-small", "source=ag_news&target=sst2");
    let found = page.found.as_ref().unwrap();
    assert_eq!(found.answer, "Training on ag_news first harms sst2.");
    assert!(found.sentences.contains("a gain of −17.6 points"), "{}", found.sentences);
    let seeds = found.seeds[0].data.csv();
    assert_eq!(seeds.lines().count(), 4, "{seeds}");
    let charts = page.charts();
    let ids: Vec<&str> = charts.iter().map(|c| c.id.as_str()).collect();
    let all = ["seeds", "intervals", "learning-curves", "training-loss", "confusion-single", "confusion-transfer"];
    assert_eq!(ids, all);
}

#[test]
fn the_largest_effect_is_opened_without_a_choice() {
    assert_eq!(found("real-small", "").answer, "Training on ag_news first harms sst2.");
}

#[test]
fn says_why_a_pair_is_missing() {
    let missing = |sample, choices| page(sample, choices).missing.unwrap();
    assert!(missing("real-small", "source=rte&target=rte").contains("A task is not transferred to itself."));
    assert!(missing("notebook", "source=rte&target=ag_news").contains("This pair was not run."));
}

#[test]
fn says_what_an_import_does_not_tell() {
    let page = page("notebook", "source=ag_news&target=rte");
    let found = page.found.as_ref().unwrap();
    assert!(found.answer.contains("cannot be tested"), "{}", found.answer);
    assert!(found.curves.note.as_ref().unwrap().contains("no curves"));
    assert!(found.errors.examples.notes[0].contains("no predictions of this pair by example"));
    assert!(page.charts().iter().all(|c| c.id != "intervals" && c.id != "learning-curves"));
}

#[test]
fn examples_that_turned_are_those_that_the_tests_count() {
    let examples = found("real-small", "source=ag_news&target=sst2").errors.examples;
    // Python on the sample: for each seed, sum(label == single != transfer) and the reverse over the 872 rows.
    let counts: Vec<[String; 3]> =
        examples.by_seed.unwrap().rows.iter().map(|r| [0, 1, 2].map(|i| r[i].text())).collect();
    assert_eq!(counts, [["1", "226", "115"], ["2", "301", "114"], ["3", "294", "132"]]);
    // Likewise: 742 rows turned at some seed, 52 the same way at all three; 6, 9 and 45 are the first of these.
    let sentence = "Of 872 test examples 742 turned at some seed, 52 of them the same way at all 3 seeds.";
    assert_eq!(examples.sentence.as_deref(), Some(sentence));
    let first: Vec<String> = examples.listed.unwrap().rows.iter().take(3).map(|r| r[0].text()).collect();
    assert_eq!(first, ["6", "9", "45"]);
}

#[test]
fn texts_stand_beside_their_examples_when_the_report_has_them() {
    let path = format!("{}/../www/samples/real-small.json", env!("CARGO_MANIFEST_DIR"));
    let mut report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
    let sst2 = report.tasks.iter_mut().find(|t| t.name == "sst2").unwrap();
    // One example short: a damaged report gives a gap and no panic.
    let texts = (0..45).map(|i| vec![format!("<b>first {i}"), format!("second {i}")]).collect();
    sst2.splits.get_mut("test").unwrap().texts = Some(texts);
    let choices = Choices::parse("source=ag_news&target=sst2");
    let examples = Look::new("x", report, choices).unwrap().unwrap().see(content).found.unwrap().errors.examples;
    let flipped = examples.listed.unwrap();
    let shown: Vec<[String; 2]> = flipped.rows.iter().take(3).map(|r| [0, 3].map(|i| r[i].text())).collect();
    assert_eq!(shown, [["6", "<b>first 6 ∥ second 6"], ["9", "<b>first 9 ∥ second 9"], ["45", "—"]]);
    assert_eq!(examples.texts, None);
}

#[test]
fn classes_are_of_the_summed_matrices() {
    let table = found("real-small", "source=ag_news&target=sst2").errors.classes.unwrap();
    // By hand from the two matrices [[933, 351], [413, 919]] and [[512, 772], [452, 880]]: 933 / (933 + 413) = 69.3 %.
    let first: Vec<String> = table.rows[0].iter().map(|c| c.text()).collect();
    assert_eq!(first[..5], ["negative", "1284", "69.3", "53.1", "−16.2"]);
}
