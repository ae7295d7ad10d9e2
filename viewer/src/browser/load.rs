//! Where reports come from: the page itself, a file beside it, `?report=`, a dropped or opened file. Sizes are looked at
//! before anything is parsed.

use std::sync::Arc;

use leptos::prelude::*;
use transfermap::report::Report;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, File, FileList, HtmlInputElement, Response, UrlSearchParams};

use crate::choices::{Change, Choice};
use crate::look::Loaded;
use crate::runs::alone;
use crate::state::State;

/// Larger files are refused before they are read.
const MOST_BYTES: f64 = 200.0 * MEGABYTE;
const MEGABYTE: f64 = 1024.0 * 1024.0;

/// Loads what the page holds (scripts of type application/json whose id begins with `transfermap-report`), what its
/// address asks for (`?report=`), or what it names (meta elements `transfermap-report`). An attribute `data-name` is
/// what the reader sees as a report's name. Which of several is in view stands in the address.
pub fn given(state: State) {
    let inside = elements("script[id^=transfermap-report]");
    if !inside.is_empty() {
        for script in inside {
            let name = script.get_attribute("data-name");
            add(state, name.as_deref().unwrap_or("report.json"), script.text_content().unwrap_or_default());
        }
        return;
    }
    let query = window().location().search().unwrap_or_default();
    let asked = UrlSearchParams::new_with_str(&query).ok().and_then(|p| p.get("report"));
    let wanted = match asked {
        Some(url) => vec![(name_of(&url).to_owned(), url)],
        None => elements("meta[name=transfermap-report]")
            .into_iter()
            .filter_map(|meta| {
                let url = meta.get_attribute("content")?;
                Some((meta.get_attribute("data-name").unwrap_or_else(|| name_of(&url).to_owned()), url))
            })
            .collect(),
    };
    spawn_local(async move {
        for (name, url) in wanted {
            match fetch(&url).await {
                Ok(content) => drop(add(state, &name, content)),
                Err(why) => state.say(format!("{url}: {why}")),
            }
        }
    });
}

fn elements(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}

/// The last part of a URL.
fn name_of(url: &str) -> &str {
    url.rsplit('/').next().filter(|n| !n.is_empty()).unwrap_or(url)
}

/// Why there is no report at a URL.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(
        "cannot be fetched: a report of another site, or of a page opened from disk, comes by drop or by “Open a report”"
    )]
    Unreachable,
    #[error("no response")]
    NoResponse,
    #[error("the server answers {0} {1}")]
    Status(u16, String),
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("no content")]
    NoContent,
    #[error("the download broke off")]
    BrokeOff,
    #[error("no text")]
    NoText,
}

async fn fetch(url: &str) -> Result<String, FetchError> {
    let response = JsFuture::from(window().fetch_with_str(url)).await.map_err(|_| FetchError::Unreachable)?;
    let response: Response = response.dyn_into().map_err(|_| FetchError::NoResponse)?;
    if !response.ok() {
        return Err(FetchError::Status(response.status(), response.status_text()));
    }
    let size = response.headers().get("content-length").ok().flatten().and_then(|l| l.parse::<u64>().ok());
    if let Some(size) = size {
        check_size(size as f64)?;
    }
    let blob = JsFuture::from(response.blob().map_err(|_| FetchError::NoContent)?).await;
    let blob: web_sys::Blob = blob.ok().and_then(|b| b.dyn_into().ok()).ok_or(FetchError::BrokeOff)?;
    check_size(blob.size())?;
    let content = JsFuture::from(blob.text()).await.map_err(|_| FetchError::NoText)?;
    content.as_string().ok_or(FetchError::NoText)
}

/// More bytes than this page reads.
#[derive(Debug, thiserror::Error)]
#[error(
    "{:.0} MB is more than this page reads ({:.0} MB); `transfermap analyze` on the command line has no such limit",
    .0 / MEGABYTE,
    MOST_BYTES / MEGABYTE
)]
struct TooLarge(f64);

fn check_size(bytes: f64) -> Result<(), TooLarge> {
    if bytes <= MOST_BYTES { Ok(()) } else { Err(TooLarge(bytes)) }
}

/// Asks for files.
pub fn ask(state: State) {
    let Ok(Ok(input)) = document().create_element("input").map(JsCast::dyn_into::<HtmlInputElement>) else { return };
    input.set_type("file");
    input.set_accept(".json,application/json");
    input.set_multiple(true);
    let picked = input.clone();
    let closure = Closure::<dyn Fn()>::new(move || {
        if let Some(chosen) = picked.files() {
            files(state, &chosen);
        }
    });
    input.set_onchange(Some(closure.as_ref().unchecked_ref()));
    // The dialogue may be answered at any time.
    closure.forget();
    input.click();
}

/// Loads dropped or opened files, one after the other.
pub fn files(state: State, files: &FileList) {
    let files: Vec<File> = (0..files.length()).filter_map(|i| files.get(i)).collect();
    spawn_local(async move {
        for file in files {
            let name = file.name();
            if let Err(why) = check_size(file.size()) {
                state.say(format!("{name}: {why}"));
                continue;
            }
            match JsFuture::from(file.text()).await.ok().and_then(|t| t.as_string()) {
                Some(content) => text(state, &name, content),
                None => state.say(format!("{name}: cannot be read as text")),
            }
        }
    });
}

/// Loads the text of a report and brings it into view; what is wrong with it is a message, and what is shown stays.
pub fn text(state: State, name: &str, content: String) {
    if let Some(index) = add(state, name, content) {
        state.change(&Change::to(Choice::Report, index));
    }
}

/// Adds a report, or replaces the one of the same name and study; its position for the address, empty for the first.
fn add(state: State, name: &str, content: String) -> Option<String> {
    let report = match Report::from_json(content.as_bytes()) {
        Ok(report) => report,
        Err(error) => {
            state.say(format!("{name}: {error}"));
            return None;
        }
    };
    mark("transfermap-parsed");
    let loaded = Arc::new(Loaded::new(name, content, report));
    let nothing = loaded.families.is_empty().then(|| {
        let alone = alone(&loaded.report);
        let alone = if alone.is_empty() { String::new() } else { format!(". {}", alone.join("; ")) };
        format!("{name}: the report has no transfer run, so there is nothing to compare yet{alone}")
    });
    let mut index = 0;
    state.loaded.update(|all| {
        let same = |l: &Arc<Loaded>| l.name == loaded.name && l.report.study.name == loaded.report.study.name;
        index = all.iter().position(same).unwrap_or(all.len());
        match all.get_mut(index) {
            Some(place) => *place = loaded,
            None => all.push(loaded),
        }
    });
    state.message.set(nothing);
    Some(if index == 0 { String::new() } else { index.to_string() })
}

/// A mark on the browser's time line, for `tools/viewer-times`.
pub fn mark(name: &str) {
    if let Some(performance) = window().performance() {
        let _ = performance.mark(name);
    }
}
