//! What an output folder already holds of a plan, and what must be moved out of the way before training goes on.

use std::collections::HashSet;

use transfermap::plan::{Plan, PlannedRun};
use transfermap::record::{Hashes, RunRecord};

use super::claims::Claims;
use super::damage::Damage;
use super::inputs::Inputs;
use super::records::{Found, Store, now};
use crate::atomic::FileError;
use crate::error::Wrong;

/// Names that a message lists before it says "and so many more".
const LISTED: usize = 10;

/// The runs of a plan by what is on disk. Each list is in plan order.
#[derive(Debug, Default)]
pub struct Survey {
    /// Trained to their end.
    pub done: Vec<RunRecord>,
    /// Failed; the record says why.
    pub failed: Vec<RunRecord>,
    /// Without a record.
    pub missing: Vec<String>,
    /// With a record of another fingerprint.
    pub stale: Vec<String>,
    /// With a file that is no record, and why.
    pub corrupt: Vec<(String, String)>,
}

/// Looks, and changes nothing.
///
/// # Errors
/// A record exists and cannot be read from disk.
pub fn survey(plan: &Plan, store: &Store) -> Result<Survey, FileError> {
    let mut survey = Survey::default();
    for run in &plan.runs {
        match store.look(&run.id)? {
            Found::Missing => survey.missing.push(run.id.clone()),
            Found::Corrupt(why) => survey.corrupt.push((run.id.clone(), why)),
            Found::Record(r) if r.fingerprint != run.fingerprint => survey.stale.push(run.id.clone()),
            Found::Record(r) if r.is_ok() => survey.done.push(*r),
            Found::Record(r) => survey.failed.push(*r),
        }
    }
    Ok(survey)
}

/// What may be moved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Permission {
    /// `--retrain-stale`.
    pub retrain_stale: bool,
    /// `--retry-failed`.
    pub retry_failed: bool,
}

/// Refuses stale records, or moves them and whatever else is in the way, damaged files among them; gives hashes to the
/// records of earlier versions; says what it does.
///
/// # Errors
/// Stale records without permission ([`Wrong`]), or a file that cannot be moved.
pub fn clear(
    (plan, inputs): (&Plan, &Inputs),
    selected: &[PlannedRun],
    store: &Store,
    permission: Permission,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    let found = survey(plan, store)?;
    if !found.stale.is_empty() && !permission.retrain_stale {
        return Err(Wrong(format!(
            "{} records in {} belong to another version of the study, its data or its encoder: {}. Give \
             --retrain-stale to train them again (the old ones are kept in stale/), or another --out",
            found.stale.len(),
            store.root().display(),
            listed(&found.stale)
        ))
        .into());
    }
    let claims = Claims::new(store.root());
    let when = now().replace(':', "-");
    let wanted: HashSet<&str> = selected.iter().map(|r| r.id.as_str()).collect();
    let failed = found.failed.iter().filter(|r| permission.retry_failed && wanted.contains(r.id.as_str()));
    let retired: Vec<&str> = found.stale.iter().map(String::as_str).chain(failed.map(|r| r.id.as_str())).collect();
    for &id in &retired {
        // Whoever trains it now started after the move.
        if let Some(_claim) = claims.claim(id)?
            && store.record_path(id).exists()
        {
            store.retire(id, &when)?;
        }
    }
    if !retired.is_empty() {
        say(&format!("{} records moved to {}", retired.len(), store.root().join("stale").join(&when).display()));
    }
    for (id, why) in &found.corrupt {
        if let Some(_claim) = claims.claim(id)?
            && matches!(store.look(id)?, Found::Corrupt(_))
        {
            let aside = store.set_record_aside(id, "corrupt")?;
            say(&format!("{id}: {why}; moved to {}, trained again", aside.display()));
        }
    }
    check_files(&found.done, inputs, store, &claims, say)?;
    recover_models(&found.done, selected, store, &claims, say)
}

/// Finished runs whose predictions or tokens are not those of their record are trained again. Records without hashes get
/// them.
fn check_files(
    done: &[RunRecord],
    inputs: &Inputs,
    store: &Store,
    claims: &Claims,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    let mut unverified = 0;
    for record in done {
        let damage = match &record.sha256 {
            Some(hashes) => damage(record, hashes, inputs, store, say),
            None => match store.hashes_of(record, inputs)? {
                Err(damage) => Some(damage.to_string()),
                Ok(hashes) => {
                    let Some(_claim) = claims.claim(&record.id)? else { continue };
                    store.commit_record(&RunRecord { sha256: Some(hashes), ..record.clone() })?;
                    unverified += 1;
                    None
                }
            },
        };
        if let Some(damage) = damage
            && let Some(_claim) = claims.claim(&record.id)?
        {
            let aside = store.set_record_aside(&record.id, "damaged")?;
            say(&format!("{damage}; record moved to {}, the run is trained again", aside.display()));
        }
    }
    if unverified > 0 {
        say(&format!("{unverified} records of an earlier version had no hashes; they have them now, taken on trust"));
    }
    Ok(())
}

