//! The parent of the workers: starts them, shows what they do, replaces those that die, stops all of them cleanly.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::event::{Assignment, Event, Monitor};
use crate::atomic::FileError;
use crate::probes::note;
use crate::store::claims::Claims;
use crate::store::records::{Found, Store, failed_record, now};

/// A run whose worker dies so often is recorded as failed: something about the run kills it. With several workers it
/// may be once more: another can take the run up before this process hears of the death.
const DEATHS_OF_A_RUN: u32 = 2;

/// Workers that die without a run in hand, one after the other, mean that none will work.
const DEATHS_WITHOUT_RUN: u32 = 3;

/// Lines of a worker's stderr that are kept for the reason of its death: the last ones, or the first of a panic.
const LAST_WORDS: usize = 3;

/// How the workers' work ended.
#[derive(Debug, Default)]
pub struct Ending {
    /// Someone asked to stop.
    pub stopped: bool,
    /// Why no run can go on.
    pub fatal: Option<String>,
    /// Whether that is because workers died, and not because of the output folder.
    pub workers_died: bool,
    /// Runs that reached their end here and now.
    pub done: usize,
    /// Runs that failed here and now.
    pub failed: usize,
}

impl Ending {
    /// Adds what came after it.
    pub(super) fn add(&mut self, later: Self) {
        self.stopped |= later.stopped;
        self.workers_died |= later.workers_died;
        self.fatal = self.fatal.take().or(later.fatal);
        self.done += later.done;
        self.failed += later.failed;
    }
}

/// Workers to be.
pub struct Crew<'a> {
    /// The program that becomes a worker.
    pub command: &'a dyn Fn() -> Command,
    /// What each is told.
    pub assignment: &'a Assignment,
    /// How many.
    pub workers: usize,
    /// Where the results go.
    pub store: &'a Store,
    /// Raised to end.
    pub stop: &'a AtomicBool,
}

struct Member {
    child: Child,
    /// Closing it tells the worker to end.
    stdin: Option<ChildStdin>,
    run: Option<String>,
    last_words: VecDeque<String>,
    panicked: bool,
    /// Its pipes that are still open.
    open_pipes: u8,
}

enum News {
    Event(Event),
    Words(String),
    /// A library wrote to stdout.
    Noise,
    PipeClosed,
}

struct Shift<'a> {
    crew: &'a Crew<'a>,
    monitor: &'a mut dyn Monitor,
    members: HashMap<usize, Member>,
    next: usize,
    news: Sender<(usize, News)>,
    deaths: HashMap<String, u32>,
    deaths_without_run: u32,
    ended: HashSet<String>,
    ending: Ending,
}

impl Crew<'_> {
    /// Starts the workers and stays until the last one has ended.
    ///
    /// # Errors
    /// A worker cannot be started.
    pub fn work(&self, monitor: &mut dyn Monitor) -> std::io::Result<Ending> {
        let (news, inbox) = channel();
        let mut shift = Shift {
            crew: self,
            monitor,
            members: HashMap::new(),
            next: 0,
            news,
            deaths: HashMap::new(),
            deaths_without_run: 0,
            ended: HashSet::new(),
            ending: Ending::default(),
        };
        let mut started = Ok(());
        for _ in 0..self.workers.max(1) {
            started = started.and_then(|()| shift.start());
        }
        if let Err(error) = started {
            shift.tell_to_stop();
            shift.listen(&inbox);
            return Err(error);
        }
        shift.listen(&inbox);
        Ok(shift.ending)
    }
}

