//! What the application knows, and what follows from it.

use std::sync::Arc;

use leptos::prelude::*;
use transfermap::analysis::{Analysis, FamilyKey, Options};
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
    /// The runs of the family.
    pub report: Arc<Report>,
    /// The family.
    pub family: FamilyKey,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.family == other.family && Arc::ptr_eq(&self.report, &other.report)
    }
}

/// An analysis, before or after permutations and bootstraps.
#[derive(Clone)]
pub(super) struct Analysed {
    /// The analysis.
    pub analysis: Arc<Analysis>,
    /// Whether everything is in it.
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
    /// What is analysed.
    pub subject: Memo<Option<Subject>>,
    /// The options in force.
    pub options: Memo<Options>,
    /// What is shown of the subject; an analysis that fails is a message.
    pub analysed: RwSignal<Option<Result<Analysed, String>>>,
}

impl State {
    pub(super) fn new(address: Address, number: usize) -> Self {
        let loaded = RwSignal::new(Vec::<Arc<Loaded>>::new());
        let choices = RwSignal::new(Choices::default());
        // Reports of several families are cut once for each choice, not for each analysis.
        let chosen = Memo::new(move |_| {
            let choices = choices.get();
            let index = choices.report().min(loaded.read().len().checked_sub(1)?);
            let family = loaded.read().get(index).and_then(|l| choices.family(&l.families).cloned())?;
            Some((index, loaded.read().get(index).map(Arc::as_ptr).map(|p| p as usize), family))
        });
        let subject = Memo::new(move |_| {
            let (index, _, family) = chosen.get()?;
            let one = loaded.read_untracked().get(index).cloned()?;
            let report =
                if one.families.len() > 1 { Arc::new(one.report.of_family(&family)) } else { one.report.clone() };
            Some(Subject { index, report, family })
        });
        let options = Memo::new(move |_| choices.read().options());
        Self {
            address,
            number,
            loaded,
            choices,
            message: RwSignal::new(None),
            subject,
            options,
            analysed: RwSignal::new(None),
        }
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
