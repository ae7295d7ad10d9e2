//! `transfermap score`: the sources of a finished study for a data set that it has never seen. One forward pass per
//! source model and one pass of the new task through the encoder; nothing is trained on the pair.

use std::path::{Path, PathBuf};
use std::slice;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use indexmap::IndexMap;
use serde::Serialize;
use transfermap::analysis::{Analysis, Options, PredictorAnalysis, Recommendation, recommend};
use transfermap::measure::probe::{TaskCost, TaskProbe};
use transfermap::measure::{Cost, MeasureInfo, Measured, Measuring, Selection, Trained, info, is_level};
use transfermap::plan::Plan;
use transfermap::report::{Measure, Report, TaskSummary};
use transfermap::study::{Kind, Study, Task};

use crate::backend::device;
use crate::error::{Wrong, chain};
use crate::files;
use crate::hub::resolve::{self, Way};
use crate::hub::{FetchProgress, HubError, When};
use crate::probes::collect::{Probes, tasks};
use crate::probes::note;
use crate::probes::observe::Observer;
use crate::probes::pending::{missing, trouble};
use crate::probes::plan::{Job, Layout, What};
use crate::run::event::{Event, Monitor};
use crate::run::probe_worker::ProbeWorker;
use crate::run::worker::End;
use crate::store::checksum;
use crate::store::inputs::{Inputs, read_plan};
use crate::store::material::Material;
use crate::store::records::Store;
use crate::store::survey::{Survey, survey};
use crate::{data, pretrained};

/// The schema that this version writes.
pub const SCORE_SCHEMA: &str = "transfermap.score/1";

/// What `score` was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The task file.
    pub target: PathBuf,
    /// The output folder of a finished study.
    pub against: PathBuf,
    /// What the study's own paths are relative to, where its folder moved.
    pub base: Option<PathBuf>,
    /// As for `run`.
    pub device: String,
    /// No progress.
    pub quiet: bool,
    /// Never touch the network.
    pub offline: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// `transfermap.score/1`.
    pub schema: String,
    /// The new task's name.
    pub target: String,
    /// Examples of it that were looked at.
    pub examples: usize,
    /// The sources' measures by encoder.
    pub encoders: Vec<EncoderScores>,
    /// Sources best first, by encoder and protocol: gains predicted by what predicted best in the study.
    pub recommendations: Vec<Recommendation>,
    /// What limits the answer.
    pub warnings: Vec<String>,
}

/// One encoder's part of the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EncoderScores {
    pub encoder: String,
    /// Which predictor foretold gains in the study, in a sentence; absent where the study has no gains.
    pub in_study: Option<String>,
    /// Every measure that has a value, the best predictor of the study first.
    pub measures: Vec<Scored>,
}

/// One measure of every source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scored {
    pub name: String,
    /// `higher_is_more_similar` or `lower_is_more_similar`.
    pub direction: String,
    /// Whether it read the sources' trained models.
    pub trained: bool,
    /// Seconds that it took for the new task.
    pub cost_seconds: f64,
    /// The sources, best first; equal values share a rank.
    pub sources: Vec<Ranked>,
    /// How it did on the study's own pairs, as in `analyze`; absent where the report does not have it, or it says the same
    /// of all pairs.
    pub in_study: Option<PredictorAnalysis>,
}

/// One source by one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranked {
    pub source: String,
    /// Mean over seeds.
    pub value: f64,
    /// From 1.
    pub rank: usize,
}

/// A finished study as it lies on disk.
struct Finished {
    study: Study,
    plan: Plan,
    inputs: Inputs,
    report: Report,
    store: Store,
}

