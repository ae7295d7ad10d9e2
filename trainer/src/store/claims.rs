//! Claims: which process trains which run, so that several processes and hosts share one output folder.
//!
//! A claim is a file that only one process can create. It names its owner and is renewed every few seconds; one whose
//! owner is gone is taken over. Taking over, renewing and giving back happen under a lock on `claims/.lock`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::process::{Life, Process};
use crate::atomic::FileError;
use crate::train::StepProgress;

/// How often a claim is renewed.
pub const HEARTBEAT: Duration = Duration::from_secs(10);

/// A claim of a process that cannot be looked at is stale after so long without renewal.
const STALE_AFTER: Duration = Duration::from_secs(300);

/// A claim that cannot be read belongs to a process that died while it wrote it, unless it is as young as this.
const UNREADABLE_AFTER: Duration = Duration::from_secs(10);

/// What a claim file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    pub run: String,
    /// Who trains it.
    #[serde(flatten)]
    pub process: Process,
    /// Tells two claims of one process apart.
    pub nonce: String,
    /// Last renewal, in seconds since 1970.
    pub heartbeat: u64,
    /// How far the training was then.
    pub progress: Option<StepProgress>,
}

/// The claims on an output folder.
#[derive(Debug, Clone)]
pub struct Claims {
    folder: PathBuf,
}

/// A run that this process may train. Given back on drop.
#[derive(Debug)]
pub struct Claim {
    held: Arc<Held>,
    progress: Arc<Mutex<Option<StepProgress>>>,
    /// Dropped first: its thread sees that and ends.
    alive: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Held {
    path: PathBuf,
    folder: PathBuf,
    owner: Owner,
}

impl Claims {
    /// The claims under `root`.
    pub fn new(root: &Path) -> Self {
        Self { folder: root.join("claims") }
    }

    /// Claims `run`, or returns `None` while another process holds it.
    ///
    /// # Errors
    /// The claim file cannot be written.
    pub fn claim(&self, run: &str) -> Result<Option<Claim>, FileError> {
        let path = self.path(run);
        let fail = |e| FileError::new("cannot claim the run", &path, e);
        if is_held(&path) {
            return Ok(None);
        }
        fs::create_dir_all(&self.folder).map_err(fail)?;
        let _lock = lock(&self.folder).map_err(fail)?;
        if is_held(&path) {
            return Ok(None);
        }
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fail(e)),
            _ => {}
        }
        let owner = Owner {
            run: run.to_owned(),
            process: Process::current(),
            nonce: nonce(),
            heartbeat: seconds(SystemTime::now()),
            progress: None,
        };
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(&to_json(&owner)).map_err(fail)?,
            // Where locks do not reach across hosts, creation decides.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(e) => return Err(fail(e)),
        }
        Ok(Some(Claim::start(Held { path, folder: self.folder.clone(), owner })))
    }

    /// The claims that are held now, stale ones left out.
    pub fn held(&self) -> Vec<Owner> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut owners: Vec<Owner> = entries
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|e| e == "json") && is_held(p))
            .filter_map(|p| read(&p))
            .collect();
        owners.sort_by(|a, b| a.run.cmp(&b.run));
        owners
    }

    /// Removes the claims of processes that are gone. One that was killed after its result was on disk leaves a claim
    /// behind that nobody takes over.
    pub fn sweep(&self) {
        let Ok(_lock) = lock(&self.folder) else { return };
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "json" || e == "renewed") && !is_held(&path) {
                // What stays is stale still.
                let _ = fs::remove_file(&path);
            }
        }
    }

    fn path(&self, run: &str) -> PathBuf {
        self.folder.join(format!("{}.json", run.replace('/', "__")))
    }
}

impl Claim {
    fn start(held: Held) -> Self {
        let held = Arc::new(held);
        let progress = Arc::new(Mutex::new(None));
        let (alive, ended) = channel();
        let (of_thread, progress_of_thread) = (Arc::clone(&held), Arc::clone(&progress));
        let thread = std::thread::spawn(move || renew(&of_thread, &progress_of_thread, &ended));
        Self { held, progress, alive: Some(alive), thread: Some(thread) }
    }

    /// Whether the claim is still this one: another host may have taken over a process that slept for long.
    pub fn is_mine(&self) -> bool {
        self.held.is_mine()
    }

    /// What the next renewal tells others.
    pub fn report(&self, progress: StepProgress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _lock = lock(&self.held.folder);
        if self.held.is_mine() {
            // One that stays behind is stale as soon as this process ends.
            let _ = fs::remove_file(&self.held.path);
        }
    }
}

impl Held {
    fn is_mine(&self) -> bool {
        read(&self.path).is_some_and(|o| o.nonce == self.owner.nonce)
    }
}

fn renew(held: &Held, progress: &Mutex<Option<StepProgress>>, ended: &Receiver<()>) {
    while ended.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
        let owner = Owner {
            heartbeat: seconds(SystemTime::now()),
            progress: *progress.lock().unwrap_or_else(PoisonError::into_inner),
            ..held.owner.clone()
        };
        let _lock = lock(&held.folder);
        if !held.is_mine() {
            return;
        }
        // A renewal that fails is repeated at the next beat; five minutes of failures lose the claim, as they should.
        let beside = held.path.with_extension("renewed");
        if fs::write(&beside, to_json(&owner)).is_ok() {
            let _ = fs::rename(&beside, &held.path);
        }
    }
}

