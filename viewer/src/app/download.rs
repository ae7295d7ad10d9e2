//! Charts as SVG, PNG and CSV; tables into the clipboard; the report itself.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Element, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement,
    Url,
};

use super::drawn::shown_around;
use super::state::State;
use crate::chart::Chart;

/// PNG files have this many pixels for one of the page.
const PIXELS: f64 = 2.0;

/// Saves the chart that an element's `data-chart` names.
pub(super) fn chart(state: State, asked: &Element, format: &str) {
    let id = asked.get_attribute("data-chart").unwrap_or_default();
    let Some(chart) = shown_around(asked).and_then(|p| p.charts.into_iter().find(|c| c.id == id)) else { return };
    match format {
        "svg" => save(&format!("{id}.svg"), "image/svg+xml", &chart.svg_file()),
        "csv" => save(&format!("{id}.csv"), "text/csv", &chart.data.csv()),
        _ => png(state, &chart),
    }
}

/// Copies the table that an element's `data-table` names.
pub(super) fn table(state: State, asked: &Element, format: &str) {
    let id = asked.get_attribute("data-table").unwrap_or_default();
    let Some(table) = shown_around(asked).and_then(|p| p.tables.into_iter().find(|t| t.id == id)) else { return };
    let content = if format == "markdown" { table.markdown() } else { table.csv() };
    let button = asked.clone();
    spawn_local(async move {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&content)).await;
        if written.is_err() {
            state.say("The browser does not let this page use the clipboard; the chart’s CSV button saves a file.");
            return;
        }
        let before = button.text_content();
        button.set_text_content(Some("Copied"));
        set_timeout(move || button.set_text_content(before.as_deref()), std::time::Duration::from_millis(1200));
    });
}

/// Saves the report in view as it came.
pub(super) fn report(state: State) {
    let Some(subject) = state.subject.get_untracked() else { return };
    if let Some(loaded) = state.loaded.read_untracked().get(subject.index) {
        save(&loaded.name, "application/json", &loaded.text);
    }
}

fn save(name: &str, kind: &str, content: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(content));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let url = Blob::new_with_str_sequence_and_options(&parts, &options)
        .and_then(|blob| Url::create_object_url_with_blob(&blob));
    if let Ok(url) = url {
        follow(name, &url);
        // Not at once: the browser may still be reading.
        set_timeout(move || drop(Url::revoke_object_url(&url)), std::time::Duration::from_secs(30));
    }
}

fn follow(name: &str, url: &str) {
    let Ok(Ok(anchor)) = document().create_element("a").map(JsCast::dyn_into::<HtmlAnchorElement>) else { return };
    anchor.set_href(url);
    anchor.set_download(name);
    anchor.click();
}

/// Draws the SVG file on a canvas.
fn png(state: State, chart: &Chart) {
    let name = format!("{}.png", chart.id);
    let failed = "This browser cannot turn the chart into a PNG; the SVG has the same picture.";
    let Ok(image) = HtmlImageElement::new() else { return state.say(failed) };
    let drawn = image.clone();
    let done = Closure::once_into_js(move || {
        if raster(&drawn).is_some_and(|url| {
            follow(&name, &url);
            true
        }) {
            return;
        }
        state.say(failed);
    });
    image.set_onload(Some(done.unchecked_ref()));
    let encoded = js_sys::encode_uri_component(&chart.svg_file());
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", String::from(encoded)));
}

fn raster(image: &HtmlImageElement) -> Option<String> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let (width, height) = (f64::from(image.natural_width()) * PIXELS, f64::from(image.natural_height()) * PIXELS);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height).ok()?;
    canvas.to_data_url_with_type("image/png").ok()
}
