//! A panic is a defect of the viewer; the reader is told so, and what was drawn stays readable.

use std::sync::Once;

use web_sys::js_sys::Error;

static HOOK: Once = Once::new();

/// From now on a panic shows a message in the page.
pub(super) fn on_panic() {
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let words = format!(
                "The viewer stopped: {info}. This is a defect; please report it with the report that caused it. \
                 Reload the page to go on."
            );
            web_sys::console::error_1(&Error::new(&words));
            let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
            if let (Ok(made), Some(body)) = (document.create_element("div"), document.body()) {
                made.set_class_name("message");
                let _ = made.set_attribute("role", "alert");
                made.set_text_content(Some(&words));
                let _ = body.prepend_with_node_1(&made);
            }
        }));
    });
}
