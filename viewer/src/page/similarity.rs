//! How similar the tasks are by each measure, beside what transfer between them brought.

use super::Context;
use crate::chart::Chart;
use crate::chart::heat::similarity;
use crate::chart::transfer_map::transfer_map;
use crate::choices::Choice;
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;

/// Cells that a page draws at once; with more, the reader chooses a measure.
const CELLS: usize = 1500;

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Which measures are drawn, where there are several.
    pub measure: Option<Offer>,
    pub words: &'static str,
    /// The transfer map first, so that it stays in place when another measure is chosen.
    pub charts: Vec<Chart>,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        self.charts
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let measures = context.report.measures_of(&context.family.encoder);
    let order = super::map::order(context);
    let map = transfer_map(context, &order);
    if measures.is_empty() {
        let words = "This report has no measure of similarity between tasks. A study computes measures when its file asks \
            for them; an import brings them with --measures.";
        return Content { measure: None, words, charts: vec![map] };
    }
    let fits = measures.len() * order.len() * order.len() <= CELLS;
    let mut names: Vec<(&str, &str)> = measures.iter().map(|m| (m.name.as_str(), m.name.as_str())).collect();
    if fits && measures.len() > 1 {
        names.insert(0, ("*", "all"));
    }
    let offer = Offer::new("Measure", Choice::Measure, names, context.choices);
    let wanted = |name: &str| offer.value() == "*" || offer.value() == name;
    let drawn = measures.iter().filter(|m| wanted(&m.name)).map(|m| similarity(context, m, &order));
    Content {
        charts: std::iter::once(map).chain(drawn).collect(),
        words: "Point at a cell to see the same pair in the other map; a click opens the pair.",
        measure: (measures.len() > 1).then_some(offer),
    }
}

#[cfg(feature = "app")]
#[component]
pub fn Similarity(look: Look) -> impl IntoView {
    let Content { measure, words, charts } = look.see(content);
    view! {
        {measure.map(|offer| view! { <div class="controls"><Select offer=offer /></div> })}
        <p>{words}</p>
        <Beside charts=charts />
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::{Measure, Report};

    use super::{Content, content};
    use crate::choices::Choices;
    use crate::look::Look;

    fn page(report: Report) -> Content {
        Look::new("r", report, Choices::default()).unwrap().unwrap().see(content)
    }

    #[test]
    fn cells_of_both_maps_are_tied_by_pair() {
        let page = page(Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap());
        let tied =
            |drawn: &crate::node::Node| drawn.marks().iter().filter(|m| m.key.as_deref() == Some("rte→paws")).count();
        assert_eq!(page.charts.iter().map(|c| tied(&c.drawn())).collect::<Vec<_>>(), [1, 1]);
        let reading = page.charts[1].reading.as_deref().unwrap_or_default();
        assert!(reading.contains("in numbers, lower is more similar"), "{reading}");
    }

    #[test]
    fn many_measures_are_shown_one_at_a_time() {
        let mut report = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let one = report.measures[0].clone();
        report.measures = (0..80).map(|i| Measure { name: format!("m{i}"), ..one.clone() }).collect();
        assert_eq!(page(report).charts.len(), 2);
    }

    #[test]
    fn a_report_without_measures_says_so() {
        let mut report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        report.measures.clear();
        assert!(page(report).words.contains("no measure of similarity"));
    }
}
