//! `transfermap run`, start to report: prepare, plan, clear the way, supervise the workers, write what was found.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Context;
use transfermap::analysis::{Analysis, Options};
use transfermap::plan::{Contents, Plan};
use transfermap::record::Provenance;
use transfermap::report::Report;
use transfermap::study::{Precision, Study};
use transfermap::transfer::TransferMap;

use super::event::Assignment;
use super::measures::Observed;
use super::prepare::{Absent, Inputs, Prepared, prepare};
use super::select::{Selection, Shard, select};
use super::supervise::{Crew, Ending};
use crate::backend::{Device, device};
use crate::error::Wrong;
use crate::hub::resolve::{self, Way};
use crate::hub::{FetchProgress, HubError, When};
use crate::site::viewer::Viewer;
use crate::site::{Shown, page};
use crate::store::claims::Claims;
use crate::store::records::{KeepModels, Store};
use crate::store::report;
use crate::store::survey::{Permission, Survey, clear, survey};
use crate::terminal::progress::Progress;
use crate::terminal::summary;
use crate::{atomic, probes};

/// What `run` was asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// The study file's text.
    pub study: String,
    /// Its name in messages.
    pub name: String,
    /// What its paths are relative to.
    pub base: PathBuf,
    /// The output folder.
    pub out: PathBuf,
    /// `auto`, `cpu`, `ndarray`, `cuda` or `cuda:N`.
    pub device: String,
    /// Number of worker processes; chosen where absent.
    pub workers: Option<usize>,
    /// A share of the plan.
    pub shard: Option<Shard>,
    /// A pattern on run ids.
    pub only: Option<String>,
    /// Show the plan, write nothing.
    pub dry_run: bool,
    /// What may be moved out of the way.
    pub permission: Permission,
    /// Which weights stay.
    pub keep_models: KeepModels,
    /// Seconds between mid-run checkpoints.
    pub checkpoint_every: u64,
    /// No progress.
    pub quiet: bool,
    /// Never touch the network.
    pub offline: bool,
}

impl Request {
    /// A request with defaults for everything but the study and the output folder.
    pub fn new(study: String, name: String, base: PathBuf, out: PathBuf) -> Self {
        Self {
            study,
            name,
            base,
            out,
            device: "auto".into(),
            workers: None,
            shard: None,
            only: None,
            dry_run: false,
            permission: Permission::default(),
            keep_models: KeepModels::default(),
            checkpoint_every: 120,
            quiet: false,
            offline: false,
        }
    }
}

/// Runs a study; answers whether every selected run has been trained to its end.
///
/// `worker` is the program that becomes a worker, `out` takes the results.
///
/// # Errors
/// A wrong request ([`Wrong`]), or work that could not go on.
pub fn run(
    request: &Request,
    worker: &dyn Fn() -> Command,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let mut study = Study::from_toml(&request.study).map_err(|e| Wrong::at(&request.name, &e))?;
    check_selection(&study, request)?;
    let (device, note) = device::choose(&request.device)?;
    if let Some(note) = note.filter(|_| !request.quiet) {
        eprintln!("{note}");
    }
    if !request.dry_run {
        atomic::probe(&request.out).map_err(|e| Wrong::of(&e))?;
    }
    let way =
        Way { offline: request.offline, when: When::Missing, without_encoders: request.dry_run, stop: Some(stop) };
    let commits = locate(&mut study, request, &way)?;
    if request.dry_run {
        let cache = tempfile::tempdir().context("a temporary folder")?;
        let prepared = prepare(&study, &request.base, cache.path(), device.backend(), Absent::Warn)?;
        let plan = Plan::new(&study, &prepared.contents)?;
        check_device(&plan, device)?;
        let selection = select(&plan, request.shard, request.only.as_deref())?;
        let found = survey(&plan, &Store::new(&request.out))?;
        let keeps_all = request.keep_models == KeepModels::All;
        let layout = probes::plan::Layout { study: &study, plan: &plan, inputs: &prepared.inputs };
        summary::dry_run(out, layout, &selection, &found, keeps_all)?;
        return Ok(true);
    }
    let root = std::path::absolute(&request.out)?;
    let prepared = prepare(&study, &request.base, &root.join("cache"), device.backend(), Absent::Refuse)?;
    let plan = Plan::new(&study, &prepared.contents)?;
    check_device(&plan, device)?;
    keep_encoders(&root, &prepared)?;
    let provenance = Provenance {
        transfermap: env!("CARGO_PKG_VERSION").into(),
        git: option_env!("TRANSFERMAP_GIT").unwrap_or_default().into(),
        backend: device.backend().into(),
        device: device::name(device),
        started: String::new(),
        host_cores: cores(),
        hub: commits,
    };
    let on_cpu = !matches!(device, Device::Cuda(_));
    let planned = Planned { study, plan, inputs: prepared.inputs, device: device.to_string(), on_cpu, provenance };
    // The weights are the workers' to hold now.
    drop(prepared.encoders);
    train(request, &planned, worker, stop, out)
}

