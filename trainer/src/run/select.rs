//! Which runs of a plan one invocation trains: `--shard`, `--only`, and what those need.

use std::collections::HashSet;

use globset::{Glob, GlobMatcher};
use transfermap::plan::{Plan, PlannedRun};

use crate::error::Wrong;

/// A share of a plan: `index` of `of`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub index: usize,
    /// Of how many.
    pub of: usize,
}

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}`: give i/n with i from 1 to n, for example 1/4")]
pub struct NotAShard(String);

impl std::str::FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let parse = |s: &str| s.parse::<usize>().ok().filter(|n| *n > 0);
        let parts = text.split_once('/').and_then(|(i, n)| Some((parse(i)?, parse(n)?)));
        match parts {
            Some((index, of)) if index <= of => Ok(Self { index, of }),
            _ => Err(NotAShard(text.to_owned())),
        }
    }
}

/// The runs to train.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// In plan order.
    pub runs: Vec<PlannedRun>,
    /// Those among them that were not asked for, but that others start from.
    pub added: Vec<String>,
}

/// Selects runs. In `--only`, `*` matches everything, `/` too.
///
/// # Errors
/// A pattern that is none, or that matches nothing.
pub fn select(plan: &Plan, shard: Option<Shard>, only: Option<&str>) -> Result<Selection, Wrong> {
    let pattern: Option<GlobMatcher> = only
        .map(|text| Glob::new(text).map(|g| g.compile_matcher()).map_err(|e| Wrong(format!("--only {text}: {e}"))))
        .transpose()?;
    let of_shard: Option<HashSet<String>> = shard.map(|s| plan.shard(s.index, s.of).into_iter().collect());
    let asked: HashSet<&str> = plan
        .runs
        .iter()
        .filter(|r| pattern.as_ref().is_none_or(|p| p.is_match(&r.id)))
        .filter(|r| of_shard.as_ref().is_none_or(|s| s.contains(&r.id)))
        .map(|r| r.id.as_str())
        .collect();
    if let (true, Some(text)) = (asked.is_empty(), only) {
        let example = plan.runs.first().map_or("", |r| r.id.as_str());
        return Err(Wrong(format!("--only {text}: no run matches; run ids look like `{example}`")));
    }
    let needed: HashSet<&str> =
        plan.runs.iter().filter(|r| asked.contains(r.id.as_str())).filter_map(|r| r.depends_on.as_deref()).collect();
    let chosen = |r: &&PlannedRun| asked.contains(r.id.as_str()) || needed.contains(r.id.as_str());
    let runs: Vec<PlannedRun> = plan.runs.iter().filter(chosen).cloned().collect();
    let added = runs.iter().filter(|r| !asked.contains(r.id.as_str())).map(|r| r.id.clone()).collect();
    Ok(Selection { runs, added })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fake;

    #[test]
    fn reads_shards() {
        assert_eq!("2/4".parse(), Ok(Shard { index: 2, of: 4 }));
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn brings_along_what_is_needed_and_says_so() {
        let plan = fake::plan(&["a", "b"], &[1, 2]);
        let chosen = select(&plan, None, Some("sequential/*/s1")).unwrap();
        let ids: Vec<&str> = chosen.runs.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["single/a/s1", "single/b/s1", "sequential/a--b/s1", "sequential/b--a/s1"]);
        assert_eq!(chosen.added, ["single/a/s1", "single/b/s1"]);
        assert!(select(&plan, None, Some("joint/*")).unwrap_err().to_string().contains("run ids look like"));
        assert!(select(&plan, None, Some("a[")).is_err());
    }

    #[test]
    fn shards_are_disjoint_and_complete() {
        let plan = fake::plan(&["a", "b", "c"], &[1, 2]);
        let mut all = Vec::new();
        for index in 1..=3 {
            let chosen = select(&plan, Some(Shard { index, of: 3 }), None).unwrap();
            assert!(chosen.added.is_empty());
            all.extend(chosen.runs.into_iter().map(|r| r.id));
        }
        all.sort();
        let mut planned: Vec<String> = plan.runs.iter().map(|r| r.id.clone()).collect();
        planned.sort();
        assert_eq!(all, planned);
    }
}
