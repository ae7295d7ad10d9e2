//! What the browser tests, the screenshots and the times share: one headless Chromium, a static server, the page.

pub mod browser;
pub mod process;
pub mod reports;
pub mod server;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The built page: `dist/`, or the folder that the environment variable `TRANSFERMAP_DIST` names.
///
/// # Errors
/// When it was not built.
pub fn dist() -> Result<PathBuf> {
    let dist = std::env::var_os("TRANSFERMAP_DIST").map_or_else(|| root().join("dist"), PathBuf::from);
    if !dist.join("viewer.html").is_file() {
        bail!("{} holds no built viewer: tools/viewer.sh builds it", dist.display());
    }
    Ok(dist)
}

/// The binary `transfermap`: of this build, or the file that the environment variable `TRANSFERMAP_BINARY` names.
///
/// # Errors
/// When it was not built.
pub fn binary() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let built = folder.join(format!("transfermap{}", std::env::consts::EXE_SUFFIX));
    let binary = std::env::var_os("TRANSFERMAP_BINARY").map_or(built, PathBuf::from);
    if !binary.is_file() {
        bail!("{} is missing: run `cargo build` before these tests", binary.display());
    }
    Ok(binary)
}
