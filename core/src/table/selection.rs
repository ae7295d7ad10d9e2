//! Every predictor at choosing sources.

use super::{Medium, Show, Table, Value};
use crate::analysis::SelectionAnalysis;
use crate::selection::Selection;

/// What people see of the figures, and what they call it. Programs get all figures.
const SHOWN: [(&str, &str, &[Medium]); 7] = [
    ("ndcg_rank", "NDCG", PEOPLE),
    ("ndcg_linear", "linear NDCG", &[Medium::Csv, Medium::Terminal]),
    ("regret_at_1_best", "regret@1", PEOPLE),
    ("regret_at_3_best", "regret@3", PEOPLE),
    ("regret_at_5_best", "regret@5", PEOPLE),
    ("hit_at_1", "hit@1", PEOPLE),
    ("captured_gain", "captured@1", &[Medium::Csv, Medium::Terminal]),
];

const PEOPLE: &[Medium] = &[Medium::Csv, Medium::Latex, Medium::Terminal];

/// One row per family, predictor and target, and one of the mean over targets, without a target; every figure, then its
/// expectation under a random order. People are given the means.
pub fn selection(selection: &[&SelectionAnalysis]) -> Table {
    const CSV: &[Medium] = &[Medium::Csv];
    let mut table = Table::of(selection, "selection", "Choosing a source")
        .family(|s| s.family.clone())
        .words("predictor", |s| &s.predictor)
        .words("target", |s| s.target.as_deref().unwrap_or(""))
        .on(CSV)
        .numbers("targets", |s| s.targets)
        .numbers("candidates", |s| s.candidates)
        .on(CSV);
    for (i, (name, _)) in Selection::default().iter().enumerate() {
        let show = if name == "captured_gain" { Show::Captured } else { Show::Share };
        table = table.numbers(name, move |s| Value::number(nth(&s.figures, i), show));
        table = match SHOWN.iter().find(|(shown, ..)| *shown == name) {
            Some((_, head, media)) => table.head(*head).on(media),
            None => table.on(CSV),
        };
    }
    table = table
        .numbers("spearman", |s| s.spearman)
        .on(CSV)
        .numbers("kendall", |s| Value::number(s.kendall, Show::Signed(2)))
        .head("τ");
    for (i, (name, _)) in Selection::default().iter().enumerate() {
        table = table.numbers(format!("random_{name}"), move |s| nth(&s.random_expectation, i)).on(CSV);
    }
    table.noted(
        "Mean over targets, per cent. NDCG with gain 2^(N − rank) − 1; regret of the best; random is the exact expectation \
         of a random order.",
    )
}

fn nth(figures: &Selection, i: usize) -> Option<f64> {
    figures.iter().nth(i)?.1
}
