//! The embedded suite: five tasks whose relatedness is known because a seeded grammar makes them. See docs/demo-suite.md.
//!
//! [`rows`] gives a task's fixed data file, [`corpus`] and [`matching_pairs`] what its encoder is pretrained on,
//! [`tokenizer_json`] its tokenizer.

use std::collections::HashSet;

mod entailment;
mod event;
mod grammar;
mod lexicon;
mod paraphrase;
mod polarity;
mod pretraining;
mod stars;
mod tokenizer;
mod topic;

pub use pretraining::{corpus, matching_pairs};
pub use tokenizer::tokenizer_json;

use grammar::Draw;

/// The tasks of the suite.
pub const NAMES: &[&str] = &["topic", "polarity", "stars", "entailment", "paraphrase"];

/// Splits and their sizes, in the order in which they are drawn.
const SPLITS: [(&str, usize); 3] = [("train", 4000), ("validation", 300), ("test", 500)];

/// The suite is one fixed data set; a study's seeds change the training, never these rows.
const SEED: u64 = 2026;

/// Texts and label name.
type Row = (Vec<String>, String);

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

#[cfg(test)]
mod tests;
