//! The pages of the viewer, one a file. A page is two things: `content`, a plain function that makes its charts, tables
//! and sentences from a look at a report, for files and tests as well as for browsers; and a component of the same name
//! as its tab, which lays them out.

pub mod choose;
pub mod compare;
pub mod joint;
pub mod map;
pub mod methods;
pub mod overview;
pub mod pair;
pub mod prediction;
pub mod runs;
mod shortened;
pub mod similarity;
pub mod tasks;
pub mod training;

#[cfg(feature = "app")]
use leptos::prelude::*;

use crate::chart::Chart;
use crate::choices::{Choice, Choices};
#[cfg(feature = "app")]
use crate::look::Look;
#[cfg(feature = "html")]
use crate::state::{Address, State};

pub use crate::context::Context;

macro_rules! tabs {
    ($($name:ident, $key:literal, $label:literal, $page:ident;)*) => {
        /// The pages, in the order of the tabs. A new page is one file and one line here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Tab { $(#[doc = $label] $name),* }

        impl Tab {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in the address.
            pub fn name(self) -> &'static str { match self { $(Self::$name => $key),* } }

            pub fn label(self) -> &'static str { match self { $(Self::$name => $label),* } }

            /// The charts of its page, from top to bottom.
            pub fn charts(self, context: &Context<'_>) -> Vec<Chart> {
                match self { $(Self::$name => $page::content(context).charts()),* }
            }
        }

        /// The page of the tab that is chosen.
        #[cfg(feature = "app")]
        #[component]
        pub fn Page(look: Look) -> impl IntoView {
            leptos::either::either!(look.choices.tab(), $(Tab::$name => view! { <$page::$name look=look /> },)*)
        }
    };
}

tabs! {
    Overview, "overview", "Overview", overview;
    Map, "map", "Transfer map", map;
    Pair, "pair", "Pair", pair;
    Tasks, "tasks", "Tasks", tasks;
    Similarity, "similarity", "Similarity", similarity;
    Prediction, "prediction", "Does similarity predict transfer?", prediction;
    Choose, "choose", "Choose a source", choose;
    Joint, "joint", "Joint training", joint;
    Runs, "runs", "Runs", runs;
    Training, "training", "Over training", training;
    Compare, "compare", "Compare", compare;
    Methods, "methods", "Methods", methods;
}

/// A page as HTML, without a browser: what tests read.
#[cfg(feature = "html")]
pub fn html(look: &Look) -> String {
    // Effects are of browsers; here they are queued, and never run.
    let _ = any_spawner::Executor::init_futures_executor();
    Owner::new().with(|| {
        provide_context(State::new(Address::Untouched, 0));
        view! { <Page look=look.clone() /> }.to_html()
    })
}

impl Tab {
    /// Whether there is anything to show.
    pub fn shown(self, context: &Context<'_>) -> bool {
        match self {
            Self::Compare => compare::shown(context),
            Self::Joint => joint::shown(context),
            _ => true,
        }
    }

    /// Whether only some reports have it: several of them, or one with joint runs.
    pub fn of_some_reports(self) -> bool {
        matches!(self, Self::Compare | Self::Joint)
    }

    /// The tab of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == name)
    }
}

impl Choices {
    pub fn tab(&self) -> Tab {
        self.get(Choice::Tab).and_then(Tab::of_name).unwrap_or(Tab::Overview)
    }
}

#[cfg(all(test, feature = "html"))]
mod tests {
    use transfermap::glossary::terms;
    use transfermap::report::Report;

    use super::*;
    use crate::choices::Change;

    #[test]
    fn names_of_a_report_are_text_on_every_page() {
        let path = format!("{}/../www/samples/real-small.json", env!("CARGO_MANIFEST_DIR"));
        let json = std::fs::read_to_string(path).unwrap().replace("ag_news", "<script>alert(1)</script>");
        let report = Report::from_json(json.as_bytes()).unwrap();
        let mut look = Look::new("hostile", report, Choices::default()).unwrap().unwrap();
        for tab in Tab::ALL.iter().filter(|tab| !tab.of_some_reports()) {
            look = look.with(&Change::to(Choice::Tab, tab.name()));
            let html = html(&look);
            assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{}", tab.name());
        }
    }

    #[test]
    fn every_definition_stands_on_the_page_of_methods() {
        let report = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let html = html(&Look::new("r", report, Choices::parse("tab=methods")).unwrap().unwrap());
        assert!(terms().all(|term| html.contains(&format!("id=\"definition-{}\"", term.key))));
    }
}
