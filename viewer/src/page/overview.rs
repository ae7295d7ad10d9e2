//! The answer for whoever has ten seconds: one sentence, the sizes of the study, the strongest help and harm, warnings.

use transfermap::analysis::{PairAnalysis, Verdict};
use transfermap::{number, table};

use super::{Context, Page};
use crate::chart::transfer_map::transfer_map;
use crate::choices::change;
use crate::node::{Element, Node, el};

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    page.add(answer(context));
    page.add(cards(context));
    page.add(strongest(context));
    page.chart(transfer_map(context, &super::map::order(context)));
    if let Some(race) = &context.analysis.race {
        page.heading("Where the seeds went");
        page.paragraph(race.sentence.clone());
        page.table(table::race(&context.pairs()));
    }
    let warnings = &context.analysis.warnings;
    if !warnings.is_empty() {
        page.heading("What limits the conclusions");
        page.add(el("ul").class("warnings").children(warnings.iter().map(|w| el("li").text(w.clone()))));
    }
    page.heading("What this study cannot tell you");
    page.paragraph(LIMITS);
    page
}

/// What no verdict says.
pub const LIMITS: &str = "A verdict speaks of these tasks, this encoder, this recipe and these test rows. It does not say \
    what another encoder, more training data or another metric would show; a pair that is undecided may still help or \
    harm by less than the study could see. The intervals of single pairs cover these test rows only, unless they are \
    called intervals over seeds and examples. Correlations over few tasks are weak evidence, whatever their p.";

/// The sentence on top.
pub fn answer(context: &Context<'_>) -> Element {
    let sentence = context.family_analysis().map_or("This report has no pair of tasks.", |f| f.sentence.as_str());
    el("p").class("answer").attr("id", "answer").text(sentence.to_owned())
}

fn cards(context: &Context<'_>) -> Element {
    let report = context.report;
    let failed = report.runs.iter().filter(|r| !r.is_ok()).count();
    let collapsed =
        report.runs.iter().filter(|r| r.evaluations.values().any(|e| e.get("test").is_some_and(|t| t.constant)));
    let seconds: f64 = report.runs.iter().map(|r| r.cost.seconds).filter(|s| s.is_finite()).sum();
    let devices = distinct(report.runs.iter().map(|r| r.provenance.device.as_str()));
    let encoders = distinct(report.encoders.iter().map(|e| e.name.as_str()));
    let mut cards = vec![
        card("tasks", report.study.task.len().to_string()),
        card("runs", report.runs.len().to_string()),
        card("failed runs", failed.to_string()),
        card("collapsed runs", collapsed.count().to_string()),
        card("encoder", encoders.join(", ")),
    ];
    if !devices.is_empty() {
        cards.push(card("device", devices.join(", ")));
    }
    if seconds > 0.0 {
        cards.push(card("training time", hours(seconds)));
    }
    el("dl").class("cards").children(cards)
}

fn card(name: &'static str, value: String) -> Element {
    el("div").child(el("dt").text(name)).child(el("dd").text(value))
}

/// Seconds for people.
pub fn hours(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{} s", number::plain(s, 0)),
        s if s < 5400.0 => format!("{} min", number::plain(s / 60.0, 0)),
        s => format!("{} h", number::plain(s / 3600.0, 1)),
    }
}

/// Each name once, empty ones left out.
pub fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names.filter(|n| !n.is_empty()) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// The largest gain and the largest loss, with what may be said of them.
fn strongest(context: &Context<'_>) -> Node {
    let pairs = context.pairs();
    let by_gain = |a: &&&PairAnalysis, b: &&&PairAnalysis| a.gain.unwrap_or(0.0).total_cmp(&b.gain.unwrap_or(0.0));
    let best = pairs.iter().filter(|p| p.gain.is_some_and(|g| g > 0.0)).max_by(by_gain);
    let worst = pairs.iter().filter(|p| p.gain.is_some_and(|g| g < 0.0)).min_by(by_gain);
    let line = |title: &'static str, pair: Option<&&PairAnalysis>| {
        pair.map(|pair| {
            let link = el("button")
                .attr("type", "button")
                .class("link")
                .attr(
                    "data-set",
                    change(&[("tab", "pair"), ("source", &pair.key.source), ("target", &pair.key.target)]),
                )
                .text(format!("{} → {}", pair.key.source, pair.key.target));
            let class = match pair.verdict {
                Verdict::Helps => "helps",
                Verdict::Harms => "harms",
                _ => "quiet",
            };
            let interval = pair.gain_ci.map(|ci| format!(" {}", number::gain_interval(pair.metric, ci)));
            el("li")
                .text(title)
                .child(link)
                .text(format!(
                    " {} {}{} ",
                    number::or_missing(pair.gain, |g| number::gain(pair.metric, g)),
                    number::unit(pair.metric),
                    interval.unwrap_or_default()
                ))
                .child(el("span").class(class).text(pair.verdict.signed()))
        })
    };
    let lines = [line("Largest gain: ", best), line("Largest loss: ", worst)];
    el("ul").class("strongest").children(lines.into_iter().flatten()).into()
}
