//! Who a process is, and whether it still lives: what tells an abandoned claim from one at work.

use serde::{Deserialize, Serialize};

/// A process, so that no other is taken for it: a number may be given anew, and containers count on their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Host name.
    pub host: String,
    /// Process number.
    pub pid: u32,
    /// Start in clock ticks since boot, where `/proc` tells.
    pub started: Option<u64>,
    /// Process-number namespace, where `/proc` tells.
    pub namespace: Option<String>,
}

/// What can be said of a process from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Alive,
    /// It is gone, or its number belongs to another now.
    Gone,
    /// It runs elsewhere, or the system does not tell.
    Unknown,
}

impl Process {
    /// This process.
    pub fn current() -> Self {
        let pid = std::process::id();
        Self {
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            pid,
            started: stat(pid).map(|s| s.started),
            namespace: namespace(),
        }
    }

    /// Whether it still lives, as far as this process can see.
    pub fn life(&self) -> Life {
        let here = Self::current();
        if self.host != here.host || self.namespace != here.namespace || here.started.is_none() {
            return Life::Unknown;
        }
        match stat(self.pid) {
            Some(now) if !now.dead && self.started.is_none_or(|s| s == now.started) => Life::Alive,
            _ => Life::Gone,
        }
    }
}

struct Stat {
    started: u64,
    /// A zombie: ended, and its parent has not looked yet.
    dead: bool,
}

/// Fields 3 and 22 of `/proc/<pid>/stat`; the name in field 2 may hold spaces and brackets.
fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok()?;
    Some(Stat { started, dead: matches!(state, "Z" | "X" | "x") })
}

fn namespace() -> Option<String> {
    Some(std::fs::read_link("/proc/self/ns/pid").ok()?.to_string_lossy().into_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn tells_the_living_from_the_dead_and_the_namesake() {
        let me = Process::current();
        assert_eq!(me.life(), Life::Alive);
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let other = Process { pid: child.id(), started: stat(child.id()).map(|s| s.started), ..me.clone() };
        assert_eq!(other.life(), Life::Alive);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(other.life(), Life::Gone);
        let namesake = Process { started: me.started.map(|s| s + 1), ..me.clone() };
        assert_eq!(namesake.life(), Life::Gone);
        let elsewhere = Process { host: "another-host".into(), ..me };
        assert_eq!(elsewhere.life(), Life::Unknown);
    }
}
