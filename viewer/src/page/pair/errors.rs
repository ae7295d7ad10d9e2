//! What the models of a pair get wrong: confusion matrices, classes, examples that the transfer turned.

use std::collections::BTreeSet;

use transfermap::metric::{ClassScores, Classes, Confusion, Evaluation, Metric, per_class};
use transfermap::record::RunRecord;
use transfermap::transfer::{flips, predictions};

use super::Subject;
use crate::chart::Chart;
use crate::chart::confusion::{MOST, confusion};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::page::Context;
use crate::runs::{seed_name, test};
use crate::table::{Cell, Show, Table, Value};

/// Examples that are listed.
const LISTED: usize = 25;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    pub charts: Vec<Chart>,
    /// Why there are no matrices.
    pub no_charts: Option<String>,
    pub classes: Option<Table>,
    /// Why classes are not compared.
    pub no_classes: Option<&'static str>,
    pub examples: Examples,
}

/// Which test examples the transfer turned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examples {
    /// By seed.
    pub by_seed: Option<Table>,
    /// Over seeds, in words.
    pub sentence: Option<String>,
    /// Those that turned at most seeds.
    pub listed: Option<Table>,
    pub notes: Vec<String>,
    /// The command that makes a page with texts, where this one has none.
    pub texts: Option<&'static str>,
}

pub(super) fn content(context: &Context<'_>, subject: &Subject<'_>) -> Content {
    let counted = subject.counted();
    let pick = |run: Option<&RunRecord>| run.and_then(|r| test(r, subject.target())).cloned();
    let singles: Vec<_> = counted.iter().filter_map(|s| pick(s.single)).collect();
    let transfers: Vec<_> = counted.iter().filter_map(|s| pick(s.transfer)).collect();
    let sum = |arm: &[Evaluation]| {
        let known: Vec<&[Vec<u64>]> = arm.iter().map(|e| e.confusion.as_slice()).filter(|c| !c.is_empty()).collect();
        Some((Confusion::sum(&known)?, known.len()))
    };
    let labels: Vec<String> =
        subject.report.tasks.iter().find(|t| t.name == subject.target()).map_or_else(Vec::new, |t| t.labels.clone());
    let (alone, after) = (sum(&singles), sum(&transfers));
    let mut made = Content { examples: examples(context, subject), ..Content::default() };
    for (id, arm, name) in [("confusion-single", &alone, "alone"), ("confusion-transfer", &after, "after the source")] {
        let Some((counts, seeds)) = arm.as_ref().filter(|(c, _)| c.classes() <= MOST) else { continue };
        let reading = format!(
            "Test examples, summed over {seeds} {}; colours are shares of the label’s row.",
            if *seeds == 1 { "run" } else { "runs" }
        );
        made.charts.push(confusion(id, format!("Confusion {name}"), &reading, &labels, counts));
    }
    made.no_charts = match (made.charts.len(), &alone) {
        (0, Some((counts, _))) => {
            Some(format!("{} classes are too many for a matrix; the table below has each.", counts.classes()))
        }
        (0, None) => {
            Some("The report has no confusion matrices of this pair: imported scores do not tell them.".to_owned())
        }
        _ => None,
    };
    if let (Some((alone, a)), Some((after, b))) = (&alone, &after) {
        if alone.classes() == after.classes() && a == b {
            made.classes = Some(classes(&labels, &per_class(alone), &per_class(after)));
        } else {
            made.no_classes = Some("The two sides have different numbers of runs, so classes are not compared.");
        }
    }
    made
}

fn classes(labels: &[String], alone: &[ClassScores], after: &[ClassScores]) -> Table {
    let mut table = Table::new("classes", "Classes: alone, after the source, change in points")
        .words("class")
        .numbers("test examples");
    for name in ["precision", "recall", "F1"] {
        table = table.numbers(name).defined("per-class").numbers("after").numbers("change");
    }
    for (i, (before, then)) in alone.iter().zip(after).enumerate() {
        let name = labels.get(i).cloned().unwrap_or_else(|| format!("class {i}"));
        let mut row: Vec<Cell> = vec![name.into(), before.support.into()];
        for (a, b) in [(before.precision, then.precision), (before.recall, then.recall), (before.f1, then.f1)] {
            row.extend([a, b].map(|share| Value::Number(share, Show::Share).into()));
            row.push(Value::Number(100.0 * (b - a), Show::Signed(1)).into());
        }
        table.row(row);
    }
    table
}

