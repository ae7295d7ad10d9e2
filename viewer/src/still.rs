//! A page as it stands, without a browser: what the command line writes into HTML and into files of charts.

use transfermap::analysis::{Analysis, AnalysisError};
use transfermap::report::Report;

use crate::choices::Choices;
use crate::node::Node;
use crate::page::{Context, Page, Tab, shell};

/// A report with its analysis under given choices.
pub struct Still {
    name: String,
    whole: Report,
    report: Report,
    analysis: Analysis,
    families: Vec<transfermap::analysis::FamilyKey>,
    family: transfermap::analysis::FamilyKey,
    choices: Choices,
}

impl Still {
    /// Analyses the chosen family of a report in full; `None` when it has no transfer run.
    ///
    /// # Errors
    /// As [`Analysis::new`].
    pub fn new(name: &str, report: Report, choices: Choices) -> Result<Option<Self>, AnalysisError> {
        let families = report.families();
        let Some(family) = choices.family(&families).cloned() else { return Ok(None) };
        let of_family = report.of_family(&family);
        let analysis = Analysis::new(&of_family, &choices.options())?;
        Ok(Some(Self { name: name.to_owned(), whole: report, report: of_family, analysis, families, family, choices }))
    }

    /// The same with other choices, which do not change the analysis: another page, another order.
    #[must_use]
    pub fn with(mut self, change: &str) -> Self {
        self.choices = self.choices.with(change);
        self
    }

    /// The page of a tab.
    pub fn page(&self, tab: Tab) -> Page {
        self.look(|context| tab.page(context))
    }

    /// The chosen page with everything around it.
    pub fn view(&self) -> Node {
        self.look(|context| shell::view(context, &context.choices.tab().page(context)))
    }

    /// Hands the context to whoever draws.
    pub fn look<T>(&self, draw: impl FnOnce(&Context<'_>) -> T) -> T {
        let loaded = [(self.name.clone(), &self.whole)];
        draw(&Context {
            report: &self.report,
            analysis: &self.analysis,
            families: &self.families,
            family: &self.family,
            choices: &self.choices,
            resampled: true,
            loaded: &loaded,
        })
    }
}