/// Why a run with hashes must be trained again. Predictions that are gone are mentioned only: nothing is computed from
/// them, and whoever removed them wanted the room.
fn damage(
    record: &RunRecord,
    hashes: &Hashes,
    inputs: &Inputs,
    store: &Store,
    say: &mut dyn FnMut(&str),
) -> Option<String> {
    let prepared = inputs.hashes_of(&record.encoder, &record.targets);
    let mut of_tokens =
        hashes.tokenised.iter().filter(|(task, known)| prepared.get(*task).is_some_and(|p| p != *known));
    if let Some((task, _)) = of_tokens.next() {
        return Some(format!("{}: it was trained on other tokens of {task} than those in the cache", record.id));
    }
    let (missing, damaged): (Vec<Damage>, Vec<Damage>) =
        store.predictions_damage(record).into_iter().partition(|damage| damage.missing);
    missing.iter().for_each(|damage| say(&damage.to_string()));
    damaged.first().map(Damage::to_string)
}

/// A finished source without usable weights is trained again when a run still has to start from it.
fn recover_models(
    done: &[RunRecord],
    selected: &[PlannedRun],
    store: &Store,
    claims: &Claims,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    let waited_for: HashSet<&str> = selected
        .iter()
        .filter(|r| !store.record_path(&r.id).exists())
        .filter_map(|r| r.depends_on.as_deref())
        .collect();
    for record in done.iter().filter(|r| waited_for.contains(r.id.as_str())) {
        let Some(damage) = store.model_damage(&record.id) else { continue };
        if let Some(_claim) = claims.claim(&record.id)? {
            store.set_record_aside(&record.id, "without-model")?;
            let path = store.model_path(&record.id);
            say(&format!("{}: {damage}; the run is trained again, others start from it", path.display()));
        }
    }
    Ok(())
}

/// The first few names.
pub fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text += &format!(" and {} more", names.len() - LISTED);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fake;
    use crate::store::records::{KeepModels, failed_record};

    fn fill(plan: &Plan, store: &Store) {
        for run in &plan.runs {
            let finished = fake::finished(run);
            store.commit(run, &fake::record(run, &finished), &finished, KeepModels::Sources).unwrap();
        }
    }

    #[test]
    fn stale_records_are_refused_by_name_or_kept_aside() {
        let dir = tempfile::tempdir().unwrap();
        let (store, mut plan) = (Store::new(dir.path()), fake::plan(&["a", "b"], &[1]));
        fill(&plan, &store);
        plan.runs[2].fingerprint = "changed".into();
        let id = plan.runs[2].id.clone();
        let refused =
            clear((&plan, &Inputs::default()), &plan.runs, &store, Permission::default(), &mut |_| {}).unwrap_err();
        assert!(refused.is::<Wrong>() && refused.to_string().contains(&id), "{refused}");
        let yes = Permission { retrain_stale: true, ..Permission::default() };
        clear((&plan, &Inputs::default()), &plan.runs, &store, yes, &mut |_| {}).unwrap();
        assert_eq!(survey(&plan, &store).unwrap().missing, std::slice::from_ref(&id));
        let kept = std::fs::read_dir(dir.path().join("stale")).unwrap().next().unwrap().unwrap().path();
        assert!(kept.join(&id).join("record.json").exists());
    }

    #[test]
    fn corrupt_records_and_lost_models_are_trained_again() {
        let dir = tempfile::tempdir().unwrap();
        let (store, plan) = (Store::new(dir.path()), fake::plan(&["a", "b"], &[1]));
        fill(&plan, &store);
        std::fs::write(store.record_path("sequential/a--b/s1"), b"{").unwrap();
        std::fs::remove_file(store.model_path("single/a/s1")).unwrap();
        std::fs::remove_file(store.model_path("single/b/s1")).unwrap();
        let mut said = Vec::new();
        clear((&plan, &Inputs::default()), &plan.runs, &store, Permission::default(), &mut |t| said.push(t.to_owned()))
            .unwrap();
        let mut missing = survey(&plan, &store).unwrap().missing;
        missing.sort();
        // Nothing waits for the other model, so its loss does not matter.
        assert_eq!(missing, ["sequential/a--b/s1", "single/a/s1"]);
        assert_eq!(said.len(), 2, "{said:?}");
    }

    #[test]
    fn failed_runs_stay_failed_until_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let (store, plan) = (Store::new(dir.path()), fake::plan(&["a", "b"], &[1]));
        store.commit_record(&failed_record(&plan.runs[0], "loss became NaN", Default::default())).unwrap();
        clear((&plan, &Inputs::default()), &plan.runs, &store, Permission::default(), &mut |_| {}).unwrap();
        assert_eq!(survey(&plan, &store).unwrap().failed.len(), 1);
        let yes = Permission { retry_failed: true, ..Permission::default() };
        clear((&plan, &Inputs::default()), &plan.runs, &store, yes, &mut |_| {}).unwrap();
        assert_eq!(survey(&plan, &store).unwrap().failed.len(), 0);
    }
}
