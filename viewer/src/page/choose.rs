//! Which source for a target: measured and predicted ones, best first, and how well anything chooses sources at all.

use transfermap::analysis::{Basis, Recommendation, SelectionAnalysis};
use transfermap::number;
use transfermap::sort;

use super::{Context, Page, select};
use crate::chart::sources::{basis, sources};
use crate::chart::transfer_map::sign;
use crate::choices::change;
use crate::node::el;
use crate::table::{Cell, Table};

/// Draws the page.
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
    let Some(recommendation) = recommended.filter(|r| !r.sources.is_empty()) else {
        page.paragraph(format!(
            "No task of this family was trained before another, so there is no source for {target}."
        ));
        return page;
    };
    page.add(el("p").class("answer").text(recommendation.advice.clone()));
    if recommendation.sources.iter().any(|s| s.gain.is_some()) {
        page.chart(sources(&recommendation));
    }
    page.table(ranking(&recommendation));
    let (table, sentence) = predictors(context, target);
    page.heading("What chooses sources well");
    page.paragraph(sentence);
    if !table.rows.is_empty() {
        page.table(table);
    }
    page
}

fn ranking(r: &Recommendation) -> Table {
    let mut table = Table::new("ranking", format!("Every source for {}, best first", r.target))
        .numbers("rank")
        .words("source")
        .words("basis")
        .defined("recommendation")
        .numbers("gain")
        .defined("gain")
        .words("interval")
        .words("verdict")
        .defined("verdict")
        .words("why");
    for s in &r.sources {
        let source = Cell::from(s.source.as_str());
        let source = match s.basis {
            Basis::Measured => source.set(change(&[("tab", "pair"), ("source", &s.source), ("target", &r.target)])),
            _ => source,
        };
        let verdict = s.verdict.map_or_else(|| number::MISSING.to_owned(), |v| format!("{} {}", sign(v), v.name()));
        table.row([
            s.rank.to_string().into(),
            source,
            basis(s).into(),
            number::or_missing(s.gain, |g| number::gain(r.metric, g)).into(),
            s.interval.map_or_else(|| number::MISSING.to_owned(), |i| number::gain_interval(r.metric, i)).into(),
            verdict.into(),
            Cell::from(s.reason.as_str()).class("wrap"),
        ]);
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
    sort::by(&mut means, |a, b| ndcg(b).total_cmp(&ndcg(a)));
    let mut table = Table::new("predictors", "Predictors by how well they choose sources")
        .words("predictor")
        .numbers("NDCG, mean")
        .defined("ndcg")
        .numbers("at random")
        .numbers("regret, mean")
        .defined("regret")
        .numbers("at random")
        .numbers("targets")
        .numbers(format!("NDCG, {target}"))
        .numbers(format!("regret, {target}"));
    let two = |v: Option<f64>| Cell::from(number::or_missing(v, |v| number::plain(v, 2)));
    let percent = |v: Option<f64>| Cell::from(number::or_missing(v, number::percent));
    for s in &means {
        let one = here.iter().find(|h| h.predictor == s.predictor);
        let plain = matches!(s.predictor.as_str(), "random" | "popularity");
        let name = Cell::from(s.predictor.as_str());
        table.row([
            if plain { name.class("quiet") } else { name },
            two(s.figures.ndcg_rank),
            two(s.random_expectation.ndcg_rank).class("quiet"),
            percent(s.figures.regret_at_1_best),
            percent(s.random_expectation.regret_at_1_best).class("quiet"),
            s.targets.to_string().into(),
            two(one.and_then(|o| o.figures.ndcg_rank)),
            percent(one.and_then(|o| o.figures.regret_at_1_best)),
        ]);
    }
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
        for (row, source) in table.rows.iter().zip(&expected[0].sources) {
            assert_eq!((&row[1].text, &row[6].text), (&source.source, &source.reason));
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
            assert!(table.rows.iter().any(|row| row[0].text == plain), "{plain}");
        }
    }
}
