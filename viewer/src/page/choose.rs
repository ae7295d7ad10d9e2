//! Which source for a target: measured and predicted ones, best first, and how well anything chooses sources at all.

use transfermap::analysis::{Basis, Recommendation, SelectionAnalysis};
use transfermap::table::recommendation;

use super::{Context, Page, select};
use crate::chart::sources::sources;
use crate::choices::change;
use crate::node::el;
use crate::table::{Cell, Show, Table, Tone, Value};

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let pairs = context.pairs();
    // Measured targets first, so that the page opens with one.
    let (mut targets, unmeasured): (Vec<&str>, Vec<&str>) =
        context.task_names().into_iter().partition(|name| pairs.iter().any(|p| p.key.target == *name));
    targets.extend(unmeasured);
    let chosen = context.choices.get("target").and_then(|name| targets.iter().find(|t| **t == name));
    let Some(target) = chosen.or_else(|| targets.first()).copied() else {
        page.paragraph("This report has no task.");
        return page;
    };
    let names: Vec<(String, String)> = targets.iter().map(|t| ((*t).to_owned(), (*t).to_owned())).collect();
    page.add(el("div").class("controls").child(select("Target", "target", &names, context.choices)));
    let recommended = match context.analysis.recommend(context.report, target) {
        Ok(all) => all.into_iter().find(|r| r.family == *context.family),
        Err(error) => {
            page.paragraph(error.to_string());
            return page;
        }
    };
    let Some(found) = recommended.filter(|r| !r.sources.is_empty()) else {
        page.paragraph(format!(
            "No task of this family was trained before another, so there is no source for {target}."
        ));
        return page;
    };
    page.add(el("p").class("answer").text(found.advice.clone()));
    if found.sources.iter().any(|s| s.gain.is_some()) {
        page.chart(sources(&found));
    }
    page.table(ranking(&found));
    if let Some(prediction) = &found.prediction {
        page.paragraph(prediction.clone());
    }
    let (table, sentence) = predictors(context, target);
    page.heading("What chooses sources well");
    page.paragraph(sentence);
    if !table.rows.is_empty() {
        page.table(table);
    }
    page
}

fn ranking(r: &Recommendation) -> Table {
    let mut table = recommendation(r);
    for (cell, source) in table.column_mut("source").zip(&r.sources).filter(|(_, s)| s.basis == Basis::Measured) {
        cell.link = Some(change(&[("tab", "pair"), ("source", &source.source), ("target", &r.target)]));
    }
    table
}

/// Every predictor on all targets and on this one, best NDCG first, and what that says.
fn predictors(context: &Context<'_>, target: &str) -> (Table, String) {
    let of = |name: Option<&str>| {
        let selection = context.analysis.selection.iter().filter(|s| s.family == *context.family);
        selection.filter(|s| s.target.as_deref() == name).collect::<Vec<&SelectionAnalysis>>()
    };
    let (mut means, here) = (of(None), of(Some(target)));
    let ndcg = |s: &SelectionAnalysis| s.figures.ndcg_rank.unwrap_or(f64::NEG_INFINITY);
    means.sort_by(|a, b| ndcg(b).total_cmp(&ndcg(a)));
    let two = |v| Value::number(v, Show::Plain(2));
    let percent = |v| Value::number(v, Show::Percent);
    let one = |s: &SelectionAnalysis| here.iter().find(|h| h.predictor == s.predictor).map(|one| one.figures);
    let quiet = |value: Value| Cell::from(value).tone(Tone::Quiet);
    let table = Table::of(&means, "predictors", "Predictors by how well they choose sources")
        .words("predictor", |s| match s.predictor.as_str() {
            plain @ ("random" | "popularity") => Cell::from(plain).tone(Tone::Quiet),
            measure => measure.into(),
        })
        .numbers("NDCG, mean", |s| two(s.figures.ndcg_rank))
        .defined("ndcg")
        .numbers("NDCG at random", |s| quiet(two(s.random_expectation.ndcg_rank)))
        .head("at random")
        .numbers("regret, mean", |s| percent(s.figures.regret_at_1_best))
        .defined("regret")
        .numbers("regret at random", |s| quiet(percent(s.random_expectation.regret_at_1_best)))
        .head("at random")
        .numbers("targets", |s| s.targets)
        .numbers(format!("NDCG, {target}"), |s| two(one(s).and_then(|f| f.ndcg_rank)))
        .numbers(format!("regret, {target}"), |s| percent(one(s).and_then(|f| f.regret_at_1_best)))
        .noted("");
    let best = means.iter().find(|s| !matches!(s.predictor.as_str(), "random" | "popularity"));
    let popularity = means.iter().find(|s| s.predictor == "popularity");
    let beats = |a: &SelectionAnalysis| a.figures.ndcg_rank > a.random_expectation.ndcg_rank;
    let sentence = match (means.is_empty(), best) {
        (true, _) => "No target has two measured sources, so no predictor can be judged.".to_owned(),
        (false, None) => {
            "The report has no measure of similarity; a random order and popularity are all there is.".to_owned()
        }
        (false, Some(best)) if !beats(best) => {
            "On average over the targets, nothing orders the sources better than a random order.".to_owned()
        }
        (false, Some(best)) => {
            let popular = popularity.is_some_and(|p| p.figures.ndcg_rank >= best.figures.ndcg_rank);
            let beside = if popular {
                "but not better than popularity: the source that helped the other targets most"
            } else {
                "and than popularity"
            };
            let chance = best.random_expectation.regret_at_1_best;
            let first = if best.figures.regret_at_1_best >= chance && chance.is_some() {
                " The source that it puts first is no better a choice than a random one, though."
            } else {
                ""
            };
            format!(
                "On average over the targets, {} orders the sources better than a random order, {beside}.{first} These \
                 are means over {} targets, without a test.",
                best.predictor, best.targets
            )
        }
    };
    (table, sentence)
}

#[cfg(test)]
mod tests {
    use transfermap::analysis::Analysis;
    use transfermap::report::Report;

    use crate::choices::Choices;
    use crate::page::Tab;
    use crate::still::Still;

    fn still(choices: &str) -> Still {
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        Still::new("r", report, Choices::parse(choices)).unwrap().unwrap()
    }

    #[test]
    fn sources_stand_with_the_numbers_of_the_recommendation() {
        let page = still("target=rte").page(Tab::Choose);
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        let expected = Analysis::tests(&report, &Default::default()).unwrap().recommend(&report, "rte").unwrap();
        let table = page.tables.iter().find(|t| t.id == "ranking").unwrap();
        assert_eq!(table.rows.len(), 4);
        for (i, source) in expected[0].sources.iter().enumerate() {
            let cell = |name: &str| table.cell(i, name).unwrap().text();
            assert_eq!((cell("source"), cell("reason")), (source.source.clone(), source.reason.clone()));
        }
        let text: String = page.contents.iter().map(crate::node::Node::plain_text).collect();
        assert!(text.contains(&expected[0].advice), "{text}");
        assert_eq!(page.charts[0].data.rows.len(), 4);
    }

    #[test]
    fn predictors_stand_beside_random_and_popularity() {
        let page = still("target=rte").page(Tab::Choose);
        let table = page.tables.iter().find(|t| t.id == "predictors").unwrap();
        for plain in ["random", "popularity"] {
            assert!(table.rows.iter().any(|row| row[0].text() == plain), "{plain}");
        }
    }
}
