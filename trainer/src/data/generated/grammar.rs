//! Drawing from a seeded stream, and the rules of the two grammars that several tasks share: opinions (polarity and
//! stars) and topical sentences (the topic task and the unlabelled corpus).

use rand::RngCore;
use transfermap::random::{Stream, stream};

use super::lexicon::{ASPECTS, COPULAS, PRAISE, REPROACH, TIMES, TOPICS};

/// Texts and label name.
pub type Row = (Vec<String>, String);

/// Draws by its own arithmetic, so that the rows depend on the stream's bits only and not on a sampling library.
pub struct Draw(Stream);

impl Draw {
    /// The stream of this name.
    pub fn new(seed: u64, name: &str, purpose: &str) -> Self {
        Self(stream(seed, name, purpose))
    }

    /// A number below `n`. The bias is below n / 2^32.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// A number below `n` that is not `other`.
    pub fn other(&mut self, n: usize, other: usize) -> usize {
        (other + 1 + self.below(n - 1)) % n
    }

    /// Yes with this probability in percent.
    pub fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What stands before an opinion word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Modifier {
    None,
    Very,
    Slightly,
    Not,
}

/// One clause of an opinion: `the room was very nice`.
#[derive(Debug, Clone)]
pub struct Clause {
    pub text: String,
    /// What it adds to the opinion, in half weights: twice the word's weight; three times after `very`, once after
    /// `slightly`, minus once after `not`.
    pub valence: i32,
}

/// Draws a clause whose word is approving or not as `praise` says (before any `not`).
pub fn clause(draw: &mut Draw, praise: bool) -> Clause {
    let level = draw.below(5);
    let word = draw.one_of(if praise { &PRAISE[level] } else { &REPROACH[level] });
    let weight = (level as i32 + 1) * if praise { 1 } else { -1 };
    let modifier = match draw.below(10) {
        0..6 => Modifier::None,
        6..8 => Modifier::Very,
        8..9 => Modifier::Slightly,
        _ => Modifier::Not,
    };
    let (prefix, factor) = match modifier {
        Modifier::None => ("", 2),
        Modifier::Very => ("very ", 3),
        Modifier::Slightly => ("slightly ", 1),
        Modifier::Not => ("not ", -1),
    };
    let text = format!("the {} {} {prefix}{word}", draw.one_of(&ASPECTS), draw.one_of(&COPULAS));
    Clause { text, valence: weight * factor }
}

/// Joins clauses; the joint says nothing about the label.
pub fn join(draw: &mut Draw, clauses: &[Clause]) -> String {
    let mut text = String::new();
    for (i, clause) in clauses.iter().enumerate() {
        if i > 0 {
            text.push_str(draw.one_of(&[" and ", " but ", " , "]));
        }
        text.push_str(&clause.text);
    }
    text
}

/// A sentence with five content words, of which each comes from `topic` with probability `loyalty` percent and from
/// any of the other topics otherwise.
pub fn topical(draw: &mut Draw, topic: usize, loyalty: usize) -> String {
    let of = |draw: &mut Draw| if draw.percent(loyalty) { topic } else { draw.other(TOPICS.len(), topic) };
    let noun = |draw: &mut Draw, t: usize| draw.one_of(&TOPICS[t].nouns);
    let verb = |draw: &mut Draw, t: usize| draw.one_of(&TOPICS[t].verbs);
    let [a, b, c, d, e] = std::array::from_fn(|_| of(draw));
    let (a, b, c) = (noun(draw, a), verb(draw, b), noun(draw, c));
    let (d, e) = (noun(draw, d), verb(draw, e));
    let joint = draw.one_of(&["and", "but"]);
    let core = format!("the {a} {b} the {c} {joint} the {d} {e} it");
    if draw.percent(50) { format!("{} , {core}", draw.one_of(&TIMES)) } else { core }
}
