//! A folder over HTTP, on this machine only. Of a study's output folder it shows the report of what is done so far, and
//! the page follows.
//!
//! It answers GET and HEAD, one thread for each connection; requests that name another host are refused, so that no
//! page of the web can read a study through the reader's browser.

mod answer;
mod live;
mod request;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::viewer::Viewer;
use crate::error::Wrong;
use answer::{Answer, kind_of};
use live::Live;
use request::Request;

/// A slow reader holds a thread, not the server.
const PATIENCE: Duration = Duration::from_secs(20);

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
    pub fn answer_all(&self, listener: &TcpListener) {
        std::thread::scope(|threads| {
            loop {
                match listener.accept() {
                    // A browser that went away needs no answer.
                    Ok((stream, _)) => drop(threads.spawn(move || drop(self.answer(stream)))),
                    // Out of files, for instance: the threads that end will give some back.
                    Err(_) => std::thread::sleep(Duration::from_millis(100)),
                }
            }
        })
    }

    /// Answers one connection.
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let (request, answer) = match Request::read(&mut stream) {
            Ok(request) => {
                let answer = self.find(&request);
                (Some(request), answer)
            }
            Err(answer) => (None, answer),
        };
        let known = request.as_ref().and_then(|r| r.if_none_match.as_deref());
        let unchanged = !answer.etag.is_empty() && known == Some(answer.etag.as_str());
        let mut head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
             X-Content-Type-Options: nosniff\r\nConnection: close\r\n",
            if unchanged { "304 Not Modified" } else { answer.status },
            answer.kind,
            if unchanged { 0 } else { answer.body.len() },
        );
        if !answer.etag.is_empty() {
            head += &format!("ETag: {}\r\n", answer.etag);
        }
        head += "\r\n";
        stream.write_all(head.as_bytes())?;
        if !unchanged && request.is_none_or(|r| !r.head_only) {
            stream.write_all(&answer.body)?;
        }
        stream.flush()
    }

    fn find(&self, request: &Request) -> Answer {
        let live = self.study.as_ref().map(|study| study.answer(request));
        match live {
            Some(Ok(Some(answer))) => return answer,
            Some(Err(error)) => return Answer::text("500 Internal Server Error", &format!("{error:#}")),
            Some(Ok(None)) | None => {}
        }
        let not_found = || Answer::text("404 Not Found", &format!("there is no {}", request.path));
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
        let Ok(body) = std::fs::read(&path) else { return not_found() };
        Answer { status: "200 OK", kind: kind_of(&path), etag: etag_of(&path), body }
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
