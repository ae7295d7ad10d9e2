//! One file of the hub: its ETag, its bytes (from where they broke off), its checksum, and only then its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use super::cache::{Repo, is_safe, length};
use super::checksum::Checksum;
use super::error::HubError;
use super::http::{Fault, Method, broken, escaped};
use super::repository::Hub;
use crate::atomic;

/// The most bytes of a file whose size nobody tells.
const UNANNOUNCED: u64 = 1 << 30;

/// What the hub says of a file before it sends it.
struct Announced {
    etag: String,
    checksum: Option<Checksum>,
    size: Option<u64>,
}

impl Hub<'_> {
    /// Brings `file` of `commit` into the cache, unless its blob is there; with `check` a blob is there only when its
    /// checksum is right.
    pub(super) fn download(&mut self, repo: &Repo, commit: &str, file: &str, check: bool) -> Result<(), HubError> {
        let url = self.file_url(repo, commit, file);
        let announced = self.announced(repo, commit, &url)?;
        let cache = self.access.cache.clone();
        let waits = format!("{file} of {repo}: another process is fetching it; waiting");
        let _lock = cache.lock(repo, &announced.etag, &mut || self.watch.say(&waits))?;
        let blob = cache.blob(repo, &announced.etag);
        if blob.is_file() && check && !is_intact(&blob, &announced)? {
            self.watch.say(&format!("{file} of {repo}: the copy in the cache is damaged; fetching it again"));
            fs::remove_file(&blob).map_err(|e| HubError::file("remove", &blob, e))?;
        }
        if !blob.is_file() {
            let partial = cache.blob(repo, &format!("{}.incomplete", announced.etag));
            self.watch.start(&format!("{} {file}", repo.id), announced.size);
            let done = self.receive(&url, &announced, &partial);
            self.watch.end();
            done?;
            let failed = |e| HubError::file("write", &blob, e);
            File::open(&partial).and_then(|f| f.sync_all()).map_err(failed)?;
            atomic::rename(&partial, &blob).map_err(|e| failed(e.source))?;
        }
        cache.link(repo, commit, file, &announced.etag).map(drop)
    }

    fn file_url(&self, repo: &Repo, commit: &str, file: &str) -> String {
        let name: Vec<String> = file.split('/').map(escaped).collect();
        self.client.url(&format!("{}/resolve/{commit}/{}", repo.path(), name.join("/")))
    }

    fn announced(&mut self, repo: &Repo, commit: &str, url: &str) -> Result<Announced, HubError> {
        let answer = self.ask(Method::Head, url)?;
        if let Some(other) = answer.header("x-repo-commit").filter(|c| *c != commit) {
            return Err(HubError::content(
                repo,
                format!("asked for commit {commit}, the hub answers with {other}; check HF_ENDPOINT"),
            ));
        }
        let linked = answer.header("x-linked-etag").is_some();
        let size = if linked { answer.number("x-linked-size") } else { answer.number("content-length") };
        let etag = answer.etag().unwrap_or_default().to_owned();
        if !is_safe(&etag) || etag.contains('/') || etag.len() > 128 {
            let reason = format!("the hub names no usable ETag for {url}; check HF_ENDPOINT");
            return Err(HubError::content(repo, reason));
        }
        let checksum = Checksum::of_etag(&etag);
        if checksum.is_none() {
            self.watch.say(&format!("{url}: the server names no checksum; only the size can be checked"));
        }
        Ok(Announced { etag, checksum, size })
    }

    /// Fills `partial` until it is all there and right.
    fn receive(&mut self, url: &str, announced: &Announced, partial: &Path) -> Result<(), HubError> {
        let folder = partial.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|e| HubError::file("create", folder, e))?;
        let mut tries = 0;
        if announced.size.is_some_and(|size| length(partial).is_ok_and(|there| there > size)) {
            remove(partial)?;
        }
        // What another call left may be of another file: it gets one more chance, from nothing.
        let mut inherited = length(partial)? > 0;
        loop {
            let before = length(partial)?;
            if announced.size != Some(before)
                && let Err(fault) = self.receive_once(url, announced, partial, before)
            {
                if length(partial)? > before {
                    tries = 0;
                }
                tries = self.bear(fault, tries)?;
                continue;
            }
            let Some(checksum) = &announced.checksum else { return Ok(()) };
            let found = checksum.of_file(partial).map_err(|e| HubError::file("read", partial, e))?;
            if found == checksum.expected() {
                return Ok(());
            }
            remove(partial)?;
            if !std::mem::take(&mut inherited) {
                let expected = checksum.expected().to_owned();
                return Err(HubError::Checksum { url: url.to_owned(), kind: checksum.kind(), found, expected });
            }
        }
    }

    /// One request: appends what comes to `partial`, which holds `from` bytes.
    fn receive_once(&mut self, url: &str, announced: &Announced, partial: &Path, from: u64) -> Result<(), Fault> {
        let method = Method::Get { from };
        let answer = match self.client.once(method, url) {
            Ok(answer) => answer,
            Err(fault) => {
                // Nothing lies beyond what is there: it was all, or of another file.
                if matches!(*fault.error, HubError::Status { code: 416, .. }) {
                    remove(partial)?;
                    return Err(broken(method, url, "the hub has no bytes from there on"));
                }
                return Err(fault);
            }
        };
        let resumed = answer.status == 206;
        let from = if resumed { from } else { 0 };
        if resumed && !answer.header("content-range").is_some_and(|r| r.starts_with(&format!("bytes {from}-"))) {
            return Err(broken(method, url, "the hub sends another range than was asked for"));
        }
        let whole = announced.size.or_else(|| answer.number("content-length").map(|n| n + from));
        let at = answer.url.clone();
        let mut body = answer.body();
        let failed = |e| HubError::file("write", partial, e);
        let mut file = OpenOptions::new().create(true).append(true).open(partial).map_err(failed)?;
        if !resumed {
            file.set_len(0).map_err(failed)?;
        }
        let mut position = from;
        let mut buffer = vec![0; 1 << 16];
        loop {
            if self.is_stopped() {
                return Err(HubError::Stopped(url.to_owned()).into());
            }
            let n = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(broken(method, &at, &cut(position, whole, &e.to_string()))),
            };
            file.write_all(buffer.get(..n).unwrap_or_default()).map_err(failed)?;
            position += n as u64;
            self.watch.advance(position);
            if position > whole.unwrap_or(UNANNOUNCED) {
                remove(partial)?;
                return Err(broken(method, &at, "the hub sends more than it announced"));
            }
        }
        match whole {
            Some(size) if position < size => Err(broken(method, &at, &cut(position, whole, "the connection closed"))),
            _ => Ok(()),
        }
    }
}

fn cut(position: u64, size: Option<u64>, why: &str) -> String {
    match size {
        Some(size) => format!("broke off after {position} of {size} bytes ({why})"),
        None => format!("broke off after {position} bytes ({why})"),
    }
}

fn remove(path: &Path) -> Result<(), HubError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(HubError::file("remove", path, e)),
        _ => Ok(()),
    }
}

fn is_intact(blob: &Path, announced: &Announced) -> Result<bool, HubError> {
    if announced.size.is_some_and(|size| length(blob).is_ok_and(|found| found != size)) {
        return Ok(false);
    }
    match &announced.checksum {
        Some(checksum) => {
            checksum.of_file(blob).map(|f| f == checksum.expected()).map_err(|e| HubError::file("read", blob, e))
        }
        None => Ok(true),
    }
}
