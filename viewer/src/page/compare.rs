//! Two reports or two families side by side: where does a source help more than elsewhere?

use transfermap::analysis::{Analysis, ComparedPair, FamilyKey, compare, comparison_sentence};
use transfermap::report::Report;

use super::shell::family_label;
use super::{Context, Page, select};
use crate::chart::difference::difference;
use crate::chart::transfer_map::transfer_maps;
use crate::choices::{change, family_name};
use crate::node::el;
use crate::table::{Cell, Show, Table, Value};

struct Other<'a> {
    report: &'a Report,
    family: FamilyKey,
    /// Its name in the address.
    value: String,
    /// Its name for people.
    words: String,
}

/// Whether there is anything to compare with.
pub fn shown(context: &Context<'_>) -> bool {
    context.loaded.len() > 1 || context.families.len() > 1
}

fn others<'a>(context: &Context<'a>) -> Vec<Other<'a>> {
    let here = context.choices.report().min(context.loaded.len().saturating_sub(1));
    let mut others = Vec::new();
    for (i, (name, report)) in context.loaded.iter().enumerate() {
        let families = if i == here { context.families.to_vec() } else { report.families() };
        for family in families.iter().filter(|f| i != here || *f != context.family) {
            let label = family_label(family, &families);
            let words = match (context.loaded.len() > 1, families.len() > 1) {
                (true, true) => format!("{name}: {label}"),
                (true, false) => name.clone(),
                (false, _) => label,
            };
            others.push(Other { report, family: family.clone(), value: format!("{i}/{}", family_name(family)), words });
        }
    }
    others
}

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let others = others(context);
    let chosen = context.choices.get("other").and_then(|value| others.iter().find(|o| o.value == value));
    let Some(other) = chosen.or_else(|| others.first()) else {
        page.paragraph(
            "There is nothing to compare with: open a second report, or one of several encoders, variants or protocols.",
        );
        return page;
    };
    let values: Vec<(String, String)> = others.iter().map(|o| (o.value.clone(), o.words.clone())).collect();
    page.add(el("div").class("controls").child(select("Compare with", "other", &values, context.choices)));
    let there = other.report.of_family(&other.family);
    let options = &context.analysis.options;
    match compare((context.report, context.family), (&there, &other.family), options) {
        Err(error) => page.paragraph(format!("The two cannot be compared: {error}.")),
        Ok(compared) if compared.is_empty() => page.paragraph(format!(
            "No ordered pair with the same names and the same metric stands in both this report and {}.",
            other.words
        )),
        Ok(compared) => {
            let names = context.task_names();
            let used = |n: &&str| compared.iter().any(|c| c.source == **n || c.target == **n);
            let order: Vec<&str> = names.into_iter().filter(used).collect();
            let here = match context.loaded.get(context.choices.report()) {
                Some((name, _)) if context.loaded.len() > 1 => name.clone(),
                _ => family_label(context.family, context.families),
            };
            page.add(el("p").class("answer").text(comparison_sentence(
                &compared,
                "here",
                &format!("in {}", other.words),
            )));
            if let Ok(analysis) = Analysis::tests(&there, options) {
                let there = Context { report: &there, analysis: &analysis, family: &other.family, ..*context };
                page.beside(transfer_maps(&[(&here, *context), (&other.words, there)], &order));
            }
            page.chart(difference(&compared, &order, [&here, &other.words]));
            page.table(table(&compared));
        }
    }
    page
}

fn table(compared: &[ComparedPair]) -> Table {
    let size = |c: &ComparedPair| c.difference.map_or(-1.0, f64::abs);
    let mut sorted: Vec<&ComparedPair> = compared.iter().collect();
    sorted.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let gain = |c: &ComparedPair, v| Value::number(v, Show::Gain(c.metric));
    Table::of(&sorted, "compared", "Every pair that both have, largest difference first")
        .words("pair", |c| {
            let open = change(&[("tab", "pair"), ("source", &c.source), ("target", &c.target)]);
            Cell::from(format!("{} → {}", c.source, c.target)).link(open)
        })
        .numbers("gain here", |c| gain(c, c.here))
        .defined("gain")
        .numbers("gain there", |c| gain(c, c.there))
        .numbers("difference", |c| gain(c, c.difference))
        .defined("difference")
        .intervals("interval", |c| c.ci, |c| Show::Gain(c.metric))
        .numbers("Holm p", |c| Value::number(c.p_holm, Show::P))
        .words("finding", |c| Value::Named(c.finding.name(), c.finding.signed()))
        .noted("")
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use crate::choices::Choices;
    use crate::node::Node;
    use crate::page::{Context, Tab};
    use crate::still::Still;

    fn report() -> Report {
        Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap()
    }

    #[test]
    fn a_second_report_makes_the_page_and_its_differences() {
        let still = Still::new("one", report(), Choices::default()).unwrap().unwrap();
        assert!(still.look(|context| !Tab::Compare.shown(context)));
        let mut second = report();
        // Every transfer run of the second scores 5 points more: every gain is 5 points less here.
        for run in second.runs.iter_mut().filter(|r| !r.sources.is_empty()) {
            for evaluation in run.evaluations.values_mut().flat_map(|e| e.values_mut()) {
                if let Some(score) = evaluation.scores.get_mut("accuracy") {
                    *score += 0.05;
                }
            }
        }
        let first = report();
        let loaded = [("one".to_owned(), &first), ("two".to_owned(), &second)];
        still.look(|context| {
            let context = Context { loaded: &loaded, ..*context };
            assert!(Tab::Compare.shown(&context));
            let page = Tab::Compare.page(&context);
            let table = &page.tables[0];
            assert_eq!(table.rows.len(), 20);
            assert!(table.rows.iter().all(|row| row[3].text() == "−5.0"), "{table:?}");
            let text: String = page.contents.iter().map(Node::plain_text).collect();
            assert!(text.contains("Of 20 ordered pairs that both have"), "{text}");
            // The two maps on one scale, then their difference; every chart has an id of its own.
            let ids: Vec<&str> = page.charts.iter().map(|c| c.id.as_str()).collect();
            assert_eq!(ids, ["transfer-map-1", "transfer-map-2", "difference"]);
        });
    }

    #[test]
    fn reports_without_common_tasks_are_told_apart() {
        let still = Still::new("one", report(), Choices::default()).unwrap().unwrap();
        let other = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let mut strange = other.clone();
        for task in &mut strange.study.task {
            task.name += "_x";
        }
        for run in &mut strange.runs {
            for name in run.sources.iter_mut().chain(&mut run.targets) {
                *name += "_x";
            }
        }
        let loaded = [("one".to_owned(), &other), ("<b>".to_owned(), &strange)];
        let page = still.look(|context| Tab::Compare.page(&Context { loaded: &loaded, ..*context }));
        let markup: String = page.contents.iter().map(Node::markup).collect();
        assert!(markup.contains("No ordered pair with the same names") && !markup.contains("<b>"), "{markup}");
    }
}
