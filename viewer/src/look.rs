//! A look at a report: the family in view, its analysis, and what the reader chose. Everything that a page is made of,
//! cheap to copy; the application makes one for every change, and the command line one for its files.

use std::sync::{Arc, OnceLock};

use transfermap::analysis::{Analysis, AnalysisError, FamilyKey, Recommendation};
use transfermap::report::Report;

use crate::choices::{Change, Choices};
use crate::context::Context;

/// A report that was read.
#[derive(Debug)]
pub struct Loaded {
    /// What the reader calls it: the file's name.
    pub name: String,
    /// Its text, for saving.
    pub text: String,
    pub report: Arc<Report>,
    pub families: Vec<FamilyKey>,
}

impl Loaded {
    pub fn new(name: &str, text: String, report: Report) -> Self {
        let families = report.families();
        Self { name: name.to_owned(), text, report: Arc::new(report), families }
    }
}

/// A report read twice is two.
impl PartialEq for Loaded {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The family in view, cut out of its report: what an analysis is of.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Which report, counted from 0.
    pub index: usize,
    /// Its report.
    pub loaded: Arc<Loaded>,
    /// The runs of the family.
    pub report: Arc<Report>,
    pub family: FamilyKey,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.report, &other.report) && self.index == other.index && self.family == other.family
    }
}

impl Subject {
    /// What the choices name; `None` without a report that has a transfer run. It is `before` when it still is that one, so
    /// that reports of several families are cut once for each choice and not for each analysis.
    pub fn chosen(loaded: &[Arc<Loaded>], choices: &Choices, before: Option<&Self>) -> Option<Self> {
        let index = choices.report().min(loaded.len().checked_sub(1)?);
        let one = loaded.get(index)?;
        let family = choices.family(&one.families)?;
        if let Some(same) = before.filter(|s| s.index == index && s.family == *family && Arc::ptr_eq(&s.loaded, one)) {
            return Some(same.clone());
        }
        let report = if one.families.len() > 1 { Arc::new(one.report.of_family(family)) } else { one.report.clone() };
        Some(Self { index, loaded: one.clone(), report, family: family.clone() })
    }
}

/// An analysis, as far as it is done.
#[derive(Debug, Clone)]
pub struct Analysed {
    pub analysis: Arc<Analysis>,
    /// Whether permutations and bootstraps are in it.
    pub resampled: bool,
    /// What to do about each target. It rests on tests alone, so the resampled analysis keeps it.
    pub advice: Arc<OnceLock<Vec<Recommendation>>>,
}

impl PartialEq for Analysed {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.analysis, &other.analysis)
    }
}

impl Analysed {
    pub fn new(analysis: Analysis, resampled: bool) -> Self {
        Self { analysis: Arc::new(analysis), resampled, advice: Arc::default() }
    }

    /// The same with all that the resampling adds.
    #[must_use]
    pub fn with(&self, resampled: Analysis) -> Self {
        Self { analysis: Arc::new(resampled), resampled: true, advice: self.advice.clone() }
    }
}

/// What a page is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Every report.
    pub loaded: Vec<Arc<Loaded>>,
    pub subject: Subject,
    pub analysed: Analysed,
    pub choices: Choices,
}

impl Look {
    /// Analyses the chosen family of a report in full; `None` when it has no transfer run.
    ///
    /// # Errors
    /// As [`Analysis::new`].
    pub fn new(name: &str, report: Report, choices: Choices) -> Result<Option<Self>, AnalysisError> {
        let loaded = vec![Arc::new(Loaded::new(name, String::new(), report))];
        let Some(subject) = Subject::chosen(&loaded, &choices, None) else { return Ok(None) };
        let analysed = Analysed::new(Analysis::new(&subject.report, &choices.options())?, true);
        Ok(Some(Self { loaded, subject, analysed, choices }))
    }

    /// The same with other choices, which do not change the analysis: another page, another order.
    #[must_use]
    pub fn with(mut self, change: &Change) -> Self {
        self.choices = self.choices.with(change);
        self
    }

    /// Hands what pages are made of to whoever makes one.
    pub fn see<T>(&self, make: impl FnOnce(&Context<'_>) -> T) -> T {
        let loaded: Vec<(&str, &Report)> = self.loaded.iter().map(|l| (l.name.as_str(), &*l.report)).collect();
        make(&Context {
            report: &self.subject.report,
            analysis: &self.analysed.analysis,
            families: &self.subject.loaded.families,
            family: &self.subject.family,
            choices: &self.choices,
            resampled: self.analysed.resampled,
            loaded: &loaded,
            advice: &self.analysed.advice,
        })
    }
}
