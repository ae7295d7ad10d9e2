//! What stands in a page before any script runs: the answer, what to do about each target, and the map. Plain trees, so that
//! the command line needs no framework to write them; where scripts run, the application takes their place.

use transfermap::report::Report;

use crate::look::Look;
use crate::node::{Node, el};
use crate::page::overview::{self, Content, Decision};
use crate::runs::alone;

pub fn first_sight(look: &Look) -> Node {
    let Content { answer, decisions, map, .. } = look.see(overview::content);
    let decision = |Decision { target, words, .. }: Decision| el("li").text(format!("{target}: {words}"));
    let top = el("div")
        .class("top")
        .child(el("p").class("answer").attr("id", "answer").text(answer))
        .child(el("h2").text("What to train first"))
        .child(el("ul").class("decisions").children(decisions.into_iter().map(decision)));
    let study = &look.subject.report.study;
    let about = (!study.description.is_empty()).then(|| el("p").class("quiet").text(study.description.clone()));
    el("div")
        .class("viewer")
        .child(el("header").child(el("p").class("study").text(study.name.clone())).maybe(about))
        .child(
            el("main").child(el("div").class("overview").child(top).child(el("div").class("map").child(map.still()))),
        )
        .into()
}

/// The same of a report in which nothing was trained before anything else: what its tasks reach alone.
pub fn without_pairs(report: &Report) -> Node {
    let runs = report.runs.len();
    let alone = alone(report);
    let list = || el("ul").class("decisions").children(alone.iter().map(|task| el("li").text(task.clone())));
    el("div")
        .class("viewer")
        .child(el("p").class("study").text(report.study.name.clone()))
        .child(el("p").class("answer").text(format!(
            "This report has no transfer run yet, so there is nothing to compare; it holds {runs} other runs."
        )))
        .maybe((!alone.is_empty()).then(list))
        .into()
}
