//! The tasks: what each reaches alone and after every source, how its sets are made, and what they share.

use transfermap::analysis::{TaskAnalysis, TaskScores};

use super::{Context, Page, select};
use crate::chart::balance::balance;
use crate::chart::heat::overlap;
use crate::chart::scores::scores;
use crate::node::el;
use crate::table::Table;

/// Tasks up to which all bars stand in one chart at first.
const ALL: usize = 6;

pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    match context.analysis.scores(context.report, context.family) {
        Err(error) => page.paragraph(error.to_string()),
        Ok(all) if all.is_empty() => page.paragraph("No run of this family has a score in this metric."),
        Ok(all) => bars(context, &all, &mut page),
    }
    page.table(table(context));
    page.heading("Labels");
    match balance(&context.report.tasks) {
        Some(chart) => page.chart(chart),
        None => page.paragraph("The report does not tell how many examples each label has."),
    }
    page.heading("Overlap");
    let told = context.report.tasks.iter().any(|t| !t.overlaps.is_empty());
    match overlap(context, &context.task_names()) {
        Some(chart) => page.chart(chart),
        None if told => {
            page.paragraph("No test example of a task has a text that stands in another task’s training set.")
        }
        None => page.paragraph("The report does not tell which texts its tasks share."),
    }
    page
}

fn bars(context: &Context<'_>, all: &[TaskScores], page: &mut Page) {
    let mut targets: Vec<&str> = all.iter().map(|s| s.target.as_str()).collect();
    targets.dedup();
    let mut choices =
        vec![("*".to_owned(), "all tasks and sources".to_owned()), ("alone".to_owned(), "all tasks alone".to_owned())];
    if targets.len() > ALL {
        choices.rotate_left(1);
    }
    choices.extend(targets.iter().map(|t| (format!("task/{t}"), (*t).to_owned())));
    let valid = context.choices.get("bars").filter(|b| choices.iter().any(|(value, _)| value == b));
    let chosen = valid.unwrap_or_else(|| choices.first().map_or("*", |(value, _)| value.as_str())).to_owned();
    page.add(el("div").class("controls").child(select("Scores of", "bars", &choices, context.choices)));
    let (title, drawn): (String, Vec<&TaskScores>) = match (chosen.as_str(), chosen.strip_prefix("task/")) {
        (_, Some(task)) => (format!("Scores on {task}"), all.iter().filter(|s| s.target == task).collect()),
        ("alone", _) => ("Scores of the tasks alone".to_owned(), all.iter().filter(|s| s.source.is_none()).collect()),
        _ => ("Scores alone and after every source".to_owned(), all.iter().collect()),
    };
    if drawn.is_empty() {
        page.paragraph("No task was trained alone, so there is no baseline.");
        return;
    }
    let chance = |task: &str| context.analysis.tasks.iter().find(|t| is_here(context, t) && t.name == task)?.chance;
    page.chart(scores(title, &drawn, &chance));
}

/// Whether a task's baseline is of the family in view.
fn is_here(context: &Context<'_>, task: &TaskAnalysis) -> bool {
    let same = |name: &Option<String>, of: &str| name.as_ref().is_none_or(|n| n == of);
    same(&task.encoder, &context.family.encoder) && same(&task.variant, &context.family.variant)
}

fn table(context: &Context<'_>) -> Table {
    let here: Vec<&TaskAnalysis> = context.analysis.tasks.iter().filter(|t| is_here(context, t)).collect();
    let table = transfermap::table::tasks(&here, false, &context.report.tasks);
    Table { note: String::new(), ..table }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use crate::choices::Choices;
    use crate::node::Node;
    use crate::page::{Page, Tab};
    use crate::still::Still;

    fn page(report: &[u8], choices: &str) -> Page {
        let report = Report::from_json(report).unwrap();
        Still::new("r", report, Choices::parse(choices)).unwrap().unwrap().page(Tab::Tasks)
    }

    const REAL_SMALL: &[u8] = include_bytes!("../../../www/samples/real-small.json");

    #[test]
    fn every_run_is_a_dot_and_every_task_a_row() {
        let page = page(REAL_SMALL, "");
        let chart = page.charts.iter().find(|c| c.id == "scores").unwrap();
        // 5 tasks alone and 20 ordered pairs, 3 seeds each.
        assert_eq!(chart.data.rows.len(), 75);
        let figure: Node = chart.figure();
        assert_eq!(figure.find_all(&|e| e.get("class") == Some("row")).len(), 25);
        let table = page.tables.iter().find(|t| t.id == "tasks").unwrap();
        assert_eq!(table.rows.len(), 5);
        let cell = |name: &str| table.cell(0, name).unwrap().text();
        assert_eq!((cell("task"), cell("train_examples")), ("ag_news".to_owned(), "2000".to_owned()));
        assert!(page.charts.iter().any(|c| c.id == "balance"));
    }

    #[test]
    fn one_task_can_be_chosen() {
        let page = page(REAL_SMALL, "bars=task/rte");
        let chart = page.charts.iter().find(|c| c.id == "scores").unwrap();
        assert_eq!((chart.title.as_str(), chart.data.rows.len()), ("Scores on rte", 15));
    }

    #[test]
    fn what_an_import_does_not_tell_is_said() {
        let page = page(include_bytes!("../../../www/samples/notebook.json"), "");
        let text: String = page.contents.iter().map(Node::plain_text).collect();
        // Labels are known of three of its test sets only.
        let balance = page.charts.iter().find(|c| c.id == "balance").unwrap();
        assert_eq!(balance.data.rows.len(), 6);
        let drawn = balance.figure().plain_text();
        assert!(
            ["rte", "sst2", "paws"].iter().all(|name| drawn.contains(name)) && !drawn.contains("ag_news"),
            "{drawn}"
        );
        assert!(text.contains("does not tell which texts"), "{text}");
    }
}
