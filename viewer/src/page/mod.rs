//! The pages of the viewer, one a file: plain functions from a report, its analysis and the reader's choices to a tree.

pub mod choose;
pub mod compare;
pub mod map;
pub mod methods;
pub mod overview;
pub mod pair;
pub mod prediction;
pub mod runs;
pub mod shell;
pub mod similarity;
pub mod tasks;
pub mod training;

use crate::chart::Chart;
use crate::choices::Choices;
use crate::node::{Element, Node, el};

pub use crate::context::Context;

/// A page: what is drawn, and the charts in it, which can be downloaded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// From top to bottom.
    pub contents: Vec<Node>,
    /// The charts among them.
    pub charts: Vec<Chart>,
    /// The tables among them, which can be copied.
    pub tables: Vec<crate::table::Table>,
}

impl Page {
    pub fn add(&mut self, node: impl Into<Node>) {
        self.contents.push(node.into());
    }

    pub fn heading(&mut self, words: impl Into<String>) {
        self.add(el("h2").text(words.into()));
    }

    pub fn paragraph(&mut self, words: impl Into<String>) {
        self.add(el("p").text(words.into()));
    }

    pub fn chart(&mut self, chart: Chart) {
        self.contents.push(chart.figure());
        self.charts.push(chart);
    }

    /// Adds charts beside each other, where the screen is wide enough.
    pub fn beside(&mut self, charts: Vec<Chart>) {
        self.add(el("div").class("beside").children(charts.iter().map(Chart::figure)));
        self.charts.extend(charts);
    }

    pub fn table(&mut self, table: crate::table::Table) {
        self.contents.push(crate::table::node(&table));
        self.tables.push(table);
    }
}

macro_rules! tabs {
    ($($name:ident, $key:literal, $label:literal, $page:path;)*) => {
        /// The pages, in the order of the tabs. A new page is one file and one line here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Tab { $(#[doc = $label] $name),* }

        impl Tab {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in the address.
            pub fn name(self) -> &'static str { match self { $(Self::$name => $key),* } }

            pub fn label(self) -> &'static str { match self { $(Self::$name => $label),* } }

            pub fn page(self, context: &Context<'_>) -> Page { match self { $(Self::$name => $page(context)),* } }
        }
    };
}

tabs! {
    Overview, "overview", "Overview", overview::page;
    Map, "map", "Transfer map", map::page;
    Pair, "pair", "Pair", pair::page;
    Tasks, "tasks", "Tasks", tasks::page;
    Similarity, "similarity", "Similarity", similarity::page;
    Prediction, "prediction", "Does similarity predict transfer?", prediction::page;
    Choose, "choose", "Choose a source", choose::page;
    Runs, "runs", "Runs", runs::page;
    Training, "training", "Over training", training::page;
    Compare, "compare", "Compare", compare::page;
    Methods, "methods", "Methods", methods::page;
}

impl Tab {
    /// Whether there is anything to show.
    pub fn shown(self, context: &Context<'_>) -> bool {
        self != Self::Compare || compare::shown(context)
    }

    /// The tab of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == name)
    }
}

impl Choices {
    pub fn tab(&self) -> Tab {
        self.get("tab").and_then(Tab::of_name).unwrap_or(Tab::Overview)
    }
}

/// A switch between named values: buttons of which one is pressed. `choice` is the name in the address; the first value
/// is the default.
pub fn switch(label: &str, choice: &str, values: &[(&str, &str)], choices: &Choices) -> Element {
    let chosen = choices.get(choice).filter(|c| values.iter().any(|(v, _)| v == c));
    let buttons = values.iter().enumerate().map(|(i, (value, words))| {
        let pressed = chosen.map_or(i == 0, |c| c == *value);
        el("button")
            .attr("type", "button")
            .attr("data-set", crate::choices::change(&[(choice, value)]))
            .attr("aria-pressed", if pressed { "true" } else { "false" })
            .text((*words).to_owned())
    });
    el("span")
        .class("switch")
        .attr("role", "group")
        .attr("aria-label", label.to_owned())
        .child(el("span").class("quiet").text(label.to_owned()))
        .children(buttons)
}

/// A list to choose from. `choice` is the name in the address; the first value is the default.
pub fn select(label: &str, choice: &'static str, values: &[(String, String)], choices: &Choices) -> Element {
    let chosen = choices.get(choice).filter(|c| values.iter().any(|(v, _)| v == c));
    let options = values.iter().enumerate().map(|(i, (value, words))| {
        let selected = chosen.map_or(i == 0, |c| c == value);
        el("option").attr("value", value.clone()).attr_if(selected, "selected", "").text(words.clone())
    });
    el("label")
        .child(el("span").class("quiet").text(label.to_owned()))
        .child(el("select").attr("data-choice", choice).children(options))
}
