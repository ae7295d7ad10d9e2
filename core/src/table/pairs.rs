//! Every ordered pair with its gain, intervals, p values and verdict.

use super::{Medium, Show, Table, Value};
use crate::analysis::{FamilyKey, Options, PairAnalysis};
use crate::number;

/// One row per pair, in the order given.
pub fn pairs(pairs: &[&PairAnalysis], options: &Options) -> Table {
    const CSV: &[Medium] = &[Medium::Csv];
    const WIDE: &[Medium] = &[Medium::Csv, Medium::Terminal];
    let level = pairs.first().map_or(1.0 - options.alpha, |p| p.gain_ci_level);
    let level = number::plain(100.0 * level, 1);
    let gain = |p: &&PairAnalysis| Show::Gain(p.metric);
    let score = |p: &&PairAnalysis, score| Value::number(score, Show::Score(p.metric));
    let raced: &[Medium] = if pairs.iter().any(|p| p.look.is_some()) { Medium::ALL } else { CSV };
    Table::of(pairs, "pairs", "Pairs")
        .family(|p| FamilyKey::from(&p.key))
        .words("source", |p| &p.key.source)
        .words("target", |p| &p.key.target)
        .words("metric", |p| p.metric.name())
        .on(CSV)
        .numbers("n", |p| p.n_transfer)
        .numbers("n_single", |p| p.n_single)
        .on(CSV)
        .numbers("n_paired", |p| p.n)
        .on(CSV)
        .numbers("single", |p| score(p, p.single))
        .on(CSV)
        .numbers("transfer", |p| score(p, p.transfer))
        .on(CSV)
        .numbers("gain", |p| Value::number(p.gain, gain(p)))
        .intervals("gain", |p| p.gain_ci, gain)
        .head("interval")
        .intervals("gain_simultaneous", |p| p.gain_ci_simultaneous, gain)
        .on(CSV)
        .intervals("gain_population", |p| p.gain_ci_population, gain)
        .head("with new examples")
        .on(WIDE)
        .numbers("relative_gain", |p| p.relative_gain)
        .on(CSV)
        .numbers("chance_corrected_gain", |p| p.chance_corrected_gain)
        .on(CSV)
        .numbers("p", |p| Value::number(p.p, Show::P))
        .numbers("probability_positive", |p| p.probability_positive)
        .on(CSV)
        .numbers("p_moderated", |p| p.p_moderated)
        .on(CSV)
        .numbers("p_plain", |p| p.p_plain)
        .on(CSV)
        .numbers("p_sign_flip", |p| p.p_sign_flip)
        .on(CSV)
        .numbers("p_holm", |p| Value::number(p.p_holm, Show::P))
        .head("Holm p")
        .numbers("q_bh", |p| p.q_bh)
        .on(CSV)
        .numbers("p_equivalence_holm", |p| p.p_equivalence_holm)
        .on(CSV)
        .numbers("family_size", |p| p.family_size)
        .on(CSV)
        .words("verdict", |p| p.verdict.name())
        .words("flags", |p| Value::List(p.flags.iter().map(|f| f.name()).collect()))
        .numbers("smallest_detectable_gain", |p| score(p, p.smallest_detectable_gain))
        .head("detectable")
        .on(WIDE)
        .numbers("look", |p| p.look)
        .on(raced)
        .numbers("seeds_spent", |p| p.seeds_spent)
        .head("seeds spent")
        .on(raced)
        .numbers("seeds_needed", |p| p.seeds_needed)
        .head("seeds needed")
        .on(raced)
        .noted(format!(
            "Gain in points over n runs after the source; {level} % interval by the target's pooled variance over seeds, on \
             these test rows; Holm's correction over the family decides."
        ))
}
