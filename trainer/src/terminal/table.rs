//! Tables on a terminal.

use std::io::{self, Write};

/// Prints rows with aligned columns: the first to the left, the others to the right where they hold numbers. `colour`
/// gives the 256-colour number of a cell (row, column), where it has one.
///
/// # Errors
/// stdout is closed.
pub fn print_table(
    out: &mut dyn Write,
    rows: &[Vec<String>],
    colour: &dyn Fn(usize, usize) -> Option<u8>,
) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|s| s.chars().count()).max().unwrap_or(0);
    let numeric = |c: usize| {
        let starts = |s: &String| s.starts_with(|ch: char| ch.is_ascii_digit() || "+−·—".contains(ch));
        c > 0 && rows.iter().skip(1).filter_map(|r| r.get(c)).all(starts)
    };
    for (r, row) in rows.iter().enumerate() {
        let mut line = String::from(" ");
        for (c, cell) in row.iter().enumerate().take(columns) {
            let pad = " ".repeat(width(c).saturating_sub(cell.chars().count()));
            let painted = colour(r, c).map_or_else(|| cell.clone(), |n| format!("\x1b[38;5;{n}m{cell}\x1b[0m"));
            line += &if numeric(c) { format!(" {pad}{painted} ") } else { format!(" {painted}{pad} ") };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