/// Finds, or fetches, what the study names of the hub; answers its commits.
fn locate(study: &mut Study, request: &Request, way: &Way<'_>) -> anyhow::Result<Vec<String>> {
    let found = resolve::study(study, &request.base, way, &mut FetchProgress::new(request.quiet));
    let commits = found.map_err(HubError::into_told)?;
    study.check(&request.study).map_err(|e| Wrong::at(&request.name, &e))?;
    Ok(commits)
}

/// Refuses a selection that selects nothing before hours are spent on data: run ids need no content hashes.
fn check_selection(study: &Study, request: &Request) -> anyhow::Result<()> {
    let nothing = |name: &String| (name.clone(), String::new());
    let contents = Contents {
        tasks: study.task.iter().map(|t| nothing(&t.name)).collect(),
        encoders: study.encoder.iter().map(|e| nothing(&e.name)).collect(),
        backend: String::new(),
    };
    select(&Plan::new(study, &contents)?, request.shard, request.only.as_deref())?;
    Ok(())
}

/// A study that is ready to be trained.
pub struct Planned {
    /// The study.
    pub study: Study,
    /// Its runs.
    pub plan: Plan,
    /// What was found in its data.
    pub inputs: Inputs,
    /// Device, as on the command line.
    pub device: String,
    /// Whether workers share processor cores.
    pub on_cpu: bool,
    /// Goes into every record.
    pub provenance: Provenance,
}

/// Trains what is missing of a plan and writes the report; answers as [`run`] does.
///
/// # Errors
/// As [`run`].
pub fn train(
    request: &Request,
    planned: &Planned,
    worker: &dyn Fn() -> Command,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let began = Instant::now();
    let root = std::path::absolute(&request.out)?;
    let store = Store::new(&root);
    let plan = &planned.plan;
    let selection = select(plan, request.shard, request.only.as_deref())?;
    let mut say = |text: &str| {
        if !request.quiet {
            eprintln!("{text}");
        }
    };
    if !selection.added.is_empty() {
        let added = crate::store::survey::listed(&selection.added);
        say(&format!("{} more runs, which others start from: {added}", selection.added.len()));
    }
    clear(plan, &selection.runs, &store, request.permission, &mut say)?;
    write_json(&root.join("cache/inputs.json"), &planned.inputs)?;
    atomic::write(&root.join("study.toml"), request.study.as_bytes())?;
    write_json(&root.join("plan.json"), plan)?;

    let pending: Vec<_> = selection.runs.iter().filter(|r| !store.record_path(&r.id).exists()).collect();
    let assignment = Assignment {
        out: root.clone(),
        base: std::path::absolute(&request.base)?,
        study: planned.study.clone(),
        runs: selection.runs.clone(),
        inputs: planned.inputs.clone(),
        device: planned.device.clone(),
        keep_models: request.keep_models,
        checkpoint_every: request.checkpoint_every,
        provenance: planned.provenance.clone(),
        probes: Vec::new(),
    };
    let hands = Hands { worker, workers: request.workers, on_cpu: planned.on_cpu, quiet: request.quiet, stop };
    let mut ending = Ending::default();
    if !pending.is_empty() {
        let mut progress = Progress::new(pending.len(), request.quiet);
        let ended = hands.work(&assignment, pending.len(), &store, &mut progress);
        progress.finish();
        ending = ended.context("starting a worker")?;
    }
    let seconds = began.elapsed().as_secs_f64();
    check_ending(request, &ending)?;
    let found = survey(plan, &store)?;
    let collect_only = match (ending.stopped, &request.only) {
        (true, _) => Some("the study was stopped"),
        (false, Some(_)) => Some("--only was given"),
        (false, None) => None,
    };
    let observed = probes::start::observe(planned, &assignment, &hands, &found, collect_only)?;
    Claims::new(store.root()).sweep();
    check_ending(request, &observed.ending)?;
    if request.keep_models == KeepModels::None {
        store.drop_models(plan)?;
    }
    finish(request, planned, &selection, &store, &found, &Endings { ending: &ending, seconds, observed }, out)
}

/// The workers to be had: how many, and how they are started.
pub struct Hands<'a> {
    /// The program that becomes a worker.
    pub worker: &'a dyn Fn() -> Command,
    /// How many; chosen where absent.
    pub workers: Option<usize>,
    /// Whether they share processor cores.
    pub on_cpu: bool,
    /// No progress.
    pub quiet: bool,
    /// Raised to end.
    pub stop: &'a AtomicBool,
}

