//! The application in the browser: it loads reports, keeps the reader's choices, has them analysed, and shows the pages.
//!
//! `analyse` makes the look that every page is drawn from; `resample` adds what takes time, in a thread of its own where
//! the browser has one; `address` ties the choices to the page's address; `shell` is what stands around every page.

mod address;
mod analyse;
mod drop;
mod options;
mod panic;
mod resample;
mod shell;

use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use crate::browser::load;
use crate::state::{Address, State};
use shell::App;

/// Shows a report in an element of any page: `report` is the text of a report.json. Without one the element invites to
/// drop a file. Several elements may each have their own. `worker` is the address of worker.js, which resamples in a
/// thread of its own; without it, the page's thread does that in slices.
#[wasm_bindgen]
pub fn mount(element: HtmlElement, report: Option<String>, worker: Option<String>) {
    let state = show(element, Address::Untouched, worker);
    if let Some(text) = report {
        load::text(state, "report.json", text);
    }
}

/// Starts the viewer's own page: the report that the page holds or names, else what stands in the element already, which
/// a dropped or opened file replaces. `worker` as in [`mount`].
#[wasm_bindgen]
pub fn start(element: HtmlElement, worker: Option<String>) {
    let state = show(element, Address::Owned, worker);
    load::given(state);
}

fn show(element: HtmlElement, address: Address, worker: Option<String>) -> State {
    panic::on_panic();
    let owner = Owner::new();
    owner.set();
    static VIEWERS: AtomicUsize = AtomicUsize::new(0);
    let state = State::new(address, VIEWERS.fetch_add(1, Ordering::Relaxed));
    provide_context(state);
    let before = StoredValue::new_local(drop::contents(&element));
    drop::listen(state, &element);
    // The page lives as long as its document: nothing unmounts it.
    leptos::mount::mount_to(element, move || view! { <App before=before worker=worker /> }).forget();
    std::mem::forget(owner);
    state
}
