//! From the gains of a family to what holds for the study: who gives, who receives, where the variance comes from,
//! and how reliable the map is.

use super::pairs::FamilyPairs;
use super::sentence::sentence;
use super::{
    Context, FamilyAnalysis, FamilyKey, PairAnalysis, PriorAnalysis, TaskEffect, VarianceComponents, VerdictCounts,
};
use crate::sort;
use crate::stats;
use crate::transfer::Pair;
use crate::variance::{self, Components, Effect, Gains};

/// Analyses a family as a whole, but for what [`explain`] adds.
pub(super) fn family(context: &Context<'_>, key: FamilyKey, pairs: &[&Pair], analysed: &FamilyPairs) -> FamilyAnalysis {
    let gains = gains(context, pairs, &analysed.pairs);
    let names: Vec<&str> = context.report.study.task.iter().map(|t| t.name.as_str()).collect();
    let effects = variance::effects(&gains);
    let named = |effects: &[Option<Effect>]| -> Vec<TaskEffect> {
        let of_task = |(name, effect): (&&str, &Option<Effect>)| {
            let effect = effect.as_ref()?;
            let ci = effect.over_seeds.as_ref().map(|i| [i.low, i.high]);
            Some(TaskEffect { task: (*name).to_owned(), effect: effect.estimate, ci })
        };
        names.iter().zip(effects).filter_map(of_task).collect()
    };
    let first = analysed.pairs.first().map(|p| p.metric);
    let metric = first.filter(|m| analysed.pairs.iter().all(|p| p.metric == *m));
    let detectable: Vec<f64> = analysed.pairs.iter().filter_map(|p| p.smallest_detectable_gain).collect();
    let mean_gains: Vec<f64> = analysed.pairs.iter().filter_map(|p| p.gain).collect();
    let mut family = FamilyAnalysis {
        key,
        sentence: String::new(),
        metric,
        family_size: analysed.decisions.size,
        verdicts: VerdictCounts::of(analysed.pairs.iter().map(|p| p.verdict)),
        prior: analysed
            .decisions
            .family
            .prior
            .map(|p| PriorAnalysis { sd: p.variance.sqrt(), df: Some(p.df).filter(|df| df.is_finite()) }),
        mean_gain: stats::mean(&mean_gains),
        smallest_detectable_gain: median(detectable).filter(|_| metric.is_some()),
        donors: effects.as_ref().map_or_else(Vec::new, |e| named(&e.sources)),
        receivers: effects.as_ref().map_or_else(Vec::new, |e| named(&e.targets)),
        variance_components: None,
        variance_shares: None,
        variance_absent: None,
        asymmetry: None,
        reliability: None,
        ceiling: None,
    };
    family.sentence = sentence(&family, &analysed.pairs);
    family
}

/// Adds what explains the gains of a family, and not what they are: components of their variance, and how far seeds
/// repeat them.
pub(super) fn explain(context: &Context<'_>, pairs: &[&Pair], analysed: &[PairAnalysis], family: &mut FamilyAnalysis) {
    let gains = gains(context, pairs, analysed);
    let decomposition = variance::decompose(&gains);
    family.variance_components = decomposition.as_ref().ok().map(|d| components(&d.components));
    family.variance_shares = decomposition.as_ref().ok().and_then(|d| d.shares.as_ref()).map(components);
    family.variance_absent = decomposition.as_ref().err().map(ToString::to_string);
    family.asymmetry = variance::asymmetry(&gains);
    family.reliability = variance::split_half(&gains, context.options.seed).and_then(|r| r.reliability);
    family.ceiling = family.reliability.filter(|&r| r > 0.0).map(f64::sqrt);
}

/// The gains by task positions and seed. Where no seed of the family pairs, the differences of means stand as one seed.
fn gains(context: &Context<'_>, pairs: &[&Pair], analysed: &[PairAnalysis]) -> Gains {
    let tasks = &context.report.study.task;
    let position = |name: &str| tasks.iter().position(|t| t.name == name);
    let mut gains = Gains::new(tasks.len());
    let any_paired = analysed.iter().any(|p| p.n > 0);
    for (pair, analysis) in pairs.iter().zip(analysed) {
        let (Some(source), Some(target)) = (position(&pair.key.source), position(&pair.key.target)) else { continue };
        let by_seed: Vec<(u64, f64)> = if any_paired {
            let counts = pair.seeds.iter().filter(|s| !(context.options.without_collapsed && s.collapsed()));
            counts.filter_map(|s| Some((s.seed.unwrap_or(0), s.gain?))).collect()
        } else {
            analysis.gain.map(|gain| (0, gain)).into_iter().collect()
        };
        for (seed, gain) in by_seed {
            // Keys and finite gains were checked when the map was joined; the diagonal is no transfer.
            let _ = gains.insert(source, target, seed, gain);
        }
    }
    gains
}

fn components(c: &Components) -> VarianceComponents {
    VarianceComponents {
        source: c.source,
        target: c.target,
        interaction: c.interaction,
        baseline: c.baseline,
        residual: c.residual,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    sort::numbers(&mut values);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { (values[middle - 1] + upper) / 2.0 })
}
