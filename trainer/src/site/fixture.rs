//! A viewer for tests: the pages of www/ around a script that does nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::viewer::Viewer;

/// A folder as `trunk build` leaves it, which lives as long as the first value.
pub(crate) fn viewer() -> (tempfile::TempDir, Viewer) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = tempfile::tempdir().unwrap();
    for name in ["icon.svg", "index.html", "site.css", "start.js", "tokens.css", "viewer.css", "worker.js"] {
        let text = fs::read_to_string(root.join("www").join(name)).unwrap();
        let kept: Vec<&str> = text.lines().filter(|l| !l.contains("data-trunk")).collect();
        fs::write(folder.path().join(name), kept.join("\n") + "\n").unwrap();
    }
    let glue = "export function start(element) {}\nasync function __wbg_init() {}\nexport { __wbg_init as default };\n";
    fs::write(folder.path().join("transfermap-viewer.js"), glue).unwrap();
    fs::write(folder.path().join("transfermap-viewer_bg.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let packed = Command::new("bash").arg(root.join("tools/pack-viewer.sh")).arg(folder.path()).output().unwrap();
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    let viewer = Viewer::Folder(folder.path().to_owned());
    (folder, viewer)
}
