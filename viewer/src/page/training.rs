//! Gain against training: does more of it heal negative transfer, or deepen it?

use transfermap::analysis::TrainingAnalysis;
use transfermap::number;
use transfermap::statistics::variance::Course;

use super::Context;
use crate::chart::Chart;
use crate::chart::lines::{Frame, Point, Series, lines};
use crate::chart::paired_seeds::tick_decimals;
use crate::chart::transfer_map::pair_key;
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::table::{Column, Kind, Sheet};
use crate::tokens;

/// Pairs that can be drawn together; there are so many colours.
const MOST: usize = tokens::CATEGORIES;

/// Pairs that are drawn without a choice.
const FIRST: usize = 4;

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The runs have one evaluation each.
    Nothing,
    Changes(Box<Changes>),
}

/// Gains over training.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    pub answer: String,
    pub chart: Option<Chart>,
    pub pairs: Sheet,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Changes(changes) => changes.chart.into_iter().collect(),
        }
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let mut all: Vec<&TrainingAnalysis> = Vec::new();
    for training in context.analysis.training.iter().filter(|t| t.family() == *context.family) {
        let size = |t: &TrainingAnalysis| t.change.map_or(-1.0, |c| c.gain.abs());
        let at = all.iter().position(|other| size(other) < size(training)).unwrap_or(all.len());
        all.insert(at, training);
    }
    if all.is_empty() {
        return Content::Nothing;
    }
    let chosen = chosen(context, &all);
    Content::Changes(Box::new(Changes {
        answer: sentence(context, &all),
        chart: (!chosen.is_empty()).then(|| chart(&chosen)),
        pairs: table(&all, &chosen),
    }))
}

/// What the pairs do over training, counted.
fn sentence(context: &Context<'_>, all: &[&TrainingAnalysis]) -> String {
    let tested = all.iter().filter(|t| t.change.is_some_and(|c| c.p.is_some())).count();
    let count = |course| all.iter().filter(|t| t.change.is_some_and(|c| c.course == course)).count();
    if tested == 0 {
        "No pair has two seeds at its first and last epoch, so no change is tested.".to_owned()
    } else if all.iter().all(|t| t.change.is_none_or(|c| c.course == Course::Unclear)) {
        format!(
            "Between the first epoch and the last no gain of {tested} tested pairs changes by more than chance allows \
             (Holm, α {}).",
            context.analysis.options.alpha
        )
    } else {
        format!(
            "Between the first epoch and the last, of {tested} tested pairs negative transfer heals in {} and deepens in {}; \
             positive transfer builds up in {} and fades in {}. The rest is unclear (Holm, α {}).",
            count(Course::Heals),
            count(Course::Deepens),
            count(Course::BuildsUp),
            count(Course::Fades),
            context.analysis.options.alpha
        )
    }
}

