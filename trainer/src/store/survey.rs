//! What an output folder already holds of a plan, and what must be moved out of the way before training goes on.

use std::collections::HashSet;

use transfermap::plan::{Plan, PlannedRun};
use transfermap::record::RunRecord;

use super::claims::Claims;
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

/// Refuses stale records, or moves them and whatever else is in the way; says what it does.
///
/// # Errors
/// Stale records without permission ([`Wrong`]), or a file that cannot be moved.
pub fn clear(
    plan: &Plan,
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
    recover_models(&found.done, selected, store, &claims, say)
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
        let refused = clear(&plan, &plan.runs, &store, Permission::default(), &mut |_| {}).unwrap_err();
        assert!(refused.is::<Wrong>() && refused.to_string().contains(&id), "{refused}");
        let yes = Permission { retrain_stale: true, ..Permission::default() };
        clear(&plan, &plan.runs, &store, yes, &mut |_| {}).unwrap();
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
        clear(&plan, &plan.runs, &store, Permission::default(), &mut |t| said.push(t.to_owned())).unwrap();
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
        clear(&plan, &plan.runs, &store, Permission::default(), &mut |_| {}).unwrap();
        assert_eq!(survey(&plan, &store).unwrap().failed.len(), 1);
        let yes = Permission { retry_failed: true, ..Permission::default() };
        clear(&plan, &plan.runs, &store, yes, &mut |_| {}).unwrap();
        assert_eq!(survey(&plan, &store).unwrap().failed.len(), 0);
    }
}
