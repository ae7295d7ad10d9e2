//! Tells the program which commit it was built from, where git knows; and puts the viewer into it, when
//! `trunk build --release` left one in ../dist. Copies only: it never builds WebAssembly, and a program without the
//! viewer says what to run.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// What a report's pages are made of.
const VIEWER: [&str; 10] = [
    "icon.svg",
    "index.html",
    "site.css",
    "start.js",
    "tokens.css",
    "transfermap-viewer.js",
    "transfermap-viewer_bg.wasm",
    "viewer.css",
    "viewer.html",
    "worker.js",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    if let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) {
        println!("cargo::rustc-env=TRANSFERMAP_GIT={commit}");
    }
    embed_viewer(Path::new("../dist"))
}

/// Writes the table of the viewer's files that the program includes; an empty one where there is no viewer.
fn embed_viewer(dist: &Path) -> io::Result<()> {
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let out = Path::new(&out);
    let mut table = String::from("&[\n");
    // Cargo would run this again for ever if it were told of files that are not there. So tools/pack-viewer.sh touches
    // this file, which tells cargo of a first viewer.
    if VIEWER.iter().all(|name| dist.join(name).is_file()) {
        for name in VIEWER {
            println!("cargo::rerun-if-changed={}", dist.join(name).display());
            fs::copy(dist.join(name), out.join(name))?;
            let _ = writeln!(table, "(\"{name}\", include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))),");
        }
    }
    table.push(']');
    fs::write(out.join("viewer.rs"), table)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
