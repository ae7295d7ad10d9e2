//! What a word or a chart means: words that ask, and the small window that answers.

use leptos::html::Div;
use leptos::prelude::*;
use transfermap::glossary::term;

use crate::browser::focus;
use crate::state::{Asked, use_state};

/// A word that opens its definition.
#[component]
pub fn Term(
    /// A key of the glossary.
    key: &'static str,
    words: String,
    /// How it looks: a word, or a round "?".
    #[prop(default = "term")]
    class: &'static str,
    /// For screen readers, where the words say too little.
    #[prop(optional)]
    label: Option<String>,
) -> impl IntoView {
    let state = use_state();
    let ask = move |event: web_sys::MouseEvent| {
        // Any other click closes what is open.
        event.stop_propagation();
        state.ask(key, event_target_closest(&event));
    };
    view! { <button type="button" class=class data-define=key aria-label=label on:click=ask>{words}</button> }
}

/// The button that a click is about; what is clicked may be a part of it.
fn event_target_closest(event: &web_sys::MouseEvent) -> web_sys::HtmlElement {
    use wasm_bindgen::JsCast;
    event.current_target().map_or_else(|| event_target(event), JsCast::unchecked_into)
}

/// The definition that was asked for.
#[component]
pub fn Definition() -> impl IntoView {
    let state = use_state();
    let window = NodeRef::<Div>::new();
    let opener = StoredValue::new_local(None::<Asked>);
    Effect::new(move |_| {
        let (asked, window) = (state.asked.get(), window.get());
        match (&asked, window) {
            (Some(asked), Some(window)) => {
                place(&window, asked);
                let _ = window.focus();
            }
            (None, window) => {
                // The window may be gone already, or go next.
                let inside = |e: web_sys::Element| window.is_some_and(|window| window.contains(Some(&e)));
                let lost = document().active_element().is_none_or(|e| e.tag_name() == "BODY" || inside(e));
                if let Some(last) = opener.get_value().filter(|_| lost) {
                    let _ = last.by.focus();
                }
            }
            (Some(_), None) => {}
        }
        opener.set_value(asked);
    });
    move || {
        let definition = state.asked.with(|asked| asked.as_ref().and_then(|a| term(a.key)))?;
        let line = |class: &'static str, words: &'static str| {
            (!words.is_empty()).then(|| view! { <p class=class>{words}</p> })
        };
        Some(view! {
            <div
                class="definition"
                role="dialog"
                aria-label=definition.name
                tabindex="-1"
                node_ref=window
                on:click=|event| event.stop_propagation()
            >
                <h4>{definition.name}</h4>
                {line("", definition.text)}
                {line("formula", definition.formula)}
                {line("quiet", definition.source)}
            </div>
        })
    }
}

/// Below what asked, inside the page.
fn place(window: &web_sys::HtmlDivElement, asked: &Asked) {
    let around = asked.by.get_bounding_client_rect();
    let host = window.offset_parent().map(|parent| parent.get_bounding_client_rect());
    let (from, down) = host.map_or((0.0, 0.0), |host| (host.left(), host.top()));
    let page = document().document_element().map_or(1e4, |d| f64::from(d.client_width()));
    let left = around.left().clamp(8.0, (page - f64::from(window.offset_width()) - 8.0).max(8.0));
    focus::put(window, left - from, around.bottom() - down + 6.0);
}
