//! Who gave what to whom and where: the grammar that entailment, paraphrase and the matching objective share.

use super::grammar::Draw;
use super::lexicon::{ACTS, PERSONS, PLACES, SORTS};

/// Things per sort.
const THINGS: usize = SORTS[0].1.len();

/// An event, as indices into the lexicon. The slots of [`Event::draw`] are independent and uniform, the two persons
/// distinct; every [`Change`] of such an event is distributed the same way, so one event alone never tells a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// Who acts.
    pub agent: usize,
    /// Who receives.
    pub recipient: usize,
    pub act: usize,
    /// Which thing, counted through all sorts.
    pub thing: usize,
    pub place: usize,
}

/// A smallest difference between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Another agent.
    Agent,
    /// Another recipient.
    Recipient,
    /// Agent and recipient change places.
    Roles,
    /// Another act.
    Act,
    /// Another thing, perhaps of the same sort.
    Thing,
    /// A thing of another sort.
    Sort,
    /// Another place.
    Place,
}

/// The order in which a sentence says things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `anna handed apples to boris in rome`
    Active,
    /// `apples were handed to boris by anna in rome`
    Passive,
    /// `in rome anna handed apples to boris`
    Fronted,
}

pub const FORMS: [Form; 3] = [Form::Active, Form::Passive, Form::Fronted];

impl Event {
    /// Any event.
    pub fn draw(draw: &mut Draw) -> Self {
        let agent = draw.below(PERSONS.len());
        Self {
            agent,
            recipient: draw.other(PERSONS.len(), agent),
            act: draw.below(ACTS.len()),
            thing: draw.below(SORTS.len() * THINGS),
            place: draw.below(PLACES.len()),
        }
    }

    /// This event with one difference.
    #[must_use]
    pub fn changed(mut self, draw: &mut Draw, change: Change) -> Self {
        match change {
            Change::Agent => self.agent = self.third(draw),
            Change::Recipient => self.recipient = self.third(draw),
            Change::Roles => std::mem::swap(&mut self.agent, &mut self.recipient),
            Change::Act => self.act = draw.other(ACTS.len(), self.act),
            Change::Thing => self.thing = draw.other(SORTS.len() * THINGS, self.thing),
            Change::Sort => self.thing = draw.other(SORTS.len(), self.sort()) * THINGS + draw.below(THINGS),
            Change::Place => self.place = draw.other(PLACES.len(), self.place),
        }
        self
    }

    /// A person who is neither agent nor recipient.
    fn third(&self, draw: &mut Draw) -> usize {
        loop {
            let person = draw.other(PERSONS.len(), self.agent);
            if person != self.recipient {
                return person;
            }
        }
    }

    /// The sort of its thing.
    pub fn sort(&self) -> usize {
        self.thing / THINGS
    }

    pub fn thing_word(&self) -> &'static str {
        SORTS[self.sort()].1[self.thing % THINGS]
    }

    /// A sentence that says all of it; `wording` picks one of the two words for the act.
    pub fn sentence(&self, form: Form, wording: usize) -> String {
        let (agent, recipient) = (PERSONS[self.agent], PERSONS[self.recipient]);
        let (act, thing, place) = (ACTS[self.act][wording], self.thing_word(), PLACES[self.place]);
        match form {
            Form::Active => format!("{agent} {act} {thing} to {recipient} in {place}"),
            Form::Passive => format!("{thing} were {act} to {recipient} by {agent} in {place}"),
            Form::Fronted => format!("in {place} {agent} {act} {thing} to {recipient}"),
        }
    }
}

/// What a sentence says, read back from its words: the oracle of the tests.
#[cfg(test)]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub agent: Option<usize>,
    pub recipient: Option<usize>,
    pub act: Option<usize>,
    pub thing: Option<usize>,
    pub sort: Option<usize>,
    pub place: Option<usize>,
}

#[cfg(test)]
impl Reading {
    /// Reads the sentences of [`Event::sentence`] and of the entailment task.
    pub fn of(text: &str) -> Self {
        let mut out = Self::default();
        let words: Vec<&str> = text.split(' ').collect();
        for (i, word) in words.iter().enumerate() {
            if let Some(person) = PERSONS.iter().position(|p| p == word) {
                let receives = i > 0 && words[i - 1] == "to";
                *(if receives { &mut out.recipient } else { &mut out.agent }) = Some(person);
            }
            out.act = ACTS.iter().position(|a| a.contains(word)).or(out.act);
            out.place = PLACES.iter().position(|p| p == word).or(out.place);
            for (s, (sort, things)) in SORTS.iter().enumerate() {
                if let Some(t) = things.iter().position(|t| t == word) {
                    out.thing = Some(s * THINGS + t);
                    out.sort = Some(s);
                } else if sort == word {
                    out.sort = Some(s);
                }
            }
        }
        out
    }

    /// Whether everything that `claim` says holds in this reading.
    pub fn supports(&self, claim: &Self) -> bool {
        let holds = |mine: Option<usize>, theirs: Option<usize>| theirs.is_none() || mine == theirs;
        holds(self.agent, claim.agent)
            && holds(self.recipient, claim.recipient)
            && holds(self.act, claim.act)
            && holds(self.thing, claim.thing)
            && holds(self.sort, claim.sort)
            && holds(self.place, claim.place)
    }
}
