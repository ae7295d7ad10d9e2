//! An analysis as tables: what `analyze` prints, and what a study ends with.

use std::io::{self, Write};

use transfermap::analysis::{
    Analysis, FamilyAnalysis, PairAnalysis, PairOutcome, PredictionAnalysis, PredictorAnalysis, Question,
};
use transfermap::metric::Metric;
use transfermap::number::{self, or_missing};
use transfermap::table::{self, Medium};

use super::print;

/// Which rows of a table of predictors are shown.
type Shown = fn(&PredictionAnalysis) -> Vec<&PredictorAnalysis>;

/// Prints the answer: baselines, the transfer map with verdicts, and of what could have predicted it the best and what
/// needs no measure.
///
/// # Errors
/// stdout is closed.
pub fn overview(out: &mut dyn Write, analysis: &Analysis, colour: bool) -> io::Result<()> {
    answer(out, analysis, PredictionAnalysis::leading, colour)
}

/// The answer, with the predictors that `shown` takes.
fn answer(out: &mut dyn Write, analysis: &Analysis, shown: Shown, colour: bool) -> io::Result<()> {
    let tasks: Vec<_> = analysis.tasks.iter().filter(|t| t.baseline.n + t.baseline.failed_runs > 0).collect();
    print(out, &table::tasks(&tasks, &[]), colour)?;
    for family in &analysis.families {
        heading(out, analysis, family)?;
        print(out, &table::transfer_map(analysis, &family.key), colour)?;
        writeln!(out, "\n{}", family.sentence)?;
        for prediction in analysis.predictors.iter().filter(|p| p.family == family.key) {
            let rows: Vec<_> = shown(prediction).into_iter().map(|p| (&prediction.family, p)).collect();
            print(out, &table::predictors(&rows), colour)?;
            writeln!(out, "\n{}", prediction.sentence)?;
            if let Some(known) = &prediction.leave_one_out {
                writeln!(out, "{}", known.sentence)?;
            }
        }
    }
    race(out, analysis, colour)?;
    if let Some(together) = &analysis.together {
        print(out, &table::arms(&together.arms), colour)?;
        writeln!(out, "\n{}", together.sentence)?;
    }
    for difference in &analysis.encoder_differences {
        let (encoder, other) = (&difference.encoder, &difference.other);
        writeln!(out, "\n── {encoder} less {other} · {} · {}", difference.variant, difference.protocol.name())?;
        print(out, &table::difference_map(analysis, difference), colour)?;
        writeln!(out, "\n{}", difference.sentence)?;
    }
    Ok(())
}

/// Prints where the seeds of a race went; nothing where pairs did not race.
///
/// # Errors
/// stdout is closed.
pub fn race(out: &mut dyn Write, analysis: &Analysis, colour: bool) -> io::Result<()> {
    let Some(race) = &analysis.race else { return Ok(()) };
    let pairs: Vec<&PairAnalysis> = analysis.pairs.iter().collect();
    print(out, &table::race(&pairs), colour)?;
    writeln!(out, "\n{}", race.sentence)
}

/// Prints everything.
///
/// # Errors
/// stdout is closed.
pub fn full(out: &mut dyn Write, analysis: &Analysis, colour: bool) -> io::Result<()> {
    answer(out, analysis, PredictionAnalysis::judged, colour)?;
    for family in &analysis.families {
        heading(out, analysis, family)?;
        let mut pairs: Vec<&PairAnalysis> = analysis.pairs_of(&family.key).collect();
        let gain = |pair: &PairAnalysis| pair.gain.unwrap_or(f64::NEG_INFINITY);
        pairs.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
        print(out, &table::pairs(&pairs, &analysis.options), colour)?;
        study_level(out, family, colour)?;
        let changed = analysis.training.iter().filter(|t| t.family() == family.key && t.change.is_some());
        print(out, &table::training(&changed.collect::<Vec<_>>()), colour)?;
        correlations(out, analysis, family, colour)?;
        let means = analysis.selection.iter().filter(|s| s.family == family.key && s.target.is_none());
        print(out, &table::selection(&means.collect::<Vec<_>>()), colour)?;
    }
    if let Some(together) = &analysis.together {
        for question in Question::ALL {
            print(out, &table::comparisons_of(question, &together.comparisons), colour)?;
        }
        print(out, &table::choices(&together.choices), colour)?;
        print(out, &table::conflicts(&together.conflicts), colour)?;
    }
    if let Some(changed) = analysis.changed_verdicts() {
        writeln!(out, "\n{changed}")?;
    }
    warnings(out, &analysis.warnings)
}

