//! From the transfer map to what may be said of every pair.

use std::borrow::Cow;

use super::context::Context;
use super::decide::decide_moderated;
use super::options::POWER;
use super::{Arms, Decisions, Flag, Interval, PairAnalysis, Test, Verdict, WithoutCollapsed, decide, together};
use crate::statistics::correlation::Coefficient;
use crate::statistics::{self, Family, ModeratedT, PairedT, PooledT, Welch};
use crate::transfer::{Outcome, Pair};

/// The pairs of one family, with what all of them decide together.
pub(super) struct FamilyPairs {
    /// In the order of the map.
    pub pairs: Vec<PairAnalysis>,
    /// With the runs that count.
    pub decisions: Decisions,
    /// The moderated paired tests of the same runs.
    pub moderated: Family,
    /// Correlation of single-task and transfer scores over seeds within pairs, of all pairs together.
    pub pair_correlation: Option<f64>,
}

/// Analyses one family.
pub(super) fn family(context: &Context<'_>, pairs: &[&Pair]) -> FamilyPairs {
    let margins: Vec<f64> = pairs.iter().map(|p| context.margin(&p.key.target)).collect();
    let alpha = context.options.alpha;
    let all: Vec<Cow<'_, Pair>> = pairs.iter().map(|p| Cow::Borrowed(*p)).collect();
    let without: Vec<Cow<'_, Pair>> = pairs.iter().map(|p| Cow::Owned(p.without_collapsed())).collect();
    let decided = |counted: &[Cow<'_, Pair>]| decide(&arms(context, pairs, counted, &margins), context.looks(), alpha);
    let (decided_all, decided_without) = (decided(&all), decided(&without));
    let (counted, decisions) = match context.options.without_collapsed {
        true => (all_at_look(context, &without, &decided_without), &decided_without),
        false => (all_at_look(context, &all, &decided_all), &decided_all),
    };
    let gains: Vec<Vec<f64>> = counted.iter().map(|p| p.gains()).collect();
    let moderated = statistics::moderate(&gains);
    let verdicts_moderated = decide_moderated(&moderated, &gains, &margins, alpha);

    let analysed = (0..pairs.len()).map(|i| {
        let without_collapsed = WithoutCollapsed {
            n: without[i].transfer.scores().len(),
            gain: without[i].gain(),
            p_holm: decided_without.p_holm[i],
            verdict: decided_without.verdicts[i],
        };
        One {
            context,
            pair: pairs[i],
            counted: &counted[i],
            gains: &gains[i],
            margin: margins[i],
            test: decisions.tests[i].as_ref(),
            moderated: moderated.tests[i].as_ref(),
            depends_on_collapsed: decided_all.verdicts[i] != decided_without.verdicts[i],
        }
        .analyse(decisions, i, verdicts_moderated[i], without_collapsed)
    });
    let pairs = analysed.collect();
    FamilyPairs { pairs, decisions: decisions.clone(), pair_correlation: pair_correlation(&counted), moderated }
}

/// What the pairs of a family are decided by: of `pairs`, the runs that are in `counted`.
pub(super) fn arms(context: &Context<'_>, pairs: &[&Pair], counted: &[Cow<'_, Pair>], margins: &[f64]) -> Vec<Arms> {
    let tasks = &context.report.study.task;
    let of_pair = |((&pair, counted), &margin): ((&&Pair, &Cow<'_, Pair>), &f64)| {
        let (single, transfer) = match context.looks() {
            Some(_) => pair.places(counted, &context.seeds),
            None => counted.oriented(),
        };
        let target = tasks.iter().position(|t| t.name == pair.key.target).unwrap_or(tasks.len());
        Arms { target, single, transfer, margin }
    };
    pairs.iter().zip(counted).zip(margins).map(of_pair).collect()
}

/// Raced pairs as they were at their last look: what is said of a pair is said of one sample. Others as they are.
fn all_at_look<'p>(context: &Context<'_>, pairs: &[Cow<'p, Pair>], decisions: &Decisions) -> Vec<Cow<'p, Pair>> {
    let at_look = |(pair, look): (&Cow<'p, Pair>, &Option<usize>)| match look {
        Some(look) => Cow::Owned(pair.of_seeds(context.seeds.get(..*look).unwrap_or(&context.seeds))),
        None => pair.clone(),
    };
    pairs.iter().zip(&decisions.looks).map(at_look).collect()
}

/// Σ of the products of deviations from a pair's own means, over √(Σ squares alone × Σ squares after): what pairing by
/// seed is worth in the family.
fn pair_correlation(pairs: &[Cow<'_, Pair>]) -> Option<f64> {
    let (mut products, mut singles, mut transfers) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let (single, transfer) = pair.paired_scores();
        let Some((a, b)) = statistics::mean(&single).zip(statistics::mean(&transfer)) else { continue };
        for (x, y) in single.iter().zip(&transfer) {
            products += (x - a) * (y - b);
            singles += (x - a).powi(2);
            transfers += (y - b).powi(2);
        }
    }
    Some(products / (singles * transfers).sqrt()).filter(|r| r.is_finite())
}

/// What is known of one pair before its verdict.
struct One<'a> {
    context: &'a Context<'a>,
    pair: &'a Pair,
    /// With the runs that count.
    counted: &'a Pair,
    /// Its paired differences.
    gains: &'a [f64],
    margin: f64,
    test: Option<&'a PooledT>,
    moderated: Option<&'a ModeratedT>,
    depends_on_collapsed: bool,
}

impl One<'_> {
    fn analyse(
        &self,
        decisions: &Decisions,
        i: usize,
        verdict_moderated: Verdict,
        without_collapsed: WithoutCollapsed,
    ) -> PairAnalysis {
        let Self { context, pair, counted, gains, margin, test, moderated, .. } = *self;
        // A raced pair has a test at every look.
        let looks = context.looks().map_or(1, <[usize]>::len);
        let alpha = context.options.alpha / looks as f64;
        let family_alpha = alpha / decisions.size.max(1) as f64;
        let interval = |level: f64| test.and_then(|t| t.interval(level));
        let gain_ci = interval(1.0 - alpha);
        let plain = PairedT::new(gains);
        let verdict = decisions.verdicts[i];
        let (singles, transfers) = counted.scores();
        let (paired_singles, paired_transfers) = counted.paired_scores();
        let (single, transfer) = counted.means();
        let oriented = counted.oriented_scores();
        PairAnalysis {
            key: pair.key.clone(),
            metric: pair.metric,
            margin,
            n_single: singles.len(),
            n_transfer: transfers.len(),
            n: gains.len(),
            single,
            transfer,
            gain: counted.gain(),
            sd: statistics::sd(gains),
            gain_ci,
            gain_ci_level: 1.0 - alpha,
            gain_ci_simultaneous: interval(1.0 - family_alpha),
            gain_ci_population: None,
            relative_gain: counted.relative_gain(),
            chance_corrected_gain: counted.chance_corrected_gain(),
            error_rate_change: counted.error_rate_change(),
            test: if context.looks().is_some() { Test::Raced } else { Test::Pooled },
            p: decisions.p[i],
            probability_positive: test.and_then(PooledT::probability_positive),
            p_moderated: moderated.map(|t| t.p),
            verdict_moderated,
            look: decisions.looks[i],
            seeds_spent: pair.transfer.runs().count(),
            seeds_needed: test.filter(|_| verdict == Verdict::Undecided).and_then(|t| {
                let worth = t.gain.abs().max(margin);
                t.seeds_to_detect(worth, family_alpha, POWER)
            }),
            p_plain: plain.as_ref().and_then(|t| t.p),
            p_sign_flip: statistics::sign_flip_p(gains).filter(|_| plain.as_ref().is_some_and(|t| t.p.is_some())),
            p_welch: Welch::new(&singles, &transfers).filter(|_| !counted.paired).map(|w| w.p),
            p_holm: decisions.p_holm[i],
            q_bh: decisions.q_bh[i],
            p_equivalence: decisions.p_equivalence[i],
            p_equivalence_holm: decisions.p_equivalence_holm[i],
            family_size: decisions.size,
            verdict,
            flags: self.flags(verdict, gain_ci, decisions.looks[i]),
            collapsed_runs: pair.transfer.count(|run| run.constant),
            collapsed_singles: pair.single.count(|run| run.constant),
            source_collapsed_runs: pair.source_collapsed_runs,
            failed_runs: failed_runs(pair),
            smallest_detectable_gain: test
                .and_then(|t| statistics::smallest_detectable(t.standard_error, t.df, family_alpha, POWER)),
            pair_correlation: Coefficient::Pearson.of(&paired_singles, &paired_transfers),
            cohen_d: statistics::cohen_d_paired(gains),
            cohen_d_moderated: moderated.map(|t| t.mean / t.posterior_variance.sqrt()),
            probability_of_improvement: statistics::probability_of_superiority(&oriented.0, &oriented.1),
            probability_of_improvement_ci: None,
            without_collapsed,
            examples: context.examples(pair),
        }
    }

    fn flags(&self, verdict: Verdict, interval: Option<Interval>, look: Option<usize>) -> Vec<Flag> {
        let Self { context, pair, counted, margin, test, depends_on_collapsed, .. } = *self;
        let significant = matches!(verdict, Verdict::Helps | Verdict::Harms);
        let key = &pair.key;
        let last_look = context.looks().and_then(|looks| looks.last().copied());
        [
            (significant && interval.is_some_and(|i| i.inside(margin)), Flag::Negligible),
            (depends_on_collapsed, Flag::DependsOnCollapsed),
            (failed_runs(pair) > 0, Flag::LacksFailedRuns),
            (pair.source_collapsed_runs > 0, Flag::SourceCollapsed),
            (context.leaks(&key.source, &key.target), Flag::Leak),
            (context.evaluated_on_training_rows(&key.target), Flag::EvaluatedOnTrainingRows),
            (verdict == Verdict::Undecided && test.is_none(), Flag::IdenticalScores),
            (!counted.paired && counted.gain().is_some(), Flag::Unpaired),
            (test.map_or_else(|| one_run(counted), PooledT::one_run), Flag::OneRun),
            (significant && look.is_some() && look < last_look, Flag::StoppedEarly),
            (context.contradicts_itself(key), Flag::ContradictsItself),
        ]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .chain(together::flags(context, key))
        .collect()
    }
}

/// Whether both arms have a score, and one of them no more than that.
fn one_run(pair: &Pair) -> bool {
    let (singles, transfers) = pair.scores();
    singles.len().min(transfers.len()) == 1
}

fn failed_runs(pair: &Pair) -> usize {
    pair.transfer.count(Outcome::failed) + pair.single.count(Outcome::failed)
}
