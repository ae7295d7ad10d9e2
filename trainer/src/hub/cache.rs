//! HuggingFace's cache: `models--org--name/` with `blobs/<etag>`, `refs/<revision>` and `snapshots/<commit>/<file>`.
//!
//! A snapshot's file is a link to a blob, made when the blob is whole. Ours beside it: `.listings/<commit>.json`, the
//! names of all files of a commit, so that a split's files are known without the network.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::HubError;
use crate::atomic;

/// What a repository holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Model,
    /// A data set.
    Dataset,
}

/// A repository of the hub.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Repo {
    /// Model or data set.
    pub kind: Kind,
    /// `organisation/name`, or an old `name` alone.
    pub id: String,
}

impl Repo {
    pub fn model(id: &str) -> Self {
        Self { kind: Kind::Model, id: id.to_owned() }
    }

    /// A data set.
    pub fn dataset(id: &str) -> Self {
        Self { kind: Kind::Dataset, id: id.to_owned() }
    }

    /// Its part of addresses and of records: `org/name` or `datasets/org/name`.
    pub fn path(&self) -> String {
        match self.kind {
            Kind::Model => self.id.clone(),
            Kind::Dataset => format!("datasets/{}", self.id),
        }
    }

    pub(super) fn command(&self) -> String {
        match self.kind {
            Kind::Model => format!("transfermap fetch model {}", self.id),
            Kind::Dataset => format!("transfermap fetch dataset {}", self.id),
        }
    }

    fn folder(&self) -> String {
        let kind = match self.kind {
            Kind::Model => "models",
            Kind::Dataset => "datasets",
        };
        format!("{kind}--{}", self.id.replace('/', "--"))
    }
}

impl std::fmt::Display for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            Kind::Model => write!(f, "model {}", self.id),
            Kind::Dataset => write!(f, "data set {}", self.id),
        }
    }
}

/// Whether a revision is a commit: 40 hexadecimal digits.
pub(super) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a name from the hub stays below the folder that it is put into.
pub(super) fn is_safe(name: &str) -> bool {
    let safe = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.chars().any(|c| c.is_control() || "\\:".contains(c))
    };
    !name.is_empty() && name.split('/').all(safe)
}

