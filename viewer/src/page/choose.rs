//! Which source for a target: measured and predicted ones, best first, and how well anything chooses sources at all.

use transfermap::analysis::{Basis, Recommendation, RecommendedSource, SelectionAnalysis};
use transfermap::table::recommendation;

use super::Context;
#[cfg(feature = "app")]
use super::shortened::ShortTable;
use super::shortened::{Shortened, is_plain};
use crate::chart::Chart;
use crate::chart::sources::sources;
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::table::{Cell, Sheet, Show, Table, Tone, Value};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    pub target: Option<Offer>,
    /// Why there is no choice.
    pub missing: Option<String>,
    pub found: Option<Found>,
}

/// What is known of the sources of one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub advice: String,
    pub chart: Option<Chart>,
    pub ranking: Sheet,
    /// What predicted gains rest on.
    pub prediction: Option<String>,
    /// What chooses sources well, in words and in numbers.
    pub judged: String,
    pub predictors: Option<Shortened>,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        self.found.and_then(|found| found.chart).into_iter().collect()
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let pairs = context.pairs();
    // Measured targets first, so that the page opens with one.
    let (mut targets, unmeasured): (Vec<&str>, Vec<&str>) =
        context.task_names().into_iter().partition(|name| pairs.iter().any(|p| p.key.target == *name));
    targets.extend(unmeasured);
    let offer = Offer::new("Target", Choice::Target, targets.iter().map(|t| (*t, *t)), context.choices);
    let Some(target) = targets.get(offer.chosen).copied() else {
        return Content { missing: Some("This report has no task.".to_owned()), ..Content::default() };
    };
    match found(context, target) {
        Ok(found) => Content { target: Some(offer), found: Some(found), missing: None },
        Err(why) => Content { target: Some(offer), missing: Some(why), found: None },
    }
}

fn found(context: &Context<'_>, target: &str) -> Result<Found, String> {
    let known = context.advice().iter().find(|r| r.target == target).cloned();
    let recommended = match known {
        Some(known) => Some(known),
        // One that nobody measured.
        None => {
            let all = context.analysis.recommend(context.report, target).map_err(|error| error.to_string())?;
            all.into_iter().find(|r| r.family == *context.family)
        }
    };
    let found = recommended.filter(|r| !r.sources.is_empty()).ok_or_else(|| {
        format!("No task of this family was trained before another, so there is no source for {target}.")
    })?;
    let (table, judged) = predictors(context, target);
    let plain = |row: &[Cell]| row.first().is_some_and(|name| is_plain(context, &name.text()));
    Ok(Found {
        advice: found.advice.clone(),
        chart: found.sources.iter().any(|s| s.gain.is_some()).then(|| sources(&found)),
        ranking: ranking(&found),
        prediction: found.prediction.clone(),
        judged,
        predictors: (!table.rows.is_empty()).then(|| Shortened::new(table.into(), &plain, context)),
    })
}

fn ranking(r: &Recommendation) -> Sheet {
    let measured = |s: &RecommendedSource| s.basis == Basis::Measured;
    let links = r.sources.iter().map(|s| measured(s).then(|| Change::open(&s.source, &r.target))).collect();
    Sheet::linked(recommendation(r), "source", links)
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
            plain if is_plain(context, plain) => Cell::from(plain).tone(Tone::Quiet),
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

#[cfg(feature = "app")]
#[component]
pub fn Choose(look: Look) -> impl IntoView {
    let Content { target, missing, found } = look.see(content);
    let found = found.map(|Found { advice, chart, ranking, prediction, judged, predictors }| {
        view! {
            <Answer words=advice />
            {chart.map(|chart| view! { <ChartFigure chart=chart /> })}
            <DataTable sheet=ranking />
            {prediction.map(|words| view! { <p>{words}</p> })}
            <h2>"What chooses sources well"</h2>
            <p>{judged}</p>
            {predictors.map(|table| view! { <ShortTable table=table /> })}
        }
    });
    view! {
        {target.map(|offer| view! { <div class="controls"><Select offer=offer /></div> })}
        {missing.map(|words| view! { <p>{words}</p> })}
        {found}
    }
}

#[cfg(test)]
mod tests {
    use transfermap::analysis::Analysis;
    use transfermap::report::Report;

    use super::{Found, content};
    use crate::choices::Choices;
    use crate::look::Look;

    fn found(choices: &str) -> Found {
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        Look::new("r", report, Choices::parse(choices)).unwrap().unwrap().see(content).found.unwrap()
    }

    #[test]
    fn sources_stand_with_the_numbers_of_the_recommendation() {
        let found = found("target=rte");
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        let expected = Analysis::tests(&report, &Default::default()).unwrap().recommend(&report, "rte").unwrap();
        let table = &found.ranking.table;
        assert_eq!(table.rows.len(), 4);
        for (i, source) in expected[0].sources.iter().enumerate() {
            let cell = |name: &str| table.cell(i, name).unwrap().text();
            assert_eq!((cell("source"), cell("reason")), (source.source.clone(), source.reason.clone()));
        }
        assert_eq!(found.advice, expected[0].advice);
        assert_eq!(found.chart.unwrap().data.rows.len(), 4);
    }

    #[test]
    fn predictors_stand_beside_random_and_popularity() {
        let table = found("target=rte").predictors.unwrap().sheet.table;
        for plain in ["random", "popularity"] {
            assert!(table.rows.iter().any(|row| row[0].text() == plain), "{plain}");
        }
    }
}
