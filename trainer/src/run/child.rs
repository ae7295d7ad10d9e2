//! The life of a worker process: an assignment comes in on stdin, events go out on stdout, and the end of stdin means
//! that the parent is gone. So no training outlives the command that asked for it, however that command ended.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;

use super::event::{Assignment, Event};
use super::probe_worker::ProbeWorker;
use super::trainer::StudyTrainer;
use super::worker::{End, Fatal, Trainer, Worker};
use crate::backend::device;
use crate::error::chain;
use crate::probes::observe::Observer;
use crate::store::material::Material;
use crate::store::records::Store;

/// Works on the assignment that stands on stdin: on its probes where it has any, else on its runs, with the trainer that
/// `hire` makes for it. Answers whether all went well; what did not was said in an event.
///
/// # Errors
/// The assignment cannot be read.
pub fn work(hire: impl FnOnce(&Assignment) -> anyhow::Result<Box<dyn Trainer>>) -> anyhow::Result<bool> {
    let mut stdin = BufReader::new(std::io::stdin());
    let mut line = String::new();
    stdin.read_line(&mut line).context("reading the assignment")?;
    let assignment: Assignment = serde_json::from_str(&line)
        .context("no assignment on stdin; `worker` is started by `transfermap run`, not by hand")?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let told = Arc::clone(&stop);
    std::thread::spawn(move || {
        // Any byte, an error and the end all mean the same.
        let _ = stdin.read(&mut [0]);
        told.store(true, Ordering::Relaxed);
    });
    if !assignment.probes.is_empty() {
        return observe(&assignment, &stop);
    }
    let mut trainer = match hire(&assignment) {
        Ok(trainer) => trainer,
        Err(error) => {
            emit(Event::Fatal { message: format!("{error:#}") });
            return Ok(false);
        }
    };
    let store = Store::new(&assignment.out);
    let mut worker = Worker {
        runs: &assignment.runs,
        store: &store,
        trainer: trainer.as_mut(),
        keep_models: assignment.keep_models,
        provenance: &assignment.provenance,
        stop: &stop,
        emit: &mut emit,
    };
    Ok(ended(worker.work()))
}

/// Makes the probes of an assignment.
fn observe(assignment: &Assignment, stop: &AtomicBool) -> anyhow::Result<bool> {
    let mut observer = match device::choose(&assignment.device) {
        Ok((device, _)) => Observer::new(device, material(assignment)),
        Err(error) => {
            emit(Event::Fatal { message: format!("{error:#}") });
            return Ok(false);
        }
    };
    let store = Store::new(&assignment.out);
    let (jobs, observer) = (&assignment.probes, &mut observer);
    Ok(ended(ProbeWorker { jobs, store: &store, observer, stop, emit: &mut emit }.work()))
}

/// Whether a worker's end is a good one; tells why not.
fn ended(end: Result<End, Fatal>) -> bool {
    match end {
        Ok(End::Settled | End::Stopped) => true,
        Err(fatal) => {
            emit(Event::Fatal { message: chain(&fatal) });
            false
        }
    }
}

/// The trainer of a real study.
///
/// # Errors
/// A device that this program does not have: it was started by another version.
pub fn study_trainer(assignment: &Assignment) -> anyhow::Result<Box<dyn Trainer>> {
    let (device, _) = device::choose(&assignment.device)?;
    let checkpoint_every = Duration::from_secs(assignment.checkpoint_every);
    Ok(Box::new(StudyTrainer { material: material(assignment), device, checkpoint_every }))
}

fn material(assignment: &Assignment) -> Material {
    Material::new(assignment.study.clone(), assignment.base.clone(), assignment.inputs.clone())
}

fn emit(event: Event) {
    if let Ok(mut line) = serde_json::to_vec(&event) {
        line.push(b'\n');
        let mut out = std::io::stdout().lock();
        // A parent that is gone is noticed on stdin.
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }
}
