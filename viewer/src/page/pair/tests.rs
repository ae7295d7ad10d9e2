use transfermap::report::Report;

use crate::choices::Choices;
use crate::page::{Page, Tab};
use crate::still::Still;
use crate::table::node;

fn page(sample: &str, choices: &str) -> Page {
    let path = format!("{}/../www/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
    let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
    Still::new(sample, report, Choices::parse(choices)).unwrap().unwrap().page(Tab::Pair)
}

fn text(page: &Page) -> String {
    page.contents.iter().map(|n| n.plain_text()).collect::<Vec<_>>().join("\n")
}

#[test]
fn shows_the_verdict_and_the_numbers_of_the_analysis() {
    // README: AG News before SST-2 is the one pair that harms, −17.6 points.
    let page = page("real-small", "source=ag_news&target=sst2");
    let text = text(&page);
    assert!(text.contains("Training on ag_news first harms sst2."), "{text}");
    assert!(text.contains("a gain of −17.6 points"), "{text}");
    let ids: Vec<&str> = page.charts.iter().map(|c| c.id.as_str()).collect();
    let all = ["seeds", "intervals", "learning-curves", "training-loss", "confusion-single", "confusion-transfer"];
    assert_eq!(ids, all);
    let seeds = page.charts[0].data.csv();
    assert_eq!(seeds.lines().count(), 4, "{seeds}");
}

#[test]
fn the_largest_effect_is_opened_without_a_choice() {
    assert!(text(&page("real-small", "")).contains("Training on ag_news first harms sst2."));
}

#[test]
fn says_why_a_pair_is_missing() {
    assert!(text(&page("real-small", "source=rte&target=rte")).contains("A task is not transferred to itself."));
    assert!(text(&page("notebook", "source=rte&target=ag_news")).contains("This pair was not run."));
}

#[test]
fn says_what_an_import_does_not_tell() {
    let page = page("notebook", "source=ag_news&target=rte");
    let text = text(&page);
    for words in ["cannot be tested", "no curves", "no predictions of this pair by example"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(page.charts.iter().all(|c| c.id != "intervals" && c.id != "learning-curves"));
}

#[test]
fn examples_that_turned_are_those_that_the_tests_count() {
    let page = page("real-small", "source=ag_news&target=sst2");
    let table = |id: &str| page.tables.iter().find(|t| t.id == id).unwrap();
    // Python on the sample: for each seed, sum(label == single != transfer) and the reverse over the 872 rows.
    let counts: Vec<[String; 3]> = table("flips").rows.iter().map(|r| [0, 1, 2].map(|i| r[i].text())).collect();
    assert_eq!(counts, [["1", "226", "115"], ["2", "301", "114"], ["3", "294", "132"]]);
    // Likewise: 742 rows turned at some seed, 52 the same way at all three; 6, 9 and 45 are the first of these.
    assert!(
        text(&page).contains("Of 872 test examples 742 turned at some seed, 52 of them the same way at all 3 seeds.")
    );
    let first: Vec<String> = table("flipped").rows.iter().take(3).map(|r| r[0].text()).collect();
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
    let page = Still::new("x", report, choices).unwrap().unwrap().page(Tab::Pair);
    let flipped = page.tables.iter().find(|t| t.id == "flipped").unwrap();
    let shown: Vec<[String; 2]> = flipped.rows.iter().take(3).map(|r| [0, 3].map(|i| r[i].text())).collect();
    assert_eq!(shown, [["6", "<b>first 6 ∥ second 6"], ["9", "<b>first 9 ∥ second 9"], ["45", "—"]]);
    assert!(!node(flipped).markup().contains("<b>"));
    assert!(!text(&page).contains("holds no texts"));
}

#[test]
fn classes_are_of_the_summed_matrices() {
    let page = page("real-small", "source=ag_news&target=sst2");
    let table = page.tables.iter().find(|t| t.id == "classes").unwrap();
    // By hand from the two matrices [[933, 351], [413, 919]] and [[512, 772], [452, 880]]: 933 / (933 + 413) = 69.3 %.
    let first: Vec<String> = table.rows[0].iter().map(|c| c.text()).collect();
    assert_eq!(first[..5], ["negative", "1284", "69.3", "53.1", "−16.2"]);
}

#[test]
fn hostile_names_are_text() {
    let path = format!("{}/../www/samples/real-small.json", env!("CARGO_MANIFEST_DIR"));
    let json = std::fs::read_to_string(path).unwrap().replace("ag_news", "<script>alert(1)</script>");
    let report = Report::from_json(json.as_bytes()).unwrap();
    let mut still = Still::new("hostile", report, Choices::default()).unwrap().unwrap();
    for tab in ["pair", "training", "runs", "methods"] {
        still = still.with(&format!("tab={tab}"));
        let markup = still.view().markup();
        assert!(!markup.contains("<script") && markup.contains("&lt;script&gt;"), "{tab}");
    }
}
