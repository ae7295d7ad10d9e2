//! Whether an opinion is negative or positive on the whole. Shares its words and its arithmetic with stars.

use super::grammar::{Clause, Draw, Row, clause, join};

/// Class names.
pub const LABELS: [&str; 2] = ["negative", "positive"];

/// Percent of the clauses whose word has the sign of the writer's mood.
const UNANIMITY: usize = 85;

/// The class of an opinion of this total valence; a balanced one has none.
pub fn label(valence: i32) -> Option<&'static str> {
    match valence {
        0 => None,
        v => Some(LABELS[usize::from(v > 0)]),
    }
}

/// Draws a row: two clauses, labelled by the sign of their sum.
pub fn row(draw: &mut Draw) -> Row {
    let wanted = draw.one_of(&LABELS);
    loop {
        let mood = draw.percent(50);
        let clauses: [Clause; 2] = std::array::from_fn(|_| {
            let praise = draw.percent(UNANIMITY) == mood;
            clause(draw, praise)
        });
        if label(clauses.iter().map(|c| c.valence).sum()) == Some(wanted) {
            return (vec![join(draw, &clauses)], wanted.to_owned());
        }
    }
}
