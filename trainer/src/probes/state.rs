//! What the probes of a study are and how far they are, in words for `check`, `run --dry-run` and `status`.

use std::fs;

use transfermap::plan::Plan;
use transfermap::study::Study;

use super::pending::{lay_out, missing};
use super::plan::{Job, Layout, What};
use crate::store::inputs::Inputs;
use crate::store::records::Store;
use crate::store::survey::Survey;

/// How many probes of each kind a study asks for: what its measures cost beyond the trainings. `None` when it asks for
/// no measure, or for an unknown one.
pub fn cost(layout: Layout<'_>) -> Option<String> {
    let selection = layout.study.measures.selection().ok()?;
    let measures = selection.measures().len();
    if measures == 0 {
        return None;
    }
    let jobs = layout.jobs(&selection.parts(), &|_| true);
    let count = |is: &dyn Fn(&What) -> bool| jobs.iter().flat_map(|j| &j.items).filter(|i| is(&i.what)).count();
    let passes = [
        (count(&|w| matches!(w, What::Features { .. })), "tasks through the encoder".to_owned()),
        (count(&|w| matches!(w, What::Gradients { .. })), "tasks back through it".to_owned()),
        (count(&|w| matches!(w, What::Pair { .. })), "tasks through models".to_owned()),
        (
            count(&|w| matches!(w, What::FewSteps { .. })),
            format!("trainings of {} steps", layout.study.measures.few_steps),
        ),
    ];
    let passes: Vec<String> =
        passes.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let from = if passes.is_empty() { String::new() } else { format!(", which take {}", passes.join(", ")) };
    Some(format!("{measures}{from}; {} examples of a task", layout.study.measures.examples))
}

/// The groups of probes that an output folder's study asks for, as it was last run there: how many there are and which
/// are not complete. `None` where the folder does not tell, or the study asks for none.
pub fn progress(store: &Store, plan: &Plan, found: &Survey) -> Option<(usize, Vec<String>)> {
    let study = Study::from_toml(&fs::read_to_string(store.root().join("study.toml")).ok()?).ok()?;
    let inputs = Inputs::read(store.root()).ok()?;
    let selection = study.measures.selection().ok()?;
    let layout = Layout { study: &study, plan, inputs: &inputs };
    let jobs: Vec<Job> = if found.missing.is_empty() {
        lay_out(layout, &selection, store, found)
    } else {
        layout.jobs(&selection.parts(), &|_| true)
    };
    let incomplete = jobs.iter().filter(|job| !missing(store, job).is_empty()).map(|job| job.id.clone()).collect();
    (!jobs.is_empty()).then_some((jobs.len(), incomplete))
}
