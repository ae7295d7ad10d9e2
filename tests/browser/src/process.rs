//! Programs that end with the value that holds them, and so do all that they started.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A program at the head of a process group of its own.
#[derive(Debug)]
pub struct Group(pub Child);

/// Starts its arguments, and kills their whole group when its input ends: also a killed test leaves nothing behind.
const GUARD: &str = r#""$0" "$@" & cat >/dev/null; kill -KILL 0"#;

impl Group {
    /// Starts a program.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &str, arguments: &[&str], folder: &Path) -> Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, program]).args(arguments).env("TMPDIR", folder);
        // This process holds the other end of the input for as long as it lives.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        Ok(Self(command.spawn().with_context(|| format!("starting {program}"))?))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The minus sign means the group: Chromium's processes are children of chromedriver.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
