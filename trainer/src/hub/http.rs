//! One request to the hub: redirects followed by hand so that the token goes nowhere else, faults borne with patience.

use std::collections::HashMap;
use std::io::Read;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::access::{Access, Patience};
use super::error::HubError;

/// Redirects of one request.
const HOPS: usize = 8;

/// The hub's words about a file stand on the first answer, before it redirects to a store: kept through the redirects.
const KEPT: [&str; 4] = ["x-repo-commit", "x-linked-etag", "x-linked-size", "x-error-code"];

/// What to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Headers only; ends at the first answer that tells the file's ETag.
    Head,
    /// The body, from so many bytes on.
    Get {
        /// First byte wanted.
        from: u64,
    },
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Head => "HEAD",
            Self::Get { .. } => "GET",
        }
    }
}

/// An answer that is no error.
pub(super) struct Answer {
    /// 200 or 206; for HEAD also a redirect that told enough.
    pub(super) status: u16,
    /// By lower-case name.
    headers: HashMap<String, String>,
    /// Where it came from.
    pub(super) url: String,
    body: Box<dyn Read + Send>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }

    /// The ETag without its quotes: of the file itself where the answer redirects to a store.
    pub(super) fn etag(&self) -> Option<&str> {
        let etag = self.header("x-linked-etag").or_else(|| self.header("etag"))?;
        Some(etag.trim().trim_start_matches("W/").trim_matches('"'))
    }

    pub(super) fn body(self) -> Box<dyn Read + Send> {
        self.body
    }
}

/// A fault, and whether to try again.
pub(super) struct Fault {
    pub(super) error: Box<HubError>,
    /// `None`: trying again is useless. Else how long the hub asks to wait, if it does.
    pub(super) again: Option<Option<Duration>>,
}

impl From<HubError> for Fault {
    fn from(error: HubError) -> Self {
        Self { error: Box::new(error), again: None }
    }
}

/// Asks the hub.
pub(super) struct Client {
    endpoint: String,
    authorization: Option<String>,
    patience: Patience,
    direct: ureq::Agent,
    proxied: ureq::Agent,
}

impl Client {
    pub(super) fn new(access: &Access) -> Self {
        let agent = |proxy| {
            ureq::AgentBuilder::new()
                .redirects(0)
                .user_agent(concat!("transfermap/", env!("CARGO_PKG_VERSION")))
                .timeout_connect(Duration::from_secs(15))
                .timeout_read(access.patience.silence)
                .timeout_write(access.patience.silence)
                .try_proxy_from_env(proxy)
                .build()
        };
        Self {
            endpoint: access.endpoint.clone(),
            authorization: access.token.as_ref().map(|t| format!("Bearer {}", t.secret())),
            patience: access.patience,
            direct: agent(false),
            proxied: agent(true),
        }
    }

    /// The address of a path of the hub.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.endpoint)
    }

    /// Asks once.
    pub(super) fn once(&self, method: Method, url: &str) -> Result<Answer, Fault> {
        let mut url = url.to_owned();
        let mut kept: HashMap<String, String> = HashMap::new();
        for _ in 0..HOPS {
            let response = match self.request(method, &url).call() {
                Ok(response) | Err(ureq::Error::Status(_, response)) => response,
                Err(ureq::Error::Transport(error)) => return Err(broken(method, &url, &error.to_string())),
            };
            let status = response.status();
            let mut headers: HashMap<String, String> = HashMap::new();
            for name in response.headers_names() {
                if let Some(value) = response.header(&name) {
                    headers.insert(name.to_ascii_lowercase(), value.to_owned());
                }
            }
            for name in KEPT {
                if let Some(value) = headers.get(name) {
                    kept.entry(name.to_owned()).or_insert_with(|| value.clone());
                }
            }
            let told = method == Method::Head && kept.contains_key("x-linked-etag");
            match (status, headers.get("location")) {
                (301 | 302 | 303 | 307 | 308, Some(location)) if !told => {
                    let next = joined(&url, location);
                    let next = next.ok_or_else(|| {
                        status_error(method, &url, status, "redirect to no address", "check HF_ENDPOINT")
                    })?;
                    if is_less_safe(&url, &next) {
                        let words = "redirect from https to http, which anybody on the way could read and change";
                        return Err(status_error(method, &url, status, words, "check HF_ENDPOINT").into());
                    }
                    url = next;
                }
                (200 | 206, _) | (300..400, _) if status < 300 || told => {
                    headers.extend(kept);
                    return Ok(Answer { status, headers, url, body: response.into_reader() });
                }
                _ => {
                    headers.extend(kept);
                    return Err(self.refused(method, &url, status, response.status_text(), &headers));
                }
            }
        }
        Err(status_error(method, &url, 310, "too many redirects", "check HF_ENDPOINT").into())
    }

    /// How long to wait after the `tries`th fault in a row; `None`: give up.
    pub(super) fn pause(&self, fault: &Fault, tries: u32) -> Option<Duration> {
        let asked = fault.again.filter(|_| tries < self.patience.tries)?;
        Some(asked.unwrap_or(self.patience.pause * 2_u32.saturating_pow(tries.saturating_sub(1))))
    }

    fn request(&self, method: Method, url: &str) -> ureq::Request {
        let agent = if goes_direct(url) { &self.direct } else { &self.proxied };
        let mut request = agent.request(method.name(), url).set("Accept-Encoding", "identity");
        if let Method::Get { from } = method
            && from > 0
        {
            request = request.set("Range", &format!("bytes={from}-"));
        }
        match &self.authorization {
            Some(value) if origin(url).is_some() && origin(url) == origin(&self.endpoint) => {
                request.set("Authorization", value)
            }
            _ => request,
        }
    }

    fn refused(&self, method: Method, url: &str, status: u16, words: &str, headers: &HashMap<String, String>) -> Fault {
        let code = headers.get("x-error-code").map_or("", String::as_str);
        let token = if self.authorization.is_some() { "the token of HF_TOKEN may not read it" } else { "set HF_TOKEN" };
        let error = |remedy: &str| status_error(method, url, status, words, remedy);
        let after = headers.get("retry-after").and_then(|v| v.trim().parse().ok()).map(Duration::from_secs);
        let later = |remedy: &str| Fault { error: Box::new(error(remedy)), again: Some(after) };
        match status {
            401 => {
                error(&format!("no such repository, or a private one: correct the id, or, if it is private, {token}"))
                    .into()
            }
            403 => error(&format!("it is gated or private: accept its terms on its page; {token}")).into(),
            404 => error(match code {
                "RevisionNotFound" => "no such revision: correct `revision`, or leave it out for `main`",
                "EntryNotFound" => "the repository has no such file",
                _ => "no such repository, revision or file: correct the id; look at its page on the hub",
            })
            .into(),
            408 | 429 | 500..600 if after.is_some_and(|a| a > self.patience.longest) => {
                let seconds = after.map_or(0, |a| a.as_secs());
                error(&format!(
                    "the hub asks to wait for {seconds} s: try again then; with HF_TOKEN set it allows more"
                ))
                .into()
            }
            429 => later("the hub limits how often it is asked: try again later; with HF_TOKEN set it allows more"),
            408 | 500..600 => later("the hub is in trouble: try again later"),
            _ => error("check HF_ENDPOINT and the network").into(),
        }
    }
}

