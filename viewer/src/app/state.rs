//! What the application knows, and what follows from it.

use std::sync::Arc;

use leptos::prelude::*;
use transfermap::analysis::{Analysis, AnalysisError, FamilyKey};
use transfermap::report::Report;

use super::Address;
use crate::choices::Choices;

/// A report that was read.
pub(super) struct Loaded {
    /// The file's name.
    pub name: String,
    /// Its text, for saving.
    pub text: String,
    /// The report.
    pub report: Arc<Report>,
    /// Its families.
    pub families: Vec<FamilyKey>,
}

/// The family in view, cut out of its report: what an analysis is of.
#[derive(Clone)]
pub(super) struct Subject {
    /// Which report, counted from 0.
    pub index: usize,
    /// Its report.
    pub whole: Arc<Report>,
    /// The runs of the family.
    pub report: Arc<Report>,
    /// The family.
    pub family: FamilyKey,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.report, &other.report) && self.index == other.index && self.family == other.family
    }
}

/// An analysis, as far as it is done.
#[derive(Clone)]
pub(super) struct Analysed {
    /// The analysis.
    pub analysis: Arc<Analysis>,
    /// Whether permutations and bootstraps are in it.
    pub resampled: bool,
}

/// All state; copies share it.
#[derive(Clone, Copy)]
pub(super) struct State {
    /// Whether choices live in the address.
    pub address: Address,
    /// Which viewer of the document this is, counted from 0.
    pub number: usize,
    /// Every report, in the order of loading.
    pub loaded: RwSignal<Vec<Arc<Loaded>>>,
    /// What the reader chose.
    pub choices: RwSignal<Choices>,
    /// What went wrong, in words.
    pub message: RwSignal<Option<String>>,
    /// What is analysed; `None` before the first report.
    pub subject: RwSignal<Option<Subject>>,
    /// What is shown of the subject; an analysis that fails is a message.
    pub analysed: RwSignal<Option<Result<Analysed, AnalysisError>>>,
}

impl State {
    pub(super) fn new(address: Address, number: usize) -> Self {
        Self {
            address,
            number,
            loaded: RwSignal::new(Vec::new()),
            choices: RwSignal::new(Choices::default()),
            message: RwSignal::new(None),
            subject: RwSignal::new(None),
            analysed: RwSignal::new(None),
        }
    }

    /// The subject that the choices name; `before` when it still is that one, so that reports of several families are cut
    /// once for each choice and not for each analysis. Follows the choices and the reports.
    pub(super) fn choose(&self, before: Option<&Subject>) -> Option<Subject> {
        let choices = self.choices.read();
        let loaded = self.loaded.read();
        let index = choices.report().min(loaded.len().checked_sub(1)?);
        let one = loaded.get(index)?;
        let family = choices.family(&one.families)?;
        let is_it = |s: &&Subject| s.index == index && s.family == *family && Arc::ptr_eq(&s.whole, &one.report);
        if let Some(same) = before.filter(is_it) {
            return Some(same.clone());
        }
        let report = if one.families.len() > 1 { Arc::new(one.report.of_family(family)) } else { one.report.clone() };
        Some(Subject { index, whole: one.report.clone(), report, family: family.clone() })
    }

    /// Takes a change of choices, as it stands in `data-set`.
    pub(super) fn change(&self, change: &str) {
        let changed = self.choices.read_untracked().with(change);
        if changed != *self.choices.read_untracked() {
            self.choices.set(changed);
        }
    }

    /// Tells the reader what went wrong.
    pub(super) fn say(&self, message: impl Into<String>) {
        self.message.set(Some(message.into()));
    }
}
