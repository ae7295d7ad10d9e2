//! Which tasks there are, and the rows of each.

use std::collections::HashSet;

use super::grammar::{Draw, Row};
use super::{entailment, paraphrase, polarity, stars, topic};

/// The tasks of the suite.
pub const NAMES: &[&str] = &["topic", "polarity", "stars", "entailment", "paraphrase"];

/// Splits and their sizes, in the order in which they are drawn.
const SPLITS: [(&str, usize); 3] = [("train", 4000), ("validation", 300), ("test", 500)];

/// The suite is one fixed data set; a study's seeds change the training, never these rows.
const SEED: u64 = 2026;

/// The rows of a task's split (`train`, `validation` or `test`) as texts and label name, always the same, in order.
/// No input stands twice in a task. `None` for a task or split that does not exist.
///
/// ```
/// use transfermap_trainer::data::generated::rows;
///
/// let test = rows("paraphrase", "test").unwrap();
/// assert_eq!((test.len(), test[0].0.len()), (500, 2));
/// assert!(rows("paraphrase", "dev").is_none());
/// ```
pub fn rows(name: &str, split: &str) -> Option<Vec<(Vec<String>, String)>> {
    let row: fn(&mut Draw) -> Row = match name {
        "topic" => topic::row,
        "polarity" => polarity::row,
        "stars" => stars::row,
        "entailment" => entailment::row,
        "paraphrase" => paraphrase::row,
        _ => return None,
    };
    let mut draw = Draw::new(SEED, name, "generated");
    let mut seen = HashSet::new();
    for (this, size) in SPLITS {
        let mut out = Vec::with_capacity(size);
        while out.len() < size {
            let row = row(&mut draw);
            if seen.insert(row.0.clone()) {
                out.push(row);
            }
        }
        if this == split {
            return Some(out);
        }
    }
    None
}
