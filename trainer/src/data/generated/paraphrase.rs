//! Whether two sentences tell of the same event in other words or another order.
//!
//! Shares its lexicon, and the need to compare two segments, with entailment.

use super::event::{Change, Event, FORMS};
use super::grammar::{Draw, Row};

/// Class names.
pub const LABELS: [&str; 2] = ["paraphrase", "not_paraphrase"];

/// The differences between two sentences that are no paraphrases.
const CHANGES: [Change; 6] =
    [Change::Agent, Change::Recipient, Change::Roles, Change::Act, Change::Thing, Change::Place];

/// Draws a row: the second segment from an event, then the first from that event or from one that differs in one
/// thing. Order and wording are drawn without looking at the label.
pub fn row(draw: &mut Draw) -> Row {
    let event = Event::draw(draw);
    let second = event.sentence(draw.one_of(&FORMS), draw.below(2));
    let same = draw.percent(50);
    let change = draw.one_of(&CHANGES);
    let told = if same { event } else { event.changed(draw, change) };
    let first = told.sentence(draw.one_of(&FORMS), draw.below(2));
    (vec![first, second], LABELS[usize::from(!same)].to_owned())
}
