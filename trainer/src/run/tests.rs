//! The worker loop and its supervision, with real processes and a fake training.

mod race;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use transfermap::plan::Plan;
use transfermap::record::Status;
use transfermap::study::Study;

use super::event::{Event, Monitor};
use super::fake::Fake;
use super::planned::Planned;
use super::request::Request;
use super::select::Shard;
use super::start::{Outcome, train};
use super::worker::{End, Worker};
use crate::store::fake;
use crate::store::inputs::Inputs;
use crate::store::records::{KeepModels, Store};
use crate::store::survey::survey;

/// Set in the environment of a test binary that is to be a worker.
const BE_A_WORKER: &str = "TRANSFERMAP_TEST_WORKER";

/// Not a test: what the worker processes of the tests below run.
#[test]
fn worker_process() {
    if std::env::var_os(BE_A_WORKER).is_some() {
        let good = super::child::work(|_| Ok(Box::new(Fake))).unwrap();
        std::process::exit(i32::from(!good));
    }
}

fn worker_command() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "run::tests::worker_process", "--nocapture", "--test-threads=2"]);
    command.env(BE_A_WORKER, "1");
    command
}

fn work(plan: &Plan, root: &Path, stop: &AtomicBool) -> (Result<End, super::worker::Fatal>, Vec<Event>) {
    let mut events = Vec::new();
    let end = Worker {
        runs: &plan.runs,
        store: &Store::new(root),
        trainer: &mut Fake,
        keep_models: KeepModels::Sources,
        provenance: &Default::default(),
        stop,
        emit: &mut |e| events.push(e),
    }
    .work();
    (end, events)
}

fn run_study(tasks: &[&str], root: &Path, workers: usize, stop: &AtomicBool) -> (anyhow::Result<Outcome>, Planned) {
    let planned = planned(&fake::study_text(tasks, &[1, 2]), fake::plan(tasks, &[1, 2]));
    let result = run_planned(&planned, root, workers, None, stop);
    (result, planned)
}

fn planned(text: &str, plan: Plan) -> Planned {
    Planned {
        study: Study::from_toml(text).unwrap(),
        plan,
        inputs: Inputs::default(),
        device: "cpu".into(),
        on_cpu: true,
        provenance: Default::default(),
    }
}

fn run_planned(
    planned: &Planned,
    root: &Path,
    workers: usize,
    shard: Option<Shard>,
    stop: &AtomicBool,
) -> anyhow::Result<Outcome> {
    let text = planned.study.to_toml().unwrap();
    let mut request = Request::new(text, "study.toml".into(), root.to_owned(), root.to_owned());
    request.workers = Some(workers);
    request.shard = shard;
    request.quiet = true;
    train(&request, planned, &worker_command, stop, &mut Deaf)
}

/// Listens to nothing.
struct Deaf;

impl Monitor for Deaf {
    fn begin(&mut self, _: usize, _: &'static str) {}
    fn show(&mut self, _: &Event) {}
    fn died(&mut self, _: &str, _: &str) {}
    fn message(&mut self, _: &str) {}
    fn tick(&mut self) {}
    fn finish(&mut self) {}
}

/// The parts of every record that must not depend on how it came about, and the bytes of predictions.
fn results(plan: &Plan, root: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    let store = Store::new(root);
    let result = |id: &str| {
        let record = store.record(id)?;
        let predictions = std::fs::read(store.predictions_path(id, "", 1)).ok()?;
        Some((serde_json::to_string(&record.evaluations).unwrap(), predictions))
    };
    plan.runs.iter().filter_map(|r| Some((r.id.clone(), result(&r.id)?))).collect()
}

#[test]
fn sources_come_first_and_are_trained_once() {
    let dir = tempfile::tempdir().unwrap();
    let plan = fake::plan(&["a", "b", "c"], &[1]);
    let (end, events) = work(&plan, dir.path(), &AtomicBool::new(false));
    assert_eq!(end.unwrap(), End::Settled);
    let order: Vec<&str> =
        events.iter().filter_map(|e| if let Event::Start { run } = e { Some(run.as_str()) } else { None }).collect();
    assert_eq!(order.len(), 9);
    for run in &plan.runs {
        let at = |id: &str| order.iter().position(|r| *r == id).unwrap();
        assert!(run.depends_on.as_ref().is_none_or(|source| at(source) < at(&run.id)));
    }
}

#[test]
fn a_failure_reaches_its_dependents_with_the_reason_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let plan = fake::plan(&["nan", "b"], &[1]);
    let (end, _) = work(&plan, dir.path(), &AtomicBool::new(false));
    assert_eq!(end.unwrap(), End::Settled);
    let store = Store::new(dir.path());
    let reason = |id: &str| store.record(id).unwrap().reason.unwrap_or_default();
    assert!(reason("single/nan/s1").contains("NaN at step 3"));
    assert!(reason("sequential/nan--b/s1").starts_with("source run single/nan/s1 failed: loss became NaN"));
    assert_eq!(store.record("single/b/s1").unwrap().status, Status::Ok);
    // Its source is good; it diverges itself.
    assert!(reason("sequential/b--nan/s1").starts_with("loss became NaN"));
}

