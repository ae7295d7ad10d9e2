//! Files appear whole or not at all, so that a kill, a full disk or a lost machine never leaves half a result.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Leftovers of a killed process begin with this.
const TEMPORARY: &str = ".tmp";

/// A file that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {reason}{remedy}: {path}", reason = source, remedy = remedy(source), path = path.display())]
pub struct FileError {
    /// What was to be done with it.
    pub what: &'static str,
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

impl FileError {
    pub fn new(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self { what, path: path.to_owned(), source }
    }
}

/// What to do about an error of the file system, as a half-sentence; empty where nothing is known.
pub fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            " (free some space, then run the same command again to resume: finished runs are kept)"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            " (choose a folder that you may write to)"
        }
        io::ErrorKind::NotADirectory => " (a part of this path is a file; choose another folder)",
        _ => "",
    }
}

/// Writes `bytes` to `path`: temporary file beside it, fsync, rename, fsync of the folder.
///
/// # Errors
/// Whatever the file system says; then `path` is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_parts(path, &[bytes])
}

/// As [`write`], of parts one after the other.
///
/// # Errors
/// As [`write`].
pub fn write_parts(path: &Path, parts: &[&[u8]]) -> Result<(), FileError> {
    let fail = |e| FileError::new("cannot write", path, e);
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = temporary(folder).map_err(fail)?;
    parts.iter().try_for_each(|part| file.write_all(part)).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    sync_folder(folder).map_err(fail)
}

/// Renames `from` to `to` and makes it last.
///
/// # Errors
/// Whatever the file system says.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    let fail = |e| FileError::new("cannot move", from, e);
    fs::create_dir_all(folder_of(to)).map_err(fail)?;
    fs::rename(from, to).map_err(fail)?;
    sync_folder(folder_of(to)).map_err(fail)
}

/// Moves a damaged file to `<target>.<why>-<n>` with the first free number and returns that path.
///
/// # Errors
/// Whatever the file system says.
pub fn set_aside(file: &Path, target: &Path, why: &str) -> Result<PathBuf, FileError> {
    let name = target.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let aside = (1..).map(|n| target.with_file_name(format!("{name}.{why}-{n}"))).find(|p| !p.exists());
    let aside = aside.unwrap_or_else(|| target.with_file_name(format!("{name}.{why}")));
    rename(file, &aside)?;
    Ok(aside)
}

/// Removes what killed writers left in `folder`. Only for whoever holds the claim on it.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            // What cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Checks that `folder`, or the nearest folder above it that exists, can be written to, and leaves nothing behind.
///
/// # Errors
/// It cannot, or something that is no folder is in the way.
pub fn probe(folder: &Path) -> Result<(), FileError> {
    let existing = folder.ancestors().find(|p| p.exists()).filter(|p| !p.as_os_str().is_empty());
    let existing = existing.unwrap_or_else(|| Path::new("."));
    let fail = |e| FileError::new("cannot write the output folder", folder, e);
    if !existing.is_dir() {
        return Err(fail(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is no folder", existing.display()))));
    }
    let mut file = temporary(existing).map_err(fail)?;
    file.write_all(b"transfermap").map_err(fail)?;
    file.close().map_err(fail)
}

fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        // The umask decides, as for any other file; the default of 0600 hides results from one's colleagues.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_replaces_the_whole_file_and_leaves_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/er/file.json");
        write(&path, b"a longer first version").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn rejects_an_output_folder_below_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("taken");
        fs::write(&file, b"x").unwrap();
        let message = probe(&file.join("out")).unwrap_err().to_string();
        assert!(message.contains("taken") && message.contains("choose another folder"), "{message}");
        assert!(probe(&dir.path().join("new/out")).is_ok());
        assert!(!dir.path().join("new").exists());
    }

    #[test]
    fn setting_aside_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record.json");
        for n in 1..=3 {
            fs::write(&path, n.to_string()).unwrap();
            let aside = set_aside(&path, &path, "corrupt").unwrap();
            assert!(aside.ends_with(format!("record.json.corrupt-{n}")));
            assert_eq!(fs::read_to_string(aside).unwrap(), n.to_string());
        }
    }

    #[test]
    fn sweeping_spares_results() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(".tmp-abc"), b"half").unwrap();
        fs::write(dir.path().join("record.json"), b"{}").unwrap();
        sweep(dir.path());
        assert!(!dir.path().join(".tmp-abc").exists());
        assert!(dir.path().join("record.json").exists());
    }
}
