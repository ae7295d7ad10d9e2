//! The output folder: what is on disk of a study, and who works on it.
//!
//! [`records`] one folder for each run; [`inputs`] what the runs start from, and [`material`] that in memory; [`damage`]
//! whether its files are what they were; [`claims`] which [`process`] trains which run; [`race`] the rounds of a race; [`survey`] what is there of a plan, and what must be moved out of the way;
//! [`report`] the report and its tables, [`checksum`] the hash that stands beside it; [`export`] a run's weights as a folder that transformers loads.

pub mod checksum;
pub mod claims;
pub mod damage;
pub mod export;
#[cfg(test)]
pub(crate) mod fake;
pub mod inputs;
pub mod material;
pub mod process;
pub mod race;
pub mod records;
pub mod report;
pub mod survey;
