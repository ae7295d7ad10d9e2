//! From the gains of a family to what holds for the study: who gives, who receives, where the variance comes from,
//! and how reliable the map is.

use std::collections::{BTreeMap, HashMap};

use super::pairs::FamilyPairs;
use super::sentence::sentence;
use super::{Context, FamilyAnalysis, FamilyKey, PriorAnalysis, TaskEffect, VarianceComponents, VerdictCounts};
use crate::statistics;
use crate::statistics::variance::{self, Components, Effect, Gains};
use crate::transfer::Pair;

/// Analyses a family as a whole.
pub(super) fn family(context: &Context<'_>, key: FamilyKey, pairs: &[&Pair], analysed: &FamilyPairs) -> FamilyAnalysis {
    let gains = gains(context, pairs, analysed);
    let tasks = &context.report.study.task;
    let effects = variance::effects(&gains, 1.0 - context.options.alpha);
    let named = |effects: &BTreeMap<usize, Effect>| -> Vec<TaskEffect> {
        let of_task = |(task, effect): (&usize, &Effect)| {
            let task = tasks.get(*task)?.name.clone();
            Some(TaskEffect { task, effect: effect.estimate, ci: effect.over_seeds })
        };
        effects.iter().filter_map(of_task).collect()
    };
    let decomposition = variance::decompose(&gains);
    let halves = variance::split_half(&gains, context.options.seed);
    let within_targets = variance::split_half_within_targets(&gains, context.options.seed);
    let first = analysed.pairs.first().map(|p| p.metric);
    let metric = first.filter(|m| analysed.pairs.iter().all(|p| p.metric == *m));
    let mut detectable: Vec<f64> = analysed.pairs.iter().filter_map(|p| p.smallest_detectable_gain).collect();
    detectable.sort_by(f64::total_cmp);
    let mean_gains: Vec<f64> = analysed.pairs.iter().filter_map(|p| p.gain).collect();
    let mut family = FamilyAnalysis {
        key,
        sentence: String::new(),
        metric,
        family_size: analysed.decisions.size,
        verdicts: VerdictCounts::of(analysed.pairs.iter().map(|p| p.verdict)),
        prior: analysed
            .moderated
            .prior
            .map(|p| PriorAnalysis { sd: p.variance.sqrt(), df: Some(p.df).filter(|df| df.is_finite()) }),
        pair_correlation: analysed.pair_correlation,
        mean_gain: statistics::mean(&mean_gains),
        smallest_detectable_gain: statistics::median(&detectable).filter(|_| metric.is_some()),
        donors: effects.as_ref().map_or_else(Vec::new, |e| named(&e.sources)),
        receivers: effects.as_ref().map_or_else(Vec::new, |e| named(&e.targets)),
        variance_components: decomposition.as_ref().ok().map(|d| components(&d.components)),
        variance_shares: decomposition.as_ref().ok().and_then(|d| d.shares.as_ref()).map(components),
        variance_absent: decomposition.as_ref().err().map(ToString::to_string),
        asymmetry: variance::asymmetry(&gains),
        reliability: halves.and_then(|h| h.reliability),
        ceiling: halves.and_then(|h| h.ceiling),
        within_target_reliability: within_targets.and_then(|h| h.reliability),
        within_target_ceiling: within_targets.and_then(|h| h.ceiling),
    };
    family.sentence = sentence(&family, &analysed.pairs);
    family
}

/// The gains by task positions and seed. Where no seed of the family pairs, the differences of means stand as one seed.
fn gains(context: &Context<'_>, pairs: &[&Pair], analysed: &FamilyPairs) -> Gains {
    let tasks = &context.report.study.task;
    let positions: HashMap<&str, usize> = tasks.iter().enumerate().map(|(i, t)| (t.name.as_str(), i)).collect();
    let position = |name: &str| positions.get(name).copied();
    let mut gains = Gains::new();
    let any_paired = analysed.pairs.iter().any(|p| p.n > 0);
    for (pair, analysis) in pairs.iter().zip(&analysed.pairs) {
        let (Some(source), Some(target)) = (position(&pair.key.source), position(&pair.key.target)) else { continue };
        let by_seed: Vec<(u64, f64)> = if any_paired {
            context.counted(pair).seeds().filter_map(|s| Some((s.seed.unwrap_or(0), s.gain?))).collect()
        } else {
            analysis.gain.map(|gain| (0, gain)).into_iter().collect()
        };
        for (seed, gain) in by_seed.into_iter().filter(|(_, gain)| gain.is_finite()) {
            gains.entry((source, target)).or_default().entry(seed).or_insert(gain);
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
