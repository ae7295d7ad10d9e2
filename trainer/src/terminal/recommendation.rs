//! Ranked sources for a target.

use std::io::{self, Write};

use transfermap::analysis::{Basis, Recommendation};
use transfermap::number::{self, MISSING, or_missing};

use super::print_table;

/// Prints one table for each encoder, variant and protocol.
///
/// # Errors
/// stdout is closed.
pub fn print(out: &mut dyn Write, recommendations: &[Recommendation]) -> io::Result<()> {
    for r in recommendations {
        let key = &r.family;
        writeln!(out, "Sources for {} ({}, {}, {})\n", r.target, key.encoder, key.variant, key.protocol.name())?;
        let head = ["rank", "source", "gain", "interval", "basis", "why"].map(str::to_owned);
        let mut rows = vec![head.to_vec()];
        rows.extend(r.sources.iter().map(|s| {
            let basis = match &s.basis {
                Basis::Measured => s.verdict.map_or("measured", |v| v.name()),
                Basis::Predicted { .. } => "predicted",
                Basis::Unknown => "unknown",
            };
            vec![
                s.rank.to_string(),
                s.source.clone(),
                or_missing(s.gain, |g| number::gain(r.metric, g)),
                s.interval.map_or_else(|| MISSING.to_owned(), |i| number::gain_interval(r.metric, i)),
                basis.to_owned(),
                s.reason.clone(),
            ]
        }));
        print_table(out, &rows, &|_, _| None)?;
        writeln!(out, "\n{}\n", r.advice)?;
    }
    Ok(())
}
