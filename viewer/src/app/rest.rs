//! The part of the program that the answer does not need: the other pages, what explains the gains, resampling,
//! definitions, downloads. It lies in a file of its own, which is fetched when a reader first touches the page, or when
//! something asks for it; until then a page costs half.
//!
//! What cuts it out is tools/split-viewer.sh: everything that can only be reached through [`rest`] goes into that file.
//! So the application must come to it through [`Rest`] alone, and never by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use transfermap::analysis::{Analysis, AnalysisError, FamilyKey, Options};
use transfermap::report::Report;
use web_sys::Element;

use super::state::State;
use super::{definition, download};
use crate::page::{Context, Page, Tab};

pub(super) type Analyse = fn(&Report, &Options) -> Result<Analysis, AnalysisError>;
type Resample =
    fn(&mut Arc<Analysis>, &Report, usize, &mut dyn FnMut() -> bool) -> Result<Option<usize>, AnalysisError>;

/// Number of what the reader, who is one whatever the number of viewers, asked of the part last.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// The entries of the part.
#[derive(Clone, Copy)]
pub(super) struct Rest {
    /// As [`Report::of_family`].
    pub of_family: fn(&Report, &FamilyKey) -> Report,
    /// Draws a page.
    pub page: fn(Tab, &Context<'_>) -> Page,
    /// As [`Analysis::tests`].
    pub tests: Analyse,
    /// As [`Analysis::resample_while`]; `None` when that was the last part.
    pub resample: Resample,
    /// Opens the definition of a key beside the element that asked.
    pub define: fn(&Element, &str),
    /// Saves the chart that an element names.
    pub save_chart: fn(State, &Element, &str),
    /// Copies the table that an element names.
    pub copy_table: fn(State, &Element, &str),
    /// Saves the report in view.
    pub save_report: fn(State),
}

#[wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)]
fn rest() -> Result<Rest, SplitLoaderError> {
    Ok(Rest {
        of_family: Report::of_family,
        page: Tab::page,
        tests: Analysis::tests,
        resample: |analysis, report, first, go_on| {
            let analysis = Arc::make_mut(analysis);
            let next = analysis.resample_while(report, first, go_on)?;
            Ok(Some(next).filter(|next| *next < analysis.resampling_stages()))
        },
        define: definition::open,
        save_chart: download::chart,
        copy_table: download::table,
        save_report: download::report,
    })
}

/// Does what the reader asks of the part, once it is there, unless the reader has asked for something else by then.
pub(super) fn with(state: State, act: impl FnOnce(Rest) + 'static) {
    let mine = forget();
    if let Some(rest) = state.rest.get_untracked() {
        return act(rest);
    }
    spawn_local(async move {
        if let Some(rest) = arrival(state).await
            && ASKED.load(Ordering::Relaxed) == mine
        {
            act(rest);
        }
    });
}

/// Takes back what the reader asked of the part; the number of what comes next.
pub(super) fn forget() -> u32 {
    ASKED.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

/// Fetches the part now, because a page waits for it. What fails is told, and tried again when the next page is opened.
pub(super) fn fetch(state: State) {
    spawn_local(async move {
        let _ = arrival(state).await;
    });
}

/// Fetches the part before something waits for it; what fails is told when it does.
pub(super) fn prefetch(state: State) {
    spawn_local(async move {
        if let Ok(rest) = rest().await {
            keep(state, rest);
        }
    });
}

/// However many wait, it is fetched once.
async fn arrival(state: State) -> Option<Rest> {
    match rest().await {
        Ok(rest) => {
            keep(state, rest);
            Some(rest)
        }
        Err(_) => {
            state.say("The other half of this viewer could not be fetched. Open another of its pages to try again.");
            None
        }
    }
}

fn keep(state: State, rest: Rest) {
    if state.rest.read_untracked().is_none() {
        state.rest.set(Some(rest));
    }
}
