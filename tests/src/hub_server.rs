//! A small HuggingFace hub on 127.0.0.1, for tests: repositories with commits and branches, large files kept on another
//! origin behind a redirect, ranges, ETags, private repositories, and faults on demand.
//!
//! Its addresses and headers are those that `huggingface_hub` 1.x asks for: `/api/<kind>/<id>/revision/<revision>`,
//! `/<id>/resolve/<revision>/<file>`, `X-Repo-Commit`, `X-Linked-Etag`, `X-Linked-Size`, `X-Error-Code`.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, HeaderValue, RANGE};
use hyper::{Request, Response, StatusCode};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use transfermap_trainer::site::serve::connections;

use crate::hub_body::Body;

/// Files of a commit by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A request that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `GET` or `HEAD`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Whether it came to the store of large files, the other origin.
    pub store: bool,
    /// The header Range.
    pub range: Option<String>,
    /// The header Authorization.
    pub authorization: Option<String>,
}

/// What goes wrong with an answer.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// This status instead, and seconds for Retry-After.
    Status(u16, Option<u64>),
    /// The connection ends after so many bytes of the body.
    Cut(usize),
    /// Nothing comes after so many bytes, and the connection stays open for so long.
    Silence(usize, Duration),
    /// The last byte of the body is another one.
    Corrupt,
    /// Range is not heard.
    NoRange,
    /// The answer names another commit.
    OtherCommit,
}

#[derive(Debug, Clone, Default)]
pub struct Repository {
    pub commits: BTreeMap<String, Files>,
    /// Commit by branch.
    pub branches: BTreeMap<String, String>,
    /// Only who has this token may read it.
    pub token: Option<String>,
}

#[derive(Default)]
struct State {
    repositories: BTreeMap<String, Repository>,
    renamed: BTreeMap<String, String>,
    /// Part of a path, how often still, what.
    troubles: Vec<(String, usize, Trouble)>,
    seen: Vec<Seen>,
    store: String,
}

/// The hub. It serves until the process ends.
#[derive(Clone)]
pub struct HubServer {
    /// Its address.
    pub endpoint: String,
    state: Arc<Mutex<State>>,
}

/// A commit's name made from a number.
pub fn commit(number: u32) -> String {
    format!("{number:040x}")
}

impl HubServer {
    /// Starts it on two free ports.
    ///
    /// # Panics
    /// When 127.0.0.1 has none.
    #[allow(clippy::expect_used, reason = "only tests call it")]
    pub fn start() -> Self {
        let bind = || TcpListener::bind("127.0.0.1:0").expect("a port on 127.0.0.1");
        let (hub, store) = (bind(), bind());
        let address = |l: &TcpListener| format!("http://{}", l.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State { store: address(&store), ..State::default() }));
        let server = Self { endpoint: address(&hub), state };
        for (listener, is_store) in [(hub, false), (store, true)] {
            let state = Arc::clone(&server.state);
            std::thread::spawn(move || {
                connections::answer_all(listener, move |request| serve(request, is_store, &state))
            });
        }
        server
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a commit on the branch `branch` of `organisation/name` or `datasets/organisation/name`.
    pub fn put(&self, path: &str, branch: &str, commit: &str, files: Files) {
        let mut state = self.state();
        let repository = state.repositories.entry(path.to_owned()).or_default();
        repository.commits.insert(commit.to_owned(), files);
        repository.branches.insert(branch.to_owned(), commit.to_owned());
    }

    /// Lets only `token` read a repository.
    pub fn close(&self, path: &str, token: &str) {
        self.state().repositories.entry(path.to_owned()).or_default().token = Some(token.to_owned());
    }

    /// Answers for `old` with a redirect to `new`.
    pub fn rename(&self, old: &str, new: &str) {
        self.state().renamed.insert(old.to_owned(), new.to_owned());
    }

    /// The next `times` answers to paths that contain `part` go wrong.
    pub fn trouble(&self, part: &str, times: usize, trouble: Trouble) {
        self.state().troubles.push((part.to_owned(), times, trouble));
    }

    /// What was asked since the last call.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state().seen)
    }
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn error(status: u16, code: &str) -> Self {
        Self { status, headers: vec![("x-error-code", code.into())], body: b"{\"error\":\"no\"}".to_vec() }
    }
}

fn serve(request: &Request<Incoming>, store: bool, state: &Mutex<State>) -> Response<Body> {
    let header = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok()).map(str::to_owned);
    let seen = Seen {
        method: request.method().to_string(),
        path: request.uri().to_string(),
        store,
        range: header(RANGE),
        authorization: header(AUTHORIZATION),
    };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let trouble = take_trouble(&mut state, &seen);
    let answer = if store { stored(&state, &seen, &trouble) } else { asked(&state, &seen) };
    state.seen.push(seen);
    response(answer, trouble)
}

/// Troubles with bodies are kept for requests that get one.
fn take_trouble(state: &mut State, seen: &Seen) -> Option<Trouble> {
    let of_body = |t: &Trouble| !matches!(t, Trouble::Status(..) | Trouble::OtherCommit);
    let name = seen.path.clone();
    let at = state.troubles.iter().position(|(part, times, trouble)| {
        *times > 0 && name.contains(part.as_str()) && !(of_body(trouble) && seen.method == "HEAD")
    })?;
    let (_, times, trouble) = state.troubles.get_mut(at)?;
    *times -= 1;
    Some(trouble.clone())
}