impl Finished {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let root = std::path::absolute(root)?;
        let plan = read_plan(&root)?;
        let read = |name: &str| {
            let path = root.join(name);
            files::read(&path).map_err(|e| Wrong(format!("{e}; let `transfermap run` finish: {}", path.display())))
        };
        let inputs = Inputs::read(&root)?;
        let text = read("report.json")?;
        checksum::check(&root.join("report.json"), &text)?;
        let report = Report::from_json(&text).map_err(|e| Wrong::at(root.join("report.json").display(), &e))?;
        Ok(Self { study: report.study.clone(), plan, inputs, report, store: Store::new(&root) })
    }

    /// Adds the new task to the study and to what was found in its data; returns how many examples are looked at.
    fn add(&mut self, task: &Task, folder: &Path) -> anyhow::Result<usize> {
        if self.study.task(&task.name).is_some() {
            return Err(Wrong(format!(
                "task `{0}` is in the study already: `transfermap recommend --target {0}` ranks its sources; rename a new one",
                task.name
            ))
            .into());
        }
        let rows = data::load(task, self.study.data_seed, folder).map_err(|e| Wrong::of(&e))?;
        let cache = self.store.root().join("cache");
        for encoder in &self.study.encoder {
            let bytes = self.inputs.encoder_file(self.store.root(), &encoder.name, "tokenizer.json")?;
            let cached =
                data::cache::tokenised(&cache, &rows, &bytes, encoder.max_length).map_err(|e| Wrong::of(&e))?;
            self.inputs.tokenised.entry(encoder.name.clone()).or_default().insert(task.name.clone(), cached.path);
        }
        let summary = TaskSummary {
            name: task.name.clone(),
            kind: task.kind,
            labels: rows.labels.clone(),
            splits: Default::default(),
            dropped_training_rows: rows.dropped_training_rows,
            overlaps: Vec::new(),
            fingerprint: data::digest(&rows),
        };
        self.inputs.tasks.push(summary.clone());
        self.report.tasks.push(summary);
        self.study.task.push(task.clone());
        self.report.study.task.push(task.clone());
        Ok(rows.train.len().min(self.study.measures.examples))
    }

    fn layout(&self) -> Layout<'_> {
        Layout { study: &self.study, plan: &self.plan, inputs: &self.inputs }
    }
}

/// Ranks the sources. Probes of the new task are kept beside the study's, so asking again is quick.
///
/// # Errors
/// A task file, a data file or an output folder that cannot be used ([`Wrong`]), or work that could not go on.
pub fn score(request: &Request, stop: &AtomicBool, monitor: &mut dyn Monitor) -> anyhow::Result<Scores> {
    let began = Instant::now();
    let text = files::read_to_string(&request.target)
        .map_err(|e| Wrong(format!("cannot read the task file ({e}): {}", request.target.display())))?;
    let mut task = Task::from_toml(&text).map_err(|e| Wrong::at(request.target.display(), &e))?;
    let folder = request.target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut finished = Finished::read(&request.against)?;
    let found = survey(&finished.plan, &finished.store)?;
    refuse_damage(&finished.store, &found)?;
    let selection = selection(&finished.study)?;
    let way = Way { offline: request.offline, when: When::Missing, without_encoders: false, stop: Some(stop) };
    resolve::tasks([&mut task], folder, &way, &mut FetchProgress::new(request.quiet)).map_err(HubError::into_told)?;
    task.check(&text).map_err(|e| Wrong::at(request.target.display(), &e))?;
    let examples = finished.add(&task, folder)?;
    let jobs = finished.layout().jobs(&selection.parts(), &|_| false);
    let mut warnings = observe(request, &finished, &task.name, &jobs, &found, stop, monitor)?;
    let clock = || began.elapsed().as_secs_f64();
    let mut measures = Vec::new();
    for encoder in &finished.study.encoder {
        let (of_encoder, lacking) = measure(&finished, &encoder.name, &task.name, &jobs, &selection, &clock)?;
        measures.push((encoder.name.clone(), of_encoder));
        warnings.extend(lacking);
    }
    let analysis = Analysis::new(&finished.report, &Options::default())?;
    let encoders = measures.iter().map(|(encoder, m)| rank(encoder, m, &analysis)).collect();
    for measure in measures.into_iter().flat_map(|(_, m)| m) {
        let same = |m: &&mut Measure| m.name == measure.name && m.encoder == measure.encoder;
        match finished.report.measures.iter_mut().find(same) {
            Some(of_study) => of_study.values.extend(measure.values),
            None => finished.report.measures.push(measure),
        }
    }
    let recommendations = recommend(&finished.report, &task.name, &Options::default())?;
    Ok(Scores { schema: SCORE_SCHEMA.into(), target: task.name, examples, encoders, recommendations, warnings })
}

/// Refuses records and weights that are not what their runs left.
fn refuse_damage(store: &Store, found: &Survey) -> Result<(), Wrong> {
    let again = "`transfermap run` with this --out makes it again";
    if let Some((id, why)) = found.corrupt.first() {
        return Err(Wrong(format!("{why}; {again}: {}", store.record_path(id).display())));
    }
    for record in found.done.iter().filter(|record| store.model_path(&record.id).exists()) {
        let known = record.sha256.as_ref().and_then(|hashes| hashes.weights.as_deref());
        if let Some(why) = store.weights_damage(&record.id, known) {
            return Err(Wrong(format!("{why}; {again}: {}", store.model_path(&record.id).display())));
        }
    }
    Ok(())
}

