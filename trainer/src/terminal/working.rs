//! One line that says that long work goes on: on a terminal with how far it is, elsewhere once. Short work says nothing.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How long work may take without a word, on a terminal and elsewhere.
const PATIENCE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

/// How often the line of a terminal moves.
const TICK: Duration = Duration::from_millis(250);

/// Shows its line on stderr until it is dropped.
pub struct Working {
    /// In thousandths.
    progress: Arc<AtomicUsize>,
    end: Option<Sender<()>>,
    shows: Option<JoinHandle<()>>,
}

impl Working {
    /// Says that `runs` runs are analysed.
    pub fn analysing(runs: usize) -> Self {
        Self::new(format!("analysing {runs} runs"))
    }

    /// Says `what` is done, in the present tense.
    pub fn new(what: String) -> Self {
        let progress = Arc::new(AtomicUsize::new(0));
        let (end, ended) = channel();
        let shared = Arc::clone(&progress);
        let shows = std::thread::spawn(move || show(&what, &shared, &ended));
        Self { progress, end: Some(end), shows: Some(shows) }
    }

    /// So many of so many parts are done.
    pub fn at(&self, done: usize, of: usize) {
        self.progress.store(1000 * done / of.max(1), Ordering::Relaxed);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        drop(self.end.take());
        // The line has to be gone before results are printed.
        if let Some(shows) = self.shows.take() {
            let _ = shows.join();
        }
    }
}

fn show(what: &str, progress: &AtomicUsize, ended: &Receiver<()>) {
    let terminal = std::io::stderr().is_terminal();
    let goes_on = |patience| ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
    if !goes_on(PATIENCE[usize::from(!terminal)]) {
        return;
    }
    if !terminal {
        // A closed stderr must not end the work.
        let _ = writeln!(std::io::stderr(), "{what}; this takes a while");
        return;
    }
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        line.set_style(style);
    }
    loop {
        line.set_message(match progress.load(Ordering::Relaxed) {
            0 => format!("{what} …"),
            done => format!("{what}: {} %", done / 10),
        });
        line.tick();
        if !goes_on(TICK) {
            break;
        }
    }
    line.finish_and_clear();
}
