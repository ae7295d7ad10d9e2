//! Ranked sources for a target.

use std::io::{self, Write};

use transfermap::analysis::Recommendation;
use transfermap::table;

/// Prints one table for each encoder, variant and protocol.
///
/// # Errors
/// stdout is closed.
pub fn print(out: &mut dyn Write, recommendations: &[Recommendation]) -> io::Result<()> {
    for r in recommendations {
        let key = &r.family;
        writeln!(out, "\n── {} · {} · {}", key.encoder, key.variant, key.protocol_name())?;
        super::print(out, &table::recommendation(r), false)?;
        if let Some(prediction) = &r.prediction {
            writeln!(out, "\n{prediction}")?;
        }
        writeln!(out, "\n{}", r.advice)?;
    }
    Ok(())
}
