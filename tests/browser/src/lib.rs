//! What the browser tests, the screenshots and the times share: one headless Chromium, a static server, the page.

pub mod browser;
pub mod process;
pub mod reports;
pub mod server;
pub mod shown;

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

/// The tests that need what is missing fail with this set, and otherwise say that they check nothing.
pub const REQUIRE: &str = "TRANSFERMAP_REQUIRE_BROWSER";

/// The script axe-core, which `tools/axe.sh` fetches; without it nothing, which is said.
///
/// # Errors
/// When it is missing and [`REQUIRE`] is set.
pub fn axe() -> Result<Option<PathBuf>> {
    let test = std::env::current_exe()?;
    let tools = test.ancestors().nth(3).unwrap_or(Path::new(".")).join("tools");
    let is_axe = |file: &PathBuf| {
        file.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with("axe-") && n.ends_with(".min.js"))
    };
    let files = std::fs::read_dir(&tools).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let found = files.filter(|file| is_axe(file)).max();
    if found.is_none() {
        let why = format!("{} holds no axe-core: tools/axe.sh fetches it", tools.display());
        if std::env::var_os(REQUIRE).is_some() {
            bail!(why);
        }
        eprintln!("SKIPPED: {why}, so accessibility was NOT checked");
    }
    Ok(found)
}
