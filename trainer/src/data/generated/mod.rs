//! The embedded suite: five tasks whose relatedness is known because a seeded grammar makes them. See docs/demo-suite.md.
//!
//! [`rows`] gives a task's fixed data file, [`corpus`] and [`matching_pairs`] what its encoder is pretrained on,
//! [`tokenizer_json`] its tokenizer.

mod entailment;
mod event;
mod grammar;
mod lexicon;
mod paraphrase;
mod polarity;
mod pretraining;
mod stars;
mod suite;
mod tokenizer;
mod topic;

pub use pretraining::{corpus, matching_pairs};
pub use suite::{NAMES, rows};
pub use tokenizer::tokenizer_json;

#[cfg(test)]
mod tests;
