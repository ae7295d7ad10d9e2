//! What people read on a terminal: tables, and an analysis in words and numbers. Every number comes from core.

pub mod analysis;
pub mod progress;
pub mod recommendation;
pub mod score;
pub mod status;
pub mod summary;
pub mod working;

use std::io::{self, IsTerminal, Write};

use transfermap::table::{Medium, Table};

/// Prints a table after an empty line, if it has rows with more than dashes. With `colour`, gains are blue and losses
/// orange.
///
/// # Errors
/// stdout is closed.
pub fn print(out: &mut dyn Write, table: &Table, colour: bool) -> io::Result<()> {
    if table.rows.is_empty() || table.on(Medium::Terminal).is_void() {
        Ok(())
    } else {
        write!(out, "\n{}", table.text(colour))
    }
}

/// Whether stdout shows colours: it is a terminal and `NO_COLOR` is not set.
pub fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