impl Hands<'_> {
    /// Lets them work on an assignment of `pieces` pieces, each with its share of the cores.
    ///
    /// # Errors
    /// A worker cannot be started.
    pub fn work(
        &self,
        assignment: &Assignment,
        pieces: usize,
        store: &Store,
        progress: &mut Progress,
    ) -> std::io::Result<Ending> {
        let workers = self.workers.unwrap_or(if self.on_cpu { cores() } else { 1 }).clamp(1, pieces.max(1));
        let threads = (cores() / workers).max(1).to_string();
        let command = || {
            let mut command = (self.worker)();
            command.env("RAYON_NUM_THREADS", &threads);
            command
        };
        Crew { command: &command, assignment, workers, store, stop: self.stop }.work(progress)
    }
}

/// Refuses to go on where no worker could.
fn check_ending(request: &Request, ending: &Ending) -> anyhow::Result<()> {
    let Some(fatal) = &ending.fatal else { return Ok(()) };
    let text = format!("{fatal}; finished runs are kept: {}", how_to_resume(&request.out));
    // A full or unreadable output folder is the request's fault: another one, or more room, mends it.
    Err(if ending.workers_died { anyhow::Error::msg(text) } else { Wrong(text).into() })
}

/// How the trainings and the probes ended.
struct Endings<'a> {
    ending: &'a Ending,
    seconds: f64,
    observed: Observed,
}

fn finish(
    request: &Request,
    planned: &Planned,
    selection: &Selection,
    store: &Store,
    found: &Survey,
    Endings { ending, seconds, observed }: &Endings<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let mut report = report::assemble(&planned.study, &planned.plan, &planned.inputs, found);
    report.measures.clone_from(&observed.measures);
    report.warnings.extend(observed.warnings.iter().cloned());
    let map = TransferMap::of_study(&report.study, &report.runs)?;
    let analysis = Analysis::new(&report, &Options::default())?;
    let mut files = report::write(store.root(), &report, &map, &analysis)?;
    files.extend(write_page(store.root(), &report)?);
    let good = all_good(selection, found);
    if ending.stopped && !good {
        return Err(anyhow::anyhow!(
            "stopped with {} of {} runs done; {}",
            found.done.len(),
            planned.plan.runs.len(),
            how_to_resume(&request.out)
        ));
    }
    if observed.ending.stopped {
        let text = "stopped while tasks and models were observed; the runs are done";
        return Err(anyhow::anyhow!("{text}; {}", how_to_resume(&request.out)));
    }
    summary::finished(out, &analysis, ending, *seconds, observed, &files)?;
    summary::failures(found);
    let ended = |id: &str| found.done.iter().chain(&found.failed).any(|r| r.id == id);
    let missing = selection.runs.iter().filter(|r| !ended(&r.id)).count();
    if missing > 0 {
        eprintln!("{missing} runs are missing because their workers ended early; {}", how_to_resume(&request.out));
    }
    Ok(good)
}

/// The report as a page; without a viewer in this program, a line that says how to get one.
fn write_page(root: &Path, report: &Report) -> anyhow::Result<Option<PathBuf>> {
    if !Viewer::is_embedded() {
        eprintln!(
            "no report.html: this program was built without the viewer; after `./x site`, \
             `transfermap report {0}/report.json --single-file {0}/report.html --viewer dist/viewer.html` makes it",
            root.display()
        );
        return Ok(None);
    }
    let shown = Shown { name: "report.json".into(), json: serde_json::to_string(report)?, report: report.clone() };
    let path = root.join("report.html");
    atomic::write(&path, page::single_file(&Viewer::Embedded, &[shown])?.as_bytes())?;
    Ok(Some(path))
}

fn all_good(selection: &Selection, found: &Survey) -> bool {
    selection.runs.iter().all(|r| found.done.iter().any(|d| d.id == r.id))
}

/// What no run of this plan could do on this device, before anything is trained.
fn check_device(plan: &Plan, device: Device) -> Result<(), Wrong> {
    let rounds = plan.runs.iter().any(|r| r.recipe.precision == Precision::Bf16);
    if rounds && device == Device::NdArray {
        return Err(Wrong(
            "precision = \"bf16\" does not exist on the ndarray backend; give --device cpu, or precision = \"f32\""
                .into(),
        ));
    }
    Ok(())
}

fn how_to_resume(out: &Path) -> String {
    format!("give the same command (--out {}) again to go on", out.display())
}

/// Configuration and tokenizer of each encoder, so that a run's weights can be exported without the study's folder.
fn keep_encoders(root: &Path, prepared: &Prepared) -> anyhow::Result<()> {
    for encoder in &prepared.encoders {
        let folder = root.join("cache/encoders").join(&encoder.name);
        atomic::write(&folder.join("config.json"), encoder.config_json.as_bytes())?;
        atomic::write(&folder.join("tokenizer.json"), &encoder.tokenizer_json)?;
    }
    Ok(())
}

fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> anyhow::Result<()> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(atomic::write(path, &json)?)
}

/// Logical cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