fn is_held(path: &Path) -> bool {
    let Some(age) = age(path) else { return false };
    match read(path) {
        None => age < UNREADABLE_AFTER,
        Some(owner) => match owner.process.life() {
            Life::Alive => true,
            Life::Gone => false,
            Life::Unknown => {
                let beat = seconds(SystemTime::now()).saturating_sub(owner.heartbeat);
                age.min(Duration::from_secs(beat)) < STALE_AFTER
            }
        },
    }
}

/// Time since the file was written; `None` when there is none.
fn age(path: &Path) -> Option<Duration> {
    let written = fs::metadata(path).ok()?.modified().ok()?;
    Some(written.elapsed().unwrap_or_default())
}

fn read(path: &Path) -> Option<Owner> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Held until the file is dropped.
fn lock(folder: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
    match file.lock() {
        // A file system without locks: exclusive creation has to do.
        Err(e) if e.kind() == io::ErrorKind::Unsupported => Ok(file),
        locked => locked.map(|()| file),
    }
}

fn to_json(owner: &Owner) -> Vec<u8> {
    serde_json::to_vec(owner).unwrap_or_default()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn nonce() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{}-{now}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "sequential/sst2--rte/s1";

    fn plant(claims: &Claims, process: Process, heartbeat: u64) {
        fs::create_dir_all(&claims.folder).unwrap();
        let owner = Owner { run: RUN.into(), process, nonce: "planted".into(), heartbeat, progress: None };
        fs::write(claims.path(RUN), to_json(&owner)).unwrap();
    }

    fn age_file(path: &Path, by: Duration) {
        File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - by).unwrap();
    }

    #[test]
    fn of_two_claimants_one_gets_the_run_and_the_other_when_it_is_given_back() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        let first = claims.claim(RUN).unwrap().unwrap();
        assert!(first.is_mine());
        assert!(claims.claim(RUN).unwrap().is_none());
        assert!(claims.claim("single/rte/s1").unwrap().is_some());
        drop(first);
        assert!(claims.claim(RUN).unwrap().is_some());
        assert!(claims.held().is_empty());
    }

    #[test]
    fn of_many_threads_exactly_one_claims() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        // Abandoned, so that all of them try to take it over.
        plant(&claims, Process { started: Some(1), ..Process::current() }, 0);
        let got: Vec<Option<Claim>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| claims.claim(RUN).unwrap())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(got.iter().flatten().count(), 1);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn takes_over_from_a_dead_process() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let process = Process { pid: child.id(), started: Some(1), ..Process::current() };
        child.wait().unwrap();
        plant(&claims, process, seconds(SystemTime::now()));
        let claim = claims.claim(RUN).unwrap().unwrap();
        assert!(claim.is_mine());
    }

    #[test]
    fn sweeps_what_the_dead_left_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        claims.sweep();
        let mine = claims.claim("single/rte/s1").unwrap().unwrap();
        plant(&claims, Process { started: Some(1), ..Process::current() }, 0);
        if Process::current().started.is_some() {
            claims.sweep();
            assert!(!claims.path(RUN).exists() && mine.is_mine());
        }
    }

    #[test]
    fn never_takes_over_from_a_living_process_however_old_its_heartbeat() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        plant(&claims, Process::current(), 0);
        age_file(&claims.path(RUN), Duration::from_secs(3600));
        if Process::current().started.is_some() {
            assert!(claims.claim(RUN).unwrap().is_none());
        }
    }

    #[test]
    fn another_host_keeps_its_claim_for_five_minutes() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        let now = seconds(SystemTime::now());
        let elsewhere = Process { host: "another-host".into(), ..Process::current() };
        plant(&claims, elsewhere.clone(), now - 100);
        assert!(claims.claim(RUN).unwrap().is_none());
        // A clock that goes wrong does not lose a claim that was just written.
        plant(&claims, elsewhere.clone(), now - 10_000);
        assert!(claims.claim(RUN).unwrap().is_none());
        age_file(&claims.path(RUN), Duration::from_secs(400));
        assert!(claims.claim(RUN).unwrap().is_some());
    }

    #[test]
    fn a_claim_that_was_taken_over_is_neither_mine_nor_removed() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        let mine = claims.claim(RUN).unwrap().unwrap();
        plant(&claims, Process::current(), 0);
        assert!(!mine.is_mine());
        drop(mine);
        assert!(claims.path(RUN).exists());
    }

    #[test]
    fn half_a_claim_is_waited_for_and_then_taken() {
        let dir = tempfile::tempdir().unwrap();
        let claims = Claims::new(dir.path());
        fs::create_dir_all(&claims.folder).unwrap();
        fs::write(claims.path(RUN), b"{\"run\":").unwrap();
        assert!(claims.claim(RUN).unwrap().is_none());
        age_file(&claims.path(RUN), Duration::from_secs(60));
        assert!(claims.claim(RUN).unwrap().is_some());
    }
}
