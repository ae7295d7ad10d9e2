//! The loop of a worker that observes: claim a job, make the probes of it that are not on disk, until all are settled.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::event::Event;
use super::worker::{End, Fatal};
use crate::atomic;
use crate::error::chain;
use crate::probes::look::ProbeError;
use crate::probes::note;
use crate::probes::observe::Observer;
use crate::probes::pending::{missing, path};
use crate::probes::plan::Job;
use crate::store::claims::Claims;
use crate::store::records::Store;

/// Between two looks at what others are doing.
const PAUSE: Duration = Duration::from_millis(200);

pub struct ProbeWorker<'a> {
    pub jobs: &'a [Job],
    /// Where probes go, and where the models are.
    pub store: &'a Store,
    /// Who observes.
    pub observer: &'a mut Observer,
    /// Raised to end.
    pub stop: &'a AtomicBool,
    /// Told what happens.
    pub emit: &'a mut dyn FnMut(Event),
}

impl ProbeWorker<'_> {
    /// Works until every job is settled or it is told to stop.
    ///
    /// # Errors
    /// What makes every other job fail too.
    pub fn work(&mut self) -> Result<End, Fatal> {
        let claims = Claims::new(self.store.root());
        let mut settled: HashSet<&str> = HashSet::new();
        loop {
            let mut waiting = false;
            for job in self.jobs {
                if self.stop.load(Ordering::Relaxed) {
                    return Ok(End::Stopped);
                }
                if settled.contains(job.id.as_str()) {
                    continue;
                }
                let Some(_claim) = claims.claim(&job.id)? else {
                    waiting = true;
                    continue;
                };
                // Looked at under the claim: whoever held it before may have done it.
                if note::read(self.store.root(), &job.id).is_none() && !self.job(job)? {
                    return Ok(End::Stopped);
                }
                settled.insert(&job.id);
            }
            if !waiting {
                return Ok(End::Settled);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Makes what is missing of a job; `false` when told to stop.
    fn job(&mut self, job: &Job) -> Result<bool, Fatal> {
        let began = Instant::now();
        let missing = missing(self.store, job);
        if missing.is_empty() {
            return Ok(true);
        }
        atomic::sweep(&self.store.root().join(&job.id));
        (self.emit)(Event::Start { run: job.id.clone() });
        for (done, item) in missing.iter().enumerate() {
            let progress = Event::Probe { run: job.id.clone(), done, total: missing.len() };
            (self.emit)(progress);
            let stop = self.stop;
            let mut go_on = || !stop.load(Ordering::Relaxed);
            match self.observer.observe(self.store, job, item, &mut go_on) {
                Ok(Some(probe)) => probe.write(&path(self.store, job, item))?,
                Ok(None) => {
                    (self.emit)(Event::Stopped { run: job.id.clone() });
                    return Ok(false);
                }
                Err(error) if is_fatal(&error) => {
                    return Err(Fatal::Train { run: job.id.clone(), text: chain(&error) });
                }
                Err(error) => {
                    let reason = chain(&error);
                    note::write(self.store.root(), &job.id, &reason)?;
                    (self.emit)(Event::Failed { run: job.id.clone(), reason });
                    return Ok(true);
                }
            }
        }
        (self.emit)(Event::Done { run: job.id.clone(), seconds: began.elapsed().as_secs_f64(), scores: Vec::new() });
        Ok(true)
    }
}

/// Whether other jobs would fail the same way: a full disk. A model that cannot be read is this job's own trouble.
fn is_fatal(error: &ProbeError) -> bool {
    matches!(error, ProbeError::Train(e) if e.is_fatal())
}
