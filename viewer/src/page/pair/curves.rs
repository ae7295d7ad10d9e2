//! How the runs of a pair learned: scores by epoch, training loss by step.

use transfermap::number;
use transfermap::record::RunRecord;
use transfermap::statistics;

use super::Subject;
use crate::chart::Chart;
use crate::chart::lines::{Frame, Point, Series, lines};
use crate::chart::paired_seeds::{score_title, tick_decimals};
use crate::choices::Choice;
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::page::Context;
use crate::runs::seed_name;

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The rows that scores are of; none where there are no curves.
    pub split: Option<Offer>,
    /// Why something is missing.
    pub note: Option<String>,
    pub charts: Vec<Chart>,
}

pub(super) fn content(context: &Context<'_>, subject: &Subject<'_>) -> Content {
    let splits = [("test", "Test"), ("validation", "Validation")];
    let offer = Offer::new("Scores on", Choice::Split, splits, context.choices);
    let split = offer.value();
    let scores = scores(subject, split);
    let loss = loss(subject);
    if scores.is_none() && loss.is_none() {
        let why = "The report has no curves: its runs were imported, or keep their final scores only.";
        return Content { split: None, note: Some(why.to_owned()), charts: Vec::new() };
    }
    let none = scores.is_none().then(|| format!("No run was evaluated on the {split} rows after more than one epoch."));
    Content { note: none, charts: scores.into_iter().chain(loss).collect(), split: Some(offer) }
}

#[cfg(feature = "app")]
#[component]
pub(super) fn Curves(content: Content) -> impl IntoView {
    let Content { split, note, charts } = content;
    view! {
        <h2>"How the runs learned"</h2>
        {split.map(|offer| view! { <div class="controls"><Switch offer=offer /></div> })}
        {note.map(|words| view! { <Reading words=words /> })}
        <Beside charts=charts />
    }
}

const SIZE: [f64; 2] = [356.0, 260.0];

fn scores(subject: &Subject<'_>, split: &str) -> Option<Chart> {
    let metric = subject.metric();
    let points = |run: &RunRecord| -> Vec<[f64; 2]> {
        let of_epoch = |e: &transfermap::record::EpochRecord| {
            let scores = &e.tasks.get(subject.target())?.get(split)?.scores;
            Some([e.epoch, *scores.get(metric.name())?])
        };
        run.epochs.iter().filter_map(of_epoch).collect()
    };
    let mut series = arms(subject, &points);
    if series.iter().flat_map(|s| &s.runs).all(|(_, points)| points.len() < 2) {
        return None;
    }
    for one in &mut series {
        let mut epochs: Vec<f64> = one.runs.iter().flat_map(|(_, points)| points.iter().map(|p| p[0])).collect();
        epochs.sort_by(f64::total_cmp);
        epochs.dedup();
        for epoch in epochs {
            let at: Vec<f64> = one.runs.iter().flat_map(|(_, p)| p).filter(|p| p[0] == epoch).map(|p| p[1]).collect();
            let Some(mean) = statistics::mean(&at) else { continue };
            let tip = format!("{}, epoch {epoch}: {} (mean of {})", one.name, number::score(metric, mean), at.len());
            one.points.push(Point { x: epoch, y: mean, interval: None, tip });
        }
    }
    let show = |v: f64, d: usize| number::plain(number::scale(metric) * v, tick_decimals(metric, d));
    Some(lines(
        &Frame {
            id: "learning-curves",
            title: format!("Score on the {split} rows by epoch"),
            reading: "Thin lines are seeds, strong ones their mean.".to_owned(),
            definition: "learning-curve",
            x: "epoch",
            y: score_title(metric),
            size: SIZE,
            show: &show,
            zero: None,
        },
        &series,
    ))
}

fn loss(subject: &Subject<'_>) -> Option<Chart> {
    let points = |run: &RunRecord| curve(run);
    let series = arms(subject, &points);
    if series.iter().all(|s| s.runs.is_empty()) {
        return None;
    }
    Some(loss_chart("training-loss", "Training loss by step", &series))
}

/// The training curve of a run.
pub fn curve(run: &RunRecord) -> Vec<[f64; 2]> {
    run.curve.step.iter().zip(&run.curve.loss).map(|(step, loss)| [*step as f64, *loss]).collect()
}

pub fn loss_chart(id: &str, title: &str, series: &[Series]) -> Chart {
    lines(
        &Frame {
            id,
            title: title.to_owned(),
            reading: "Mean loss of a step’s batches; a single step is noisy.".to_owned(),
            definition: "training-loss",
            x: "step",
            y: "loss in nats".to_owned(),
            size: SIZE,
            show: &number::plain,
            zero: None,
        },
        series,
    )
}

fn arms(subject: &Subject<'_>, points: &dyn Fn(&RunRecord) -> Vec<[f64; 2]>) -> Vec<Series> {
    let mut alone =
        Series { name: "alone".to_owned(), colour: "var(--quiet)".to_owned(), dashed: true, ..Series::default() };
    let name = format!("after {}", crate::scale::fit(&subject.pair.key.source, 12.0, 200.0));
    let mut after = Series { name, colour: "var(--accent)".to_owned(), shape: 1, ..Series::default() };
    for seed in &subject.seeds {
        for (arm, run) in [(&mut alone, seed.single), (&mut after, seed.transfer)] {
            let points = run.map(points).unwrap_or_default();
            if !points.is_empty() {
                arm.runs.push((format!("seed {}", seed_name(seed.seed)), points));
            }
        }
    }
    vec![alone, after]
}
