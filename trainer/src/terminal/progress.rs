//! What the user sees while runs are trained: bars on a terminal, plain lines elsewhere, nothing when told so.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::plain::plain;
use crate::run::event::{Event, Monitor};

/// Shows events on stderr.
pub struct Progress {
    quiet: bool,
    face: Face,
    /// What is counted, in the plural.
    noun: &'static str,
    total: usize,
    done: usize,
    fractions: HashMap<String, f64>,
    started: Instant,
}

enum Face {
    Bars { all: MultiProgress, study: ProgressBar, runs: HashMap<String, ProgressBar> },
    Lines,
    Quiet,
}

/// Steps of the study's bar per run, so that it moves within one.
const FINE: u64 = 1000;

impl Monitor for Progress {
    fn begin(&mut self, total: usize, noun: &'static str) {
        *self = Self { noun, total, ..Self::new(self.quiet) };
        if !self.quiet && std::io::stderr().is_terminal() {
            let all = MultiProgress::new();
            let study = all.add(ProgressBar::new(total as u64 * FINE));
            study.set_style(style("{bar:40.cyan/dim} {msg}"));
            study.enable_steady_tick(Duration::from_millis(500));
            self.face = Face::Bars { all, study, runs: HashMap::new() };
        }
        self.tick();
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Start { run } => {
                self.fractions.insert(run.clone(), 0.0);
                if let Face::Bars { all, runs, .. } = &mut self.face {
                    let bar = all.add(ProgressBar::new(1));
                    bar.set_style(style("  {bar:20.green/dim} {prefix} {msg}"));
                    bar.set_prefix(run.clone());
                    runs.insert(run.clone(), bar);
                }
                self.line(&format!("start {run}"));
            }
            Event::Step { run, progress } => {
                let share = progress.step as f64 / progress.total_steps.max(1) as f64;
                self.fractions.insert(run.clone(), share);
                if let Face::Bars { runs, .. } = &self.face
                    && let Some(bar) = runs.get(run)
                {
                    bar.set_length(progress.total_steps);
                    bar.set_position(progress.step);
                    bar.set_message(format!(
                        "step {}/{} loss {:.3}, {} left",
                        progress.step,
                        progress.total_steps,
                        progress.loss,
                        duration(bar.eta().as_secs_f64())
                    ));
                }
            }
            Event::Probe { run, done, total } => {
                self.fractions.insert(run.clone(), *done as f64 / (*total).max(1) as f64);
                if let Face::Bars { runs, .. } = &self.face
                    && let Some(bar) = runs.get(run)
                {
                    bar.set_length(*total as u64);
                    bar.set_position(*done as u64);
                    bar.set_message(format!("probe {} of {total}", done + 1));
                }
            }
            Event::Done { run, seconds, scores } => {
                self.end(run, true);
                let scores = match scores.as_slice() {
                    [(_, score)] => format!(" {score:.3},"),
                    several => several.iter().map(|(task, score)| format!(" {task} {score:.3},")).collect(),
                };
                self.line(&format!("done {run}:{scores} {seconds:.1} s ({})", self.position()));
            }
            Event::Failed { run, reason } => {
                self.end(run, true);
                self.message(&format!("failed {run}: {reason} ({})", self.position()));
            }
            Event::Stopped { run } => {
                self.end(run, false);
                self.line(&format!("stopped {run}"));
            }
            Event::Message { text } | Event::Fatal { message: text } => self.message(text),
        }
        self.tick();
    }

    fn died(&mut self, run: &str, text: &str) {
        self.end(run, false);
        self.message(text);
    }

    fn message(&mut self, text: &str) {
        let text = plain(text);
        match &self.face {
            Face::Bars { all, .. } => drop(all.println(&text)),
            Face::Lines => say(&text),
            Face::Quiet => {}
        }
    }

    fn tick(&mut self) {
        if let Face::Bars { study, .. } = &self.face {
            let running: f64 = self.fractions.values().sum();
            study.set_position(self.done as u64 * FINE + (running * FINE as f64) as u64);
            study.set_message(self.position());
        }
    }

    fn finish(&mut self) {
        if let Face::Bars { all, study, runs } = &mut self.face {
            runs.drain().for_each(|(_, bar)| bar.finish_and_clear());
            study.finish_and_clear();
            drop(all.clear());
            self.face = Face::Lines;
        }
    }
}

impl Progress {
    /// Nothing at all when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let face = if quiet { Face::Quiet } else { Face::Lines };
        Self { quiet, face, noun: "", total: 0, done: 0, fractions: HashMap::new(), started: Instant::now() }
    }

    fn end(&mut self, run: &str, settled: bool) {
        self.fractions.remove(run);
        self.done += usize::from(settled);
        if let Face::Bars { all, runs, .. } = &mut self.face
            && let Some(bar) = runs.remove(run)
        {
            bar.finish_and_clear();
            all.remove(&bar);
        }
    }

    /// A line where there are no bars.
    fn line(&self, text: &str) {
        if matches!(self.face, Face::Lines) {
            say(text);
        }
    }

    /// `12/75 runs, 3 min left`.
    fn position(&self) -> String {
        let mut text = format!("{}/{} {}", self.done, self.total, self.noun);
        let worth = self.done as f64 + self.fractions.values().sum::<f64>();
        if self.done < self.total && worth > 0.0 {
            let left = self.started.elapsed().as_secs_f64() / worth * (self.total as f64 - worth).max(0.0);
            text += &format!(", {} left", duration(left));
        }
        text
    }
}

/// `45 s`, `12 min`, `3.4 h`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn say(text: &str) {
    // A closed stderr must not end a training.
    let _ = writeln!(std::io::stderr(), "{text}");
}
