//! The notebook's picture of a task: one sentence through the task's single-task model.

use transfermap::measure::probe::NOTEBOOK_SENTENCE;

use super::forward::forward;
use super::{ProbeError, Subject};
use crate::data::{Example, TaskData, tokenise};

/// Last hidden state of [`NOTEBOOK_SENTENCE`], averaged over all its tokens, special ones included: `[hidden]`.
///
/// # Errors
/// As [`forward`], or a tokenizer that cannot read the sentence.
pub fn sentence(subject: Subject<'_>) -> Result<Vec<f32>, ProbeError> {
    let only = Example { row: 0, texts: vec![NOTEBOOK_SENTENCE.into()], label: 0 };
    let texts =
        TaskData { labels: Vec::new(), train: vec![only], validation: vec![], test: vec![], dropped_training_rows: 0 };
    let tokens = tokenise::tokenise(&texts, &subject.encoder.tokenizer_json, subject.encoder.max_length)?;
    let seen = forward(subject, &tokens.train, &mut || true)?;
    Ok(seen.map(|s| s.mean_pooled.data).unwrap_or_default())
}
