//! How every number was made: definitions with their formulae, the options in force, versions and machine, the study
//! file, and what must not be concluded.

mod provenance;

use transfermap::glossary::{Term, terms};
use transfermap::measure::info;
use transfermap::number;

use super::{Context, Page};
use crate::node::{Element, el};
use crate::table::Table;

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let print =
        el("button").attr("type", "button").class("tool").attr("data-do", "print").text("Print, or save as PDF");
    page.add(el("div").class("controls").child(print));
    page.heading("Options in force");
    page.table(options(context));
    page.heading("Where the numbers come from");
    page.table(provenance::made(context));
    page.table(provenance::encoders(context));
    let measures = measures(context);
    if !measures.rows.is_empty() {
        page.heading("Measures of similarity");
        page.table(measures);
    }
    page.heading("The command");
    page.add(el("pre").class("listing").attr("tabindex", "0").text(provenance::command(context)));
    page.heading("The study file");
    match context.report.study.to_toml() {
        Ok(text) => page.add(
            el("pre")
                .class("listing")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", "The study as TOML")
                .text(text),
        ),
        Err(error) => page.paragraph(error.to_string()),
    }
    page.heading("How to cite");
    page.paragraph(provenance::cite(context));
    page.heading("What this study cannot tell you");
    page.paragraph(super::overview::LIMITS);
    if !context.report.warnings.is_empty() {
        page.add(el("ul").class("warnings").children(context.report.warnings.iter().map(|w| el("li").text(w.clone()))));
    }
    page.heading("Definitions");
    page.add(glossary());
    page
}

fn options(context: &Context<'_>) -> Table {
    let options = &context.analysis.options;
    let mut table =
        Table::new("options", "Options of the analysis").words("option").words("value").prose("what it does");
    let margins: Vec<f64> = context.pairs().iter().map(|p| p.margin).collect();
    let margin = match (margins.first(), margins.iter().all(|m| margins.first() == Some(m))) {
        (Some(margin), true) => margin.to_string(),
        (Some(_), false) => "each task’s own".to_owned(),
        (None, _) => number::MISSING.to_owned(),
    };
    let family = context.family_analysis();
    let prior = family.and_then(|f| f.prior).map_or_else(
        || "none: no pair can be tested".to_owned(),
        |p| {
            let metric = family.and_then(|f| f.metric);
            format!(
                "{} from {} degrees of freedom",
                metric.map_or_else(
                    || number::plain(p.sd, 4),
                    |m| format!("{} {}", number::score(m, p.sd), number::unit(m)).trim_end().to_owned()
                ),
                p.df.map_or_else(|| "∞".to_owned(), |df| number::plain(df, 1))
            )
        },
    );
    let rows: [(&str, String, &str); 8] = [
        ("metric", options.metric.map_or("each task’s own", |m| m.label()).to_owned(), "What scores and gains are of."),
        ("α", options.alpha.to_string(), "Chance of any false verdict in the family; intervals have level 1 − α."),
        ("margin", margin, "Smallest gain worth having, in the metric’s units."),
        (
            "collapsed runs",
            if options.without_collapsed { "left out" } else { "counted" }.to_owned(),
            "Runs that predict one class throughout.",
        ),
        (
            "controls",
            if options.controls.is_empty() { "none".to_owned() } else { options.controls.join(", ") },
            "Measures that others are judged beside.",
        ),
        ("seed of resampling", options.seed.to_string(), "The same seed gives the same intervals, bit for bit."),
        ("pairs in the family", family.map_or(0, |f| f.family_size).to_string(), "What Holm corrects for."),
        (
            "prior standard deviation",
            prior,
            "Of a difference over seeds, from all pairs together, for the moderated t.",
        ),
    ];
    for (name, value, what) in rows {
        table.row([name.into(), value.into(), what.into()]);
    }
    table
}

/// The measures of the report that are transfermap's own: what they are, what they read, and who proposed them.
fn measures(context: &Context<'_>) -> Table {
    let mut names: Vec<&str> = context.report.measures.iter().map(|m| m.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let known: Vec<_> = names.into_iter().filter_map(info).collect();
    Table::of(&known, "measure-definitions", "Measures of similarity and transferability")
        .words("measure", |m| m.name)
        .prose("definition", |m| m.definition)
        .words("reads the target’s labels", |m| if m.needs_labels { "yes" } else { "no" })
        .prose("proposed by", |m| m.citation)
        .noted("")
}

fn glossary() -> Element {
    let one = |d: &Term| {
        let line =
            |class: &'static str, words: &'static str| (!words.is_empty()).then(|| el("p").class(class).text(words));
        let meaning =
            el("dd").child(el("p").text(d.text)).maybe(line("formula", d.formula)).maybe(line("quiet", d.source));
        el("div").attr("id", format!("definition-{}", d.key)).child(el("dt").text(d.name)).child(meaning)
    };
    el("dl").class("glossary").children(terms().map(one))
}

#[cfg(test)]
mod tests {
    use transfermap::glossary::{term, terms};
    use transfermap::report::Report;
    use transfermap::study::Study;

    use crate::choices::Choices;
    use crate::page::Tab;
    use crate::still::Still;

    fn still(sample: &str, choices: &str) -> Still {
        let path = format!("{}/../www/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
        let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
        Still::new(sample, report, Choices::parse(choices)).unwrap().unwrap()
    }

    #[test]
    fn shows_every_definition_and_the_options_in_force() {
        let page = still("real-small", "alpha=0.1").page(Tab::Methods);
        let text: String = page.contents.iter().map(|n| n.plain_text()).collect();
        assert!(terms().all(|d| text.contains(d.name) && text.contains(d.formula)));
        let value = |name: &str| page.tables[0].rows.iter().find(|r| r[0].text() == name).map(|r| r[1].text());
        assert_eq!(value("α").as_deref(), Some("0.1"));
        assert!(text.contains("--alpha 0.1"), "{text}");
    }

    #[test]
    fn measures_stand_with_who_proposed_them() {
        let page = still("notebook", "").page(Tab::Methods);
        let table = page.tables.iter().find(|t| t.id == "measure-definitions").unwrap();
        let info = transfermap::measure::info("notebook_inverse_cosine").unwrap();
        assert_eq!(table.cell(0, "proposed by").unwrap().text(), info.citation);
        assert_eq!(table.cell(0, "reads the target’s labels").unwrap().text(), "no");
    }

    #[test]
    fn the_study_file_can_be_copied_and_read() {
        let page = still("real-small", "").page(Tab::Methods);
        let is_listing = |n: &crate::node::Element| n.get("aria-label") == Some("The study as TOML");
        let listing = page.contents.iter().flat_map(|n| n.find_all(&is_listing)).next().unwrap().clone();
        let study = Study::from_toml(&crate::node::Node::from(listing).plain_text()).unwrap();
        assert_eq!(study.name, "real-small");
    }

    #[test]
    fn charts_ask_only_for_definitions_that_are_there() {
        for sample in ["real-small", "notebook"] {
            let still = still(sample, "");
            for tab in Tab::ALL {
                let page = still.page(*tab);
                for node in &page.contents {
                    for asked in node.find_all(&|e| e.get("data-define").is_some()) {
                        let key = asked.get("data-define").unwrap();
                        assert!(term(key).is_some(), "{}: {key}", tab.name());
                    }
                }
            }
        }
    }
}
