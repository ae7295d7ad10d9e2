//! The sources of a study for a new data set: what every measure says, and how much it was worth in the study.

use std::io::{self, Write};

use transfermap::number::{self, MISSING, or_missing};

use super::{print_table, recommendation};
use crate::score::{EncoderScores, Scores};

/// Prints values and ranks, then the recommendation.
///
/// # Errors
/// stdout is closed.
pub fn print(out: &mut dyn Write, scores: &Scores) -> io::Result<()> {
    let Scores { target, examples, .. } = scores;
    for encoder in &scores.encoders {
        let name = &encoder.encoder;
        writeln!(out, "Sources for {target} by {name}, from {examples} of its training examples; rank in brackets")?;
        writeln!(
            out,
            "ρ: Spearman of measure and gain among the sources of a target, mean over the study's targets\n"
        )?;
        measures(out, encoder)?;
        writeln!(out, "\nIn the study: {}\n", encoder.in_study.as_deref().unwrap_or("no gain was measured."))?;
    }
    recommendation::print(out, &scores.recommendations)?;
    super::analysis::warnings(out, &scores.warnings)
}

fn measures(out: &mut dyn Write, encoder: &EncoderScores) -> io::Result<()> {
    let mut sources: Vec<&str> = encoder.measures.iter().flat_map(|m| &m.sources).map(|s| s.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut head = vec!["measure".to_owned(), "ρ".to_owned(), "p".to_owned(), "seconds".to_owned()];
    head.extend(sources.iter().map(|s| (*s).to_owned()));
    let mut rows = vec![head];
    for measure in &encoder.measures {
        let study = measure.in_study.as_ref();
        let mut row = vec![
            measure.name.clone(),
            or_missing(study.and_then(|i| i.within_target_spearman), |r| number::signed(r, 2)),
            or_missing(study.and_then(|i| i.within_target_p), number::p_value),
            number::plain(measure.cost_seconds, 2),
        ];
        for source in &sources {
            let of = measure.sources.iter().find(|s| s.source == *source);
            row.push(of.map_or_else(|| MISSING.to_owned(), |s| format!("{} ({})", value(s.value), s.rank)));
        }
        rows.push(row);
    }
    print_table(out, &rows, &|_, _| None)
}

/// Four significant figures at most: measures have every order of magnitude.
fn value(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-3..1e5).contains(&magnitude) {
        return format!("{value:.2e}").replace('-', "−");
    }
    number::plain(value, if magnitude >= 100.0 { 1 } else { 3 })
}
