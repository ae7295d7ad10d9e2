//! What went wrong, over the page, until the reader closes it.

use leptos::prelude::*;

use crate::state::use_state;

#[component]
pub fn MessageBar() -> impl IntoView {
    let state = use_state();
    move || {
        state.message.get().map(|message| {
            view! {
                <div class="message" role="alert">
                    <p>{message}</p>
                    <button type="button" class="tool" on:click=move |_| state.message.set(None)>"Close"</button>
                </div>
            }
        })
    }
}
