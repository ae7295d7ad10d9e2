//! What the server sends back.

use std::path::Path;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
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
        let policy = policy(self.kind, &self.body);
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
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        if let Some(etag) = HeaderValue::from_str(&self.etag).ok().filter(|e| !e.is_empty()) {
            headers.insert(ETAG, etag);
        }
        response
    }
}

/// What a page may load and run: what the viewer's own page says of itself, which this header only repeats; of any other
/// file, nothing but what lies beside it.
fn policy(kind: &str, body: &[u8]) -> HeaderValue {
    const OTHERS: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                          img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";
    let head = body.get(..body.len().min(4096)).unwrap_or_default();
    let own = std::str::from_utf8(head)
        .unwrap_or_else(|e| std::str::from_utf8(head.get(..e.valid_up_to()).unwrap_or_default()).unwrap_or_default());
    let own =
        own.split_once("\"Content-Security-Policy\" content=\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0));
    let own = own.filter(|own| kind.starts_with("text/html") && is_strict(own)).unwrap_or(OTHERS);
    HeaderValue::from_str(&format!("{own}; frame-ancestors 'self'")).unwrap_or(HeaderValue::from_static(OTHERS))
}

/// Whether a page's own policy lets no script run but those that it names, and loads nothing from elsewhere.
fn is_strict(policy: &str) -> bool {
    policy.starts_with("default-src 'none'")
        && policy.split(';').all(|directive| {
            let mut words = directive.split_whitespace();
            let name = words.next().unwrap_or_default();
            words.all(|word| match word {
                "'none'" | "'self'" | "blob:" => true,
                "data:" => name == "img-src",
                "'unsafe-inline'" => name == "style-src",
                "'wasm-unsafe-eval'" => name == "script-src",
                word => name == "script-src" && word.starts_with("'sha256-"),
            })
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_own_strict_policy_and_no_loose_one() {
        let of = |kind: &str, body: &str| policy(kind, body.as_bytes()).to_str().unwrap().to_owned();
        let html = kind_of(Path::new("a.html"));
        let page = |policy: &str| format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        let strict = "default-src 'none'; script-src 'sha256-abc=' 'wasm-unsafe-eval'; style-src 'unsafe-inline'";
        assert!(of(html, &page(strict)).starts_with(strict));
        assert!(of("application/json", &page(strict)).contains("script-src 'self'"));
        for loose in
            ["script-src *", "default-src 'none'; script-src 'unsafe-inline'", "default-src 'none'; img-src https:"]
        {
            assert!(!of(html, &page(loose)).contains(loose), "{loose}");
        }
        assert!(of(html, "<script>1</script>").contains("frame-ancestors 'self'"));
        assert!(is_strict(
            include_str!("../../../../www/index.html")
                .split("Policy\" content=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
        ));
    }
}
