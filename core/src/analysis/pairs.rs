//! From the transfer map to what may be said of every pair.

use std::borrow::Cow;

use super::context::Context;
use super::{Decisions, Flag, Interval, PairAnalysis, Verdict, WithoutCollapsed, decide};
use crate::statistics::correlation::Coefficient;
use crate::statistics::{self, ModeratedT, PairedT, Welch};
use crate::transfer::{Outcome, Pair};

/// Power at which the smallest detectable gain is detected.
const POWER: f64 = 0.8;

/// The pairs of one family, with what all of them decide together.
pub(super) struct FamilyPairs {
    /// In the order of the map.
    pub pairs: Vec<PairAnalysis>,
    /// With the runs that count.
    pub decisions: Decisions,
}

/// Analyses one family.
pub(super) fn family(context: &Context<'_>, pairs: &[&Pair]) -> FamilyPairs {
    let gains = |pairs: &[Cow<'_, Pair>]| -> Vec<Vec<f64>> { pairs.iter().map(|p| p.gains()).collect() };
    let margins: Vec<f64> = pairs.iter().map(|p| context.margin(&p.key.target)).collect();
    let alpha = context.options.alpha;

    let all: Vec<Cow<'_, Pair>> = pairs.iter().map(|p| Cow::Borrowed(*p)).collect();
    let without: Vec<Cow<'_, Pair>> = pairs.iter().map(|p| Cow::Owned(p.without_collapsed())).collect();
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
        let one = One { context, pair: pairs[i], counted: &counted[i], gains: &counted_gains[i], margin: margins[i] };
        one.analyse(&decisions, i, without_collapsed, depends)
    });
    FamilyPairs { pairs: analysed.collect(), decisions }
}

/// What is known of one pair before its tests.
struct One<'a> {
    context: &'a Context<'a>,
    pair: &'a Pair,
    /// With the runs that count.
    counted: &'a Pair,
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
        let Self { context, pair, counted, gains, margin } = *self;
        let alpha = context.options.alpha;
        let test = decisions.family.tests[i].as_ref();
        let family_alpha = alpha / decisions.size.max(1) as f64;
        let interval = |level: f64| test.and_then(|t| t.interval(level));
        let gain_ci = interval(1.0 - alpha);
        let plain = PairedT::new(gains);
        let verdict = decisions.verdicts[i];
        let (singles, transfers) = counted.scores();
        let welch = (!counted.paired).then(|| Welch::new(&singles, &transfers)).flatten();
        let (single, transfer) = counted.means();
        let oriented = counted.oriented();
        PairAnalysis {
            key: pair.key.clone(),
            metric: pair.metric,
            margin,
            n: gains.len(),
            single,
            transfer,
            gain: counted.gain(),
            sd: statistics::sd(gains),
            gain_ci,
            gain_ci_simultaneous: interval(1.0 - family_alpha),
            gain_ci_population: None,
            relative_gain: counted.relative_gain(),
            chance_corrected_gain: counted.chance_corrected_gain(),
            error_rate_change: counted.error_rate_change(),
            p: test.map(|t| t.p),
            p_plain: plain.as_ref().and_then(|t| t.p),
            p_sign_flip: statistics::sign_flip_p(gains).filter(|_| plain.as_ref().is_some_and(|t| t.p.is_some())),
            p_welch: welch.map(|w| w.p),
            p_holm: decisions.p_holm[i],
            q_bh: decisions.q_bh[i],
            p_equivalence: decisions.p_equivalence[i],
            p_equivalence_holm: decisions.p_equivalence_holm[i],
            family_size: decisions.size,
            verdict,
            flags: self.flags(verdict, gain_ci, test, depends_on_collapsed),
            collapsed_runs: pair.transfer.count(|run| run.constant),
            collapsed_singles: pair.count_singles(|run| run.constant),
            source_collapsed_runs: pair.source_collapsed_runs,
            failed_runs: failed_runs(pair),
            smallest_detectable_gain: test
                .and_then(|t| statistics::smallest_detectable(t.standard_error, t.df_total, family_alpha, POWER)),
            pair_correlation: Coefficient::Pearson.of(&singles, &transfers).filter(|_| counted.paired),
            cohen_d: statistics::cohen_d_paired(gains),
            cohen_d_moderated: test.map(|t| t.mean / t.posterior_variance.sqrt()),
            probability_of_improvement: statistics::probability_of_superiority(&oriented.0, &oriented.1),
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
        let Self { context, pair, counted, gains, margin } = *self;
        let significant = matches!(verdict, Verdict::Helps | Verdict::Harms);
        let key = &pair.key;
        [
            (significant && interval.is_some_and(|i| i.inside(margin)), Flag::Negligible),
            (depends_on_collapsed, Flag::DependsOnCollapsed),
            (failed_runs(pair) > 0, Flag::LacksFailedRuns),
            (pair.source_collapsed_runs > 0, Flag::SourceCollapsed),
            (context.leaks(&key.source, &key.target), Flag::Leak),
            (context.evaluated_on_training_rows(&key.target), Flag::EvaluatedOnTrainingRows),
            (gains.len() >= 2 && test.is_none(), Flag::IdenticalDifferences),
            (!counted.paired && counted.gain().is_some(), Flag::Unpaired),
        ]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .collect()
    }
}

fn failed_runs(pair: &Pair) -> usize {
    pair.transfer.count(Outcome::failed) + pair.count_singles(Outcome::failed)
}
