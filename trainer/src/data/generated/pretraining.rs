//! What the demo encoder is pretrained on: the suite's grammar without the suite's labels.

use super::event::{Change, Event, FORMS};
use super::grammar::{Draw, clause, join, topical};
use super::lexicon::TOPICS;
use super::topic::LOYALTY;

/// `n` unlabelled sentences: a quarter topical, a quarter opinions, half events.
///
/// The signs of an opinion's clauses are independent here, so words of praise and of reproach stand in the same
/// company and predicting them says nothing about their valence: that is left for polarity and stars to teach.
pub fn corpus(n: usize, seed: u64) -> Vec<String> {
    let mut draw = Draw::new(seed, "pretraining", "corpus");
    (0..n).map(|_| sentence(&mut draw)).collect()
}

fn sentence(draw: &mut Draw) -> String {
    match draw.below(4) {
        0 => {
            let topic = draw.below(TOPICS.len());
            topical(draw, topic, LOYALTY)
        }
        1 => {
            let clauses = std::array::from_fn::<_, 2, _>(|_| {
                let praise = draw.percent(50);
                clause(draw, praise)
            });
            join(draw, &clauses)
        }
        _ => {
            let form = draw.one_of(&FORMS);
            Event::draw(draw).sentence(form, draw.below(2))
        }
    }
}

/// The differences of a pair that does not match.
const CHANGES: [Change; 5] = [Change::Agent, Change::Recipient, Change::Act, Change::Thing, Change::Place];

/// `n` pairs of sentences and whether the second tells of the first's event.
///
/// Both are whole events in any form, with the same words for the same things: no general word and no second word
/// for an act. A pair that does not match differs in one to five slots. Each segment alone is any event, so neither tells.
pub fn matching_pairs(n: usize, seed: u64) -> Vec<(String, String, bool)> {
    let mut draw = Draw::new(seed, "pretraining", "matching");
    (0..n).map(|_| matching_pair(&mut draw)).collect()
}

fn matching_pair(draw: &mut Draw) -> (String, String, bool) {
    let second = Event::draw(draw);
    let mut first = second;
    let matches = draw.percent(50);
    if !matches {
        let differences = 1 + draw.below(CHANGES.len());
        let start = draw.below(CHANGES.len());
        for i in 0..differences {
            first = first.changed(draw, CHANGES[(start + i) % CHANGES.len()]);
        }
    }
    let wording = draw.below(2);
    let first = first.sentence(draw.one_of(&FORMS), wording);
    let second = second.sentence(draw.one_of(&FORMS), wording);
    (first, second, matches)
}
