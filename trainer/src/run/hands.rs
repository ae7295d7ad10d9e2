//! The workers to be had: how many, and how they are started.

use std::process::Command;
use std::sync::atomic::AtomicBool;

use super::event::{Assignment, Monitor};
use super::supervise::{Crew, Ending};
use crate::store::records::Store;

/// Worker processes to be.
pub struct Hands<'a> {
    /// The program that becomes a worker.
    pub worker: &'a dyn Fn() -> Command,
    /// How many; chosen where absent.
    pub workers: Option<usize>,
    /// Whether they share processor cores.
    pub on_cpu: bool,
    /// Raised to end.
    pub stop: &'a AtomicBool,
}

impl Hands<'_> {
    /// Lets them work on an assignment of `pieces` pieces, each with its share of the cores. `noun` names the pieces, in
    /// the plural.
    ///
    /// # Errors
    /// A worker cannot be started.
    pub fn work(
        &self,
        assignment: &Assignment,
        (pieces, noun): (usize, &'static str),
        store: &Store,
        monitor: &mut dyn Monitor,
    ) -> std::io::Result<Ending> {
        let workers = self.workers.unwrap_or(if self.on_cpu { cores() } else { 1 }).clamp(1, pieces.max(1));
        let threads = (cores() / workers).max(1).to_string();
        let command = || {
            let mut command = (self.worker)();
            command.env("RAYON_NUM_THREADS", &threads);
            command
        };
        monitor.begin(pieces, noun);
        let ended = Crew { command: &command, assignment, workers, store, stop: self.stop }.work(monitor);
        monitor.finish();
        ended
    }
}

/// Logical cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
