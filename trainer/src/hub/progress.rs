//! What the user sees while files are fetched: a bar on a terminal, a line a file elsewhere, nothing when told so.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

use crate::plain::plain;

/// Told what is fetched.
pub trait Watch {
    /// A file begins; its size in bytes, where the hub tells.
    fn start(&mut self, file: &str, size: Option<u64>);
    /// So many of its bytes are there.
    fn advance(&mut self, position: u64);
    /// It has ended, well or not.
    fn end(&mut self);
    /// Something to read.
    fn say(&mut self, text: &str);
}

/// Shows it on stderr.
pub struct FetchProgress {
    quiet: bool,
    bar: Option<ProgressBar>,
}

impl FetchProgress {
    /// Nothing but what must be read when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, bar: None }
    }
}

impl Watch for FetchProgress {
    fn start(&mut self, file: &str, size: Option<u64>) {
        if self.quiet {
            return;
        }
        if !std::io::stderr().is_terminal() {
            let size = size.map(|s| format!(" ({})", indicatif::HumanBytes(s))).unwrap_or_default();
            say(&format!("fetching {file}{size}"));
            return;
        }
        let (bar, template) = match size {
            Some(size) => (
                ProgressBar::new(size),
                "{bar:30.cyan/dim} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left  {prefix}",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {bytes} {bytes_per_sec}  {prefix}"),
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(file.to_owned());
        self.bar = Some(bar);
    }

    fn advance(&mut self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn say(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(plain(text)),
            None if self.quiet => {}
            None => say(&plain(text)),
        }
    }
}

fn say(text: &str) {
    // A closed stderr must not end a fetch.
    let _ = writeln!(std::io::stderr(), "{text}");
}
