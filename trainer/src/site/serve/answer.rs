//! What the server sends back.

use std::path::Path;

/// What goes back.
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    /// Empty when it has none.
    pub(super) etag: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(status: &'static str, words: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", etag: String::new(), body: format!("{words}\n").into() }
    }
}

/// The media type of a file, by its name.
pub(super) fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "csv" => "text/csv; charset=utf-8",
        "toml" | "txt" | "md" | "log" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
