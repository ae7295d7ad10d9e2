//! The button that asks for a report.

use leptos::prelude::*;

use crate::browser::load;
use crate::state::use_state;

#[component]
pub fn OpenButton() -> impl IntoView {
    let state = use_state();
    view! {
        <button type="button" class="tool" data-do="open" on:click=move |_| load::ask(state)>"Open a report…"</button>
    }
}
