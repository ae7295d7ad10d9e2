//! From reports and choices to a look: tests at once, and what takes time when it has arrived.

use std::sync::Arc;

use leptos::prelude::*;
use transfermap::analysis::{Analysis, AnalysisError, Options};

use super::resample::StoredJobs;
use crate::look::{Analysed, Look, Subject};
use crate::state::State;

/// The tests of the family in view under the options in force.
#[derive(Debug, Clone, PartialEq)]
struct Tested {
    subject: Subject,
    options: Options,
    result: Result<Analysed, AnalysisError>,
}

/// What pages are drawn from; none before the first report, or where a report cannot be analysed. A change of choices that
/// leaves the options as they are keeps the analysis.
pub(super) fn look(state: State, jobs: StoredJobs) -> Memo<Option<Look>> {
    let tested = Memo::new(move |last: Option<&Option<Tested>>| {
        let last = last.and_then(Option::as_ref);
        let choices = state.choices.read();
        let subject = Subject::chosen(&state.loaded.read(), &choices, last.map(|last| &last.subject))?;
        let options = choices.options();
        if let Some(same) = last.filter(|last| last.subject == subject && last.options == options) {
            return Some(same.clone());
        }
        let result = Analysis::tests(&subject.report, &options).map(|tests| Analysed::new(tests, false));
        Some(Tested { subject, options, result })
    });
    resample(state, tested, jobs);
    Memo::new(move |last: Option<&Option<Look>>| {
        let now = tested.with(|tested| {
            let tested = tested.as_ref()?;
            Some((tested.subject.clone(), tested.result.as_ref().ok()?.clone()))
        });
        // What is shown stays, where there is nothing else to show.
        let Some((subject, tests)) = now else { return last.cloned().flatten() };
        let arrived = state.resampled.read();
        let whole = arrived.as_ref().filter(|(of, _)| Arc::ptr_eq(of, &tests.analysis)).map(|(_, whole)| whole.clone());
        Some(Look {
            loaded: state.loaded.get(),
            subject,
            analysed: whole.unwrap_or(tests),
            choices: state.choices.get(),
        })
    })
}

/// Every other analysis is resampled anew; what is under way for the one before is given up.
fn resample(state: State, tested: Memo<Option<Tested>>, jobs: StoredJobs) {
    Effect::new(move |last: Option<Option<Arc<Analysis>>>| {
        let tested = tested.get();
        let Tested { subject, result, .. } = tested?;
        match result {
            Ok(tests) => {
                let same = last.flatten().is_some_and(|last| Arc::ptr_eq(&last, &tests.analysis));
                if !same {
                    jobs.with_value(|jobs| jobs.begin(subject, tests.clone()));
                }
                Some(tests.analysis)
            }
            Err(error) => {
                state.say(error.to_string());
                None
            }
        }
    });
}
