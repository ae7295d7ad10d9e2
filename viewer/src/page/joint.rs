//! Joint training: alone, after a source and together beside each other, and how the gradients agreed on the way.

use transfermap::analysis::{Analysis, FamilyKey, Question, TogetherAnalysis};
use transfermap::number;
use transfermap::record::RunRecord;
use transfermap::report::Report;
use transfermap::study::Protocol;
use transfermap::table;

use super::Context;
use crate::chart::Chart;
use crate::chart::arms::arms;
use crate::chart::lines::{Frame, Series, lines};
use crate::chart::transfer_map::transfer_maps;
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::table::{Sheet, Table};
use crate::tokens;

/// The whole report: joint runs are held against all others.
fn whole<'a>(context: &Context<'a>) -> &'a Report {
    context.loaded.get(context.choices.report()).map_or(context.report, |(_, report)| *report)
}

/// Whether tasks were trained together.
pub fn shown(context: &Context<'_>) -> bool {
    whole(context).runs.iter().any(|run| run.protocol == Protocol::Joint)
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Why there is nothing.
    Nothing(String),
    Together(Box<Together>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    pub answer: String,
    pub arms: Chart,
    /// Joint pairs beside sequential ones, on one scale.
    pub maps: Vec<Chart>,
    /// Cosines, losses and weights over training, of the largest set that was looked at.
    pub over_training: Vec<Chart>,
    pub sheets: Vec<Sheet>,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        match self {
            Self::Nothing(_) => Vec::new(),
            Self::Together(together) => {
                let Together { arms, maps, over_training, .. } = *together;
                std::iter::once(arms).chain(maps).chain(over_training).collect()
            }
        }
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let report = whole(context);
    let analysis = match Analysis::tests(report, &context.analysis.options) {
        Ok(analysis) => analysis,
        Err(error) => return Content::Nothing(error.to_string()),
    };
    let Some(together) = &analysis.together else {
        return Content::Nothing("No tasks of this report were trained together.".to_owned());
    };
    Content::Together(Box::new(Together {
        answer: together.sentence.clone(),
        arms: arms(&together.arms),
        maps: maps(context, report, &analysis),
        over_training: over_training(report),
        sheets: sheets(together),
    }))
}

fn sheets(together: &TogetherAnalysis) -> Vec<Sheet> {
    let questions = Question::ALL.map(|question| table::comparisons_of(question, &together.comparisons));
    let tables: Vec<Table> = std::iter::once(table::choices(&together.choices))
        .chain(questions)
        .chain([table::conflicts(&together.conflicts), table::arms(&together.arms)])
        .collect();
    tables.into_iter().filter(|t| !t.rows.is_empty()).map(Sheet::from).collect()
}

/// The first family of joint pairs beside the sequential one of the same encoder.
fn maps(context: &Context<'_>, report: &Report, analysis: &Analysis) -> Vec<Chart> {
    let families: Vec<&FamilyKey> = analysis.families.iter().map(|f| &f.key).collect();
    let of_encoder = |key: &&&FamilyKey| key.encoder == context.family.encoder;
    let joint = families.iter().filter(of_encoder).find(|key| key.protocol == Protocol::Joint);
    let Some(joint) = joint else { return Vec::new() };
    let sequential = families.iter().find(|key| {
        key.protocol == Protocol::Sequential && (&key.encoder, &key.variant) == (&joint.encoder, &joint.variant)
    });
    let named = |name: &'static str, family| (name, Context { report, analysis, family, ..*context });
    let mut contexts = vec![named("Together", *joint)];
    contexts.extend(sequential.map(|family| named("One after the other", *family)));
    transfer_maps(&contexts, &context.task_names())
}

/// Cosines, losses and weights by step, of the largest set with diagnostics.
fn over_training(report: &Report) -> Vec<Chart> {
    let looked_at = |run: &&RunRecord| run.joint.as_ref().is_some_and(|joint| joint.diagnostics.is_some());
    let largest = report.runs.iter().filter(looked_at).max_by_key(|run| run.targets.len());
    let Some(first) = largest else { return Vec::new() };
    let block = |run: &RunRecord| run.joint.as_ref().map(|joint| joint.plan.block.clone());
    // With a method that weighs tasks, its weights say more than equal ones.
    let of_set = |run: &&RunRecord| run.targets == first.targets && run.encoder == first.encoder;
    let weighs = report.runs.iter().filter(of_set).filter(looked_at).find(|run| block(run).as_deref() != Some("equal"));
    let chosen = weighs.unwrap_or(first);
    let runs: Vec<&RunRecord> =
        report.runs.iter().filter(of_set).filter(looked_at).filter(|run| block(run) == block(chosen)).collect();
    let of_block = block(chosen).unwrap_or_default();
    let plain = |v: f64, d: usize| number::plain(v, d);
    let signed = |v: f64, d: usize| number::signed(v, d);
    let frame = |id, title: String, reading: &str, y: &str, show, zero| Frame {
        id,
        title,
        reading: reading.to_owned(),
        definition: "conflict",
        x: "step",
        y: y.to_owned(),
        size: [520.0, 300.0],
        show,
        zero,
    };
    let points = |steps: &[u64], values: &[f64]| -> Vec<[f64; 2]> {
        steps.iter().zip(values).map(|(s, v)| [*s as f64, *v]).collect()
    };
    let series = |name: String, i: usize, of: &dyn Fn(&RunRecord) -> Option<Vec<[f64; 2]>>| Series {
        name,
        colour: tokens::category(i % tokens::CATEGORIES),
        dashed: i >= tokens::CATEGORIES / 2,
        runs: runs.iter().filter_map(|run| Some((run.id.clone(), of(run)?))).collect(),
        ..Series::default()
    };
    let tasks = &chosen.targets;
    let pairs: Vec<(&String, &String)> =
        tasks.iter().enumerate().flat_map(|(i, a)| tasks.iter().skip(i + 1).map(move |b| (a, b))).collect();
    let cosine = |(i, (a, b)): (usize, &(&String, &String))| {
        series(format!("{a}, {b}"), i, &|run| {
            let found = run.joint.as_ref()?.diagnostics.as_ref()?.pairs.iter().find(|p| p.a == **a && p.b == **b)?;
            Some(points(&found.step, &found.series))
        })
    };
    let cosines: Vec<Series> = pairs.iter().take(tokens::CATEGORIES).enumerate().map(cosine).collect();
    let by_task = |of: fn(&transfermap::record::TaskCurve) -> &[f64]| -> Vec<Series> {
        let one = |(i, task): (usize, &String)| {
            series(task.clone(), i, &|run| {
                let curve = run.joint.as_ref()?.curves.get(task)?;
                Some(points(&curve.step, of(curve)))
            })
        };
        tasks.iter().enumerate().map(one).collect()
    };
    let mut charts = vec![
        lines(
            &frame(
                "conflict",
                format!("Conflict over training: {} tasks, {of_block}", tasks.len()),
                "The cosine of the gradients of every two tasks at sampled steps, a line for each run; below 0 they conflict.",
                "cosine",
                &signed,
                Some(0.0),
            ),
            &cosines,
        ),
        lines(
            &frame(
                "joint-losses",
                format!("Losses over training: {of_block}"),
                "The loss of each task's batch, a line for each run.",
                "loss in nats",
                &plain,
                None,
            ),
            &by_task(|curve| &curve.loss),
        ),
    ];
    if of_block != "equal" {
        charts.push(lines(
            &frame(
                "joint-weights",
                format!("Weights over training: {of_block}"),
                "What the gradient of each task weighed in the body's; 1 is what equal weights give.",
                "weight",
                &plain,
                Some(1.0),
            ),
            &by_task(|curve| &curve.weight),
        ));
    }
    charts
}

#[cfg(feature = "app")]
#[component]
pub fn Joint(look: Look) -> impl IntoView {
    match look.see(content) {
        Content::Nothing(why) => Either::Left(view! { <p>{why}</p> }),
        Content::Together(together) => {
            let Together { answer, arms, maps, over_training, sheets } = *together;
            let tables: Vec<_> = sheets.into_iter().map(|sheet| view! { <DataTable sheet=sheet /> }).collect();
            Either::Right(view! {
                <Answer words=answer />
                <ChartFigure chart=arms />
                <Beside charts=maps />
                <Beside charts=over_training />
                {tables}
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::{Content, content, shown};
    use crate::choices::Choices;
    use crate::look::Look;

    #[test]
    fn a_report_without_joint_runs_has_no_such_page() {
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        let look = Look::new("r", report, Choices::default()).unwrap().unwrap();
        assert!(!look.see(shown));
        assert!(matches!(look.see(content), Content::Nothing(_)));
    }
}