fn examples(context: &Context<'_>, subject: &Subject<'_>) -> Examples {
    let mut made = Examples::default();
    let pair = subject.pair;
    if pair.examples.is_empty() {
        made.notes.push(
            "The report has no predictions of this pair by example, so it cannot be said which turned.".to_owned(),
        );
        return made;
    }
    let table = Table::of(&pair.examples, "flips", "Examples by seed")
        .words("seed", |seed| seed_name(seed.seed))
        .numbers("right → wrong", |seed| seed.only_single_right)
        .numbers("wrong → right", |seed| seed.only_transfer_right)
        .numbers("McNemar p", |seed| Value::Number(seed.p_mcnemar, Show::P))
        .defined("mcnemar")
        .intervals("accuracy gain over other examples", |seed| seed.accuracy_gain_ci, |_| Show::Gain(Metric::Accuracy))
        .noted(if context.resampled { "" } else { "Intervals are still being computed." });
    made.by_seed = Some(table);
    let task = subject.report.tasks.iter().find(|t| t.name == subject.target());
    let Some(split) = task.and_then(|t| t.splits.get("test")) else { return made };
    let Some(labels) = split.label_sequence.as_ref().map(Classes::indices) else { return made };
    let counted: BTreeSet<Option<u64>> = subject.counted().iter().map(|s| s.seed).collect();
    let mut seeds = predictions(&subject.runs, &pair.key, labels);
    seeds.retain(|s| counted.contains(&s.seed));
    let flipped = flips(labels, &seeds);
    let always = |f: &&transfermap::transfer::Flip| f.to_wrong.max(f.to_right) == seeds.len();
    made.sentence = Some(format!(
        "Of {} test examples {} turned at some seed, {} of them the same way at all {} seeds.",
        labels.len(),
        flipped.len(),
        flipped.iter().filter(always).count(),
        seeds.len()
    ));
    let mut list = Table::new("flipped", "Examples that turned at most seeds")
        .numbers("test example, from 0")
        .numbers("right → wrong, seeds")
        .numbers("wrong → right, seeds");
    if split.texts.is_some() {
        list = list.prose("text");
    }
    for flip in flipped.iter().take(LISTED) {
        let mut row: Vec<Cell> = [flip.example, flip.to_wrong, flip.to_right].map(Into::into).into();
        if let Some(texts) = &split.texts {
            row.push(texts.get(flip.example).map_or(Value::Missing, |t| t.join(" ∥ ").into()).into());
        }
        list.row(row);
    }
    made.listed = Some(list);
    if flipped.len() > LISTED {
        made.notes.push(format!("The first {LISTED} of {}.", flipped.len()));
    }
    made.texts = split.texts.is_none().then_some("transfermap report --include-text");
    made
}

#[cfg(feature = "app")]
#[component]
pub(super) fn Errors(content: Content) -> impl IntoView {
    let Content { charts, no_charts, classes, no_classes, examples } = content;
    let Examples { by_seed, sentence, listed, notes, texts } = examples;
    let sheet = |table: Table| view! { <DataTable sheet=table.into() /> };
    view! {
        <h2>"What the models get wrong"</h2>
        {no_charts.map(|words| view! { <Reading words=words /> })}
        <Beside charts=charts />
        {classes.map(sheet)}
        {no_classes.map(|words| view! { <Reading words=words /> })}
        <h2>"Examples that the transfer turned"</h2>
        {by_seed.map(sheet)}
        {sentence.map(|words| view! { <p>{words}</p> })}
        {listed.map(sheet)}
        {notes.into_iter().map(|words| view! { <Reading words=words /> }).collect::<Vec<_>>()}
        {texts.map(|command| {
            view! {
                <p class="reading">
                    "This report holds no texts; the number is the row’s place in the test set. "
                    <code>{command}</code>
                    " makes a page with them."
                </p>
            }
        })}
    }
}
