//! How many stars an opinion is worth. Shares its words and its arithmetic with polarity, and asks for degrees.

use super::grammar::{Clause, Draw, Row, clause, join};

/// Class names.
pub const LABELS: [&str; 5] = ["one", "two", "three", "four", "five"];

/// Percent of the clauses whose word has the sign of the writer's mood.
const UNANIMITY: usize = 75;

/// The class of an opinion of this total valence.
pub fn label(valence: i32) -> &'static str {
    LABELS[match valence {
        ..=-12 => 0,
        -11..=-4 => 1,
        -3..=3 => 2,
        4..=11 => 3,
        12.. => 4,
    }]
}

/// Draws a row: three clauses, labelled by their sum.
pub fn row(draw: &mut Draw) -> Row {
    let wanted = draw.one_of(&LABELS);
    loop {
        let mood = draw.percent(50);
        let clauses: [Clause; 3] = std::array::from_fn(|_| {
            let praise = draw.percent(UNANIMITY) == mood;
            clause(draw, praise)
        });
        if label(clauses.iter().map(|c| c.valence).sum()) == wanted {
            return (vec![join(draw, &clauses)], wanted.to_owned());
        }
    }
}
