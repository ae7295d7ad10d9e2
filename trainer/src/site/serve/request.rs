//! The head of an HTTP request: as much of it as a file server needs.

use std::borrow::Cow;
use std::io::Read;

use percent_encoding::percent_decode_str;

use super::answer::Answer;

/// More is no browser.
const MOST_BYTES: usize = 16 * 1024;

/// What a browser asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// Decoded path, begins with `/`, has no `.` or `..` in it.
    pub path: String,
    /// HEAD: only the head of the answer.
    pub head_only: bool,
    /// The version that the browser has.
    pub if_none_match: Option<String>,
}

impl Request {
    /// Reads and checks a request; what is wrong with it is an answer.
    pub(super) fn read(stream: &mut impl Read) -> Result<Self, Answer> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 1024];
        while !bytes.windows(4).any(|w| w == b"\r\n\r\n") {
            match stream.read(&mut chunk) {
                Ok(n) if n > 0 => bytes.extend(chunk.iter().take(n)),
                _ => return Err(Answer::text("400 Bad Request", "the request ended early")),
            }
            if bytes.len() > MOST_BYTES {
                return Err(Answer::text("431 Request Header Fields Too Large", "too long a request"));
            }
        }
        Self::parse(&String::from_utf8_lossy(&bytes))
    }

    fn parse(head: &str) -> Result<Self, Answer> {
        let bad = |words: &str| Answer::text("400 Bad Request", words);
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        if !matches!(method, "GET" | "HEAD") {
            return Err(Answer::text("405 Method Not Allowed", "GET and HEAD only"));
        }
        let header = |name: &str| {
            let mut fields = lines.clone().filter_map(|l| l.split_once(':'));
            fields.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        if !header("host").is_some_and(|host| is_this_machine(&host)) {
            return Err(Answer::text("403 Forbidden", "this server answers to 127.0.0.1 and localhost only"));
        }
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let path = decode(path).filter(|p| p.starts_with('/')).ok_or_else(|| bad("not a path"))?;
        if path.contains(['\\', '\0']) || path.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(bad("not a path below this folder"));
        }
        Ok(Self { path, head_only: method == "HEAD", if_none_match: header("if-none-match") })
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

/// The path with its escapes read; `None` where one of them is none, or they are no UTF-8.
fn decode(path: &str) -> Option<String> {
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !path.split('%').skip(1).all(is_escape) {
        return None;
    }
    percent_decode_str(path).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str, host: &str) -> Result<Request, &'static str> {
        Request::parse(&format!("{line} HTTP/1.1\r\nHost: {host}\r\nIf-None-Match: \"x\"\r\n\r\n"))
            .map_err(|a| a.status)
    }

    #[test]
    fn reads_what_browsers_ask() {
        let request = parse("HEAD /a%20b/c.json?report=x", "localhost:8000").unwrap();
        assert_eq!((request.path.as_str(), request.head_only), ("/a b/c.json", true));
        assert_eq!(request.if_none_match.as_deref(), Some("\"x\""));
        assert!(parse("GET /", "[::1]:80").is_ok() && parse("GET /", "127.0.0.1").is_ok());
    }

    #[test]
    fn refuses_ways_out_other_hosts_and_other_methods() {
        for path in ["/../x", "/a/%2e%2e/x", "/a/./b", "/%00", "/a%5c..%5cb", "x", "/%zz", "/%ff"] {
            assert_eq!(parse(&format!("GET {path}"), "localhost"), Err("400 Bad Request"), "{path}");
        }
        for host in ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil:1", ""] {
            assert_eq!(parse("GET /", host), Err("403 Forbidden"), "{host}");
        }
        assert_eq!(parse("POST /", "localhost"), Err("405 Method Not Allowed"));
        let endless = std::io::repeat(b'x');
        assert_eq!(Request::read(&mut { endless }).map_err(|a| a.status), Err("431 Request Header Fields Too Large"));
        assert_eq!(Request::read(&mut &b"GET / HT"[..]).map_err(|a| a.status), Err("400 Bad Request"));
    }
}
