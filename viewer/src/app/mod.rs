//! The application in the browser: it loads reports, keeps the reader's choices, and shows the trees of [`crate::page`].
//!
//! Leptos holds the state and what follows from it (`state`); `patch` brings a tree into the page; `events` turns
//! clicks, keys and drops on `data-…` attributes into changes of state, so that pages stay plain functions.

mod definition;
mod download;
mod drawn;
mod events;
mod ids;
mod keys;
mod load;
mod message;
mod nearest;
mod patch;
mod render;
mod state;
mod tip;

use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use state::State;

/// Whether the choices live in the page's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address {
    /// In `location.hash`: this page is the viewer's own.
    Owned,
    /// In memory: the viewer is a guest in somebody's page.
    Untouched,
}

/// Shows a report in an element of any page: `report` is the text of a report.json. Without one the element invites to
/// drop a file. Several elements may each have their own.
#[wasm_bindgen]
pub fn mount(element: HtmlElement, report: Option<String>) {
    let state = show(element, Address::Untouched);
    if let Some(text) = report {
        load::text(state, "report.json", text);
    }
}

/// Starts the viewer's own page: the report that the page holds or names, else what stands in the element already, which
/// a dropped or opened file replaces.
#[wasm_bindgen]
pub fn start(element: HtmlElement) {
    let state = show(element, Address::Owned);
    load::given(state);
}

fn show(element: HtmlElement, address: Address) -> State {
    message::on_panic();
    let owner = Owner::new();
    owner.set();
    static VIEWERS: AtomicUsize = AtomicUsize::new(0);
    let state = State::new(address, VIEWERS.fetch_add(1, Ordering::Relaxed));
    let root = element.clone();
    // The page lives as long as its document: nothing unmounts it.
    leptos::mount::mount_to(element, move || render::view(state, &root)).forget();
    std::mem::forget(owner);
    state
}
