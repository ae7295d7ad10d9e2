//! How often each label stands in a task's sets.

use transfermap::number;
use transfermap::report::TaskSummary;

use super::{Chart, Drawing, Picture, label};
use crate::mark::Mark;
use crate::node::{Node, el};
use crate::scale::{fit, text_width};
use crate::table::Table;
use crate::tokens;

const ROW: f64 = 24.0;
const WIDTH: f64 = 300.0;
const WORDS: f64 = 520.0;

/// Draws the training and test sets of which the report has counts; `None` without any.
pub fn balance(tasks: &[TaskSummary]) -> Option<Chart> {
    let mut contents: Vec<Node> = Vec::new();
    let mut data = Table::new("balance", "Label balance").words("task").words("set").words("label").numbers("examples");
    let left = tasks.iter().map(|t| text_width(&t.name, 13.0)).fold(40.0, f64::max).min(190.0) + 68.0;
    let (mut y, mut widest) = (4.0, 0.0_f64);
    for task in tasks {
        let mut name = fit(&task.name, 13.0, left - 62.0);
        for split in ["train", "test"] {
            let Some(summary) = task.splits.get(split) else { continue };
            let total: usize = summary.label_counts.iter().sum();
            if total == 0 {
                continue;
            }
            contents.push(label(left - 56.0, y + 16.0, 13.0, "end", std::mem::take(&mut name)).into());
            contents.push(label(left - 10.0, y + 16.0, 12.0, "end", split).attr("class", "quiet").into());
            let mut x = left;
            let mut words = Vec::new();
            for (i, &count) in summary.label_counts.iter().enumerate() {
                let share = count as f64 / total as f64;
                let class = task.labels.get(i).map_or_else(|| i.to_string(), Clone::clone);
                let tip =
                    format!("{}, {split}: {class} {count} of {total} examples, {}", task.name, number::percent(share));
                let bar = el("rect")
                    .at("x", x)
                    .at("y", y + 4.0)
                    .at("width", (share * WIDTH - 1.5).max(0.5))
                    .attr("height", "15")
                    .attr("fill", tokens::category(i))
                    .attr("class", "mark")
                    .attr("tabindex", "0")
                    .attr("role", "img")
                    .attr("aria-label", tip.clone())
                    .mark(Mark::new(tip));
                contents.push(bar.into());
                x += share * WIDTH;
                words.push(format!("{class} {}", number::percent(share)));
                data.row([(&task.name).into(), split.into(), class.into(), count.into()]);
            }
            let words = fit(&words.join(" · "), 12.0, WORDS - 20.0);
            widest = widest.max(text_width(&words, 12.0));
            contents.push(label(left + WIDTH + 10.0, y + 16.0, 12.0, "start", words).into());
            y += ROW;
        }
        y += 6.0;
    }
    (!data.rows.is_empty()).then(|| Chart {
        id: "balance".to_owned(),
        title: "Label balance".to_owned(),
        reading: Some("The share of each label, in the order of the classes.".to_owned()),
        definition: "label-balance",
        drawing: Drawing::Plain(Picture { width: left + WIDTH + widest + 28.0, height: y + 4.0, contents }),
        data,
    })
}
