//! Which element an event is about.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

/// The nearest element around the event's target, itself included, with an attribute, and its value.
pub(super) fn nearest(event: &Event, attribute: &str) -> Option<(Element, String)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest(&format!("[{attribute}]")).ok().flatten()?;
    let value = element.get_attribute(attribute)?;
    Some((element, value))
}
