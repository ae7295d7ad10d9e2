//! From the transfer map to what may be said of every pair.

use super::arms::Arms;
use super::context::Context;
use super::{Decisions, Flag, Interval, PairAnalysis, Verdict, WithoutCollapsed, decide};
use crate::correlation::Coefficient;
use crate::stats::{self, ModeratedT, PairedT, Welch};
use crate::transfer::Pair;

/// Power at which the smallest detectable gain is detected.
const POWER: f64 = 0.8;

/// The pairs of one family, with what all of them decide together.
pub(super) struct FamilyPairs {
    /// In the order of the map.
    pub pairs: Vec<PairAnalysis>,
    /// With the runs that count.
    pub decisions: Decisions,
}

/// Analyses one family, but for what [`explain`] adds.
pub(super) fn family(context: &Context<'_>, pairs: &[&Pair]) -> FamilyPairs {
    let arms =
        |without_collapsed: bool| -> Vec<Arms> { pairs.iter().map(|p| context.arms(p, without_collapsed)).collect() };
    let gains = |arms: &[Arms]| -> Vec<Vec<f64>> { arms.iter().map(Arms::gains).collect() };
    let margins: Vec<f64> = pairs.iter().map(|p| context.margin(&p.key.target)).collect();
    let alpha = context.options.alpha;

    let (all, without) = (arms(false), arms(true));
    let (all_gains, without_gains) = (gains(&all), gains(&without));
    let decided_all = decide(&all_gains, &margins, alpha);
    let decided_without = decide(&without_gains, &margins, alpha);
    let (counted, counted_gains, decisions) = if context.options.without_collapsed {
        (&without, without_gains, decided_without.clone())
    } else {
        (&all, all_gains, decided_all.clone())
    };

    let analysed = (0..pairs.len()).map(|i| {
        let without_collapsed = WithoutCollapsed {
            n: without[i].n(),
            gain: without[i].gain(),
            p_holm: decided_without.p_holm[i],
            verdict: decided_without.verdicts[i],
        };
        let depends = decided_all.verdicts[i] != decided_without.verdicts[i];
        let one = One { context, pair: pairs[i], arms: &counted[i], gains: &counted_gains[i], margin: margins[i] };
        one.analyse(&decisions, i, without_collapsed, depends)
    });
    FamilyPairs { pairs: analysed.collect(), decisions }
}

/// Adds the tests that decide nothing, and sizes of the effect.
pub(super) fn explain(context: &Context<'_>, pairs: &[&Pair], analysed: &mut [PairAnalysis]) {
    for (pair, into) in pairs.iter().zip(analysed) {
        let arms = context.arms(pair, context.options.without_collapsed);
        let gains = arms.gains();
        let plain = PairedT::new(&gains);
        into.p_plain = plain.as_ref().and_then(|t| t.p);
        into.p_sign_flip = stats::sign_flip_p(&gains).filter(|_| into.p_plain.is_some());
        into.p_welch = (!arms.paired).then(|| Welch::new(&arms.singles, &arms.transfers)).flatten().map(|w| w.p);
        into.pair_correlation = Coefficient::Pearson.of(&arms.singles, &arms.transfers).filter(|_| arms.paired);
        into.cohen_d = stats::cohen_d_paired(&gains);
        let (singles, transfers) = arms.oriented();
        into.probability_of_improvement = stats::probability_of_superiority(&singles, &transfers);
    }
}

/// What is known of one pair before its tests.
struct One<'a> {
    context: &'a Context<'a>,
    pair: &'a Pair,
    arms: &'a Arms,
    gains: &'a [f64],
    margin: f64,
}

impl One<'_> {
    fn analyse(
        &self,
        decisions: &Decisions,
        i: usize,
        without_collapsed: WithoutCollapsed,
        depends_on_collapsed: bool,
    ) -> PairAnalysis {
        let Self { context, pair, arms, gains, margin } = *self;
        let alpha = context.options.alpha;
        let test = decisions.family.tests[i].as_ref();
        let family_alpha = alpha / decisions.size.max(1) as f64;
        let interval = |level: f64| test.and_then(|t| t.interval(level)).map(Interval::from);
        let gain_ci = interval(1.0 - alpha);
        let verdict = decisions.verdicts[i];
        let baseline = context.map.baseline(&pair.key.encoder, &pair.key.variant, &pair.key.target);
        PairAnalysis {
            key: pair.key.clone(),
            metric: pair.metric,
            margin,
            n: arms.n(),
            single: arms.single(),
            transfer: arms.transfer(),
            gain: arms.gain(),
            sd: stats::sd(gains),
            gain_ci,
            gain_ci_simultaneous: interval(1.0 - family_alpha),
            gain_ci_population: None,
            relative_gain: arms.relative_gain(),
            chance_corrected_gain: arms.chance_corrected_gain(baseline.and_then(|b| b.chance)),
            error_rate_change: arms.error_rate_change(),
            p: test.map(|t| t.p),
            p_plain: None,
            p_sign_flip: None,
            p_welch: None,
            p_holm: decisions.p_holm[i],
            q_bh: decisions.q_bh[i],
            p_equivalence: decisions.p_equivalence[i],
            p_equivalence_holm: decisions.p_equivalence_holm[i],
            family_size: decisions.size,
            verdict,
            flags: self.flags(verdict, gain_ci, test, depends_on_collapsed),
            collapsed_runs: pair.collapsed_runs,
            collapsed_singles: pair.collapsed_singles,
            source_collapsed_runs: pair.source_collapsed_runs,
            failed_runs: pair.failed_runs + pair.failed_singles,
            smallest_detectable_gain: test
                .and_then(|t| stats::smallest_detectable(t.standard_error, t.df_total, family_alpha, POWER)),
            pair_correlation: None,
            cohen_d: None,
            cohen_d_moderated: test.map(|t| t.mean / t.posterior_variance.sqrt()),
            probability_of_improvement: None,
            probability_of_improvement_ci: None,
            without_collapsed,
            examples: context.examples(pair),
        }
    }

    fn flags(
        &self,
        verdict: Verdict,
        interval: Option<Interval>,
        test: Option<&ModeratedT>,
        depends_on_collapsed: bool,
    ) -> Vec<Flag> {
        let Self { context, pair, arms, gains, margin } = *self;
        let significant = matches!(verdict, Verdict::Helps | Verdict::Harms);
        let inside = interval.is_some_and(|[low, high]| -margin < low && high < margin);
        let key = &pair.key;
        [
            (significant && inside, Flag::Negligible),
            (depends_on_collapsed, Flag::DependsOnCollapsed),
            (pair.failed_runs + pair.failed_singles > 0, Flag::LacksFailedRuns),
            (pair.source_collapsed_runs > 0, Flag::SourceCollapsed),
            (context.leaks(&key.source, &key.target), Flag::Leak),
            (context.evaluated_on_training_rows(&key.target), Flag::EvaluatedOnTrainingRows),
            (gains.len() >= 2 && test.is_none(), Flag::IdenticalDifferences),
            (!arms.paired && arms.gain().is_some(), Flag::Unpaired),
        ]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .collect()
    }
}
