use indexmap::IndexMap;
use proptest::prelude::*;
use rand::Rng;
use rand_distr::StandardNormal;

use super::*;
use crate::plan::Contents;
use crate::random::stream;
use crate::record::{Budget, Cost, Curve, Evaluation, Provenance, RECORD_SCHEMA, Status};

fn study(race: &str) -> Study {
    let mut text = format!(
        "version = 1\nname = \"r\"\nseeds = [5, 1, 4, 2, 3]\n[race]\n{race}\n[[encoder]]\nname = \"e\"\npath = \"p\"\n"
    );
    for task in ["a", "b", "c"] {
        text += &format!("[[task]]\nname = \"{task}\"\ntext = [\"x\"]\nlabel = \"y\"\nlabels = [\"n\", \"y\"]\n");
        text += "train = { file = \"a.csv\" }\ntest = { file = \"b.csv\" }\n";
    }
    Study::from_toml(&text).unwrap()
}

fn plan(study: &Study) -> Plan {
    let contents = Contents {
        tasks: study.task.iter().map(|t| (t.name.clone(), String::new())).collect(),
        examples: study.task.iter().map(|t| (t.name.clone(), 100)).collect(),
        encoders: [("e".to_owned(), String::new())].into_iter().collect(),
        backend: "flex".into(),
        ..Contents::default()
    };
    Plan::new(study, &contents).unwrap()
}

/// What a run scores: `a` helps `b` by 5 points, `c` harms it by 5, everything else is noise of half a point.
fn record(plan: &Plan, id: &str, failed: bool) -> RunRecord {
    let run = plan.run(id).unwrap();
    let effect = match (run.sources.first().map(String::as_str), run.targets[0].as_str()) {
        (Some("a"), "b") => 0.05,
        (Some("c"), "b") => -0.05,
        _ => 0.0,
    };
    let noise: f64 = stream(1, id, "test").sample(StandardNormal);
    let evaluation = Evaluation {
        examples: 1000,
        scores: [("accuracy".to_owned(), 0.7 + effect + 0.005 * noise)].into_iter().collect(),
        per_class: Vec::new(),
        confusion: Vec::new(),
        predicted: None,
        constant: false,
        at_chance: false,
        predicted_majority_share: 0.5,
    };
    let splits: IndexMap<String, Evaluation> = [("test".to_owned(), evaluation)].into_iter().collect();
    RunRecord {
        schema: RECORD_SCHEMA.into(),
        id: id.to_owned(),
        fingerprint: run.fingerprint.clone(),
        encoder: run.encoder.clone(),
        variant: run.variant.clone(),
        protocol: run.protocol,
        sources: run.sources.clone(),
        targets: run.targets.clone(),
        seed: Some(run.seed),
        status: if failed { Status::Failed } else { Status::Ok },
        reason: None,
        budget: Budget::default(),
        evaluations: [(run.targets[0].clone(), splits)].into_iter().filter(|_| !failed).collect(),
        joint: None,
        epochs: Vec::new(),
        curve: Curve::default(),
        cost: Cost { seconds: 60.0, ..Cost::default() },
        provenance: Provenance::default(),
        sha256: None,
    }
}

/// All rounds, and why they end. `fails` says which runs do.
fn raced(study: &Study, fails: &dyn Fn(&str) -> bool) -> (Vec<Round>, Vec<RunRecord>, End) {
    let plan = plan(study);
    let course = Course::new(study, &plan).unwrap();
    let (mut rounds, mut records) = (Vec::new(), Vec::new());
    let mut round = course.first();
    loop {
        records.extend(round.runs.iter().map(|id| record(&plan, id, fails(id))));
        rounds.push(round);
        match course.next(&rounds, &records).unwrap() {
            Next::Round(next) => round = next,
            Next::End(end) => return (rounds, records, end),
        }
    }
}

#[test]
fn the_first_round_takes_every_pair_to_the_first_look_in_the_order_of_seeds() {
    let study = study("looks = [2, 3, 5]\nbudget = 18");
    let (rounds, _, end) = raced(&study, &|_| false);
    assert_eq!((rounds.len(), end), (1, End::Spent));
    assert_eq!(rounds[0].runs.len(), 2 * (3 + 6));
    assert!(rounds[0].runs.iter().all(|id| id.ends_with("/s1") || id.ends_with("/s2")), "{:?}", rounds[0]);
}

#[test]
fn seeds_go_to_what_is_open_and_the_race_ends_within_its_budget() {
    let study = study("looks = [2, 3, 5]\nbudget = 40");
    let (rounds, records, end) = raced(&study, &|_| false);
    assert!(rounds.len() > 1 && records.len() <= 40, "{} runs", records.len());
    assert!(end == End::LastLook || records.len() > 32, "{end}");
    let large = |entry: &Entry| (entry.key.source.as_str(), entry.key.target.as_str()) == ("a", "b");
    assert!(!rounds.iter().skip(2).flat_map(|r| &r.pairs).any(large), "10 standard deviations were not seen at once");
}

#[test]
fn a_time_is_the_sum_of_all_seconds() {
    let (rounds, records, end) = raced(&study("looks = [2, 3, 5]\nbudget = \"18 min\""), &|_| false);
    assert_eq!((rounds.len(), records.len(), end), (1, 18, End::Spent));
    let (_, records, _) = raced(&study("looks = [2, 3, 5]\nbudget = \"19 min\""), &|_| false);
    assert!(records.len() > 18);
}

#[test]
fn a_race_in_which_every_run_fails_goes_on_to_its_last_look() {
    let (_, records, end) = raced(&study("looks = [2, 3, 5]\nbudget = 100"), &|_| true);
    assert_eq!((records.len(), end), (45, End::LastLook));
}

#[test]
fn rounds_of_another_race_are_told() {
    let study = study("looks = [2, 3, 5]\nbudget = 40");
    let plan = plan(&study);
    let course = Course::new(&study, &plan).unwrap();
    let (rounds, ..) = raced(&study, &|_| false);
    assert!(course.has_run(&rounds) && !course.has_run(&[]));
    let mut other = rounds;
    other[1].runs.push("sequential/a--x/s1".into());
    assert!(!course.has_run(&other));
    assert!(!course.has_run(&other[1..]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_next_round_follows_from_the_records_of_the_earlier_ones_alone(
        fails in prop::collection::vec(any::<bool>(), 7), budget in 18_usize..50, cut in 0_usize..8, turn in 0_usize..45,
    ) {
        let study = study(&format!("looks = [2, 3, 5]\nbudget = {budget}"));
        let fails = |id: &str| fails[id.bytes().map(usize::from).sum::<usize>() % 7];
        let (rounds, mut records, end) = raced(&study, &fails);
        let plan = plan(&study);
        let course = Course::new(&study, &plan).unwrap();
        let mut trained = HashSet::new();
        for round in &rounds {
            for id in &round.runs {
                let run = plan.run(id).unwrap();
                prop_assert!(trained.insert(id.clone()), "{} twice", id);
                let from = run.depends_on.as_ref();
                prop_assert!(from.is_none_or(|from| trained.contains(from)), "{} before its source", id);
            }
        }
        prop_assert!(trained.len() <= budget);
        // Records in another order, and those of later rounds there already: as after a kill.
        let turn = turn % records.len();
        records.rotate_left(turn);
        let cut = 1 + cut % rounds.len();
        let expected = rounds.get(cut).map_or(Next::End(end), |round| Next::Round(round.clone()));
        prop_assert_eq!(course.next(&rounds[..cut], &records).unwrap(), expected);
    }
}
