//! Which measure predicted transfer, beside what needs no measure.

use super::{Medium, Show, Table, Value};
use crate::analysis::{FamilyKey, PredictorAnalysis};
use crate::selection::Selection;

/// One row per predictor of a family, in their order.
pub fn predictors(rows: &[(&FamilyKey, &PredictorAnalysis)]) -> Table {
    const CSV: &[Medium] = &[Medium::Csv];
    let r = |r| Value::number(r, Show::Signed(2));
    let chance = |p| Value::number(p, Show::P);
    let figure = |p: &PredictorAnalysis, of: fn(&Selection) -> Option<f64>| {
        Value::number(p.figures.as_ref().and_then(of), Show::Share)
    };
    let captured = |p: &PredictorAnalysis| Value::number(p.figures.and_then(|f| f.captured_gain), Show::Captured);
    Table::of(rows, "predictors", "Which measure predicted transfer")
        .family(|(family, _)| (*family).clone())
        .numbers("rank", |(_, p)| p.rank)
        .words("predictor", |(_, p)| &p.predictor)
        .words("trivial", |(_, p)| p.trivial)
        .on(CSV)
        .words("kind", |(_, p)| if p.trivial { "plain" } else { "measure" })
        .on(&[Medium::Terminal, Medium::Page])
        .numbers("cost_seconds", |(_, p)| Value::Number(p.cost_seconds, Show::Plain(1)))
        .head("seconds")
        .numbers("n", |(_, p)| p.n)
        .on(CSV)
        .numbers("targets", |(_, p)| p.targets)
        .numbers("within_target_spearman", |(_, p)| r(p.within_target_spearman))
        .head("ρ within targets")
        .numbers("within_target_p", |(_, p)| chance(p.within_target_p))
        .head("its p")
        .numbers("within_target_p_max", |(_, p)| chance(p.within_target_p_max))
        .head("p max")
        .numbers("spearman", |(_, p)| r(p.spearman))
        .head("ρ of all pairs")
        .numbers("p_qap", |(_, p)| chance(p.p_qap))
        .head("QAP p")
        .numbers("ndcg_rank", |(_, p)| figure(p, |f| f.ndcg_rank))
        .on(CSV)
        .numbers("regret_at_1_best", |(_, p)| figure(p, |f| f.regret_at_1_best))
        .head("regret@1")
        .numbers("regret_at_3_best", |(_, p)| figure(p, |f| f.regret_at_3_best))
        .on(CSV)
        .numbers("hit_at_1", |(_, p)| figure(p, |f| f.hit_at_1))
        .on(CSV)
        .numbers("captured_gain", |(_, p)| captured(p))
        .head("captured@1")
        .noted(
            "Spearman's ρ of prediction and gain among the sources of a target (best first) and over all pairs, p by \
             permuting tasks, p max against the best of all measures, regret and share of the possible gain when its first choice is taken, in per cent; plain: \
             what needs no measure of similarity.",
        )
}
