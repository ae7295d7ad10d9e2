//! Results as tables: typed columns, each table defined in one place, and drawn as text, CSV, LaTeX, Markdown, or (by the
//! viewer) HTML.
//!
//! A definition lists columns, each with its name for programs, its head for people, what stands in it, and the media that
//! show it; one file a table. [`Table::csv`] writes numbers with the fewest digits that read back as the same number, the
//! others write points, real minus signs and dashes.

mod column;
mod correlations;
mod csv;
mod cut;
mod detectable;
mod effects;
mod families;
mod latex;
mod map;
mod markdown;
mod notebook;
mod pairs;
mod predictors;
mod race;
mod recommendation;
mod seeds;
mod selection;
mod similarity;
mod tasks;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod training;
mod value;

pub use column::{Cell, Column, Definition, Kind, Medium, Table, Tone};
pub use correlations::correlations;
pub use detectable::detectable;
pub use effects::effects;
pub use families::latex_by_family;
pub use map::{difference_map, transfer_map};
pub use notebook::{baseline_performance, fine_tune_performance};
pub use pairs::pairs;
pub use predictors::predictors;
pub use race::race;
pub use recommendation::recommendation;
pub use seeds::seeds;
pub use selection::selection;
pub use similarity::similarity;
pub use tasks::tasks;
pub use together::{arm_words, arms, choices, comparisons, comparisons_of, conflicts, joint_runs};
pub use training::training;
pub use value::{Show, Value};
