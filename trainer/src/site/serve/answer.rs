//! What the server sends back.

use std::path::Path;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};

/// What goes back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    /// Empty when it has none.
    pub(super) etag: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(status: StatusCode, words: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", etag: String::new(), body: format!("{words}\n").into() }
    }

    /// As HTTP; without a body for a browser that has this version already.
    pub(super) fn into_response(self, known_etag: Option<&str>) -> Response<Full<Bytes>> {
        let unchanged = !self.etag.is_empty() && known_etag == Some(self.etag.as_str());
        let body = if unchanged { Bytes::new() } else { Bytes::from(self.body) };
        let length = body.len();
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = if unchanged { StatusCode::NOT_MODIFIED } else { self.status };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(CONTENT_LENGTH, length.into());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(etag) = HeaderValue::from_str(&self.etag).ok().filter(|e| !e.is_empty()) {
            headers.insert(ETAG, etag);
        }
        response
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
