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

use transfermap::analysis::{Analysis, FamilyAnalysis, FamilyKey, PairAnalysis, PredictionAnalysis};
use transfermap::report::Report;

use crate::chart::Chart;
use crate::choices::Choices;
use crate::node::{Element, Node, el};

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The report in view.
    pub report: &'a Report,
    /// What it shows under the options in force; of the family in view only.
    pub analysis: &'a Analysis,
    /// Every family of the report.
    pub families: &'a [FamilyKey],
    /// The one in view.
    pub family: &'a FamilyKey,
    /// What the reader chose.
    pub choices: &'a Choices,
    /// Whether all of [`Analysis::tests`] is there, and not its [`Analysis::verdicts`] alone.
    pub explained: bool,
    /// Whether permutations and bootstraps have been done.
    pub resampled: bool,
    /// Every loaded report with its name, the one in view included.
    pub loaded: &'a [(String, &'a Report)],
}

impl<'a> Context<'a> {
    /// The pairs of the family in view, in the study's order of sources, then targets.
    pub fn pairs(&self) -> Vec<&'a PairAnalysis> {
        self.analysis.pairs_of(self.family).collect()
    }

    /// The family in view as a whole.
    pub fn family_analysis(&self) -> Option<&'a FamilyAnalysis> {
        self.analysis.families.iter().find(|f| f.key == *self.family)
    }

    /// Which measure predicted transfer in the family in view, in core's words.
    pub fn prediction(&self) -> Option<&'a PredictionAnalysis> {
        self.analysis.predictors.iter().find(|p| p.family == *self.family)
    }

    /// The pair of two tasks.
    pub fn pair(&self, source: &str, target: &str) -> Option<&'a PairAnalysis> {
        self.pairs().into_iter().find(|p| p.key.source == source && p.key.target == target)
    }

    /// Names of the tasks in the study's order.
    pub fn task_names(&self) -> Vec<&'a str> {
        self.report.study.task.iter().map(|t| t.name.as_str()).collect()
    }
}

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
    /// Adds anything.
    pub fn add(&mut self, node: impl Into<Node>) {
        self.contents.push(node.into());
    }

    /// Adds a heading of the second level.
    pub fn heading(&mut self, words: impl Into<String>) {
        self.add(el("h2").text(words.into()));
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, words: impl Into<String>) {
        self.add(el("p").text(words.into()));
    }

    /// Adds a chart.
    pub fn chart(&mut self, chart: Chart) {
        self.contents.push(chart.figure());
        self.charts.push(chart);
    }

    /// Adds charts beside each other, where the screen is wide enough.
    pub fn beside(&mut self, charts: Vec<Chart>) {
        self.add(el("div").class("beside").children(charts.iter().map(Chart::figure)));
        self.charts.extend(charts);
    }

    /// Adds a table.
    pub fn table(&mut self, table: crate::table::Table) {
        self.contents.push(table.node());
        self.tables.push(table);
    }
}

macro_rules! tabs {
    ($($name:ident, $key:literal, $label:literal, $page:path;)*) => {
        /// The pages, in the order of the tabs. A new page is one file and one line here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Tab { $(#[doc = $label] $name),* }

        impl Tab {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in the address.
            pub fn name(self) -> &'static str { match self { $(Self::$name => $key),* } }

            /// What the tab says.
            pub fn label(self) -> &'static str { match self { $(Self::$name => $label),* } }

            /// Draws the page.
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

/// What stands in place of a page whose code or numbers are on their way.
pub fn awaited() -> Page {
    let mut page = Page::default();
    page.add(el("p").class("quiet waiting").attr("role", "status").text("This page has not arrived yet …"));
    page
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