/// The pairs to draw, by the names in the address, else those that change most.
fn chosen<'a>(context: &Context<'_>, all: &[&'a TrainingAnalysis]) -> Vec<&'a TrainingAnalysis> {
    match context.choices.get(Choice::Pairs) {
        Some("none") => Vec::new(),
        Some(names) => {
            let named = names.split('\n').filter_map(|name| all.iter().copied().find(|t| key(t) == name));
            named.take(MOST).collect()
        }
        None => all.iter().copied().take(FIRST).collect(),
    }
}

fn key(training: &TrainingAnalysis) -> String {
    pair_key(&training.key.source, &training.key.target)
}

fn chart(chosen: &[&TrainingAnalysis]) -> Chart {
    let metric = chosen.first().map_or(transfermap::metric::Metric::Accuracy, |t| t.metric);
    let mut series = Vec::new();
    for (i, training) in chosen.iter().enumerate() {
        let name = format!("{} → {}", training.key.source, training.key.target);
        let mut points = Vec::new();
        for epoch in &training.epochs {
            let interval = epoch.ci.map(|ci| format!(", interval {}", number::gain_interval(training.metric, ci)));
            let tip = format!(
                "{name}, epoch {}: {} {}{} ({} seeds)",
                epoch.epoch,
                number::gain(training.metric, epoch.gain),
                number::unit(training.metric),
                interval.unwrap_or_default(),
                epoch.n
            );
            points.push(Point { x: epoch.epoch, y: epoch.gain, interval: epoch.ci, tip });
        }
        series.push(Series {
            name,
            colour: tokens::category(i),
            dashed: i >= MOST / 2,
            shape: i,
            points,
            key: key(training),
            ..Series::default()
        });
    }
    let show = |v: f64, d: usize| number::signed(number::scale(metric) * v, tick_decimals(metric, d));
    let unit = number::unit(metric);
    lines(
        &Frame {
            id: "training",
            title: "Gain after every epoch".to_owned(),
            reading: "Mean over seeds with the t interval (level 1 − α) of that epoch alone, on the test rows; nothing was chosen by it."
                .to_owned(),
            definition: "gain-over-training",
            x: "epoch",
            y: format!("gain in {}", if unit.is_empty() { metric.label() } else { unit }),
            size: [640.0, 360.0],
            show: &show,
            zero: Some(0.0),
        },
        &series,
    )
}

fn table(all: &[&TrainingAnalysis], chosen: &[&TrainingAnalysis]) -> Sheet {
    let drawn = |training: &TrainingAnalysis| chosen.iter().any(|c| c.key == training.key);
    let mut table = transfermap::table::training(all);
    let mut links = Vec::new();
    for training in all {
        let mut names: Vec<String> = chosen.iter().map(|c| key(c)).filter(|name| *name != key(training)).collect();
        if !drawn(training) && names.len() < MOST {
            names.push(key(training));
        }
        let names = if names.is_empty() { "none".to_owned() } else { names.join("\n") };
        links.push(Some(Change::to(Choice::Pairs, names)));
    }
    table.append(Column::new("drawn", Kind::Words), all.iter().map(|t| if drawn(t) { "●" } else { "" }.into()));
    Sheet::linked(table, "pair", links)
}

#[cfg(feature = "app")]
#[component]
pub fn Training(look: Look) -> impl IntoView {
    match look.see(content) {
        Content::Nothing => Either::Left(view! {
            <p>
                "The runs of this report have one evaluation each: trained for one epoch, or imported with final scores only. \
                 What more training would do cannot be seen from them."
            </p>
        }),
        Content::Changes(changes) => {
            let Changes { answer, chart, pairs } = *changes;
            let chart = chart.ok_or_else(|| "No pair is chosen; choose some in the table below.".to_owned());
            let reading =
                format!("A click on a pair in the table draws it or takes it away; at most {MOST} are drawn.");
            Either::Right(view! {
                <Answer words=answer />
                <ChartOrWhy chart=chart />
                <Reading words=reading />
                <DataTable sheet=pairs />
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::{Changes, Content, content};
    use crate::choices::{Change, Choice, Choices};
    use crate::look::Look;

    fn page(sample: &str, choices: &Choices) -> Content {
        let path = format!("{}/../www/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
        let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
        Look::new(sample, report, choices.clone()).unwrap().unwrap().see(content)
    }

    #[test]
    fn draws_the_pairs_of_the_address_and_lists_all() {
        let chosen = Change::to(Choice::Pairs, "ag_news→sst2\nrte→paws\nno→such");
        let Content::Changes(changes) = page("real-small", &Choices::default().with(&chosen)) else { panic!() };
        let Changes { chart, pairs, .. } = *changes;
        // Two pairs of three epochs.
        assert_eq!(chart.unwrap().data.rows.len(), 6);
        let table = &pairs.table;
        assert_eq!((table.rows.len(), pairs.links.len()), (20, 20));
        let text = |i: usize, name: &str| table.cell(i, name).unwrap().text();
        let drawn = (0..20).filter(|&i| text(i, "drawn") == "●");
        let mut names: Vec<String> = drawn.map(|i| text(i, "pair")).collect();
        names.sort_unstable();
        assert_eq!(names, ["ag_news → sst2", "rte → paws"]);
    }

    #[test]
    fn says_why_nothing_is_drawn() {
        assert_eq!(page("notebook", &Choices::default()), Content::Nothing);
    }
}
