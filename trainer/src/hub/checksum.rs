//! What the hub's ETag says of a file's bytes: SHA-256 of a large file, git's SHA-1 of a small one.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A hash that a file must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checksum {
    /// Of the bytes, as Git LFS names them.
    Sha256(String),
    /// Of `blob <length>\0` and the bytes, as git names them.
    Git(String),
}

impl Checksum {
    /// From an ETag without its quotes, or the name of a blob; `None` where it is no hash.
    pub(super) fn of_etag(etag: &str) -> Option<Self> {
        let hex = etag.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match etag.len() {
            64 if hex => Some(Self::Sha256(etag.to_owned())),
            40 if hex => Some(Self::Git(etag.to_owned())),
            _ => None,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::Git(_) => "git SHA-1",
        }
    }

    pub(super) fn expected(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::Git(hex) => hex,
        }
    }

    /// The hash of the same kind of the bytes on disk. Memory for one buffer.
    pub(super) fn of_file(&self, path: &Path) -> io::Result<String> {
        let mut file = File::open(path)?;
        match self {
            Self::Sha256(_) => hash(Sha256::new(), &mut file),
            Self::Git(_) => {
                let start = format!("blob {}\0", file.metadata()?.len());
                hash(Sha1::new_with_prefix(start), &mut file)
            }
        }
    }
}

fn hash<D: Digest>(mut digest: D, file: &mut File) -> io::Result<String> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(digest.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            Ok(n) => digest.update(buffer.get(..n).unwrap_or_default()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf 'hello\n' | sha256sum` and `printf 'hello\n' | git hash-object --stdin`.
    #[test]
    fn agrees_with_sha256sum_and_git() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hello");
        std::fs::write(&path, "hello\n").unwrap();
        for expected in [
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
            "ce013625030ba8dba906f756967f9e9ca394464a",
        ] {
            let checksum = Checksum::of_etag(expected).unwrap();
            assert_eq!(checksum.of_file(&path).unwrap(), checksum.expected());
        }
        assert_eq!(Checksum::of_etag("0x8D9E1A2B"), None);
        assert_eq!(Checksum::of_etag(&"G".repeat(64)), None);
    }
}
