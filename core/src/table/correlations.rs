//! Every measure against an outcome: coefficients with naive and permutation p values.

use super::{Medium, Show, Table, Value};
use crate::analysis::CorrelationAnalysis;

/// One row per family, measure and outcome, in the order given.
pub fn correlations(correlations: &[&CorrelationAnalysis]) -> Table {
    const CSV: &[Medium] = &[Medium::Csv];
    const NARROW: &[Medium] = &[Medium::Csv, Medium::Latex, Medium::Terminal];
    const WIDE: &[Medium] = &[Medium::Csv, Medium::Terminal, Medium::Page];
    let r = |r| Value::number(r, Show::Signed(3));
    let p = |p| Value::number(p, Show::P);
    Table::of(correlations, "correlations", "Measures and outcomes")
        .family(|c| c.family.clone())
        .words("measure", |c| &c.measure)
        .words("outcome", |c| Value::Named(c.outcome.name(), c.outcome.words().to_owned()))
        .on(NARROW)
        .numbers("n", |c| c.n)
        .head("pairs")
        .numbers("tasks", |c| c.tasks)
        .on(CSV)
        .numbers("pearson", |c| r(c.pearson.r))
        .head("r")
        .numbers("pearson_p_naive", |c| p(c.pearson.p_naive))
        .head("naive p")
        .defined("naive-p")
        .numbers("pearson_p_qap", |c| p(c.pearson.p_qap))
        .head("QAP p")
        .defined("qap")
        .on(NARROW)
        .numbers("pearson_p_max", |c| p(c.pearson.p_max))
        .head("p max")
        .defined("p-max")
        .on(NARROW)
        .numbers("spearman", |c| r(c.spearman.r))
        .head("ρ")
        .defined("spearman")
        .numbers("spearman_p_naive", |c| p(c.spearman.p_naive))
        .on(CSV)
        .numbers("spearman_p_qap", |c| p(c.spearman.p_qap))
        .head("QAP p")
        .defined("qap")
        .numbers("spearman_p_max", |c| p(c.spearman.p_max))
        .head("p max")
        .defined("p-max")
        .on(WIDE)
        .intervals("spearman_over_tasks", |c| c.spearman.ci, |_| Show::Signed(2))
        .head("interval over tasks")
        .defined("task-bootstrap")
        .on(&[Medium::Page])
        .numbers("kendall", |c| r(c.kendall.r))
        .head("τ")
        .numbers("kendall_p_qap", |c| p(c.kendall.p_qap))
        .on(CSV)
        .numbers("kendall_p_max", |c| p(c.kendall.p_max))
        .on(CSV)
        .numbers("weighted_tau", |c| c.weighted_tau)
        .on(CSV)
        .numbers("within_target_spearman", |c| r(c.within_target_spearman.mean))
        .head("ρ within targets")
        .defined("within-target")
        .on(WIDE)
        .numbers("within_target_spearman_p", |c| p(c.within_target_spearman.p))
        .head("its p")
        .on(WIDE)
        .numbers("within_target_spearman_p_max", |c| p(c.within_target_spearman.p_max))
        .head("p max")
        .defined("p-max")
        .on(WIDE)
        .numbers("slope", |c| c.ols.as_ref().map(|line| line.slope))
        .on(CSV)
        .numbers("intercept", |c| c.ols.as_ref().map(|line| line.intercept))
        .on(CSV)
        .numbers("r_squared", |c| c.ols.as_ref().map(|line| line.r_squared))
        .on(CSV)
        .noted(
            "Pearson's r, Spearman's ρ and Kendall's τ-b over ordered pairs. The naive p takes pairs for independent, \
             which they are not; QAP p permutes tasks; p max allows for the number of measures.",
        )
}
