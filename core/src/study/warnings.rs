//! What a study's own choices keep it from saying.

use super::{Head, Padding, Protocol, Study, Task};

impl Study {
    /// Choices that limit what the study can say, in words; they stand on top of its report.
    pub fn warnings(&self) -> Vec<String> {
        let tasks = |which: &dyn Fn(&Task) -> bool| {
            let names: Vec<&str> = self.task.iter().filter(|t| which(t)).map(|t| t.name.as_str()).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let short = |t: &Task| {
            let recipe = self.recipe_for(t, Protocol::Single);
            recipe.epochs < 1.0 && recipe.max_steps.is_none()
        };
        let of_tasks = [
            (
                tasks(&|t| t.test.is_training()),
                "evaluated on the rows it was trained on; the scores say how well it memorises, not how well it generalises.",
            ),
            (tasks(&short), "less than one pass over the training rows."),
            (
                tasks(&|t| !t.merge.is_empty()),
                "labels are merged, so this is not the published task; do not compare with published scores.",
            ),
            (
                tasks(&|t| self.recipe_for(t, Protocol::Sequential).head == Head::Keep),
                "the source's classifier is kept; its classes mean something else here, which can look like negative transfer.",
            ),
        ];
        let mut out: Vec<String> =
            of_tasks.into_iter().filter_map(|(names, what)| Some(format!("{}: {what}", names?))).collect();
        match self.seeds.len() {
            1 => out.push("One seed: no difference can be told from chance; every verdict is `untested`.".into()),
            2 => out.push("Two seeds: only very large differences can be told from chance.".into()),
            _ => {}
        }
        let every = self.task.len() * self.task.len().saturating_sub(1);
        let pairs = self.pairs().len();
        if self.protocols.contains(&Protocol::Sequential) && pairs < every {
            out.push(format!(
                "{pairs} of {every} ordered pairs: a correlation over hand-picked pairs says little about the others."
            ));
        }
        if self.encoder.iter().any(|e| e.padding == Padding::MaxLength) {
            out.push("Inputs are padded to the maximum: the same numbers for several times the work.".into());
        }
        out
    }
}
