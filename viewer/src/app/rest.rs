//! The part of the program that the answer does not need: the other pages, what explains the gains, resampling,
//! definitions, downloads. It lies in a file of its own, which is fetched when a reader first touches the page, or when
//! something asks for it; until then a page costs half.
//!
//! What cuts it out is tools/split-viewer.sh: everything that can only be reached through [`rest`] goes into that file.
//! So the application must come to it through [`Rest`] alone, and never by name.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use transfermap::analysis::{Analysis, AnalysisError, Options};
use transfermap::report::Report;
use web_sys::Element;

use super::state::State;
use super::{definition, download};
use crate::page::{Context, Page, Tab};

pub(super) type Analyse = fn(&Report, &Options) -> Result<Analysis, AnalysisError>;
type Resample =
    fn(&mut Arc<Analysis>, &Report, usize, &mut dyn FnMut() -> bool) -> Result<Option<usize>, AnalysisError>;

/// The entries of the part.
#[derive(Clone, Copy)]
pub(super) struct Rest {
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

/// Does something with the part, once it is there. What fails is told, and tried again when it is needed again.
pub(super) fn with(state: State, act: impl FnOnce(Rest) + 'static) {
    if let Some(rest) = state.rest.get_untracked() {
        return act(rest);
    }
    spawn_local(async move {
        match arrival(state).await {
            Ok(rest) => act(rest),
            Err(_) => state.say(
                "The other half of this viewer could not be fetched. Open another of its pages, or the report once more, to \
                 try again.",
            ),
        }
    });
}

/// Fetches the part now, because something waits for it.
pub(super) fn fetch(state: State) {
    with(state, |_| ());
}

/// Fetches the part before something waits for it; what fails is told when it does.
pub(super) fn prefetch(state: State) {
    spawn_local(async move {
        let _ = arrival(state).await;
    });
}

/// However many wait, it is fetched once.
async fn arrival(state: State) -> Result<Rest, SplitLoaderError> {
    let rest = rest().await?;
    if state.rest.read_untracked().is_none() {
        state.rest.set(Some(rest));
    }
    Ok(rest)
}