/// A connection that could not be made, or broke.
pub(super) fn broken(method: Method, url: &str, reason: &str) -> Fault {
    let remedy = "check the network and HF_ENDPOINT, put the files into the cache, or name a local folder; what came so far is kept";
    // The library's message repeats the address.
    let reason = reason.strip_prefix(&format!("{url}: ")).unwrap_or(reason).to_owned();
    let error = HubError::Network { method: method.name(), url: shown(url), reason, remedy };
    Fault { error: Box::new(error), again: Some(None) }
}

fn status_error(method: Method, url: &str, code: u16, words: &str, remedy: &str) -> HubError {
    let status = if words.is_empty() { code.to_string() } else { format!("{code} {words}") };
    HubError::Status { method: method.name(), url: shown(url), status, code, remedy: remedy.into() }
}

/// An address without its query.
pub(super) fn shown(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or(url).to_owned()
}

/// A part of a path, as it stands in an address.
pub(super) fn escaped(part: &str) -> String {
    const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(part, UNRESERVED).to_string()
}

/// Scheme, host and port, read as the client reads them.
fn origin(url: &str) -> Option<url::Origin> {
    url::Url::parse(url).ok().map(|u| u.origin())
}

/// Where a redirect leads.
fn joined(url: &str, location: &str) -> Option<String> {
    url::Url::parse(url).ok()?.join(location).ok().map(String::from)
}

/// Whether a redirect leaves encryption.
fn is_less_safe(from: &str, to: &str) -> bool {
    let is = |url: &str, scheme: &str| url::Url::parse(url).is_ok_and(|url| url.scheme() == scheme);
    is(from, "https") && !is(to, "https")
}

/// Whether a proxy of the environment is passed by: this machine, and what NO_PROXY names.
fn goes_direct(url: &str) -> bool {
    let parsed = url::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(url::Url::host_str).unwrap_or_default();
    let listed = ["NO_PROXY", "no_proxy"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || is_listed(host, &listed)
}

fn is_listed(host: &str, list: &str) -> bool {
    list.split(',')
        .map(|entry| entry.trim().trim_start_matches('.'))
        .filter(|entry| !entry.is_empty())
        .any(|entry| entry == "*" || host == entry || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_differ_by_scheme_host_and_port() {
        let same = |a, b| origin(a) == origin(b);
        assert!(same("https://Hub.co/a", "https://hub.co:443/b?c"));
        assert!(!same("https://hub.co/a", "http://hub.co/a"));
        assert!(!same("https://hub.co/a", "https://hub.co.evil.org/a"));
        assert!(!same("http://127.0.0.1:1/a", "http://127.0.0.1:2/a"));
        assert!(!same("https://hub.co/a", "https://hub.co@evil.org/a"));
        assert!(!same("https://hub.co/a", "https://evil.org/hub.co"));
        assert!(!same("https://hub.co/a", "https://evil.org\\@hub.co/a"));
    }

    #[test]
    fn redirects_may_be_absolute_or_relative() {
        let to = |location| joined("https://hub.co/a/b/c.txt?x=/y", location).unwrap();
        assert_eq!(to("https://store.net/k?s=1"), "https://store.net/k?s=1");
        assert_eq!(to("//store.net/k"), "https://store.net/k");
        assert_eq!(to("/z/c.txt"), "https://hub.co/z/c.txt");
        assert_eq!(to("d.txt"), "https://hub.co/a/b/d.txt");
    }

    #[test]
    fn no_redirect_leaves_encryption() {
        assert!(is_less_safe("https://hub.co/a", "http://hub.co/a") && is_less_safe("https://hub.co/a", "ftp://x/a"));
        assert!(!is_less_safe("https://hub.co/a", "HTTPS://store.net/a"));
        assert!(!is_less_safe("http://127.0.0.1:1/a", "http://127.0.0.1:2/a"));
    }

    #[test]
    fn no_proxy_lists_hosts_and_domains() {
        assert!(is_listed("hub.example.org", "other.net, .example.org"));
        assert!(is_listed("hub.example.org", "example.org") && is_listed("x", "*"));
        assert!(!is_listed("badexample.org", "example.org") && !is_listed("x", ""));
    }
}
