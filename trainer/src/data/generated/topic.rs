//! Which of four topics a sentence is about. Its words stand in no other task.

use super::grammar::{Draw, Row, topical};
use super::lexicon::TOPICS;

/// Percent of the content words that stay on the topic. The others stray, so some sentences cannot be decided.
pub const LOYALTY: usize = 72;

/// Draws a row: the label is the topic that the sentence was written for.
pub fn row(draw: &mut Draw) -> Row {
    let topic = draw.below(TOPICS.len());
    (vec![topical(draw, topic, LOYALTY)], TOPICS[topic].name.to_owned())
}
