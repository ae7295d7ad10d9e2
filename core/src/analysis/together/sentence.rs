//! The answer to "does training together help?" in one sentence a question.

use super::comparison::{Comparison, Question};
use crate::analysis::sentence::count;
use crate::analysis::{PairAnalysis, Verdict};
use crate::study::Protocol;

pub(super) fn sentence(pairs: &[PairAnalysis], comparisons: &[Comparison]) -> String {
    let joint: Vec<Verdict> = pairs.iter().filter(|p| p.key.protocol == Protocol::Joint).map(|p| p.verdict).collect();
    let of = |question| -> Vec<Verdict> {
        comparisons.iter().filter(|c| c.question == question).map(|c| c.verdict).collect()
    };
    let mut parts = Vec::new();
    if !joint.is_empty() {
        parts.push(format!("Together, of {} (partner, target), {}.", joint.len(), counts(&joint)));
    }
    let sets = of(Question::JointVsSingle);
    if !sets.is_empty() {
        parts.push(format!("In larger sets, of {}, {}.", count(sets.len(), "target"), counts(&sets)));
    }
    let longer = of(Question::JointVsLonger);
    if !longer.is_empty() {
        parts.push(format!("Against training alone for as many batches, of {}: {}.", longer.len(), counts(&longer)));
    }
    let sequential = of(Question::JointVsSequential);
    if !sequential.is_empty() {
        let decided = |verdict| sequential.iter().filter(|v| **v == verdict).count();
        parts.push(format!(
            "Against the target after its partner, together is better in {}, worse in {} of {}.",
            decided(Verdict::Helps),
            decided(Verdict::Harms),
            sequential.len()
        ));
    }
    let methods = of(Question::MethodVsEqual);
    if !methods.is_empty() {
        let decided = methods.iter().filter(|v| matches!(v, Verdict::Helps | Verdict::Harms)).count();
        parts.push(match decided {
            0 => "No method is shown to differ from equal weights.".to_owned(),
            n => format!("Methods differ from equal weights in {n} of {}.", methods.len()),
        });
    }
    parts.join(" ")
}

fn counts(verdicts: &[Verdict]) -> String {
    let of = |verdict| verdicts.iter().filter(|v| **v == verdict).count();
    let mut parts = vec![
        format!("{} help", of(Verdict::Helps)),
        format!("{} harm", of(Verdict::Harms)),
        format!("{} are equivalent", of(Verdict::Equivalent)),
        format!("{} are undecided", of(Verdict::Undecided)),
    ];
    if of(Verdict::Untested) > 0 {
        parts.push(format!("{} are untested", of(Verdict::Untested)));
    }
    let last = parts.pop().unwrap_or_default();
    format!("{} and {last}", parts.join(", "))
}
