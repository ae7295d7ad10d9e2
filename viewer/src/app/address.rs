//! Choices and address follow each other.

use leptos::prelude::*;

use crate::choices::Choices;
use crate::state::{Address, State};

pub(super) fn keep(state: State) {
    if state.address == Address::Untouched {
        return;
    }
    let read = move || window().location().hash().unwrap_or_default();
    state.choices.set(Choices::parse(&read()));
    let _ = window_event_listener_untyped("hashchange", move |_| {
        let choices = Choices::parse(&read());
        if choices != *state.choices.read_untracked() {
            state.choices.set(choices);
        }
    });
    Effect::new(move |last_tab: Option<_>| {
        let (fragment, tab) = state.choices.with(|choices| (choices.fragment(), choices.tab()));
        if format!("#{fragment}") != read() && !(fragment.is_empty() && read().is_empty()) {
            let url = format!("#{fragment}");
            // Another page can be gone back from; another option of the same page cannot.
            if last_tab.is_some_and(|last| last != tab) {
                let _ = window().location().set_hash(&fragment);
            } else if let Ok(history) = window().history() {
                let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
            }
        }
        tab
    });
}
