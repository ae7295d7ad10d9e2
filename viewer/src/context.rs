//! What pages and charts are made of.

use std::sync::OnceLock;

use transfermap::analysis::{Analysis, FamilyAnalysis, FamilyKey, PairAnalysis, PredictionAnalysis, Recommendation};
use transfermap::report::Report;

use crate::choices::Choices;

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub report: &'a Report,
    /// What it shows under the options in force; of the family in view only.
    pub analysis: &'a Analysis,
    /// Every family of the report.
    pub families: &'a [FamilyKey],
    /// The one in view.
    pub family: &'a FamilyKey,
    /// What the reader chose.
    pub choices: &'a Choices,
    /// Whether permutations and bootstraps have been done.
    pub resampled: bool,
    /// Every loaded report with its name, the one in view included.
    pub loaded: &'a [(&'a str, &'a Report)],
    /// What to do about each target, once it has been asked for: it costs more than drawing.
    pub advice: &'a OnceLock<Vec<Recommendation>>,
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

    /// What to do about each measured target of the family in view.
    pub fn advice(&self) -> &'a [Recommendation] {
        // An analysis that was made of these runs can be made of them again.
        self.advice.get_or_init(|| self.analysis.recommend_all(self.report, self.family).unwrap_or_default())
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
