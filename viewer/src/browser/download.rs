//! Charts as SVG, PNG and CSV; tables into the clipboard; the report itself.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, Url,
};

use crate::chart::Chart;
use crate::state::State;
use crate::table::Table;

/// PNG files have this many pixels for one of the page.
const PIXELS: f64 = 2.0;

/// In what a chart can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Svg,
    Png,
    Csv,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Csv];

    /// The ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Csv => "CSV",
        }
    }
}

pub fn chart(state: State, chart: &Chart, format: Format) {
    let id = &chart.id;
    match format {
        Format::Svg => save(&format!("{id}.svg"), "image/svg+xml", &chart.svg_file()),
        Format::Csv => save(&format!("{id}.csv"), "text/csv", &chart.data.csv()),
        Format::Png => png(state, chart),
    }
}

/// How a table goes into the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    Csv,
    Markdown,
}

impl Markup {
    pub const ALL: [Self; 2] = [Self::Csv, Self::Markdown];

    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "Copy CSV",
            Self::Markdown => "Copy Markdown",
        }
    }
}

/// Copies a table; `copied` is true for a moment afterwards.
pub fn table(state: State, table: &Table, markup: Markup, copied: RwSignal<bool>) {
    let content = if markup == Markup::Markdown { table.markdown() } else { table.csv() };
    spawn_local(async move {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&content)).await;
        if written.is_err() {
            state.say("The browser does not let this page use the clipboard; the chart’s CSV button saves a file.");
            return;
        }
        // The table may be gone by then.
        let _ = copied.try_set(true);
        set_timeout(
            move || {
                let _ = copied.try_set(false);
            },
            std::time::Duration::from_millis(1200),
        );
    });
}

/// Saves the report in view as it came.
pub fn report(state: State) {
    let loaded = state.loaded.read_untracked();
    let index = state.choices.read_untracked().report().min(loaded.len().saturating_sub(1));
    if let Some(loaded) = loaded.get(index) {
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