impl Shift<'_> {
    fn start(&mut self) -> std::io::Result<()> {
        let mut command = (self.crew.command)();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let number = self.next;
        self.next += 1;
        let mut stdin = child.stdin.take();
        if let Some(pipe) = &mut stdin {
            let mut line = serde_json::to_vec(self.crew.assignment)?;
            line.push(b'\n');
            // One that died already is found out below.
            let _ = pipe.write_all(&line).and_then(|()| pipe.flush());
        }
        if let Some(pipe) = child.stdout.take() {
            read_lines(number, pipe, self.news.clone(), |line| {
                serde_json::from_str(&line).map_or(News::Noise, News::Event)
            });
        }
        if let Some(pipe) = child.stderr.take() {
            read_lines(number, pipe, self.news.clone(), News::Words);
        }
        let member = Member { child, stdin, run: None, last_words: VecDeque::new(), panicked: false, open_pipes: 2 };
        self.members.insert(number, member);
        Ok(())
    }

    fn listen(&mut self, inbox: &Receiver<(usize, News)>) {
        while !self.members.is_empty() {
            if self.crew.stop.load(Ordering::Relaxed) && !self.ending.stopped {
                self.ending.stopped = true;
                self.monitor.message("stopping: the running trainings save a checkpoint");
                self.tell_to_stop();
            }
            match inbox.recv_timeout(Duration::from_millis(100)) {
                Ok((number, News::Event(event))) => self.hear(number, event),
                Ok((_, News::Noise)) => {}
                Ok((number, News::Words(line))) => self.overhear(number, line),
                Ok((number, News::PipeClosed)) => self.pipe_closed(number),
                Err(RecvTimeoutError::Timeout) => self.monitor.tick(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn tell_to_stop(&mut self) {
        for member in self.members.values_mut() {
            if let Some(mut pipe) = member.stdin.take() {
                // Closing the pipe says the same.
                let _ = pipe.write_all(b"stop\n");
            }
        }
    }

    fn hear(&mut self, number: usize, event: Event) {
        let Some(member) = self.members.get_mut(&number) else { return };
        match &event {
            Event::Start { run } => member.run = Some(run.clone()),
            Event::Done { run, .. } => {
                member.run = None;
                self.ending.done += usize::from(self.ended.insert(run.clone()));
                self.deaths_without_run = 0;
            }
            Event::Failed { run, .. } => {
                member.run = None;
                self.ending.failed += usize::from(self.ended.insert(run.clone()));
            }
            Event::Stopped { .. } => member.run = None,
            Event::Fatal { message } => {
                let first = self.ending.fatal.is_none();
                self.ending.fatal.get_or_insert_with(|| message.clone());
                if first {
                    self.tell_to_stop();
                }
                return;
            }
            Event::Step { .. } | Event::Probe { .. } | Event::Message { .. } => {}
        }
        self.monitor.show(&event);
    }

    fn overhear(&mut self, number: usize, line: String) {
        let Some(member) = self.members.get_mut(&number) else { return };
        if line.contains("panicked at") {
            member.panicked = true;
            member.last_words.clear();
        }
        // What follows a panic's message is its backtrace.
        let full = member.last_words.len() >= if member.panicked { 2 } else { LAST_WORDS };
        if line.trim().is_empty() || (full && member.panicked) {
            return;
        }
        if full {
            member.last_words.pop_front();
        }
        member.last_words.push_back(line);
    }

    fn pipe_closed(&mut self, number: usize) {
        let Some(member) = self.members.get_mut(&number) else { return };
        member.open_pipes -= 1;
        if member.open_pipes > 0 {
            return;
        }
        let Some(mut member) = self.members.remove(&number) else { return };
        let status = member.child.wait();
        let good = status.as_ref().is_ok_and(ExitStatus::success);
        if good || self.ending.fatal.is_some() {
            return;
        }
        let words: Vec<String> = member.last_words.into();
        let how = match &status {
            Ok(status) => how_it_ended(*status),
            Err(e) => e.to_string(),
        };
        self.bury(member.run, &how, &words);
    }

    /// A worker ended that should not have.
    fn bury(&mut self, run: Option<String>, how: &str, words: &[String]) {
        let said = if words.is_empty() { String::new() } else { format!(": {}", words.join(" | ")) };
        if let Some(run) = run {
            let count = self.deaths.entry(run.clone()).or_default();
            *count += 1;
            let deaths = *count;
            if deaths >= DEATHS_OF_A_RUN {
                self.give_up(&run, &format!("its worker died {deaths} times, the last time {how}{said}"));
            } else {
                self.monitor.died(&run, &format!("{run}: its worker died ({how}{said}); tried once more"));
            }
        } else {
            self.deaths_without_run += 1;
            if self.deaths_without_run >= DEATHS_WITHOUT_RUN {
                self.ending.fatal = Some(format!("workers die as they start, {how}{said}"));
                self.ending.workers_died = true;
                self.tell_to_stop();
            } else {
                self.monitor.message(&format!("a worker died ({how}{said}); another takes its place"));
            }
        }
        if self.ending.stopped || self.ending.fatal.is_some() {
            return;
        }
        if let Err(error) = self.start() {
            self.monitor.message(&format!("no new worker could be started: {error}"));
        }
    }

    /// Records a run as failed in the place of the worker that it killed.
    fn give_up(&mut self, run: &str, reason: &str) {
        let written = self.write_failure(run, reason);
        self.ending.failed += usize::from(self.ended.insert(run.to_owned()));
        self.monitor.show(&Event::Failed { run: run.to_owned(), reason: reason.to_owned() });
        if let Err(error) = written {
            self.ending.fatal = Some(error.to_string());
            self.tell_to_stop();
        }
    }

    fn write_failure(&self, run: &str, reason: &str) -> Result<(), FileError> {
        if self.crew.assignment.probes.iter().any(|job| job.id == run) {
            return note::write(self.crew.store.root(), run, reason);
        }
        let Some(run) = self.crew.assignment.runs.iter().find(|r| r.id == run) else { return Ok(()) };
        let claim = Claims::new(self.crew.store.root()).claim(&run.id)?;
        // Another process has it already: then its result counts.
        if claim.is_none() || !matches!(self.crew.store.look(&run.id), Ok(Found::Missing)) {
            return Ok(());
        }
        let mut provenance = self.crew.assignment.provenance.clone();
        provenance.started = now();
        self.crew.store.commit_record(&failed_record(run, reason, provenance))
    }
}

fn read_lines(
    number: usize,
    pipe: impl Read + Send + 'static,
    news: Sender<(usize, News)>,
    read: impl Fn(String) -> News + Send + 'static,
) {
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        // Bytes, not `lines()`: a dying process may write half a character.
        while matches!(pipe.read_until(b'\n', &mut line), Ok(n) if n > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if news.send((number, read(text))).is_err() {
                return;
            }
        }
        let _ = news.send((number, News::PipeClosed));
    });
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            9 => "killed by signal 9; out of memory? fewer --workers or a smaller batch_size help".into(),
            other => format!("killed by signal {other}"),
        };
    }
    match status.code() {
        Some(101) => "a panic".into(),
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}
