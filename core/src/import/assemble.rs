//! The report of joined rows: a study that was never run here, its tasks, a record per row, and what limits it.

use indexmap::{IndexMap, IndexSet};

use super::evaluation::{evaluation, in_words};
use super::join::Joined;
use super::rows::Scores;
use super::spelling::nearest;
use super::{Import, Sheets};
use crate::fingerprint::digest;
use crate::metric::Metric;
use crate::record::{Budget, Cost, Curve, IMPORTED, Provenance, RECORD_SCHEMA, RunRecord, Status};
use crate::report::{EncoderSummary, REPORT_SCHEMA, Report, SplitSummary, TaskSummary, TokenLengths};
use crate::study::{
    Column, Controls, Encoder, HeldOut, Kind, Labels, Measures, Padding, Pairs, Protocol, RecipeOverride, Source,
    Study, Task,
};

/// Characters of a file's SHA-256 in warnings.
const SHORT_HASH: usize = 12;

pub(super) fn report(import: &Import, sheets: &Sheets<'_>, joined: Joined) -> Report {
    let study = study(import, &joined);
    let mut records = Records {
        joined: &joined,
        encoders: study.encoder.len(),
        variants: joined.settings.iter().map(|(_, v)| v).collect::<IndexSet<_>>().len(),
        fingerprint: digest(&import.transfers.bytes),
        solved: Vec::new(),
        solved_runs: 0,
    };
    let mut runs = Vec::with_capacity(joined.singles.len() + joined.transfers.len());
    for s in &joined.singles {
        runs.push(records.record((&s.encoder, &s.variant), None, &s.task, s.seed, &s.scores));
    }
    for t in &joined.transfers {
        runs.push(records.record((&t.encoder, &t.variant), Some(&t.source), &t.target, t.seed, &t.scores));
    }
    let (solved, solved_runs) = (records.solved, records.solved_runs);
    let mut warnings = vec![origin(sheets), unchecked(solved_runs, runs.len())];
    warnings.extend(seeds_in_words(&joined));
    warnings.extend(checkpoints_in_words(&joined));
    warnings.extend(missing_baselines(&joined));
    warnings.extend(out_of_range(&runs));
    warnings.extend(solved);
    warnings.extend(joined.notes.iter().cloned());
    Report {
        schema: REPORT_SCHEMA.into(),
        tasks: joined.tasks.iter().map(|name| task_summary(name, &joined)).collect(),
        encoders: study.encoder.iter().map(|e| encoder_summary(&e.name)).collect(),
        study,
        runs,
        measures: joined.measures,
        relevance: joined.relevance,
        mixed_metrics: import.keep_out_of_range,
        warnings,
    }
}

/// Builds records, and remembers what their scores tell.
struct Records<'a> {
    joined: &'a Joined,
    encoders: usize,
    variants: usize,
    fingerprint: String,
    solved: Vec<String>,
    solved_runs: usize,
}

