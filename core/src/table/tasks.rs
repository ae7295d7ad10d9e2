//! What each task reaches alone, and how its sets are made.

use super::{Medium, Show, Table, Value};
use crate::analysis::TaskAnalysis;
use crate::report::{SplitSummary, TaskSummary};

/// One row per task, encoder and variant, in the order given. Rows are named with encoder and variant where there are
/// several. `summaries` tell of the sets, on pages.
pub fn tasks(tasks: &[&TaskAnalysis], summaries: &[TaskSummary]) -> Table {
    let named =
        tasks.windows(2).any(|two| matches!(two, [a, b] if (&a.encoder, &a.variant) != (&b.encoder, &b.variant)));
    const PAGE: &[Medium] = &[Medium::Csv, Medium::Page];
    const NARROW: &[Medium] = &[Medium::Latex, Medium::Terminal];
    let known = |n: Option<usize>| Value::count(n.filter(|&n| n > 0));
    let score = |t: &TaskAnalysis, score| Value::number(score, Show::Score(t.metric));
    let summary = |t: &TaskAnalysis| summaries.iter().find(|s| s.name == t.name);
    let train = |t: &TaskAnalysis| summary(t).and_then(|s| s.splits.get("train"));
    let lengths = |t: &TaskAnalysis| train(t).map(|s| s.token_lengths).filter(|lengths| lengths.max > 0);
    let cut = |t: &TaskAnalysis| lengths(t).and(train(t)).map(|s: &SplitSummary| s.truncated);
    let dropped = |t: &TaskAnalysis| summary(t).filter(|s| !s.splits.is_empty()).map(|s| s.dropped_training_rows);
    Table::of(tasks, "tasks", "The tasks")
        .words("task", |t| match (&t.encoder, &t.variant) {
            (Some(encoder), Some(variant)) if named => format!("{} ({encoder}, {variant})", t.name),
            _ => t.name.clone(),
        })
        .numbers("classes", |t| known(Some(t.classes)))
        .numbers("train_examples", |t| known(t.train_examples))
        .head("training examples")
        .on(PAGE)
        .numbers("test_examples", |t| known(t.test_examples))
        .head("test examples")
        .numbers("majority", |t| Value::number(t.majority_accuracy, Show::Share))
        .defined("label-balance")
        .numbers("chance", |t| score(t, t.chance))
        .head("chance level")
        .on(PAGE)
        .numbers("score", |t| match (t.baseline.mean, t.baseline.sd) {
            (Some(mean), Some(sd)) => Value::Spread(mean, sd, Show::Score(t.metric)),
            (mean, _) => score(t, mean),
        })
        .defined("score")
        .on(NARROW)
        .numbers("alone", |t| score(t, t.baseline.mean))
        .defined("score")
        .on(PAGE)
        .numbers("sd", |t| score(t, t.baseline.sd))
        .head("sd over seeds")
        .on(PAGE)
        .words("metric", |t| Value::Named(t.metric.name(), t.metric.label().to_owned()))
        .numbers("runs", |t| t.baseline.n)
        .on(PAGE)
        .numbers("collapsed", |t| t.baseline.constant_runs)
        .on(PAGE)
        .numbers("failed", |t| t.baseline.failed_runs)
        .on(PAGE)
        .words("suspicious", suspicious)
        .on(&[Medium::Terminal])
        .numbers("tokens_median", |t| Value::count(lengths(t).map(|l| l.p50)))
        .head("tokens: median")
        .on(PAGE)
        .numbers("tokens_95", |t| Value::count(lengths(t).map(|l| l.p95)))
        .head("95 %")
        .on(PAGE)
        .numbers("tokens_longest", |t| Value::count(lengths(t).map(|l| l.max)))
        .head("longest")
        .on(PAGE)
        .numbers("truncated", |t| Value::count(cut(t)))
        .head("cut off")
        .on(PAGE)
        .numbers("dropped_training_rows", |t| Value::count(dropped(t)))
        .head("training rows left out")
        .on(PAGE)
        .noted("Single-task test scores in points, mean ± standard deviation over seeds; majority share in per cent.")
}

/// What is suspicious about the runs.
fn suspicious(task: &&TaskAnalysis) -> String {
    let b = &task.baseline;
    let runs = b.n + b.failed_runs;
    let counts = [(b.constant_runs, "constant"), (b.at_chance_runs, "at chance"), (b.failed_runs, "failed")];
    let words = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} of {runs} runs {what}"));
    words.collect::<Vec<_>>().join(", ")
}
