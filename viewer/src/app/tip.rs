//! What a mark says on hover and focus, and which marks of other charts belong to it.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use super::nearest::nearest;

const ID: &str = "transfermap-tip";

/// Shows the tip of what is pointed at or focused, and marks what belongs to the same pair.
pub(super) fn over(event: &Event) {
    if let Some((_, key)) = nearest(event, "data-key") {
        linked(&key, true);
    }
    match nearest(event, "data-tip") {
        Some((element, words)) => show(&element, &words),
        None => hide(),
    }
}

/// Takes both back.
pub(super) fn out(event: &Event) {
    if let Some((_, key)) = nearest(event, "data-key") {
        linked(&key, false);
    }
    hide();
}

fn linked(key: &str, on: bool) {
    let Ok(marks) = document().query_selector_all("[data-key]") else { return };
    for i in 0..marks.length() {
        let Some(mark) = marks.item(i).and_then(|m| m.dyn_into::<Element>().ok()) else { continue };
        if mark.get_attribute("data-key").as_deref() == Some(key) {
            let _ = mark.class_list().toggle_with_force("linked", on);
        }
    }
}

fn show(mark: &Element, words: &str) {
    let Some(tip) = element() else { return };
    tip.set_text_content(Some(words));
    let _ = tip.remove_attribute("hidden");
    let (width, height) = (f64::from(tip.offset_width()), f64::from(tip.offset_height()));
    let around = mark.get_bounding_client_rect();
    let page = document().document_element().map_or(1e4, |d| f64::from(d.client_width()));
    let left = (around.left() + around.width() / 2.0 - width / 2.0).clamp(4.0, (page - width - 4.0).max(4.0));
    let above = around.top() - height - 8.0;
    let top = if above < 4.0 { around.bottom() + 8.0 } else { above };
    let style = tip.style();
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
}

/// Hides the tip.
pub(super) fn hide() {
    if let Some(tip) = document().get_element_by_id(ID) {
        let _ = tip.set_attribute("hidden", "");
    }
}

fn element() -> Option<HtmlElement> {
    let found = document().get_element_by_id(ID).or_else(|| {
        let made = document().create_element("div").ok()?;
        made.set_id(ID);
        made.set_class_name("tip");
        let _ = made.set_attribute("role", "tooltip");
        document().body()?.append_child(&made).ok()?;
        Some(made)
    })?;
    found.dyn_into().ok()
}