fn response(answer: Answer, trouble: Option<Trouble>) -> Response<Body> {
    let Answer { mut status, mut headers, mut body } = answer;
    match &trouble {
        Some(Trouble::Status(other, after)) => {
            status = *other;
            headers = after.iter().map(|s| ("retry-after", s.to_string())).collect();
            body = Vec::new();
        }
        Some(Trouble::Corrupt) => {
            if let Some(last) = body.last_mut() {
                *last ^= 1;
            }
        }
        Some(Trouble::OtherCommit) => {
            headers.retain(|(name, _)| *name != "x-repo-commit");
            headers.push(("x-repo-commit", commit(999)));
        }
        _ => {}
    }
    let length = body.len();
    let mut response = Response::new(Body::new(body, trouble));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// An answer of the hub itself.
fn asked(state: &State, seen: &Seen) -> Answer {
    let path = seen.path.trim_start_matches('/');
    let (id, rest, api) = match path.strip_prefix("api/") {
        Some(rest) => match rest.split_once("/revision/") {
            Some((id, revision)) => (id.trim_start_matches("models/"), revision, true),
            None => return Answer::error(404, "RepoNotFound"),
        },
        None => match path.split_once("/resolve/") {
            Some((id, rest)) => (id, rest, false),
            None => return Answer::error(404, "RepoNotFound"),
        },
    };
    if let Some(new) = state.renamed.get(id) {
        let location = seen.path.replacen(id, new, 1);
        return Answer { status: 307, headers: vec![("location", location)], body: Vec::new() };
    }
    let Some(repository) = state.repositories.get(id) else {
        // As the hub: it does not tell strangers what there is.
        return Answer::error(if seen.authorization.is_some() { 404 } else { 401 }, "RepoNotFound");
    };
    let wanted = repository.token.as_ref().map(|t| format!("Bearer {t}"));
    if wanted.is_some() && seen.authorization != wanted {
        return if seen.authorization.is_some() {
            Answer::error(403, "GatedRepo")
        } else {
            Answer::error(401, "RepoNotFound")
        };
    }
    let (revision, file) = if api { (rest, "") } else { rest.split_once('/').unwrap_or((rest, "")) };
    let revision = revision.replace("%2F", "/");
    let commit = repository.branches.get(&revision).unwrap_or(&revision);
    let Some(files) = repository.commits.get(commit) else { return Answer::error(404, "RevisionNotFound") };
    if api {
        let siblings: Vec<_> = files.keys().map(|f| serde_json::json!({ "rfilename": f })).collect();
        let body = serde_json::json!({ "id": id, "sha": commit, "siblings": siblings }).to_string().into_bytes();
        return Answer { status: 200, headers: Vec::new(), body };
    }
    let Some(bytes) = files.get(file) else { return Answer::error(404, "EntryNotFound") };
    let mut headers = vec![("x-repo-commit", commit.clone())];
    if is_large(file) {
        let hash = sha256(bytes);
        headers.push(("x-linked-etag", format!("\"{hash}\"")));
        headers.push(("x-linked-size", bytes.len().to_string()));
        headers.push(("location", format!("{}/{file}/{hash}?signature=secret", state.store)));
        return Answer { status: 302, headers, body: Vec::new() };
    }
    headers.push(("etag", format!("\"{}\"", git_sha1(bytes))));
    ranged(seen, bytes, headers, false)
}

/// An answer of the store of large files.
fn stored(state: &State, seen: &Seen, trouble: &Option<Trouble>) -> Answer {
    let hash = seen.path.split('?').next().and_then(|p| p.rsplit('/').next()).unwrap_or("");
    let all = state.repositories.values().flat_map(|r| r.commits.values()).flat_map(BTreeMap::values);
    match all.into_iter().find(|bytes| sha256(bytes) == hash) {
        // As at a real store, its own ETag is none of the file's hashes.
        Some(bytes) => {
            ranged(seen, bytes, vec![("etag", "\"store-1\"".into())], matches!(trouble, Some(Trouble::NoRange)))
        }
        None => Answer::error(404, "EntryNotFound"),
    }
}

fn ranged(seen: &Seen, bytes: &[u8], mut headers: Vec<(&'static str, String)>, deaf: bool) -> Answer {
    let from = seen.range.as_deref().and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match from.filter(|_| !deaf) {
        None => Answer { status: 200, headers, body: bytes.to_vec() },
        Some(from) if from >= bytes.len() => Answer { status: 416, headers, body: Vec::new() },
        Some(from) => {
            headers.push(("content-range", format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len())));
            Answer { status: 206, headers, body: bytes.get(from..).unwrap_or_default().to_vec() }
        }
    }
}

/// What the hub keeps in its store.
fn is_large(file: &str) -> bool {
    [".safetensors", ".parquet", ".bin"].iter().any(|end| file.ends_with(end))
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Git's name for a blob.
pub fn git_sha1(bytes: &[u8]) -> String {
    let mut hash = Sha1::new_with_prefix(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
