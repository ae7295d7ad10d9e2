//! The tasks: what each reaches alone and after every source, how its sets are made, and what they share.

use transfermap::analysis::{TaskAnalysis, TaskScores};

use super::Context;
use crate::chart::Chart;
use crate::chart::balance::balance;
use crate::chart::heat::overlap;
use crate::chart::scores::scores;
use crate::choices::Choice;
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::table::Table;

/// Tasks up to which all bars stand in one chart at first.
const ALL: usize = 6;

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Whose scores are drawn.
    pub bars: Option<Offer>,
    pub scores: Result<Chart, String>,
    pub table: Table,
    /// How many examples each label has, or why that is not told.
    pub balance: Result<Chart, &'static str>,
    /// Texts that tasks share, or why there are none.
    pub overlap: Result<Chart, &'static str>,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        [self.scores.ok(), self.balance.ok(), self.overlap.ok()].into_iter().flatten().collect()
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let (bars, scores) = match context.analysis.scores(context.report, context.family) {
        Err(error) => (None, Err(error.to_string())),
        Ok(all) if all.is_empty() => (None, Err("No run of this family has a score in this metric.".to_owned())),
        Ok(all) => bars(context, &all),
    };
    let told = context.report.tasks.iter().any(|t| !t.overlaps.is_empty());
    let no_overlap = if told {
        "No test example of a task has a text that stands in another task’s training set."
    } else {
        "The report does not tell which texts its tasks share."
    };
    Content {
        bars,
        scores,
        table: table(context),
        balance: balance(&context.report.tasks).ok_or("The report does not tell how many examples each label has."),
        overlap: overlap(context, &context.task_names()).ok_or(no_overlap),
    }
}

/// The chosen scores, and what else can be chosen.
fn bars(context: &Context<'_>, all: &[TaskScores]) -> (Option<Offer>, Result<Chart, String>) {
    let mut targets: Vec<&str> = all.iter().map(|s| s.target.as_str()).collect();
    targets.dedup();
    let mut values =
        vec![("*".to_owned(), "all tasks and sources".to_owned()), ("alone".to_owned(), "all tasks alone".to_owned())];
    if targets.len() > ALL {
        values.rotate_left(1);
    }
    values.extend(targets.iter().map(|t| (format!("task/{t}"), (*t).to_owned())));
    let offer = Offer::new("Scores of", Choice::Bars, values, context.choices);
    let chosen = offer.value();
    let (title, drawn): (String, Vec<&TaskScores>) = match (chosen, chosen.strip_prefix("task/")) {
        (_, Some(task)) => (format!("Scores on {task}"), all.iter().filter(|s| s.target == task).collect()),
        ("alone", _) => ("Scores of the tasks alone".to_owned(), all.iter().filter(|s| s.source.is_none()).collect()),
        _ => ("Scores alone and after every source".to_owned(), all.iter().collect()),
    };
    let chance = |task: &str| context.analysis.tasks.iter().find(|t| is_here(context, t) && t.name == task)?.chance;
    let chart = if drawn.is_empty() {
        Err("No task was trained alone, so there is no baseline.".to_owned())
    } else {
        Ok(scores(title, &drawn, &chance))
    };
    (Some(offer), chart)
}

/// Whether a task's baseline is of the family in view.
fn is_here(context: &Context<'_>, task: &TaskAnalysis) -> bool {
    let same = |name: &Option<String>, of: &str| name.as_ref().is_none_or(|n| n == of);
    same(&task.encoder, &context.family.encoder) && same(&task.variant, &context.family.variant)
}

fn table(context: &Context<'_>) -> Table {
    let here: Vec<&TaskAnalysis> = context.analysis.tasks.iter().filter(|t| is_here(context, t)).collect();
    let table = transfermap::table::tasks(&here, &context.report.tasks);
    Table { note: String::new(), ..table }
}

#[cfg(feature = "app")]
#[component]
pub fn Tasks(look: Look) -> impl IntoView {
    let Content { bars, scores, table, balance, overlap } = look.see(content);
    view! {
        {bars.map(|offer| view! { <div class="controls"><Select offer=offer /></div> })}
        <ChartOrWhy chart=scores />
        <DataTable sheet=table.into() />
        <h2>"Labels"</h2>
        <ChartOrWhy chart=balance.map_err(str::to_owned) />
        <h2>"Overlap"</h2>
        <ChartOrWhy chart=overlap.map_err(str::to_owned) />
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::{Content, content};
    use crate::choices::Choices;
    use crate::look::Look;

    fn page(report: &[u8], choices: &str) -> Content {
        let report = Report::from_json(report).unwrap();
        Look::new("r", report, Choices::parse(choices)).unwrap().unwrap().see(content)
    }

    const REAL_SMALL: &[u8] = include_bytes!("../../../www/samples/real-small.json");

    #[test]
    fn every_run_is_a_dot_and_every_task_a_row() {
        let page = page(REAL_SMALL, "");
        let chart = page.scores.unwrap();
        // 5 tasks alone and 20 ordered pairs, 3 seeds each.
        assert_eq!(chart.data.rows.len(), 75);
        assert_eq!(chart.drawn().find_all(&|e| e.get("class") == Some("row")).len(), 25);
        let table = page.table;
        assert_eq!(table.rows.len(), 5);
        let cell = |name: &str| table.cell(0, name).unwrap().text();
        assert_eq!((cell("task"), cell("train_examples")), ("ag_news".to_owned(), "2000".to_owned()));
        assert!(page.balance.is_ok());
    }

    #[test]
    fn one_task_can_be_chosen() {
        let chart = page(REAL_SMALL, "bars=task/rte").scores.unwrap();
        assert_eq!((chart.title.as_str(), chart.data.rows.len()), ("Scores on rte", 15));
    }

    #[test]
    fn what_an_import_does_not_tell_is_said() {
        let page = page(include_bytes!("../../../www/samples/notebook.json"), "");
        // Labels are known of three of its test sets only.
        let balance = page.balance.unwrap();
        assert_eq!(balance.data.rows.len(), 6);
        let drawn = balance.drawn().plain_text();
        assert!(
            ["rte", "sst2", "paws"].iter().all(|name| drawn.contains(name)) && !drawn.contains("ag_news"),
            "{drawn}"
        );
        assert!(page.overlap.unwrap_err().contains("does not tell which texts"));
    }
}