#[test]
fn a_score_that_json_cannot_hold_fails_the_run_instead_of_corrupting_its_record() {
    let dir = tempfile::tempdir().unwrap();
    let plan = fake::plan(&["inf", "b"], &[1]);
    assert_eq!(work(&plan, dir.path(), &AtomicBool::new(false)).0.unwrap(), End::Settled);
    let record = Store::new(dir.path()).record("single/inf/s1").unwrap();
    assert!(record.reason.unwrap().contains("not a number"));
}

#[test]
fn a_full_disk_ends_the_worker_and_leaves_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let plan = fake::plan(&["disk", "b"], &[1]);
    let (end, _) = work(&plan, dir.path(), &AtomicBool::new(false));
    let message = crate::error::chain(&end.unwrap_err());
    assert!(message.contains("state.bin") && message.contains("free some space"), "{message}");
    assert_eq!(survey(&plan, &Store::new(dir.path())).unwrap().done.len(), 0);
}

#[test]
fn a_corrupt_checkpoint_is_set_aside_and_the_run_trained_again() {
    let dir = tempfile::tempdir().unwrap();
    let plan = fake::plan(&["a", "b"], &[1]);
    let store = Store::new(dir.path());
    std::fs::write(store.checkpoint(&plan.runs[0]).unwrap(), "garbage").unwrap();
    let (_, events) = work(&plan, dir.path(), &AtomicBool::new(false));
    assert!(events.iter().any(|e| matches!(e, Event::Message { text } if text.contains("checkpoint.corrupt-1"))));
    assert!(store.folder(&plan.runs[0].id).join("checkpoint.corrupt-1").exists());
    assert_eq!(survey(&plan, &store).unwrap().done.len(), plan.runs.len());
}

#[test]
fn two_workers_share_a_folder_without_training_anything_twice() {
    let (alone, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plan = fake::plan(&["a", "b", "c"], &[1, 2]);
    work(&plan, alone.path(), &AtomicBool::new(false)).0.unwrap();
    let started = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let (end, events) = work(&plan, shared.path(), &AtomicBool::new(false));
                assert_eq!(end.unwrap(), End::Settled);
                started.lock().unwrap().extend(events.into_iter().filter(|e| matches!(e, Event::Start { .. })));
            });
        }
    });
    assert_eq!(started.into_inner().unwrap().len(), plan.runs.len());
    assert_eq!(results(&plan, alone.path()), results(&plan, shared.path()));
}

#[test]
fn processes_finish_a_study_with_a_report_and_a_second_call_trains_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (first, planned) = run_study(&["a", "b"], dir.path(), 2, &AtomicBool::new(false));
    let first = first.unwrap();
    assert!(first.good);
    assert_eq!(first.ending.done, 8);
    for file in ["report.json", "transfer.csv", "plan.json", "study.toml", "cache/inputs.json"] {
        assert!(dir.path().join(file).exists(), "{file}");
    }
    assert_eq!(std::fs::read_dir(dir.path().join("claims")).unwrap().count(), 1, "only the lock is left");
    let before = results(&planned.plan, dir.path());
    let second = run_study(&["a", "b"], dir.path(), 2, &AtomicBool::new(false)).0.unwrap();
    assert!(second.good && second.ending.done + second.ending.failed == 0);
    assert_eq!(before, results(&planned.plan, dir.path()));
}

#[test]
fn a_run_that_kills_its_worker_is_tried_twice_and_the_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    // One worker: with several, another may take the run up once more before it is buried.
    let (outcome, planned) = run_study(&["panic", "once", "c"], dir.path(), 1, &AtomicBool::new(false));
    assert!(!outcome.unwrap().good);
    let found = survey(&planned.plan, &Store::new(dir.path())).unwrap();
    assert!(found.missing.is_empty());
    let record = |id: &str| Store::new(dir.path()).record(id).unwrap();
    let reason = record("single/panic/s1").reason.unwrap();
    assert!(reason.contains("died 2 times") && reason.contains("index out of bounds"), "{reason}");
    assert_eq!(record("single/once/s1").status, Status::Ok);
    assert_eq!(record("sequential/once--c/s2").status, Status::Ok);
    assert_eq!(record("sequential/panic--c/s1").status, Status::Failed);
}

