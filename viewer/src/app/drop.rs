//! The element that the viewer was given: what stands in it until a report comes, and the files that are let go over it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DragEvent, Element, Event, HtmlElement, Node};

use crate::browser::load;
use crate::state::State;

/// What stands in an element.
pub(super) fn contents(element: &Element) -> Vec<Node> {
    let nodes = element.child_nodes();
    (0..nodes.length()).filter_map(|i| nodes.item(i)).collect()
}

/// Takes it out again.
pub(super) fn remove(nodes: &[Node]) {
    for node in nodes {
        if let Some(parent) = node.parent_node() {
            let _ = parent.remove_child(node);
        }
    }
}

/// Reads what is dropped, and lets the button of a start page ask for files.
pub(super) fn listen(state: State, element: &HtmlElement) {
    on(element, "dragover", |event: DragEvent| event.prevent_default());
    on(element, "drop", move |event: DragEvent| {
        event.prevent_default();
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            load::files(state, &files);
        }
    });
    if let Ok(Some(open)) = element.query_selector("button.open") {
        on(&open, "click", move |_: Event| load::ask(state));
    }
}

fn on<E: wasm_bindgen::convert::FromWasmAbi + 'static>(element: &Element, name: &str, act: impl Fn(E) + 'static) {
    let closure = Closure::<dyn Fn(E)>::new(act);
    let _ = element.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    // The page lives as long as its document.
    closure.forget();
}
