//! What stands around every page: name, tabs, options, and where the reader is.

use transfermap::metric::Metric;
use transfermap::number;

use super::{Context, Page, Tab, select};
use crate::choices::{change, family_name};
use crate::node::{Element, Node, el};

/// The whole view: head, tabs, options, page.
pub fn view(context: &Context<'_>, page: &Page) -> Node {
    let tab = context.choices.tab();
    el("div")
        .class("viewer")
        .child(el("a").class("skip").attr("href", "#page").attr("data-focus", "page").text("Skip to the page"))
        .child(head(context))
        .child(tabs(context, tab))
        .child(options(context))
        .child(
            el("main")
                .attr("id", "page")
                .attr("role", "tabpanel")
                .attr("tabindex", "-1")
                .attr("aria-labelledby", format!("tab-{}", tab.name()))
                .child(el("h1").class("hidden").text(format!("{}: {}", context.report.study.name, tab.label())))
                .children(page.contents.iter().cloned()),
        )
        .into()
}

fn head(context: &Context<'_>) -> Element {
    let reports: Vec<(String, String)> =
        context.loaded.iter().enumerate().map(|(i, (name, _))| (i.to_string(), name.clone())).collect();
    let chooser = (reports.len() > 1).then(|| select("Report", "report", &reports, context.choices));
    el("header")
        .child(el("p").class("study").text(context.report.study.name.clone()))
        .maybe(
            (!context.report.study.description.is_empty())
                .then(|| el("p").class("quiet").text(context.report.study.description.clone())),
        )
        .child(
            el("div")
                .class("controls")
                .maybe(chooser)
                .child(el("button").attr("type", "button").class("tool").attr("data-do", "open").text("Open a report…"))
                .child(
                    el("button")
                        .attr("type", "button")
                        .class("tool")
                        .attr("data-do", "save")
                        .text("Download report.json"),
                ),
        )
}

fn tabs(context: &Context<'_>, current: Tab) -> Element {
    let buttons = Tab::ALL.iter().filter(|tab| tab.shown(context)).map(|tab| {
        let selected = *tab == current;
        el("button")
            .attr("type", "button")
            .attr("role", "tab")
            .attr("id", format!("tab-{}", tab.name()))
            .attr("aria-selected", if selected { "true" } else { "false" })
            .attr("aria-controls", "page")
            .attr("tabindex", if selected { "0" } else { "-1" })
            .attr("data-set", change(&[("tab", tab.name())]))
            .text(tab.label())
    });
    el("nav").child(el("div").class("tabs").attr("role", "tablist").attr("aria-label", "Pages").children(buttons))
}

/// The options in force, as controls.
fn options(context: &Context<'_>) -> Element {
    let options = &context.analysis.options;
    let recorded = |metric: Metric| {
        context
            .report
            .runs
            .iter()
            .take(50)
            .flat_map(|r| r.evaluations.values())
            .flat_map(|e| e.values())
            .any(|e| e.scores.contains_key(metric.name()))
    };
    let mut metrics = vec![(String::new(), "each task’s own".to_owned())];
    metrics.extend(Metric::ALL.iter().filter(|m| recorded(**m)).map(|m| (m.name().to_owned(), m.label().to_owned())));
    let families: Vec<(String, String)> =
        context.families.iter().map(|f| (family_name(f), family_label(f, context.families))).collect();
    let margin = context.pairs().first().map_or(0.01, |p| p.margin);
    let number_field =
        |label: &'static str, choice: &'static str, value: String, step: &'static str, key: &'static str| {
            el("label")
                .child(el("button").attr("type", "button").class("term").attr("data-define", key).text(label))
                .child(
                    el("input")
                        .attr("type", "number")
                        .attr("data-choice", choice)
                        .attr("value", value)
                        .attr("min", step)
                        .attr("max", if choice == "alpha" { "0.5" } else { "1" })
                        .attr("step", step)
                        .attr("aria-label", label),
                )
        };
    let waiting = (!context.resampled).then(|| {
        el("span").class("quiet waiting").attr("role", "status").text("permutations and bootstraps are still running …")
    });
    el("div")
        .class("controls options")
        .attr("role", "group")
        .attr("aria-label", "Options of the analysis")
        .maybe((families.len() > 1).then(|| select("Family", "family", &families, context.choices)))
        .child(select("Metric", "metric", &metrics, context.choices))
        .child(number_field("α", "alpha", plain(options.alpha), "0.001", "alpha"))
        .child(number_field("Margin", "margin", plain(margin), "0.001", "margin"))
        .child(
            el("label")
                .child(
                    el("input").attr("type", "checkbox").attr("data-choice", "collapsed").attr("value", "out").attr_if(
                        options.without_collapsed,
                        "checked",
                        "",
                    ),
                )
                .child(el("span").text("without collapsed runs")),
        )
        .maybe(waiting)
}

/// As short as it is exact.
fn plain(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { number::MISSING.to_owned() }
}

/// A family in words; parts that all families share are left out.
pub fn family_label(family: &transfermap::analysis::FamilyKey, all: &[transfermap::analysis::FamilyKey]) -> String {
    let mut parts = Vec::new();
    if all.iter().any(|f| f.encoder != family.encoder) {
        parts.push(family.encoder.as_str());
    }
    if all.iter().any(|f| f.variant != family.variant) {
        parts.push(family.variant.as_str());
    }
    if all.iter().any(|f| f.protocol != family.protocol) || parts.is_empty() {
        parts.push(family.protocol.name());
    }
    parts.join(", ")
}
