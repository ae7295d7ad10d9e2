//! The small window that "?" opens: what a chart or a word means.

use leptos::prelude::document;
use transfermap::glossary::{Term, term};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use super::patch;
use crate::node::{Node, el};

const ID: &str = "transfermap-definition";

/// Opens the definition of a key beside the element that asked; asked again, closes it.
pub(super) fn open(asked: &Element, key: &str) {
    let again = document().get_element_by_id(ID).is_some_and(|w| w.get_attribute("data-of").as_deref() == Some(key));
    close();
    let Some(definition) = term(key).filter(|_| !again) else { return };
    let Ok(made) = document().create_element("div") else { return };
    made.set_id(ID);
    made.set_class_name("definition");
    for (name, value) in [("role", "dialog"), ("aria-label", definition.name), ("data-of", key), ("tabindex", "-1")] {
        let _ = made.set_attribute(name, value);
    }
    patch::children(&document(), &made, &[], &contents(definition));
    let Some(body) = document().body() else { return };
    if body.append_child(&made).is_err() {
        return;
    }
    let Ok(made) = made.dyn_into::<HtmlElement>() else { return };
    let around = asked.get_bounding_client_rect();
    let page = document().document_element().map_or(1e4, |d| f64::from(d.client_width()));
    let scrolled = web_sys::window().and_then(|w| w.scroll_y().ok()).unwrap_or(0.0);
    let left = around.left().clamp(8.0, (page - f64::from(made.offset_width()) - 8.0).max(8.0));
    let _ = made.style().set_property("left", &format!("{left}px"));
    let _ = made.style().set_property("top", &format!("{}px", around.bottom() + scrolled + 6.0));
    let _ = asked.set_attribute("data-asked", "");
    let _ = made.focus();
}

fn contents(definition: &Term) -> Vec<Node> {
    let line = |class: &'static str, words: &'static str| {
        (!words.is_empty()).then(|| Node::from(el("p").class(class).text(words)))
    };
    let mut contents = vec![Node::from(el("h4").text(definition.name))];
    contents.extend(
        [line("", definition.text), line("formula", definition.formula), line("quiet", definition.source)]
            .into_iter()
            .flatten(),
    );
    contents
}

/// Closes it; whether there was one. A focus that it had goes back to what asked.
pub(super) fn close() -> bool {
    let Some(open) = document().get_element_by_id(ID) else { return false };
    let had_focus = document().active_element().is_some_and(|e| open.contains(Some(&e)));
    open.remove();
    if let Some(asked) = document().query_selector("[data-asked]").ok().flatten() {
        let _ = asked.remove_attribute("data-asked");
        if let Some(asked) = asked.dyn_ref::<HtmlElement>().filter(|_| had_focus) {
            let _ = asked.focus();
        }
    }
    true
}

/// Whether an event is of it.
pub(super) fn has(event: &Event) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target.is_some_and(|t| t.closest(&format!("#{ID}")).ok().flatten().is_some())
}
