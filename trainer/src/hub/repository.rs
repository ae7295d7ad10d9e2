//! One commit of a repository: which it is, which files it has, and that some of them are here.

use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::access::Access;
use super::cache::{Kind, Repo, is_commit, is_safe};
use super::error::HubError;
use super::http::{Answer, Client, Fault, Method, broken, escaped};
use super::progress::Watch;

/// The revision of a repository where none is named.
pub(super) const MAIN: &str = "main";

/// The longest listing of a repository's files, in bytes.
const LONGEST_LISTING: u64 = 64 << 20;

/// What to do with a repository that is in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Use it as it is; ask the hub only for what is missing, and at the commit that is there.
    Missing,
    /// Ask the hub where the branch is now, and check what is here.
    Now,
}

/// Files of one commit that are in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub repo: Repo,
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// The folder that they are in.
    pub folder: PathBuf,
}

/// A commit and the names of all its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) commit: String,
    pub(super) files: Vec<String>,
    /// From what is in the cache alone, which may not be all.
    pub(super) guessed: bool,
}

/// The hub and its cache.
pub struct Hub<'a> {
    pub(super) access: &'a Access,
    pub(super) client: Client,
    pub(super) watch: &'a mut dyn Watch,
    stop: Option<&'a AtomicBool>,
}

/// What the hub says of a repository.
#[derive(Deserialize)]
struct Info {
    sha: String,
    #[serde(default)]
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
}

impl<'a> Hub<'a> {
    /// The hub that `access` leads to; `watch` is told what is fetched.
    pub fn new(access: &'a Access, watch: &'a mut dyn Watch) -> Self {
        Self { access, client: Client::new(access), watch, stop: None }
    }

    /// Ends fetching when `stop` is raised.
    #[must_use]
    pub fn stopped_by(mut self, stop: &'a AtomicBool) -> Self {
        self.stop = Some(stop);
        self
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|s| s.load(Ordering::Relaxed))
    }

    /// The commit of `revision` and its files: from the cache, else from the hub.
    pub(super) fn listing(&mut self, repo: &Repo, revision: &str, when: When) -> Result<Listing, HubError> {
        let cache = &self.access.cache;
        let known = cache.commit(repo, revision).filter(|_| when == When::Missing);
        if let Some(commit) = &known {
            if let Some(files) = cache.listing(repo, commit) {
                return Ok(Listing { commit: commit.clone(), files, guessed: false });
            }
            let files = cache.present(repo, commit);
            if self.access.offline.is_some() && !files.is_empty() {
                return Ok(Listing { commit: commit.clone(), files, guessed: true });
            }
        }
        self.online(repo, None)?;
        let asked = known.as_deref().unwrap_or(revision);
        let kind = match repo.kind {
            Kind::Model => "models",
            Kind::Dataset => "datasets",
        };
        let url = self.client.url(&format!("api/{kind}/{}/revision/{}", repo.id, escaped(asked)));
        let body = self.text(&url)?;
        let info: Info = serde_json::from_slice(&body).map_err(|e| {
            let what = format!("{url} answers with something else than the hub's JSON ({e}); check HF_ENDPOINT");
            HubError::content(repo, what)
        })?;
        let files: Vec<String> = info.siblings.into_iter().map(|s| s.rfilename).filter(|f| is_safe(f)).collect();
        if !is_commit(&info.sha) || known.as_ref().is_some_and(|k| *k != info.sha) {
            return Err(HubError::content(repo, format!("{url} names no usable commit; check HF_ENDPOINT")));
        }
        self.access.cache.set_listing(repo, &info.sha, &files)?;
        Ok(Listing { commit: info.sha, files, guessed: false })
    }

    /// Brings `files` of a listing into the cache; those that are there stay, with [`When::Now`] once they are checked.
    pub(super) fn bring(
        &mut self,
        repo: &Repo,
        listing: &Listing,
        files: &[String],
        when: When,
    ) -> Result<Snapshot, HubError> {
        let cache = self.access.cache.clone();
        for file in files {
            if when == When::Now || cache.find(repo, &listing.commit, file).is_none() {
                self.online(repo, Some(file))?;
                self.download(repo, &listing.commit, file, when == When::Now)?;
            }
        }
        let folder = cache.snapshot(repo, &listing.commit);
        Ok(Snapshot { repo: repo.clone(), commit: listing.commit.clone(), folder })
    }

    /// Refuses where the network may not be used.
    pub(super) fn online(&self, repo: &Repo, file: Option<&str>) -> Result<(), HubError> {
        match &self.access.offline {
            None => Ok(()),
            Some(why) => Err(HubError::NotCached {
                what: file.map_or_else(|| repo.to_string(), |f| format!("{f} of {repo}")),
                cache: self.access.cache.root().to_owned(),
                why: why.clone(),
                remedy: format!("where there is a network, give `{}`, and copy the cache", repo.command()),
            }),
        }
    }

    /// All of a short answer.
    fn text(&mut self, url: &str) -> Result<Vec<u8>, HubError> {
        let method = Method::Get { from: 0 };
        let mut tries = 0;
        loop {
            let read = self.client.once(method, url).and_then(|answer| {
                let size = answer.number("content-length");
                let mut body = Vec::new();
                let read = answer.body().take(LONGEST_LISTING).read_to_end(&mut body);
                match read {
                    Err(e) => Err(broken(method, url, &e.to_string())),
                    Ok(n) if size.is_some_and(|size| n as u64 != size) => Err(broken(method, url, "broke off")),
                    Ok(_) => Ok(body),
                }
            });
            match read {
                Ok(body) => return Ok(body),
                Err(fault) => tries = self.bear(fault, tries)?,
            }
        }
    }

    pub(super) fn ask(&mut self, method: Method, url: &str) -> Result<Answer, HubError> {
        let mut tries = 0;
        loop {
            match self.client.once(method, url) {
                Ok(answer) => return Ok(answer),
                Err(fault) => tries = self.bear(fault, tries)?,
            }
        }
    }

    /// Waits after a fault, or gives up; `tries` have failed before. Answers how many have failed now.
    pub(super) fn bear(&mut self, fault: Fault, tries: u32) -> Result<u32, HubError> {
        let tries = tries + 1;
        let Some(pause) = self.client.pause(&fault, tries) else { return Err(*fault.error) };
        self.watch.say(&format!("{}; trying again in {:.0} s", fault.error, pause.as_secs_f64().ceil()));
        let until = Instant::now() + pause;
        while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            if self.is_stopped() {
                return Err(HubError::Stopped("from the hub".into()));
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
        Ok(tries)
    }
}