#[test]
fn a_full_disk_stops_the_study_with_the_file_and_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let (result, _) = run_study(&["disk", "slow"], dir.path(), 2, &AtomicBool::new(false));
    let message = result.err().unwrap().to_string();
    assert!(message.contains("state.bin") && message.contains("free some space"), "{message}");
}

#[test]
fn a_stop_saves_checkpoints_and_the_same_command_goes_on_to_the_same_numbers() {
    let (stopped, straight) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tasks = ["slow1", "slow2"];
    let stop = AtomicBool::new(false);
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            wait_for_checkpoint(stopped.path());
            stop.store(true, Ordering::Relaxed);
        });
        run_study(&tasks, stopped.path(), 2, &stop).0
    });
    assert!(result.unwrap().stopped.unwrap().contains("again to resume"));
    assert!(checkpoints(stopped.path()) > 0, "the stop hit a running training");
    let go = AtomicBool::new(false);
    let (outcome, planned) = run_study(&tasks, stopped.path(), 2, &go);
    assert!(outcome.unwrap().good);
    run_study(&tasks, straight.path(), 1, &go).0.unwrap();
    assert_eq!(results(&planned.plan, stopped.path()), results(&planned.plan, straight.path()));
    assert_eq!(results(&planned.plan, stopped.path()).len(), planned.plan.runs.len());
}

#[test]
#[cfg(target_os = "linux")]
fn workers_killed_in_the_middle_of_a_run_are_replaced_and_the_numbers_stay() {
    let (killed, straight) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tasks = ["slow1", "slow2"];
    let go = AtomicBool::new(false);
    let (outcome, planned) = std::thread::scope(|scope| {
        scope.spawn(|| {
            wait_for_checkpoint(killed.path());
            let victims = crate::store::claims::Claims::new(killed.path()).held();
            assert!(!victims.is_empty(), "a training was running");
            for victim in victims {
                Command::new("kill").args(["-9", &victim.process.pid.to_string()]).status().unwrap();
            }
        });
        run_study(&tasks, killed.path(), 2, &go)
    });
    assert!(outcome.unwrap().good);
    run_study(&tasks, straight.path(), 1, &go).0.unwrap();
    assert_eq!(results(&planned.plan, killed.path()), results(&planned.plan, straight.path()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_whose_parent_is_gone_saves_a_checkpoint_and_ends() {
    let dir = tempfile::tempdir().unwrap();
    let plan = fake::plan(&["slow1", "slow2"], &[1, 2]);
    let assignment = super::event::Assignment {
        out: dir.path().to_owned(),
        base: dir.path().to_owned(),
        study: fake::study(&["slow1", "slow2"], &[1, 2]),
        runs: plan.runs.clone(),
        inputs: Inputs::default(),
        device: "cpu".into(),
        keep_models: KeepModels::Sources,
        checkpoint_every: 1,
        provenance: Default::default(),
        probes: Vec::new(),
    };
    let mut command = worker_command();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", serde_json::to_string(&assignment).unwrap()).unwrap();
    wait_for_checkpoint(dir.path());
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert_eq!(checkpoints(dir.path()), 1);
    assert!(survey(&plan, &Store::new(dir.path())).unwrap().missing.len() >= 7);
}

#[test]
fn two_commands_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let go = AtomicBool::new(false);
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| run_study(&["slow1", "slow2"], dir.path(), 1, &go));
        let first = run_study(&["slow1", "slow2"], dir.path(), 1, &go);
        (first, other.join().unwrap())
    });
    let (first, second) = (first.0.unwrap(), second.0.unwrap());
    assert!(first.good && second.good);
    assert_eq!(first.ending.done + second.ending.done, 8);
}

fn checkpoints(root: &Path) -> usize {
    let plan = fake::plan(&["slow1", "slow2"], &[1, 2]);
    plan.runs.iter().filter(|r| Store::new(root).folder(&r.id).join("checkpoint/state.bin").exists()).count()
}

fn wait_for_checkpoint(root: &Path) {
    let began = Instant::now();
    while checkpoints(root) == 0 && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
}
