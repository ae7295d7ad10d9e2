//! How similar the tasks are by each measure, beside what transfer between them brought.

use super::{Context, Page, select};
use crate::chart::heat::similarity;
use crate::chart::transfer_map::transfer_map;
use crate::node::el;

/// Cells that a page draws at once; with more, the reader chooses a measure.
const CELLS: usize = 1500;

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let measures = context.report.measures_of(&context.family.encoder);
    let order = super::map::order(context);
    if measures.is_empty() {
        page.paragraph(
            "This report has no measure of similarity between tasks. A study computes measures when its file asks for \
             them; an import brings them with --measures.",
        );
        page.chart(transfer_map(context, &order));
        return page;
    }
    let fits = measures.len() * order.len() * order.len() <= CELLS;
    let mut names: Vec<(String, String)> = measures.iter().map(|m| (m.name.clone(), m.name.clone())).collect();
    if fits && measures.len() > 1 {
        names.insert(0, ("*".to_owned(), "all".to_owned()));
    }
    let chosen = context.choices.get("measure").filter(|name| measures.iter().any(|m| m.name == *name));
    if measures.len() > 1 {
        page.add(el("div").class("controls").child(select("Measure", "measure", &names, context.choices)));
    }
    page.paragraph("Point at a cell to see the same pair in the other map; a click opens the pair.");
    // Figures of one row: the map first, so that it stays in place when another measure is chosen.
    let mut beside = el("div").class("beside");
    let map = transfer_map(context, &order);
    beside = beside.child(map.figure());
    page.charts.push(map);
    for (i, measure) in measures.iter().enumerate() {
        let wanted = match chosen {
            Some(name) => measure.name == name,
            None => fits || i == 0,
        };
        if wanted {
            let chart = similarity(context, measure, &order);
            beside = beside.child(chart.figure());
            page.charts.push(chart);
        }
    }
    page.add(beside);
    page
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use crate::choices::Choices;
    use crate::node::Node;
    use crate::page::Tab;
    use crate::still::Still;

    fn page(report: Report) -> crate::page::Page {
        Still::new("r", report, Choices::default()).unwrap().unwrap().page(Tab::Similarity)
    }

    #[test]
    fn cells_of_both_maps_are_tied_by_pair() {
        let page = page(Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap());
        let markup: String = page.contents.iter().map(Node::markup).collect();
        assert_eq!(markup.matches("data-key=\"rte→paws\"").count(), 2);
        assert!(markup.contains("in numbers, lower is more similar"), "{markup}");
        assert_eq!(page.charts.len(), 2);
    }

    #[test]
    fn many_measures_are_shown_one_at_a_time() {
        let mut report = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let one = report.measures[0].clone();
        report.measures =
            (0..80).map(|i| transfermap::report::Measure { name: format!("m{i}"), ..one.clone() }).collect();
        assert_eq!(page(report).charts.len(), 2);
    }

    #[test]
    fn a_report_without_measures_says_so() {
        let mut report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        report.measures.clear();
        let page = page(report);
        assert!(page.contents[0].plain_text().contains("no measure of similarity"));
    }
}
