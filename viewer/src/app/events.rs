//! Clicks, changes, keys, hovers and drops. Pages say what an element does in its `data-…` attributes: `data-set` changes
//! choices, `data-choice` is a field of one, `data-define` opens a definition, `data-download` and `data-copy` give a
//! chart or table away, `data-tip` is told on hover, `data-key` ties marks of one pair together, `data-do` opens and saves.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    DragEvent, Element, Event, FocusOptions, HtmlElement, HtmlInputElement, HtmlSelectElement, KeyboardEvent,
};

use super::nearest::nearest;
use super::state::State;
use super::{definition, download, keys, load, tip};

/// Listens on the viewer's element.
pub(super) fn listen(state: State, root: &HtmlElement) {
    let on = |name: &'static str, act: Box<dyn Fn(Event)>| {
        let closure = Closure::<dyn Fn(Event)>::new(act);
        let _ = root.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        // The page lives as long as its document.
        closure.forget();
    };
    on("click", Box::new(move |event| click(state, &event)));
    on("change", Box::new(move |event| field(state, &event)));
    on("input", Box::new(move |event| search(state, &event)));
    on(
        "keydown",
        Box::new(move |event| {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                keys::press(state, event);
            }
        }),
    );
    // A definition that is open lies outside of the viewer's element, and has the focus.
    let closure = Closure::<dyn Fn(KeyboardEvent)>::new(|event: KeyboardEvent| {
        if event.key() == "Escape" && definition::has(&event) {
            definition::close();
        }
    });
    let _ = document().add_event_listener_with_callback("keydown", closure.as_ref().unchecked_ref());
    closure.forget();
    for name in ["pointerover", "focusin"] {
        on(name, Box::new(|event| tip::over(&event)));
    }
    for name in ["pointerout", "focusout"] {
        on(name, Box::new(|event| tip::out(&event)));
    }
    on("dragover", Box::new(|event| event.prevent_default()));
    on(
        "drop",
        Box::new(move |event| {
            event.prevent_default();
            if let Some(files) = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer).and_then(|d| d.files())
            {
                load::files(state, &files);
            }
        }),
    );
}

fn click(state: State, event: &Event) {
    if let Some((element, key)) = nearest(event, "data-define") {
        definition::open(&element, &key);
        return;
    }
    definition::close();
    if let Some((_, change)) = nearest(event, "data-set") {
        state.change(&change);
    } else if let Some((element, format)) = nearest(event, "data-download") {
        download::chart(state, &element, &format);
    } else if let Some((element, format)) = nearest(event, "data-copy") {
        download::table(state, &element, &format);
    } else if let Some((element, _)) = nearest(event, "data-focus") {
        event.prevent_default();
        focus_page(&element);
    } else if let Some((_, what)) = nearest(event, "data-do") {
        match what.as_str() {
            "open" => open(state),
            "save" => download::report(state),
            "print" => {
                let _ = window().print();
            }
            _ => {}
        }
    }
}

/// A select, a checkbox or a number field.
fn field(state: State, event: &Event) {
    let Some((element, choice)) = nearest(event, "data-choice") else { return };
    let value = match (element.dyn_ref::<HtmlSelectElement>(), element.dyn_ref::<HtmlInputElement>()) {
        (Some(select), _) => select.value(),
        (_, Some(input)) if input.type_() == "checkbox" && !input.checked() => String::new(),
        (_, Some(input)) => input.value(),
        _ => return,
    };
    state.change(&crate::choices::change(&[(&choice, &value)]));
}

/// A search field answers while one types.
fn search(state: State, event: &Event) {
    let Some((element, choice)) = nearest(event, "data-choice") else { return };
    if let Some(input) = element.dyn_ref::<HtmlInputElement>().filter(|i| i.type_() == "search") {
        state.change(&crate::choices::change(&[(&choice, &input.value())]));
    }
}

/// Asks for files.
fn open(state: State) {
    let Ok(Ok(input)) = document().create_element("input").map(JsCast::dyn_into::<HtmlInputElement>) else { return };
    input.set_type("file");
    input.set_accept(".json,application/json");
    input.set_multiple(true);
    let picked = input.clone();
    let closure = Closure::<dyn Fn()>::new(move || {
        if let Some(files) = picked.files() {
            load::files(state, &files);
        }
    });
    input.set_onchange(Some(closure.as_ref().unchecked_ref()));
    closure.forget();
    input.click();
}

/// Brings the top of the page below the tabs into view, and moves the focus to it; a tab that has the focus keeps it, so
/// that arrows lead on.
pub(super) fn focus_page(inside: &Element) {
    let viewer = inside.closest(".viewer").ok().flatten().or_else(|| inside.query_selector(".viewer").ok().flatten());
    let page = viewer.and_then(|v| v.query_selector("[role=tabpanel]").ok().flatten());
    let Some(page) = page.and_then(|p| p.dyn_into::<HtmlElement>().ok()) else { return };
    let tab = document().active_element().is_some_and(|e| e.get_attribute("role").as_deref() == Some("tab"));
    if !tab {
        let quietly = FocusOptions::new();
        quietly.set_prevent_scroll(true);
        let _ = page.focus_with_options(&quietly);
    }
    if page.get_bounding_client_rect().top() < 0.0 {
        page.scroll_into_view();
    }
}

/// Scrolls the tabs, which may be more than fit, so that the selected one is seen.
pub(super) fn show_tab(inside: &Element) {
    let selected = inside.query_selector("[role=tab][aria-selected=true]").ok().flatten();
    let Some(selected) = selected.and_then(|t| t.dyn_into::<HtmlElement>().ok()) else { return };
    let Some(list) = selected.parent_element().and_then(|l| l.dyn_into::<HtmlElement>().ok()) else { return };
    let before = selected.offset_left() - list.offset_left();
    list.set_scroll_left(before - (list.client_width() - selected.offset_width()) / 2);
}
