//! Verdicts in somebody else's program: reads a report and prints what it shows.
//!
//! `cargo run -p transfermap --example embed -- report.json`

use std::error::Error;

use transfermap::analysis::{Analysis, Options};
use transfermap::report::Report;

/// One line for every pair of tasks: its gain and what the evidence supports.
pub fn verdicts(json: &[u8]) -> Result<String, Box<dyn Error>> {
    let report = Report::from_json(json)?;
    let analysis = Analysis::tests(&report, &Options::default())?;
    let mut lines = String::new();
    for pair in &analysis.pairs {
        let gain = pair.gain.map(|gain| transfermap::number::gain(pair.metric, gain));
        let (source, target) = (&pair.key.source, &pair.key.target);
        lines += &format!("{source} → {target}: {} {}\n", gain.unwrap_or_default(), pair.verdict.name());
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which report.json?")?;
    print!("{}", verdicts(&std::fs::read(path)?)?);
    Ok(())
}
