//! What of an HTTP request a file server needs, checked.

use hyper::header::{HOST, IF_NONE_MATCH};
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use super::answer::Answer;

/// What a browser asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// Decoded path, begins with `/`, has no `.` or `..` in it.
    pub path: String,
    /// The version that the browser has.
    pub if_none_match: Option<String>,
}

impl Request {
    /// Checks a request; what is wrong with it is an answer.
    pub(super) fn new<B>(request: &hyper::Request<B>) -> Result<Self, Answer> {
        let bad = |words: &str| Answer::text(StatusCode::BAD_REQUEST, words);
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Answer::text(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD only"));
        }
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        if !header(HOST).is_some_and(is_this_machine) {
            let words = "this server answers to 127.0.0.1 and localhost only";
            return Err(Answer::text(StatusCode::FORBIDDEN, words));
        }
        let path = percent_decode_str(request.uri().path()).decode_utf8();
        let path = path.ok().filter(|p| p.starts_with('/')).ok_or_else(|| bad("not a path"))?;
        if path.contains(['\\', '\0']) || path.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(bad("not a path below this folder"));
        }
        Ok(Self { path: path.into_owned(), if_none_match: header(IF_NONE_MATCH).map(str::to_owned) })
    }
}

/// A page of the web whose name was made to point here sends its own name.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(method: &str, path: &str, host: &str) -> Result<Request, StatusCode> {
        let request = hyper::Request::builder().method(method).uri(path).header("Host", host);
        Request::new(&request.header("If-None-Match", "\"x\"").body(()).unwrap()).map_err(|answer| answer.status)
    }

    #[test]
    fn reads_what_browsers_ask() {
        let request = new("HEAD", "/a%20b/c.json?report=x", "localhost:8000").unwrap();
        assert_eq!(request, Request { path: "/a b/c.json".into(), if_none_match: Some("\"x\"".into()) });
        assert!(new("GET", "/", "[::1]:80").is_ok() && new("GET", "/", "127.0.0.1").is_ok());
    }

    #[test]
    fn refuses_ways_out_other_hosts_and_other_methods() {
        for path in ["/../x", "/a/%2e%2e/x", "/a/./b", "/%00", "/a%5c..%5cb", "/%ff"] {
            assert_eq!(new("GET", path, "localhost"), Err(StatusCode::BAD_REQUEST), "{path}");
        }
        for host in ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil:1", ""] {
            assert_eq!(new("GET", "/", host), Err(StatusCode::FORBIDDEN), "{host}");
        }
        assert_eq!(new("POST", "/", "localhost"), Err(StatusCode::METHOD_NOT_ALLOWED));
    }
}
