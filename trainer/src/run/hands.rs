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
        let workers = self.workers.unwrap_or_else(|| usual(self.on_cpu, cores())).clamp(1, pieces.max(1));
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

/// Workers where nobody says how many: on a CPU one per core. A card is shared by several, because one alone leaves it
/// idle while it prepares the next step; each has a core for its training, and two for Burn's and the driver's threads.
fn usual(on_cpu: bool, cores: usize) -> usize {
    if on_cpu { cores } else { (cores / 3).clamp(1, 4) }
}

/// Logical cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn a_card_has_one_worker_for_three_cores_and_four_at_most() {
        assert_eq!([1, 2, 6, 11, 16, 64].map(|cores| usual(false, cores)), [1, 1, 2, 3, 4, 4]);
        assert_eq!(usual(true, 16), 16);
    }
}
