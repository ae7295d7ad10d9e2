//! A panic is a defect of the viewer; the reader is told so, and what was drawn stays readable.

use std::panic::PanicHookInfo;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Error, Reflect, WebAssembly};

static HOOK: Once = Once::new();
static TOLD: AtomicBool = AtomicBool::new(false);

/// From now on a panic shows a message in the page. So does a trap that is none, such as memory that ran out: no hook
/// hears of it, but the page does, as of an error that nobody caught.
pub(super) fn on_panic() {
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| tell(&in_words(info))));
        let uncaught = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
            let of = |name: &str| Reflect::get(&event, &JsValue::from_str(name)).ok();
            let error = of("error").filter(|e| !e.is_undefined()).or_else(|| of("reason"));
            if let Some(trap) = error.and_then(|e| e.dyn_into::<WebAssembly::RuntimeError>().ok()) {
                tell(&String::from(trap.unchecked_ref::<Error>().message()));
            }
        });
        let Some(window) = web_sys::window() else { return };
        for event in ["error", "unhandledrejection"] {
            let _ = window.add_event_listener_with_callback(event, uncaught.as_ref().unchecked_ref());
        }
        uncaught.forget();
    });
}

/// What happened, and where in the sources.
fn in_words(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("a panic without words");
    info.location().map_or_else(|| what.to_owned(), |place| format!("{what} ({place})"))
}

fn tell(what: &str) {
    // A panic that the hook told is also an error that nobody caught.
    if TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    let words = format!(
        "The viewer stopped: {what}. This is a defect; please report it with the report that caused it. Reload the page to \
         go on."
    );
    web_sys::console::error_1(&Error::new(&words));
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    if let (Ok(made), Some(body)) = (document.create_element("div"), document.body()) {
        made.set_class_name("message");
        let _ = made.set_attribute("role", "alert");
        made.set_text_content(Some(&words));
        let _ = body.prepend_with_node_1(&made);
    }
}
