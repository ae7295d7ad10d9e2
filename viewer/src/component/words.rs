//! Sentences, and the links in them.

use leptos::prelude::*;

use crate::choices::Change;
use crate::state::use_state;

/// The sentence that a page opens with.
#[component]
pub fn Answer(words: String) -> impl IntoView {
    view! { <p class="answer">{words}</p> }
}

/// Small print.
#[component]
pub fn Reading(#[prop(into)] words: String) -> impl IntoView {
    view! { <p class="reading">{words}</p> }
}

/// One below the other, as what limits a conclusion.
#[component]
pub fn Bullets(items: Vec<String>) -> impl IntoView {
    view! { <ul class="warnings">{items.into_iter().map(|item| view! { <li>{item}</li> }).collect::<Vec<_>>()}</ul> }
}

/// Words that change what is shown.
#[component]
pub fn Link(words: String, change: Change) -> impl IntoView {
    let state = use_state();
    view! { <button type="button" class="link" on:click=move |_| state.change(&change)>{words}</button> }
}
