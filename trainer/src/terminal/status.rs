//! `transfermap status DIR`: how far a study is, whoever trains it. Reads, and changes nothing.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use transfermap::analysis::{Analysis, Options};
use transfermap::plan::Plan;
use transfermap::study::Study;

use super::progress::duration;
use crate::probes;
use crate::store::claims::{Claims, Owner};
use crate::store::inputs::{Inputs, read_plan};
use crate::store::process::Life;
use crate::store::records::Store;
use crate::store::report;
use crate::store::survey::{Survey, survey};

/// Prints the state of an output folder.
///
/// # Errors
/// No plan there, or stdout is closed.
pub fn print(root: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let plan = read_plan(root)?;
    let store = Store::new(root);
    let found = survey(&plan, &store).context("reading records")?;
    let probes = probes::state::progress(&store, &plan, &found);
    let observing = |id: &String| probes.as_ref().is_some_and(|(_, incomplete)| incomplete.contains(id));
    let unfinished = |o: &Owner| found.missing.contains(&o.run) || found.stale.contains(&o.run) || observing(&o.run);
    let running: Vec<Owner> = Claims::new(root).held().into_iter().filter(unfinished).collect();
    let in_flight: HashSet<&str> = running.iter().map(|o| o.run.as_str()).collect();
    let waiting = |ids: &[String]| ids.iter().filter(|id| !in_flight.contains(id.as_str())).count();
    let missing = waiting(&found.missing) + found.corrupt.len();

    let race = race(root, &plan, &found);
    let so_far = if race.is_some() { " so far" } else { "" };
    writeln!(out, "{}: {} runs{so_far}", plan.study, plan.runs.len())?;
    writeln!(out, "  done     {}", found.done.len())?;
    writeln!(out, "  running  {}", running.len())?;
    for owner in &running {
        writeln!(out, "    {}", describe(owner))?;
    }
    writeln!(out, "  failed   {}", found.failed.len())?;
    for record in &found.failed {
        writeln!(out, "    {}: {}", record.id, record.reason.as_deref().unwrap_or("no reason given"))?;
    }
    writeln!(out, "  missing  {missing}")?;
    for (id, why) in &found.corrupt {
        writeln!(out, "    {id}: {why} (trained again by the next `run`)")?;
    }
    if !found.stale.is_empty() {
        writeln!(out, "  stale    {} (trained again with --retrain-stale)", found.stale.len())?;
        found.stale.iter().try_for_each(|id| writeln!(out, "    {id}"))?;
    }
    if let Some((groups, incomplete)) = &probes {
        writeln!(out, "  probes   {} of {groups} groups, for the measures", groups - incomplete.len())?;
    }
    if let Some(analysis) = &race {
        super::analysis::race(out, analysis, super::colours())?;
    }
    if running.iter().any(|o| observing(&o.run)) {
        return Ok(());
    }
    if !running.is_empty() && !found.done.is_empty() {
        let mean = found.done.iter().map(|r| r.cost.seconds).sum::<f64>() / found.done.len() as f64;
        let trained: f64 = running.iter().filter_map(share).sum();
        let left = (missing + running.len()) as f64 - trained;
        writeln!(out, "about {} left with {} workers", duration(left * mean / running.len() as f64), running.len())?;
    } else if running.is_empty() && (missing > 0 || probes.is_some_and(|(_, incomplete)| !incomplete.is_empty())) {
        writeln!(out, "nothing is running; `transfermap run` with this --out goes on")?;
    }
    Ok(())
}

/// What is known of a study whose pairs race; none where its file is gone or its records contradict each other, which `run`
/// and `report` complain about.
fn race(root: &Path, plan: &Plan, found: &Survey) -> Option<Analysis> {
    let text = std::fs::read_to_string(root.join("study.toml")).ok()?;
    let study = Study::from_toml(&text).ok().filter(|study| study.race.is_some())?;
    let report = report::assemble(&study, plan, &Inputs::default(), found);
    Analysis::tests(&report, &Options::default()).ok()
}

fn describe(owner: &Owner) -> String {
    let mut text = format!("{} on {}, process {}", owner.run, owner.process.host, owner.process.pid);
    if let Some(p) = owner.progress {
        text += &format!(", step {}/{}, loss {:.3}", p.step, p.total_steps, p.loss);
    }
    if owner.process.life() == Life::Unknown {
        text += ", on another host";
    }
    text
}

fn share(owner: &Owner) -> Option<f64> {
    owner.progress.map(|p| p.step as f64 / p.total_steps.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Wrong;
    use crate::store::fake;
    use crate::store::records::{KeepModels, failed_record};

    #[test]
    fn tells_the_failed_the_missing_and_how_to_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let (store, plan) = (Store::new(dir.path()), fake::plan(&["a", "b"], &[1]));
        std::fs::write(dir.path().join("plan.json"), serde_json::to_vec(&plan).unwrap()).unwrap();
        store.commit_record(&failed_record(&plan.runs[0], "loss became NaN", Default::default())).unwrap();
        for run in plan.runs.iter().skip(2) {
            let finished = fake::finished(run);
            store.commit(run, &fake::record(run, &finished), &finished, KeepModels::Sources).unwrap();
        }
        let mut out = Vec::new();
        print(dir.path(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("fake: 4 runs") && text.contains("done     2"), "{text}");
        assert!(text.contains(&format!("{}: loss became NaN", plan.runs[0].id)), "{text}");
        assert!(text.contains("missing  1") && text.contains("goes on"), "{text}");
        let wrong = print(&dir.path().join("none"), &mut Vec::new()).unwrap_err();
        assert!(wrong.is::<Wrong>());
    }
}