/// The cache's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache in `root`, which need not exist yet.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a commit's files.
    pub fn snapshot(&self, repo: &Repo, commit: &str) -> PathBuf {
        self.root.join(repo.folder()).join("snapshots").join(commit)
    }

    /// A file of a commit, if it is there. A link that points nowhere is not.
    pub(super) fn find(&self, repo: &Repo, commit: &str, file: &str) -> Option<PathBuf> {
        Some(self.snapshot(repo, commit).join(file)).filter(|path| is_safe(file) && path.is_file())
    }

    /// All files of a commit that are there, by name.
    pub(super) fn present(&self, repo: &Repo, commit: &str) -> Vec<String> {
        let root = self.snapshot(repo, commit);
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                // Not by following links: only what the cache itself made is a folder of it.
                if entry.file_type().is_ok_and(|t| t.is_dir()) {
                    folders.push(path);
                } else if path.is_file()
                    && let Ok(below) = path.strip_prefix(&root)
                {
                    files.push(below.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        files.sort();
        files
    }

    pub(super) fn blob(&self, repo: &Repo, etag: &str) -> PathBuf {
        self.root.join(repo.folder()).join("blobs").join(etag)
    }

    /// The commit that a branch or tag had when it was last asked for.
    pub(super) fn commit(&self, repo: &Repo, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let text = fs::read_to_string(self.reference(repo, revision)).ok()?;
        Some(text.trim().to_owned()).filter(|c| is_commit(c))
    }

    /// Remembers that commit.
    pub(super) fn set_commit(&self, repo: &Repo, revision: &str, commit: &str) -> Result<(), HubError> {
        if is_commit(revision) {
            return Ok(());
        }
        write(&self.reference(repo, revision), commit.as_bytes())
    }

    fn reference(&self, repo: &Repo, revision: &str) -> PathBuf {
        self.root.join(repo.folder()).join("refs").join(revision)
    }

    /// The names of all files of a commit, where they were once asked for.
    pub(super) fn listing(&self, repo: &Repo, commit: &str) -> Option<Vec<String>> {
        serde_json::from_slice(&fs::read(self.listing_path(repo, commit)).ok()?).ok()
    }

    /// Remembers them.
    pub(super) fn set_listing(&self, repo: &Repo, commit: &str, files: &[String]) -> Result<(), HubError> {
        let path = self.listing_path(repo, commit);
        let json = serde_json::to_vec(files).map_err(|e| HubError::file("write", &path, e.into()))?;
        write(&path, &json)
    }

    fn listing_path(&self, repo: &Repo, commit: &str) -> PathBuf {
        self.root.join(repo.folder()).join(".listings").join(format!("{commit}.json"))
    }

    /// Waits for the lock on a blob, the same that Python's library takes. It is given back when dropped.
    pub(super) fn lock(&self, repo: &Repo, etag: &str, waiting: &mut dyn FnMut()) -> Result<File, HubError> {
        let path = self.root.join(".locks").join(repo.folder()).join(format!("{etag}.lock"));
        let failed = |e| HubError::file("lock", &path, e);
        fs::create_dir_all(path.parent().unwrap_or(&self.root)).map_err(failed)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => waiting(),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// Makes `file` of `commit` stand for a blob that is whole.
    pub(super) fn link(&self, repo: &Repo, commit: &str, file: &str, etag: &str) -> Result<PathBuf, HubError> {
        let path = self.snapshot(repo, commit).join(file);
        let failed = |e| HubError::file("link", &path, e);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(failed)?;
        let up = "../".repeat(2 + file.matches('/').count());
        let target = format!("{up}blobs/{etag}");
        let temporary = tempfile::Builder::new().prefix(".tmp").tempdir_in(folder).map_err(failed)?;
        let made = temporary.path().join("link");
        symlink(&target, &made)
            // Some disks know no links; then it is a copy.
            .or_else(|_| fs::copy(self.blob(repo, etag), &made).map(drop))
            .and_then(|()| fs::rename(&made, &path))
            .map_err(failed)?;
        Ok(path)
    }
}

#[cfg(unix)]
fn symlink(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(_: &str, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), HubError> {
    atomic::write(path, bytes).map_err(|e| HubError::file("write", path, e.source))
}

/// The length of a file, 0 where there is none.
pub(super) fn length(path: &Path) -> Result<u64, HubError> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.len()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(0),
        Err(e) => Err(HubError::file("read", path, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn the_layout_is_huggingfaces() {
        let cache = Cache::new("/hub".into());
        let model = Repo::model("albert/albert-base-v2");
        assert_eq!(
            cache.snapshot(&model, COMMIT),
            Path::new("/hub/models--albert--albert-base-v2/snapshots").join(COMMIT)
        );
        let data = Repo::dataset("nyu-mll/glue");
        assert_eq!(cache.blob(&data, "abc"), Path::new("/hub/datasets--nyu-mll--glue/blobs/abc"));
        assert_eq!(
            cache.reference(&data, "refs/convert/parquet"),
            Path::new("/hub/datasets--nyu-mll--glue/refs/refs/convert/parquet")
        );
        assert_eq!((model.path().as_str(), data.path().as_str()), ("albert/albert-base-v2", "datasets/nyu-mll/glue"));
    }

    #[test]
    fn links_reach_their_blobs_and_a_link_without_a_blob_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().join("hub"));
        let repo = Repo::dataset("a/b");
        let blob = cache.blob(&repo, "e1");
        fs::create_dir_all(blob.parent().unwrap()).unwrap();
        fs::write(&blob, "rows").unwrap();
        for file in ["train.csv", "data/deep/test.csv"] {
            let path = cache.link(&repo, COMMIT, file, "e1").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "rows");
            assert_eq!(cache.find(&repo, COMMIT, file), Some(path));
        }
        assert_eq!(cache.present(&repo, COMMIT), ["data/deep/test.csv", "train.csv"]);
        fs::remove_file(&blob).unwrap();
        assert_eq!(cache.find(&repo, COMMIT, "train.csv"), None);
        assert!(cache.present(&repo, COMMIT).is_empty());
    }

    #[test]
    fn revisions_and_listings_are_remembered_and_nonsense_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().to_owned());
        let repo = Repo::model("a/b");
        assert_eq!((cache.commit(&repo, "main"), cache.listing(&repo, COMMIT)), (None, None));
        cache.set_commit(&repo, "main", COMMIT).unwrap();
        cache.set_listing(&repo, COMMIT, &["config.json".into()]).unwrap();
        assert_eq!(cache.commit(&repo, "main").as_deref(), Some(COMMIT));
        assert_eq!(cache.listing(&repo, COMMIT).unwrap(), ["config.json"]);
        fs::write(cache.reference(&repo, "main"), "../../etc").unwrap();
        assert_eq!(cache.commit(&repo, "main"), None);
    }

    #[test]
    fn names_that_leave_the_folder_are_not_safe() {
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "C:x", "a\\b", "a\nb", "."] {
            assert!(!is_safe(bad), "{bad:?}");
        }
        assert!(is_safe("data/train-00000-of-00001.parquet"));
    }
}
