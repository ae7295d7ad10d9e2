use transfermap::report::Report;

use crate::choices::Choices;
use crate::page::{Page, Tab};
use crate::still::Still;

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
