//! A folder over HTTP, on this machine only. Of a study's output folder it shows the report of what is done so far, and
//! the page follows.
//!
//! It answers GET and HEAD; requests that name another host are refused, so that no page of the web can read a study
//! through the reader's browser.

mod answer;
pub mod connections;
mod live;
mod request;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use hyper::StatusCode;

use super::viewer::Viewer;
use crate::error::Wrong;
use crate::files;
use answer::{Answer, kind_of};
use live::Live;
use request::Request;

/// A folder and how to answer for it.
pub struct Server {
    root: PathBuf,
    study: Option<Live>,
}

/// Listens on 127.0.0.1; port 0 takes a free one.
///
/// # Errors
/// The port is taken.
pub fn listen(port: u16) -> Result<(TcpListener, SocketAddr), Wrong> {
    let taken = |e| Wrong(format!("cannot listen on 127.0.0.1:{port} ({e}); give another --port"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
    let address = listener.local_addr().map_err(taken)?;
    Ok((listener, address))
}

impl Server {
    /// A server of `root`; `viewer` is asked for one when that is a study's output folder.
    ///
    /// # Errors
    /// No such folder, or a study and no viewer.
    pub fn new(root: &Path, viewer: impl FnOnce() -> Result<Viewer, Wrong>) -> Result<Self, Wrong> {
        let canonical = root.canonicalize().map_err(|e| Wrong::at(root.display(), &e))?;
        if !canonical.is_dir() {
            return Err(Wrong(format!("not a folder: {}", root.display())));
        }
        let is_study = canonical.join("plan.json").is_file();
        let study = if is_study { Some(Live::new(&canonical, viewer()?)) } else { None };
        Ok(Self { root: canonical, study })
    }

    /// Answers until the process ends.
    ///
    /// # Errors
    /// The listener cannot be waited for.
    pub fn answer_all(self, listener: TcpListener) -> std::io::Result<()> {
        connections::answer_all(listener, move |request| match Request::new(request) {
            Ok(request) => self.find(&request).into_response(request.if_none_match.as_deref()),
            Err(answer) => answer.into_response(None),
        })
    }

    fn find(&self, request: &Request) -> Answer {
        let live = self.study.as_ref().map(|study| study.answer(request));
        match live {
            Some(Ok(Some(answer))) => return answer,
            Some(Err(error)) => return Answer::text(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
            Some(Ok(None)) | None => {}
        }
        let not_found = || Answer::text(StatusCode::NOT_FOUND, &format!("there is no {}", request.path));
        // A link may lead out of the folder; then it is not in the folder.
        let path = self.root.join(request.path.trim_start_matches('/'));
        let Some(path) = path.canonicalize().ok().filter(|p| p.starts_with(&self.root)) else { return not_found() };
        let path = match path.is_dir() {
            true if !request.path.ends_with('/') => return not_found(),
            true => match ["index.html", "report.html"].map(|name| path.join(name)).into_iter().find(|p| p.is_file()) {
                Some(page) => page,
                None => return not_found(),
            },
            false => path,
        };
        let Ok(body) = files::read(&path) else { return not_found() };
        Answer { status: StatusCode::OK, kind: kind_of(&path), etag: etag_of(&path), body }
    }
}

/// Another time of change or another size is another file.
fn etag_of(path: &Path) -> String {
    let Ok(metadata) = std::fs::metadata(path) else { return String::new() };
    let time = metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("\"{:x}-{:x}\"", time.as_nanos(), metadata.len())
}

#[cfg(test)]
mod tests;
