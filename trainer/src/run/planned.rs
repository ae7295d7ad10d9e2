//! From a request to a study that is ready to be trained: read, fetched, prepared, planned.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use transfermap::plan::{Contents, Plan};
use transfermap::record::Provenance;
use transfermap::study::{Precision, Study};

use super::event::Monitor;
use super::hands::cores;
use super::prepare::{Absent, Prepared, prepare};
use super::request::Request;
use super::select::{Selection, select};
use crate::atomic;
use crate::backend::{Device, device};
use crate::error::Wrong;
use crate::hub::resolve::{self, Way};
use crate::hub::{FetchProgress, HubError, When};
use crate::store::inputs::{Inputs, encoder_file};
use crate::store::records::Store;
use crate::store::survey::{Survey, survey};

/// A study that is ready to be trained.
#[derive(Clone)]
pub struct Planned {
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

/// What a study would train, and what is there of it.
pub struct Outlook {
    pub study: Study,
    /// Its runs.
    pub plan: Plan,
    /// What was found in its data.
    pub inputs: Inputs,
    /// The runs asked for.
    pub selection: Selection,
    /// What the output folder holds.
    pub found: Survey,
}

impl Outlook {
    /// Reads everything and writes nothing: what `run --dry-run` shows.
    ///
    /// # Errors
    /// A wrong request ([`Wrong`]).
    pub fn new(request: &Request, stop: &AtomicBool, monitor: &mut dyn Monitor) -> anyhow::Result<Self> {
        let (mut study, device) = begin(request, monitor)?;
        locate(&mut study, request, true, stop)?;
        let cache = tempfile::tempdir().context("a temporary folder")?;
        let mut prepared = prepare(&study, &request.base, cache.path(), device, Absent::Warn)?;
        let absent = prepared.absent.iter().map(|why| format!("cannot be trained yet: {why}"));
        prepared.inputs.warnings.splice(0..0, absent);
        let plan = Plan::new(&study, &prepared.contents).map_err(|e| Wrong::of(&e))?;
        check_device(&plan, device)?;
        let selection = select(&plan, request.shard, request.only.as_deref())?;
        let found = survey(&plan, &Store::new(&request.out))?;
        Ok(Self { study, plan, inputs: prepared.inputs, selection, found })
    }
}

impl Planned {
    /// Reads everything, and leaves the tokens and the encoders' configurations in the output folder.
    ///
    /// # Errors
    /// A wrong request ([`Wrong`]), or a file that cannot be written.
    pub fn new(request: &Request, stop: &AtomicBool, monitor: &mut dyn Monitor) -> anyhow::Result<Self> {
        let (mut study, device) = begin(request, monitor)?;
        atomic::probe(&request.out).map_err(|e| Wrong::of(&e))?;
        let commits = locate(&mut study, request, false, stop)?;
        let root = std::path::absolute(&request.out)?;
        let prepared = prepare(&study, &request.base, &root.join("cache"), device, Absent::Refuse)?;
        prepared.damaged.iter().for_each(|text| monitor.message(text));
        let plan = Plan::new(&study, &prepared.contents).map_err(|e| Wrong::of(&e))?;
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
        // The weights go with `prepared`: they are the workers' to hold now.
        Ok(Self { study, plan, inputs: prepared.inputs, device: device.to_string(), on_cpu, provenance })
    }
}

/// The study and the device, before anything that takes time.
fn begin(request: &Request, monitor: &mut dyn Monitor) -> anyhow::Result<(Study, Device)> {
    let study = Study::from_toml(&request.study).map_err(|e| Wrong::at(&request.name, &e))?;
    check_selection(&study, request)?;
    let (device, note) = device::choose(&request.device)?;
    if let Some(note) = note {
        monitor.message(&note);
    }
    Ok((study, device))
}

/// Finds, or fetches, what the study names of the hub; answers its commits.
fn locate(
    study: &mut Study,
    request: &Request,
    without_encoders: bool,
    stop: &AtomicBool,
) -> anyhow::Result<Vec<String>> {
    let way = Way { offline: request.offline, when: When::Missing, without_encoders, stop: Some(stop) };
    let found = resolve::study(study, &request.base, &way, &mut FetchProgress::new(request.quiet));
    let commits = found.map_err(HubError::into_told)?;
    study.check(&request.study).map_err(|e| Wrong::at(&request.name, &e))?;
    Ok(commits)
}

/// Refuses a selection that selects nothing before hours are spent on data: run ids need no content hashes.
fn check_selection(study: &Study, request: &Request) -> anyhow::Result<()> {
    if study.controls.longer() {
        // The names of these runs hold numbers of steps, which the data decide.
        return Ok(());
    }
    let nothing = |name: &String| (name.clone(), String::new());
    let contents = Contents {
        tasks: study.task.iter().map(|t| nothing(&t.name)).collect(),
        // Of about one size, so that every task has a batch.
        examples: study.task.iter().map(|t| (t.name.clone(), 1_000)).collect(),
        encoders: study.encoder.iter().map(|e| nothing(&e.name)).collect(),
        ..Contents::default()
    };
    select(&Plan::new(study, &contents)?, request.shard, request.only.as_deref())?;
    Ok(())
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

/// Configuration and tokenizer of each encoder, so that a run's weights can be exported without the study's folder.
fn keep_encoders(root: &Path, prepared: &Prepared) -> anyhow::Result<()> {
    for encoder in &prepared.encoders {
        for (file, bytes) in encoder.kept_files() {
            atomic::write(&root.join(encoder_file(&encoder.name, file)), bytes)?;
        }
    }
    Ok(())
}