/// The study's measures that need no training of the target.
fn selection(study: &Study) -> anyhow::Result<Selection> {
    let asked = study.measures.selection().map_err(|e| Wrong::of(&e))?;
    let cheap = |m: &&&MeasureInfo| m.trained() != Trained::Both && m.cost() != Cost::Training;
    let selection = Selection::named(asked.measures().iter().filter(cheap).map(|m| m.name))?;
    if selection.measures().is_empty() {
        let none = "the study's [measures] select nothing that can be asked about a new task; change `select` and run it again";
        return Err(Wrong(none.into()).into());
    }
    Ok(selection)
}

/// Makes the probes of the new task; says which sources' models cannot be asked.
fn observe(
    request: &Request,
    finished: &Finished,
    target: &str,
    jobs: &[Job],
    found: &Survey,
    stop: &AtomicBool,
    monitor: &mut dyn Monitor,
) -> anyhow::Result<Vec<String>> {
    let of_target = |what: &What| match what {
        What::Features { task } | What::Gradients { task } => task == target,
        What::Pair { target: of, .. } => of == target,
        _ => false,
    };
    let mut warnings = Vec::new();
    let mut pending = Vec::new();
    for job in jobs {
        let items = job.items.iter().filter(|i| of_target(&i.what)).cloned().collect();
        let job = Job { items, ..job.clone() };
        if missing(&finished.store, &job).is_empty() {
            continue;
        }
        let models = job.items.iter().flat_map(|i| i.what.models());
        match models.filter_map(|m| Some((m, trouble(m, found, &finished.store)?))).next() {
            Some((model, why)) => warnings.push(format!("The model of {} cannot be asked: {why}.", model.run)),
            None => pending.push(job),
        }
    }
    if pending.is_empty() {
        return Ok(warnings);
    }
    let (device, _) = device::choose(&request.device)?;
    if device.backend() != finished.plan.backend {
        warnings.push(format!(
            "The study was run on {}, this task is looked at on {}: the last digits may differ.",
            finished.plan.backend,
            device.backend()
        ));
    }
    let base = request.base.clone().unwrap_or_else(|| finished.inputs.base.clone());
    let inputs = encoders(request, finished, &base, stop)?;
    let mut observer = Observer::new(device, Material::new(finished.study.clone(), base, inputs));
    monitor.begin(pending.len(), "models");
    let mut failed = Vec::new();
    let mut emit = |event| {
        if let Event::Failed { run, reason } = &event {
            failed.push(format!("{run}: {reason}."));
        }
        monitor.show(&event);
    };
    pending.iter().for_each(|job| note::clear(finished.store.root(), &job.id));
    let end =
        ProbeWorker { jobs: &pending, store: &finished.store, observer: &mut observer, stop, emit: &mut emit }.work();
    monitor.finish();
    match end {
        Ok(End::Settled) => {}
        Ok(End::Stopped) => anyhow::bail!("stopped; run the same command again to resume"),
        Err(fatal) => anyhow::bail!("{}", chain(&fatal)),
    }
    warnings.extend(failed);
    Ok(warnings)
}

/// Finds the study's encoders again: one of the hub in the folder that `run` had it in, else anew at the same commit.
fn encoders(request: &Request, finished: &Finished, base: &Path, stop: &AtomicBool) -> anyhow::Result<Inputs> {
    let mut inputs = finished.inputs.clone();
    inputs.folders.retain(|_, folder| folder.is_dir());
    let way = Way { offline: request.offline, when: When::Missing, without_encoders: false, stop: Some(stop) };
    for encoder in &finished.study.encoder {
        let mut encoder = inputs.located(encoder);
        // One that `run` found in a folder is no model of the hub, even where the folder is gone.
        if finished.inputs.folders.contains_key(&encoder.name) {
            resolve::encoders(slice::from_mut(&mut encoder), base, &way, &mut FetchProgress::new(request.quiet))
                .map_err(HubError::into_told)?;
        }
        let loaded = pretrained::load(&encoder, base).map_err(|e| {
            Wrong(format!("{}; give --base, the folder that the study's paths are relative to", chain(&e)))
        })?;
        if finished.study.task.iter().any(|t| t.kind == Kind::Pair) {
            loaded.check_pairs().map_err(|e| Wrong::of(&e))?;
        }
        inputs.folders.extend(encoder.folder.map(|folder| (encoder.name, folder)));
    }
    Ok(inputs)
}

