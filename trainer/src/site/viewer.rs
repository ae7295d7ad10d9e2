//! The viewer's files: those in this program, or those that the user names.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::template::Template;
use crate::error::Wrong;

/// The files that build.rs found in ../dist; none when there was no viewer yet.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/viewer.rs"));

/// The page of a site.
const INDEX: &str = "index.html";

/// The page that is one file.
const SINGLE: &str = "viewer.html";

/// What lies beside the page of a site.
const BESIDE: [&str; 8] = [
    "icon.svg",
    "site.css",
    "start.js",
    "tokens.css",
    "transfermap-viewer.js",
    "transfermap-viewer_bg.wasm",
    "viewer.css",
    "worker.js",
];

/// Where the viewer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// This program.
    Embedded,
    /// A folder that `trunk build --release` wrote.
    Folder(PathBuf),
    /// A viewer.html.
    File(PathBuf),
}

/// A file of the site: its path there, and its bytes.
pub type NamedFile = (&'static str, Cow<'static, [u8]>);

impl Viewer {
    /// The one that the user names, else the one in this program.
    ///
    /// # Errors
    /// There is none.
    pub fn choose(named: Option<&Path>) -> Result<Self, Wrong> {
        match named {
            Some(path) if path.is_dir() => Ok(Self::Folder(path.to_owned())),
            Some(path) => Ok(Self::File(path.to_owned())),
            None if EMBEDDED.is_empty() => Err(Wrong(
                "this program was built without the viewer: run `./x site`, then build it again; \
                 or give --viewer dist/viewer.html"
                    .into(),
            )),
            None => Ok(Self::Embedded),
        }
    }

    /// Whether this program has one.
    pub fn is_embedded() -> bool {
        !EMBEDDED.is_empty()
    }

    /// The page that is one file, to be filled in.
    ///
    /// # Errors
    /// It cannot be read, or is no such page.
    pub fn single(&self) -> Result<Template, Wrong> {
        match self {
            Self::File(path) => template(&read(path)?, path),
            _ => self.template(SINGLE),
        }
    }

    /// The page of a site, to be filled in.
    ///
    /// # Errors
    /// It cannot be read, or is no such page.
    pub fn index(&self) -> Result<Template, Wrong> {
        self.template(INDEX)
    }

    /// What lies beside the page of a site, by name.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn beside(&self) -> Result<Vec<NamedFile>, Wrong> {
        BESIDE.iter().map(|name| Ok((*name, self.bytes(name)?))).collect()
    }

    fn template(&self, name: &str) -> Result<Template, Wrong> {
        template(&self.bytes(name)?, Path::new(name))
    }

    fn bytes(&self, name: &str) -> Result<Cow<'static, [u8]>, Wrong> {
        match self {
            Self::Embedded => EMBEDDED
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, bytes)| Cow::Borrowed(*bytes))
                .ok_or_else(|| Wrong(format!("this program holds no {name}"))),
            Self::Folder(folder) => read(&folder.join(name)).map(Cow::Owned),
            Self::File(file) => {
                let path = file.with_file_name(name);
                std::fs::read(&path).map(Cow::Owned).map_err(|e| {
                    Wrong(format!(
                        "{}: {e}; a site needs the folder that `trunk build --release` wrote, not viewer.html alone",
                        path.display()
                    ))
                })
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Wrong> {
    std::fs::read(path).map_err(|e| Wrong(format!("no viewer there ({e}): {}", path.display())))
}

fn template(bytes: &[u8], path: &Path) -> Result<Template, Wrong> {
    Template::new(&String::from_utf8_lossy(bytes)).ok_or_else(|| {
        Wrong(format!(
            "not a page of this version’s viewer: {}; `trunk build --release` writes dist/viewer.html",
            path.display()
        ))
    })
}
