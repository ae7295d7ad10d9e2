//! The window beside the pointer or the focus, in which a mark says its words.

use leptos::html::Div;
use leptos::prelude::*;

use crate::browser::focus;
use crate::state::{Tip, use_state};

#[component]
pub fn TipWindow() -> impl IntoView {
    let state = use_state();
    let window = NodeRef::<Div>::new();
    // Where it stands depends on how large its words make it.
    Effect::new(move |_| {
        if let (Some(tip), Some(window)) = (state.tip.get(), window.get()) {
            place(&window, &tip);
        }
    });
    let words = move || state.tip.get().map(|tip| tip.words);
    view! {
        <div class="tip" role="tooltip" node_ref=window hidden=move || state.tip.with(Option::is_none)>{words}</div>
    }
}

/// Above what it is about, or below where there is no room; inside the window.
fn place(window: &web_sys::HtmlDivElement, tip: &Tip) {
    let (width, height) = (f64::from(window.offset_width()), f64::from(window.offset_height()));
    let [left, top, wide, high] = tip.around;
    let page = document().document_element().map_or(1e4, |d| f64::from(d.client_width()));
    let left = (left + wide / 2.0 - width / 2.0).clamp(4.0, (page - width - 4.0).max(4.0));
    let above = top - height - 8.0;
    let top = if above < 4.0 { top + high + 8.0 } else { above };
    focus::put(window, left, top);
}