/// The measures of one encoder from every source to the new task, and what they lack.
fn measure(
    finished: &Finished,
    encoder: &str,
    target: &str,
    jobs: &[Job],
    selection: &Selection,
    clock: &dyn Fn() -> f64,
) -> anyhow::Result<(Vec<Measure>, Vec<String>)> {
    let of_encoder: Vec<&Job> = jobs.iter().filter(|j| j.encoder == encoder).collect();
    let probes = Probes { store: &finished.store, jobs: &of_encoder };
    let (mut new, mut known): (Vec<TaskProbe>, Vec<TaskProbe>) =
        tasks(finished.layout(), encoder, &probes)?.into_iter().partition(|t| t.task == target);
    // What the study has paid for.
    known.iter_mut().for_each(|t| t.cost = TaskCost::default());
    let mut all: Vec<Measure> = Vec::new();
    // By reason the sources that it is said of.
    let mut lacking: IndexMap<String, Vec<&str>> = IndexMap::new();
    for source in finished.study.task.iter().filter(|t| t.name != target) {
        // Two tasks at a time, so that nothing is computed between the sources.
        let pair: Vec<TaskProbe> = known.iter().filter(|t| t.task == source.name).chain(&new).cloned().collect();
        let mut measuring = Measuring::new(encoder, &pair, selection, clock);
        for &seed in &finished.study.seeds {
            let mut models = probes.sources(seed, target);
            models.retain(|m| m.source == source.name);
            measuring.targets(&models);
        }
        let Measured { measures, warnings } = measuring.finish();
        // The new task is looked at once, for all sources.
        new.iter_mut().for_each(|t| t.cost = TaskCost::default());
        for mut measure in measures {
            measure.values.retain(|v| v.target == target);
            match all.iter_mut().find(|m| m.name == measure.name) {
                Some(known) => {
                    known.values.extend(measure.values);
                    known.cost_seconds += measure.cost_seconds;
                }
                None => all.push(measure),
            }
        }
        warnings.into_iter().for_each(|w| lacking.entry(w).or_default().push(&source.name));
    }
    all.retain(|m| !m.values.is_empty());
    let said = |(why, of): (String, Vec<&str>)| {
        let every = of.len() > 1 && of.len() == finished.study.task.iter().filter(|t| t.name != target).count();
        format!("{}: {why}.", if every { "every source".to_owned() } else { of.join(", ") })
    };
    Ok((all, lacking.into_iter().map(said).collect()))
}

/// Ranks the sources by every measure, and the measures by how they did in the study.
fn rank(encoder: &str, measures: &[Measure], analysis: &Analysis) -> EncoderScores {
    let prediction = analysis.predictors.iter().find(|p| p.family.encoder == encoder);
    let mut scored: Vec<Scored> = measures
        .iter()
        .map(|measure| Scored {
            name: measure.name.clone(),
            direction: measure.direction.clone(),
            trained: info(&measure.name).is_some_and(|i| i.trained() != Trained::Nothing),
            cost_seconds: measure.cost_seconds,
            sources: ranked(measure),
            in_study: prediction.and_then(|p| p.table.iter().find(|row| row.predictor == measure.name)).cloned(),
        })
        .collect();
    // Stable: those that the study does not know stay in the registry's order.
    scored.sort_by_key(|s| s.in_study.as_ref().map_or(usize::MAX, |p| p.rank));
    EncoderScores { encoder: encoder.to_owned(), in_study: prediction.map(|p| p.sentence.clone()), measures: scored }
}

fn ranked(measure: &Measure) -> Vec<Ranked> {
    let sign = if measure.lower_is_more_similar() { -1.0 } else { 1.0 };
    // A symmetric measure has the other direction, too.
    let means =
        measure.means().into_iter().filter(|((source, _), _)| measure.values.iter().any(|v| v.source == *source));
    let mut sources: Vec<Ranked> =
        means.map(|((source, _), value)| Ranked { source: source.to_owned(), value, rank: 1 }).collect();
    sources.sort_by(|a, b| (sign * b.value).total_cmp(&(sign * a.value)).then(a.source.cmp(&b.source)));
    let values: Vec<f64> = sources.iter().map(|s| s.value).collect();
    if is_level(values.iter().copied()) {
        // An order of rounding errors would be none.
        return sources;
    }
    for (i, source) in sources.iter_mut().enumerate() {
        source.rank = 1 + values.iter().take(i).filter(|v| sign * **v > sign * source.value).count();
    }
    sources
}
