//! What people read on a terminal: tables, and an analysis in words and numbers. Every number comes from core.

pub mod analysis;
pub mod progress;
pub mod recommendation;
pub mod score;
pub mod status;
pub mod summary;
mod table;

use std::io::IsTerminal;

pub use table::print_table;

/// Whether stdout shows colours: it is a terminal and `NO_COLOR` is not set.
pub fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
