//! Whether the first sentence implies the second, which says less and in more general words.
//!
//! Shares its lexicon, and the need to compare two segments, with paraphrase.

use super::event::{Change, Event, FORMS};
use super::grammar::{Draw, Row};
use super::lexicon::{ACTS, PERSONS, PLACES, SORTS};

/// Class names.
pub const LABELS: [&str; 2] = ["entailment", "not_entailment"];

/// Draws a row: the second segment from an event, then the first from that event or from one that differs in
/// something the second segment says. What the second leaves open was drawn freely, so neither alone tells.
pub fn row(draw: &mut Draw) -> Row {
    let event = Event::draw(draw);
    let wording = draw.below(2);
    let general = draw.percent(70);
    let thing = if general { SORTS[event.sort()].0 } else { event.thing_word() };
    let (agent, recipient) = (PERSONS[event.agent], PERSONS[event.recipient]);
    let (act, place) = (ACTS[event.act][wording], PLACES[event.place]);
    let (claim, mut changes) = match draw.below(3) {
        0 => (format!("{agent} {act} {thing} to {recipient}"), vec![Change::Agent, Change::Recipient, Change::Roles]),
        1 => (format!("{agent} {act} {thing} in {place}"), vec![Change::Agent, Change::Place]),
        _ => (format!("{thing} were {act} to {recipient} in {place}"), vec![Change::Recipient, Change::Place]),
    };
    changes.push(Change::Act);
    changes.push(if general { Change::Sort } else { Change::Thing });
    let holds = draw.percent(50);
    let change = draw.one_of(&changes);
    let said = if holds { event } else { event.changed(draw, change) };
    let premise = said.sentence(draw.one_of(&FORMS), wording);
    (vec![premise, claim], LABELS[usize::from(!holds)].to_owned())
}
