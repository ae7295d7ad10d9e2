//! Long tables of predictors: the five best and those that need no measure of similarity, and all others when asked for.

use super::Context;
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::table::{Cell, Sheet};

/// Measures that are shown at first.
const BEST: usize = 5;

/// A table of predictors, best first, as far as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortened {
    pub sheet: Sheet,
    /// Rows that are left out.
    pub hidden: usize,
    /// What shows them, or leaves them out again; none where all fit.
    pub toggle: Option<Change>,
}

impl Shortened {
    /// `plain` says which rows need no measure.
    pub fn new(mut sheet: Sheet, plain: &dyn Fn(&[Cell]) -> bool, context: &Context<'_>) -> Self {
        let mut best = 0;
        let first: Vec<bool> = sheet
            .table
            .rows
            .iter()
            .map(|row| {
                let is_plain = plain(row);
                best += usize::from(!is_plain);
                is_plain || best <= BEST
            })
            .collect();
        let more = first.iter().filter(|first| !**first).count();
        let all = context.choices.is(Choice::All, "yes");
        let toggle = (more > 0).then(|| Change::to(Choice::All, if all { "" } else { "yes" }));
        if more == 0 || all {
            return Self { sheet, hidden: 0, toggle };
        }
        let kept = |i: usize| first.get(i).copied().unwrap_or(true);
        let mut i = 0;
        sheet.table.rows.retain(|_| (kept(i), i += 1).0);
        i = 0;
        sheet.links.retain(|_| (kept(i), i += 1).0);
        Self { sheet, hidden: more, toggle }
    }
}

/// Whether a predictor needs no measure of similarity.
pub fn is_plain(context: &Context<'_>, name: &str) -> bool {
    let known = context.prediction().and_then(|p| p.table.iter().find(|row| row.predictor == name));
    known.map_or(matches!(name, "random" | "popularity"), |row| row.trivial)
}

#[cfg(feature = "app")]
#[component]
pub fn ShortTable(table: Shortened) -> impl IntoView {
    let Shortened { sheet, hidden, toggle } = table;
    let words = if hidden > 0 { format!("Show all: {hidden} more") } else { "Show the best only".to_owned() };
    view! {
        <DataTable sheet=sheet />
        {toggle.map(|change| view! { <p><Link words=words change=change /></p> })}
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::*;
    use crate::choices::Choices;
    use crate::look::Look;
    use crate::table::Table;

    #[test]
    fn the_five_best_and_the_plain_ones_come_first() {
        let report = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let look = Look::new("r", report, Choices::default()).unwrap().unwrap();
        let shortened = |choices: &str| {
            let mut table = Table::new("t", "T").words("predictor");
            for name in ["a", "b", "random", "c", "d", "e", "f", "g", "popularity"] {
                table.row([name.into()]);
            }
            let links = (0..9).map(|i| Some(Change::to(Choice::Measure, i.to_string()))).collect();
            let sheet = Sheet::linked(table, "predictor", links);
            let choices = Choices::parse(choices);
            look.see(|c| {
                let context = Context { choices: &choices, ..*c };
                Shortened::new(sheet, &|row| is_plain(&context, &row[0].text()), &context)
            })
        };
        let names = |s: &Shortened| s.sheet.table.rows.iter().map(|r| r[0].text()).collect::<Vec<_>>().join(" ");
        let first = shortened("");
        assert_eq!((names(&first).as_str(), first.hidden), ("a b random c d e popularity", 2));
        assert_eq!(first.sheet.links.last(), Some(&Some(Change::to(Choice::Measure, "8"))));
        let all = shortened("all=yes");
        assert_eq!((all.sheet.table.rows.len(), all.hidden), (9, 0));
        assert_eq!((first.toggle, all.toggle.is_some()), (Some(Change::to(Choice::All, "yes")), true));
    }
}
