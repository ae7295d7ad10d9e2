//! Permutations and bootstraps: what takes seconds. They run in a worker, a second thread with the same program, and the
//! page only waits; where a browser refuses one, they run on the page's thread in slices that no reader notices.

mod slices;
pub(super) mod worker;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use transfermap::analysis::Analysis;

use crate::browser::load;
use crate::look::{Analysed, Subject};
use crate::state::{Resampling, State};
use worker::Thread;

/// Pause before the first part: the answer is painted in it.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The resampling that is under way, of which there is one at most.
#[derive(Clone)]
pub(super) struct Jobs {
    state: State,
    /// The job that counts; what others still bring is thrown away.
    number: Rc<Cell<u64>>,
    /// Where worker.js is; none where there is no worker, or after one has failed.
    script: Rc<RefCell<Option<String>>>,
    thread: Rc<RefCell<Option<Thread>>>,
    /// What is resampled, or was stopped.
    last: Rc<RefCell<Option<(Subject, Analysed)>>>,
}

/// Jobs as components hold them.
pub(super) type StoredJobs = StoredValue<Jobs, LocalStorage>;

/// One analysis to be resampled.
#[derive(Clone)]
struct Job {
    number: u64,
    subject: Subject,
    tests: Analysed,
}

impl Jobs {
    pub(super) fn new(state: State, script: Option<String>) -> Self {
        let script = Rc::new(RefCell::new(script));
        Self { state, number: Rc::default(), script, thread: Rc::default(), last: Rc::default() }
    }

    /// Gives up what is under way, and begins another.
    pub(super) fn begin(&self, subject: Subject, tests: Analysed) {
        self.give_up();
        self.state.resampling.set(Resampling::Runs { done: 0, of: 0 });
        *self.last.borrow_mut() = Some((subject.clone(), tests.clone()));
        let (jobs, job) = (self.clone(), Job { number: self.number.get(), subject, tests });
        set_timeout(move || jobs.go(job), FIRST_PAUSE);
    }

    /// Stops what is under way, for the reader.
    pub(super) fn cancel(&self) {
        self.give_up();
        self.state.resampling.set(Resampling::Cancelled);
    }

    /// Begins again what was stopped.
    pub(super) fn again(&self) {
        let last = self.last.borrow().clone();
        if let Some((subject, tests)) = last {
            self.begin(subject, tests);
        }
    }

    fn give_up(&self) {
        self.number.set(self.number.get() + 1);
        // A thread cannot be asked to stop while it computes.
        let mut thread = self.thread.borrow_mut();
        if thread.as_ref().is_some_and(Thread::is_busy) {
            *thread = None;
        }
    }

    fn counts(&self, job: &Job) -> bool {
        self.number.get() == job.number
    }

    fn go(&self, job: Job) {
        if !self.counts(&job) {
            return;
        }
        let script = self.script.borrow().clone();
        let started = script.is_some_and(|script| {
            let mut thread = self.thread.borrow_mut();
            if thread.is_none() {
                *thread = Thread::start(self, &script).ok();
            }
            thread.as_ref().is_some_and(|thread| thread.give(&job).is_ok())
        });
        if !started {
            self.in_slices(job);
        }
    }

    /// Without a worker, now and from now on.
    fn in_slices(&self, job: Job) {
        *self.script.borrow_mut() = None;
        *self.thread.borrow_mut() = None;
        slices::run(self.clone(), job);
    }

    fn progress(&self, job: &Job, done: usize, of: usize) {
        if self.counts(job) {
            self.state.resampling.set(Resampling::Runs { done, of });
        }
    }

    fn finish(&self, job: &Job, whole: Analysis) {
        if self.counts(job) {
            self.state.resampled.set(Some((job.tests.analysis.clone(), job.tests.with(whole))));
            self.state.resampling.set(Resampling::Rests);
            load::mark("transfermap-resampled");
        }
    }

    fn fail(&self, job: &Job, why: String) {
        if self.counts(job) {
            self.state.resampling.set(Resampling::Cancelled);
            self.state.say(why);
        }
    }
}