impl Records<'_> {
    fn record(
        &mut self,
        (encoder, variant): (&str, &str),
        source: Option<&str>,
        target: &str,
        seed: Option<u64>,
        scores: &Scores,
    ) -> RunRecord {
        let protocol = if source.is_some() { Protocol::Sequential } else { Protocol::Single };
        let id = self.id((encoder, variant), protocol, source, target, seed);
        let broken = scores.iter().find(|(_, printed)| !printed.value.is_finite());
        let reason = broken.map(|(metric, printed)| format!("published with {metric} = {}", printed.value));
        let labels = self.joined.labels.get(target).map(Vec::as_slice).filter(|_| reason.is_none());
        let (test, found) = evaluation(scores, labels);
        let tests = reason.is_none().then(|| ("test".to_owned(), test)).into_iter().collect();
        if let Some(found) = found {
            self.solved_runs += usize::from(found.constant.is_some());
            self.solved.extend(in_words(&id, &found));
        }
        RunRecord {
            schema: RECORD_SCHEMA.into(),
            id,
            fingerprint: self.fingerprint.clone(),
            encoder: encoder.to_owned(),
            variant: variant.to_owned(),
            protocol,
            sources: source.into_iter().map(str::to_owned).collect(),
            targets: vec![target.to_owned()],
            seed,
            status: if reason.is_some() { Status::Failed } else { Status::Ok },
            reason,
            budget: Budget::default(),
            evaluations: IndexMap::from([(target.to_owned(), tests)]),
            joint: None,
            epochs: Vec::new(),
            curve: Curve::default(),
            cost: Cost::default(),
            provenance: Provenance {
                transfermap: env!("CARGO_PKG_VERSION").to_owned(),
                backend: IMPORTED.to_owned(),
                ..Provenance::default()
            },
            sha256: None,
        }
    }

    /// As the ids of trained runs, without the seed where there is none.
    fn id(
        &self,
        (encoder, variant): (&str, &str),
        protocol: Protocol,
        source: Option<&str>,
        target: &str,
        seed: Option<u64>,
    ) -> String {
        let tasks = source.map_or_else(|| target.to_owned(), |s| format!("{s}--{target}"));
        let parts = [
            (self.encoders > 1).then(|| encoder.to_owned()),
            (self.variants > 1).then(|| variant.to_owned()),
            Some(protocol.name().to_owned()),
            Some(tasks),
            seed.map(|s| format!("s{s}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }
}

fn study(import: &Import, joined: &Joined) -> Study {
    let encoders: IndexSet<&String> = joined.settings.iter().map(|(e, _)| e).collect();
    let pairs: IndexSet<(String, String)> =
        joined.transfers.iter().map(|t| (t.source.clone(), t.target.clone())).collect();
    let seeds = joined.transfers.iter().map(|t| t.seed).chain(joined.singles.iter().map(|s| s.seed));
    let seeds: std::collections::BTreeSet<u64> = seeds.flatten().collect();
    Study {
        version: 1,
        name: import.name.clone().unwrap_or_else(|| import.transfers.stem().to_owned()),
        description: "Imported results; nothing was trained here.".into(),
        seeds: seeds.into_iter().collect(),
        data_seed: 0,
        protocols: vec![Protocol::Single, Protocol::Sequential],
        pairs: Pairs::List(pairs.into_iter().collect()),
        encoder: encoders.into_iter().map(|name| encoder(name)).collect(),
        recipe: RecipeOverride::default(),
        measures: Measures::default(),
        race: None,
        joint: Vec::new(),
        controls: Controls::default(),
        task: joined.tasks.iter().map(|name| task(name, import.metric, joined)).collect(),
    }
}

fn encoder(name: &str) -> Encoder {
    Encoder {
        name: name.to_owned(),
        path: None,
        embedded: None,
        config: None,
        tokenizer: None,
        max_length: 0,
        padding: Padding::default(),
        pooling: None,
        ..Encoder::default()
    }
}

fn task(name: &str, metric: Metric, joined: &Joined) -> Task {
    Task {
        name: name.to_owned(),
        kind: Kind::Single,
        text: Vec::new(),
        join: " ".into(),
        label: Column::Name("label".into()),
        labels: Labels::Names(label_names(name, joined)),
        merge: IndexMap::new(),
        train: Source::default(),
        test: Source::default().into(),
        validation: HeldOut::default(),
        metric,
        margin: None,
        recipe: RecipeOverride::default(),
    }
}

fn label_names(task: &str, joined: &Joined) -> Vec<String> {
    joined.labels.get(task).into_iter().flatten().map(|(label, _)| label.clone()).collect()
}

fn task_summary(name: &str, joined: &Joined) -> TaskSummary {
    let counts: Option<Vec<usize>> = joined
        .labels
        .get(name)
        .map(|labels| labels.iter().map(|(_, count)| usize::try_from(*count).unwrap_or(usize::MAX)).collect());
    let split = |label_counts: Vec<usize>| SplitSummary {
        examples: label_counts.iter().fold(0, |sum: usize, &c| sum.saturating_add(c)),
        label_counts,
        label_sequence: None,
        texts: None,
        token_lengths: TokenLengths::default(),
        truncated: 0,
    };
    TaskSummary {
        name: name.to_owned(),
        kind: Kind::Single,
        labels: label_names(name, joined),
        splits: counts.into_iter().map(|c| ("test".to_owned(), split(c))).collect(),
        dropped_training_rows: 0,
        overlaps: Vec::new(),
        fingerprint: String::new(),
    }
}

fn encoder_summary(name: &str) -> EncoderSummary {
    EncoderSummary {
        name: name.to_owned(),
        architecture: IMPORTED.to_owned(),
        parameters: 0,
        pretrained: true,
        fingerprint: String::new(),
    }
}

fn origin(sheets: &Sheets<'_>) -> String {
    let file = |s: &&super::Sheet<'_>| {
        let hash: String = digest(&s.file.bytes).chars().take(SHORT_HASH).collect();
        let (rows, kept) = (s.rows_read, s.rows.len());
        let rows = if kept == rows { format!("{rows} rows") } else { format!("{kept} of {rows} rows kept") };
        format!("{} {} ({rows}, SHA-256 {hash}…)", s.role, s.file.name)
    };
    format!("Imported, not trained here: {}.", sheets.all().iter().map(file).collect::<Vec<_>>().join("; "))
}

fn unchecked(solved: usize, runs: usize) -> String {
    let collapse = match solved {
        0 => "whether a model collapsed to one class".to_owned(),
        _ if solved == runs => String::new(),
        _ => format!("whether a model collapsed to one class ({solved} of {runs} runs could be solved for it)"),
    };
    let what: Vec<&str> = [
        collapse.as_str(),
        "whether test texts stand in a source's training set",
        "on what rows the scores were taken",
    ]
    .into_iter()
    .filter(|s| !s.is_empty())
    .collect();
    format!("The files hold scores only. Not checked: {}.", what.join(", "))
}

/// What missing seeds keep the report from saying.
fn seeds_in_words(joined: &Joined) -> Option<String> {
    let seedless = |mut seeds: Box<dyn Iterator<Item = Option<u64>> + '_>| seeds.any(|s| s.is_none());
    let transfers = seedless(Box::new(joined.transfers.iter().map(|t| t.seed)));
    let singles = seedless(Box::new(joined.singles.iter().map(|s| s.seed)));
    let who = match (transfers, singles) {
        (true, true) => "Transfers and baselines have",
        (true, false) => "The transfers have",
        (false, true) => "The baselines have",
        (false, false) => return None,
    };
    Some(format!(
        "{who} no seeds: a gain is a difference of means without a paired test, and its verdict is `untested`."
    ))
}

/// Runs with a score that its metric cannot have; there are some only where the import was asked to keep them.
fn out_of_range(runs: &[RunRecord]) -> impl Iterator<Item = String> {
    let impossible = |(name, score): (&String, &f64)| {
        let range = name.parse::<Metric>().map(Metric::range).ok();
        range.is_some_and(|(low, high)| !(low..=high).contains(score))
    };
    let tests =
        |run: &RunRecord| run.evaluations.values().flat_map(IndexMap::values).any(|e| e.scores.iter().any(impossible));
    let (count, tasks) = runs.iter().filter(|r| tests(r)).fold((0, IndexSet::new()), |(n, mut tasks), run| {
        tasks.extend(run.targets.iter().map(String::as_str));
        (n + 1, tasks)
    });
    let failed = runs.iter().filter(|r| !r.is_ok()).count();
    let failed = (failed > 0).then(|| format!("Runs published without a finite score, counted as failed: {failed}."));
    let kept = (count > 0).then(|| {
        let tasks: Vec<&str> = tasks.into_iter().collect();
        format!(
            "Runs with a score outside the range of its metric, kept as asked: {count}, on {}. The published numbers are of another metric.",
            tasks.join(", ")
        )
    });
    kept.into_iter().chain(failed)
}

/// What every source stands for: where nothing but the target's training is repeated, the verdicts are of one checkpoint.
fn checkpoints_in_words(joined: &Joined) -> Option<String> {
    let mut seeds: IndexMap<(&str, &str, &str), IndexSet<Option<u64>>> = IndexMap::new();
    for t in &joined.transfers {
        seeds.entry((&t.encoder, &t.variant, &t.source)).or_default().insert(t.seed);
    }
    if seeds.is_empty() {
        return None;
    }
    let limit = "another training of the source might give another gain, and nothing here says how different";
    Some(if seeds.values().all(|seeds| seeds.len() == 1) {
        format!("Every source stands with one checkpoint: {limit}.")
    } else {
        format!(
            "The files do not say whether a source was trained anew for every seed. Where each has one checkpoint, verdicts \
             are of that checkpoint: {limit}."
        )
    })
}

/// A task, with the one of the baselines that may be meant.
fn with_nearest(task: &str, joined: &Joined) -> String {
    match nearest(task, joined.without_transfers.iter().map(String::as_str)) {
        Some(near) => format!("{task} (the baselines have `{near}`)"),
        None => task.to_owned(),
    }
}

fn missing_baselines(joined: &Joined) -> Option<String> {
    let there: IndexSet<(&str, &str, &str)> =
        joined.singles.iter().map(|s| (s.encoder.as_str(), s.variant.as_str(), s.task.as_str())).collect();
    let mut targets: IndexMap<(&str, &str), IndexSet<&str>> = IndexMap::new();
    for t in &joined.transfers {
        targets.entry((&t.encoder, &t.variant)).or_default().insert(&t.target);
    }
    let several = targets.len() > 1;
    let in_words = |(&(encoder, variant), targets): (&(&str, &str), &IndexSet<&str>)| {
        let missing: Vec<String> = targets
            .iter()
            .filter(|t| !there.contains(&(encoder, variant, **t)))
            .map(|t| with_nearest(t, joined))
            .collect();
        let all = several && missing.len() == targets.len();
        let names = if all { "all targets".to_owned() } else { missing.join(", ") };
        let setting = if several { format!(" (encoder `{encoder}`, variant `{variant}`)") } else { String::new() };
        (!missing.is_empty()).then(|| names + &setting)
    };
    let missing: Vec<String> = targets.iter().filter_map(in_words).collect();
    let missing = missing.join("; ");
    (!missing.is_empty()).then(|| format!("No baseline for {missing}: their pairs have scores and no gains."))
}
