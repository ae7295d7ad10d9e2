//! The sources of a study for a new data set: what every measure says, and how much it was worth in the study.

use std::io::{self, Write};

use transfermap::number;
use transfermap::table::{Show, Table, Value};

use super::analysis::warnings;
use super::recommendation;
use crate::score::{EncoderScores, Scores};

/// Prints values and ranks, then the recommendation.
///
/// # Errors
/// stdout is closed.
pub fn print(out: &mut dyn Write, scores: &Scores) -> io::Result<()> {
    for encoder in &scores.encoders {
        super::print(out, &measures(scores, encoder), false)?;
        writeln!(out, "\nIn the study: {}", encoder.in_study.as_deref().unwrap_or("no gain was measured."))?;
    }
    recommendation::print(out, &scores.recommendations)?;
    warnings(out, &scores.warnings)
}

/// One row per measure, one column per source.
fn measures(scores: &Scores, encoder: &EncoderScores) -> Table {
    let mut sources: Vec<&str> = encoder.measures.iter().flat_map(|m| &m.sources).map(|s| s.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let title = format!("Sources for {} by {}", scores.target, encoder.encoder);
    let mut table = Table::of(&encoder.measures, "measures", title)
        .words("measure", |m| &m.name)
        .numbers("ρ", |m| Value::number(m.in_study.as_ref().and_then(|i| i.within_target_spearman), Show::Signed(2)))
        .numbers("p", |m| Value::number(m.in_study.as_ref().and_then(|i| i.within_target_p), Show::P))
        .numbers("seconds", |m| Value::Number(m.cost_seconds, Show::Plain(2)));
    for source in sources {
        table = table.numbers(source, |m| match m.sources.iter().find(|s| s.source == source) {
            Some(s) => format!("{} ({})", value(s.value), s.rank).into(),
            None => Value::Missing,
        });
    }
    table.noted(format!(
        "from {} of its training examples; rank in brackets. ρ: Spearman of measure and gain among the sources of a \
         target, mean over the study's targets",
        scores.examples
    ))
}

/// Four significant figures at most: measures have every order of magnitude.
fn value(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-3..1e5).contains(&magnitude) {
        return format!("{value:.2e}").replace('-', "−");
    }
    number::plain(value, if magnitude >= 100.0 { 1 } else { 3 })
}