/// Prints warnings.
///
/// # Errors
/// stdout is closed.
pub fn warnings(out: &mut dyn Write, warnings: &[String]) -> io::Result<()> {
    if !warnings.is_empty() {
        writeln!(out, "\nWarnings")?;
    }
    warnings.iter().try_for_each(|w| writeln!(out, "  {w}"))
}

/// Names the family where there are several.
fn heading(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis) -> io::Result<()> {
    if analysis.families.len() < 2 {
        return Ok(());
    }
    let key = &family.key;
    writeln!(out, "\n── {} · {} · {}", key.encoder, key.variant, key.protocol_name())
}

fn study_level(out: &mut dyn Write, family: &FamilyAnalysis, colour: bool) -> io::Result<()> {
    let metric = family.metric.unwrap_or(Metric::Accuracy);
    print(out, &table::effects("donors", "Sources", &family.donors, metric), colour)?;
    print(out, &table::effects("receivers", "Targets", &family.receivers, metric), colour)?;
    if let Some(shares) = &family.variance_shares {
        let parts = [
            ("source", Some(shares.source)),
            ("target", Some(shares.target)),
            ("their interaction", Some(shares.interaction)),
            ("shared baselines", shares.baseline),
            ("seed", shares.residual),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter_map(|(n, s)| Some(format!("{n} {}", number::percent(s?)))).collect();
        writeln!(out, "\nVariance of the gains: {}", parts.join(", "))?;
    }
    if let Some((asymmetry, share)) = family.asymmetry.as_ref().and_then(|a| Some((a, a.antisymmetric_share?))) {
        writeln!(
            out,
            "Asymmetry: {} of the variance between pairs of tasks is in the direction; opposite signs in {} of {}",
            number::percent(share),
            asymmetry.opposite_signs,
            asymmetry.pairs
        )?;
    }
    if let Some(r) = family.reliability {
        let ceiling = or_missing(family.ceiling, |c| number::plain(c, 2));
        writeln!(
            out,
            "Reliability of the gains over seeds: {}; no correlation with them can be expected above {ceiling}",
            number::plain(r, 2)
        )?;
    }
    if let Some(r) = family.within_target_reliability {
        let ceiling = or_missing(family.within_target_ceiling, |c| number::plain(c, 2));
        writeln!(
            out,
            "Reliability of the order of sources within targets: {}; no mean ρ within targets can be expected above {ceiling}",
            number::plain(r, 2)
        )?;
    }
    Ok(())
}

fn correlations(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis, colour: bool) -> io::Result<()> {
    let of = |outcome| analysis.correlations.iter().filter(move |c| c.family == family.key && c.outcome == outcome);
    let all: Vec<_> = PairOutcome::ALL.into_iter().flat_map(of).collect();
    let table = table::correlations(&all);
    // A table of nothing but dashes is not shown, nor why they are dashes.
    if table.rows.is_empty() || table.on(Medium::Terminal).is_void() {
        return Ok(());
    }
    print(out, &table, colour)?;
    let mut absent: Vec<&str> = all.iter().filter_map(|c| c.permutations.absent.as_deref()).collect();
    absent.sort_unstable();
    absent.dedup();
    absent.iter().try_for_each(|reason| writeln!(out, "  no permutation p: {reason}"))
}
