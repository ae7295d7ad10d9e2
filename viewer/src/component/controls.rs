//! Controls: each shows the value in force of one choice, and changes it.

use leptos::prelude::*;

use super::Term;
use crate::choices::{Change, Choice};
use crate::offer::Offer;
use crate::state::use_state;

/// Buttons of which one is pressed.
#[component]
pub fn Switch(offer: Offer) -> impl IntoView {
    let state = use_state();
    let changes: Vec<Change> = (0..offer.values.len()).map(|i| offer.change(i)).collect();
    let buttons = offer.values.into_iter().zip(changes).enumerate().map(|(i, ((_, words), change))| {
        let pressed = if i == offer.chosen { "true" } else { "false" };
        view! {
            <button type="button" aria-pressed=pressed on:click=move |_| state.change(&change)>{words}</button>
        }
    });
    view! {
        <span class="switch" role="group" aria-label=offer.label>
            <span class="quiet">{offer.label}</span>
            {buttons.collect::<Vec<_>>()}
        </span>
    }
}

/// A list to choose from.
#[component]
pub fn Select(offer: Offer) -> impl IntoView {
    let state = use_state();
    let choice = offer.choice;
    let options = offer.values.into_iter().enumerate().map(|(i, (value, words))| {
        let chosen = i == offer.chosen;
        view! { <option value=value selected=chosen prop:selected=chosen>{words}</option> }
    });
    view! {
        <label>
            <span class="quiet">{offer.label}</span>
            <select
                data-choice=choice.name()
                on:change=move |event| state.change(&Change::to(choice, event_target_value(&event)))
            >
                {options.collect::<Vec<_>>()}
            </select>
        </label>
    }
}

/// A number, with a word that says what it is when it is clicked.
#[component]
pub fn NumberField(
    label: &'static str,
    choice: Choice,
    /// A key of the glossary.
    key: &'static str,
    value: String,
    most: &'static str,
) -> impl IntoView {
    let state = use_state();
    let in_force = value.clone();
    let set = move |event: web_sys::Event| {
        let typed = event_target_value(&event);
        // What makes no test changes nothing, and does not stand in the field as if it did.
        event_target::<web_sys::HtmlInputElement>(&event).set_value(&in_force);
        state.change(&Change::to(choice, typed));
    };
    view! {
        <label>
            <Term key=key words=label.to_owned() />
            <input
                type="number"
                data-choice=choice.name()
                value=value.clone()
                prop:value=value
                min="0.001"
                max=most
                step="0.001"
                aria-label=label
                on:change=set
            />
        </label>
    }
}

/// Words that answer while one types.
#[component]
pub fn SearchField(choice: Choice, value: String, placeholder: &'static str) -> impl IntoView {
    let state = use_state();
    view! {
        <label>
            <span class="quiet">"Search"</span>
            <input
                type="search"
                data-choice=choice.name()
                placeholder=placeholder
                prop:value=value
                on:input=move |event| state.change(&Change::to(choice, event_target_value(&event)))
            />
        </label>
    }
}

/// Sets a choice to `value` or takes it back.
#[component]
pub fn Checkbox(label: &'static str, choice: Choice, value: &'static str, checked: bool) -> impl IntoView {
    let state = use_state();
    let set = move |event: web_sys::Event| {
        state.change(&Change::to(choice, if event_target_checked(&event) { value } else { "" }));
    };
    view! {
        <label>
            <input type="checkbox" data-choice=choice.name() value=value prop:checked=checked on:change=set />
            <span>{label}</span>
        </label>
    }
}
