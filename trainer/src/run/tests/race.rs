//! A race comes to the same rounds and numbers whoever runs it, and however often it is stopped.

use super::*;

const SEEDS: [u64; 4] = [1, 2, 3, 4];

fn raced(tasks: &[&str], budget: usize) -> Planned {
    let text = fake::study_text(tasks, &SEEDS);
    let race = format!("[race]\nlooks = [2, 3, 4]\nbudget = {budget}\n[measures]\nselect = \"none\"\n[[encoder]]");
    planned(&text.replacen("[[encoder]]", &race, 1), fake::plan(tasks, &SEEDS))
}

/// The rounds as they were written, and what every run came to.
fn came_to(planned: &Planned, root: &Path) -> (String, BTreeMap<String, (String, Vec<u8>)>) {
    (std::fs::read_to_string(root.join("race.json")).unwrap(), results(&planned.plan, root))
}

#[test]
fn any_number_of_workers_comes_to_the_same_rounds_within_the_budget() {
    let planned = raced(&["a", "b", "c"], 25);
    let go = AtomicBool::new(false);
    let all = [1, 3].map(|workers| {
        let dir = tempfile::tempdir().unwrap();
        let outcome = run_planned(&planned, dir.path(), workers, None, &go).unwrap();
        assert!(outcome.good && outcome.missing == 0);
        let (rounds, results) = came_to(&planned, dir.path());
        assert!(results.len() > 18 && results.len() <= 25, "{} runs", results.len());
        let race = outcome.analysis.race.unwrap();
        assert_eq!((race.runs, race.budget.as_str()), (results.len(), "25 runs"));
        assert!(outcome.report.warnings.iter().all(|w| !w.contains("missing")), "{:?}", outcome.report.warnings);
        // A second call finds nothing to do.
        let again = run_planned(&planned, dir.path(), workers, None, &go).unwrap();
        assert_eq!((again.good, again.ending.done), (true, 0));
        assert_eq!(came_to(&planned, dir.path()), (rounds.clone(), results.clone()));
        (rounds, results)
    });
    assert_eq!(all[0], all[1]);
}

#[test]
fn a_failed_run_counts_in_the_race() {
    let planned = raced(&["nan", "b", "c"], 30);
    let dir = tempfile::tempdir().unwrap();
    let outcome = run_planned(&planned, dir.path(), 2, None, &AtomicBool::new(false)).unwrap();
    assert!(!outcome.good && outcome.missing == 0);
    assert!(outcome.found.failed.len() > 6, "all that begins or ends with it");
}

#[test]
fn a_larger_budget_goes_on_where_the_smaller_one_ended() {
    let dir = tempfile::tempdir().unwrap();
    let go = AtomicBool::new(false);
    let (small, large) = (raced(&["a", "b", "c"], 20), raced(&["a", "b", "c"], 30));
    run_planned(&small, dir.path(), 2, None, &go).unwrap();
    let before = results(&small.plan, dir.path());
    run_planned(&large, dir.path(), 2, None, &go).unwrap();
    let after = results(&large.plan, dir.path());
    assert!(after.len() > before.len() && before.iter().all(|(id, result)| after[id] == *result));
}

#[test]
fn stops_and_shards_come_to_what_one_straight_run_comes_to() {
    let planned = raced(&["slow1", "b", "c"], 26);
    let straight = tempfile::tempdir().unwrap();
    let go = AtomicBool::new(false);
    run_planned(&planned, straight.path(), 2, None, &go).unwrap();

    let stopped = tempfile::tempdir().unwrap();
    for milliseconds in [300, 700, 1500] {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(milliseconds));
                stop.store(true, Ordering::Relaxed);
            });
            run_planned(&planned, stopped.path(), 2, None, &stop).unwrap();
        });
    }
    assert!(run_planned(&planned, stopped.path(), 2, None, &go).unwrap().good);
    assert_eq!(came_to(&planned, stopped.path()), came_to(&planned, straight.path()));

    let shared = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for index in 1..=2 {
            let (planned, shared, go) = (&planned, shared.path(), &go);
            scope.spawn(move || run_planned(planned, shared, 1, Some(Shard { index, of: 2 }), go).unwrap());
        }
    });
    assert_eq!(came_to(&planned, shared.path()), came_to(&planned, straight.path()));
}
