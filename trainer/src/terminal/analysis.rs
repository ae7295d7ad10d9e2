//! An analysis as tables: what `analyze` prints, and what a study ends with.

use std::io::{self, Write};

use transfermap::analysis::{Analysis, EncoderDifference, FamilyAnalysis, Finding, PairAnalysis, PairOutcome, Verdict};
use transfermap::metric::Metric;
use transfermap::number::{self, MISSING, or_missing};
use transfermap::variance::Course;

use super::print_table;

/// A gain of so many points has the full colour.
const FULL_COLOUR: f64 = 10.0;

/// Rows of a table.
type Rows = Vec<Vec<String>>;

/// Prints baselines, the transfer map with verdicts, and which measure predicted it.
///
/// # Errors
/// stdout is closed.
pub fn overview(out: &mut dyn Write, analysis: &Analysis, colour: bool) -> io::Result<()> {
    baselines(out, analysis)?;
    for family in &analysis.families {
        heading(out, analysis, family)?;
        transfer_map(out, analysis, family, colour)?;
        writeln!(out, "\n{}", family.sentence)?;
        predictors(out, analysis, family)?;
    }
    analysis.encoder_differences.iter().try_for_each(|d| encoder_difference(out, analysis, d, colour))
}

/// Prints everything.
///
/// # Errors
/// stdout is closed.
pub fn full(out: &mut dyn Write, analysis: &Analysis, colour: bool) -> io::Result<()> {
    overview(out, analysis, colour)?;
    for family in &analysis.families {
        heading(out, analysis, family)?;
        pairs(out, analysis, family)?;
        study_level(out, family)?;
        training(out, analysis, family)?;
        correlations(out, analysis, family)?;
        selection(out, analysis, family)?;
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
    writeln!(out, "\n── {} · {} · {}", key.encoder, key.variant, key.protocol.name())
}

/// One line per task: classes, test set, majority share, score over seeds, and what is suspicious about it.
fn baselines(out: &mut dyn Write, analysis: &Analysis) -> io::Result<()> {
    let several = analysis.families.len() > 1;
    let mut rows: Rows = vec![row(["task", "classes", "test n", "majority", "score", "metric", ""])];
    for task in analysis.tasks.iter().filter(|t| t.baseline.n + t.baseline.failed_runs > 0) {
        let baseline = &task.baseline;
        let runs = baseline.n + baseline.failed_runs;
        let count = |n: usize, what: &str| (n > 0).then(|| format!("{n} of {runs} runs {what}"));
        let flags = [
            count(baseline.constant_runs, "constant"),
            count(baseline.at_chance_runs, "at chance"),
            count(baseline.failed_runs, "failed"),
        ];
        let score = or_missing(baseline.mean, |m| number::score(task.metric, m));
        let spread = baseline.sd.map_or_else(String::new, |sd| format!(" ± {}", number::score(task.metric, sd)));
        let name = match (&task.encoder, &task.variant) {
            (Some(encoder), Some(variant)) if several => format!("{} ({encoder}, {variant})", task.name),
            _ => task.name.clone(),
        };
        let known = |n: usize| if n == 0 { MISSING.to_owned() } else { n.to_string() };
        rows.push(vec![
            name,
            known(task.classes),
            known(task.test_examples.unwrap_or(0)),
            or_missing(task.majority_accuracy, |m| number::plain(100.0 * m, 1)),
            score + &spread,
            task.metric.label().to_owned(),
            flags.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]);
    }
    writeln!(
        out,
        "\nBaselines: test score in points, mean ± standard deviation over seeds; majority share in per cent"
    )?;
    print_table(out, &rows, &|_, _| None)
}

/// Mean gains in points by source and target, with the sign of the verdict.
fn transfer_map(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis, colour: bool) -> io::Result<()> {
    writeln!(
        out,
        "\nTransfer: mean gain in points of the target's metric; ▲ helps, ▼ harms, = equivalent, ? undecided{}",
        if family.verdicts.untested > 0 { ", no sign untested" } else { "" }
    )?;
    let cells = analysis.pairs_of(&family.key).map(|p| {
        let points = p.gain.map(|g| number::scale(p.metric) * g);
        (p.key.source.as_str(), p.key.target.as_str(), cell(p), points)
    });
    map(out, analysis, cells.collect(), colour)
}

/// By how much the gains with one encoder differ from those with another.
fn encoder_difference(
    out: &mut dyn Write,
    analysis: &Analysis,
    difference: &EncoderDifference,
    colour: bool,
) -> io::Result<()> {
    let EncoderDifference { encoder, other, variant, protocol, sentence, pairs } = difference;
    writeln!(out, "\n── {encoder} less {other} · {variant} · {}", protocol.name())?;
    writeln!(out, "\nDifference of gains in points; ▲ more with {encoder}, ▼ less, ? undecided, no sign untested")?;
    let cells = pairs.iter().map(|p| {
        let sign = match p.finding {
            Finding::More => " ▲",
            Finding::Less => " ▼",
            Finding::Undecided => " ?",
            Finding::Untested => "",
        };
        let text = or_missing(p.difference, |d| format!("{}{sign}", number::gain(p.metric, d)));
        let points = p.difference.map(|d| number::scale(p.metric) * d);
        (p.source.as_str(), p.target.as_str(), text, points)
    });
    map(out, analysis, cells.collect(), colour)?;
    writeln!(out, "\n{sentence}")
}

/// A table of sources by targets, in the study's order. Cells are source, target, text, and points for the colour.
fn map(
    out: &mut dyn Write,
    analysis: &Analysis,
    cells: Vec<(&str, &str, String, Option<f64>)>,
    colour: bool,
) -> io::Result<()> {
    let names = analysis.task_names();
    let sources: Vec<&str> = names.iter().copied().filter(|n| cells.iter().any(|c| c.0 == *n)).collect();
    let targets: Vec<&str> = names.iter().copied().filter(|n| cells.iter().any(|c| c.1 == *n)).collect();
    let mut rows: Rows =
        vec![std::iter::once("source ╲ target").chain(targets.iter().copied()).map(str::to_owned).collect()];
    let mut colours = vec![Vec::new()];
    for source in sources {
        let row: Vec<_> = targets.iter().map(|t| cells.iter().find(|c| c.0 == source && c.1 == *t)).collect();
        let text = row.iter().map(|c| c.map_or_else(|| "·".to_owned(), |c| c.2.clone()));
        rows.push(std::iter::once(source.to_owned()).chain(text).collect());
        colours.push(std::iter::once(None).chain(row.iter().map(|c| c.and_then(|c| c.3).map(colour_of))).collect());
    }
    print_table(out, &rows, &|row, column| *colours.get(row).filter(|_| colour)?.get(column)?)
}

fn cell(pair: &PairAnalysis) -> String {
    or_missing(pair.gain, |g| format!("{}{}", number::gain(pair.metric, g), glyph(pair.verdict)))
}

fn glyph(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Helps => " ▲",
        Verdict::Harms => " ▼",
        Verdict::Equivalent => " =",
        Verdict::Undecided => " ?",
        Verdict::Untested => "",
    }
}

/// Blue for gains, orange for losses: told apart by every kind of eye.
fn colour_of(points: f64) -> u8 {
    let strong = points.abs() >= FULL_COLOUR / 2.0;
    match (points.abs() < 0.05, points > 0.0) {
        (true, _) => 245,
        (false, true) => [75, 33][usize::from(strong)],
        (false, false) => [215, 208][usize::from(strong)],
    }
}

/// One line per pair, best first.
fn pairs(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis) -> io::Result<()> {
    let mut pairs: Vec<&PairAnalysis> = analysis.pairs_of(&family.key).collect();
    pairs.sort_by(|a, b| b.gain.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.gain.unwrap_or(f64::NEG_INFINITY)));
    let level = number::plain(100.0 * (1.0 - analysis.options.alpha), 0);
    let interval = format!("{level} % interval");
    let head =
        ["source → target", "n", "gain", &interval, "new examples", "p", "p Holm", "detectable", "verdict", "flags"];
    let mut rows: Rows = vec![row(head)];
    for p in pairs {
        let ci = |i: Option<[f64; 2]>| i.map_or_else(|| MISSING.to_owned(), |i| number::gain_interval(p.metric, i));
        rows.push(vec![
            format!("{} → {}", p.key.source, p.key.target),
            p.n.to_string(),
            or_missing(p.gain, |g| number::gain(p.metric, g)),
            ci(p.gain_ci),
            ci(p.gain_ci_population),
            or_missing(p.p, number::p_value),
            or_missing(p.p_holm, number::p_value),
            or_missing(p.smallest_detectable_gain, |g| number::score(p.metric, g)),
            p.verdict.name().to_owned(),
            p.flags.iter().map(|f| f.name()).collect::<Vec<_>>().join(", "),
        ]);
    }
    writeln!(
        out,
        "\nPairs: gain in points, interval over seeds on these test rows, interval over seeds and new examples,\n\
         moderated paired t, Holm over {} pairs, smallest gain detectable with 80 % power",
        family.family_size
    )?;
    print_table(out, &rows, &|_, _| None)
}

fn study_level(out: &mut dyn Write, family: &FamilyAnalysis) -> io::Result<()> {
    let metric = family.metric.unwrap_or(Metric::Accuracy);
    if !family.donors.is_empty() {
        let mut rows: Rows = vec![row(["task", "as a source", "interval", "as a target", "interval"])];
        for donor in &family.donors {
            let receiver = family.receivers.iter().find(|r| r.task == donor.task);
            let ci = |i: Option<[f64; 2]>| i.map_or_else(|| MISSING.to_owned(), |i| number::gain_interval(metric, i));
            rows.push(vec![
                donor.task.clone(),
                number::gain(metric, donor.effect),
                ci(donor.ci),
                or_missing(receiver.map(|r| r.effect), |e| number::gain(metric, e)),
                receiver.map_or_else(|| MISSING.to_owned(), |r| ci(r.ci)),
            ]);
        }
        writeln!(out, "\nDonors and receivers: effect on the gain in points, beside the mean of all pairs")?;
        print_table(out, &rows, &|_, _| None)?;
    }
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
    if let Some(asymmetry) = &family.asymmetry {
        writeln!(
            out,
            "Asymmetry: {} of the variance between pairs of tasks is in the direction; opposite signs in {} of {}",
            or_missing(asymmetry.antisymmetric_share, number::percent),
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
    Ok(())
}

/// Pairs whose gain changed with training.
fn training(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis) -> io::Result<()> {
    let mut rows: Rows =
        vec![row(["source → target", "first epoch", "last epoch", "change", "interval", "p Holm", ""])];
    for t in analysis.training.iter().filter(|t| t.family() == family.key) {
        let (Some(first), Some(last), Some(change)) = (t.epochs.first(), t.epochs.last(), &t.change) else { continue };
        rows.push(vec![
            format!("{} → {}", t.key.source, t.key.target),
            number::gain(t.metric, first.gain),
            number::gain(t.metric, last.gain),
            number::gain(t.metric, change.gain),
            change.ci.map_or_else(|| MISSING.to_owned(), |i| number::gain_interval(t.metric, i)),
            or_missing(change.p_holm, number::p_value),
            course(change.course).to_owned(),
        ]);
    }
    if rows.len() < 2 {
        return Ok(());
    }
    writeln!(out, "\nOver training: gain in points after the first and the last epoch")?;
    print_table(out, &rows, &|_, _| None)
}

fn course(course: Course) -> &'static str {
    match course {
        Course::Heals => "heals",
        Course::Deepens => "deepens",
        Course::Fades => "fades",
        Course::BuildsUp => "builds up",
        _ => "unclear",
    }
}

fn correlations(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis) -> io::Result<()> {
    let of_family: Vec<_> = analysis.correlations.iter().filter(|c| c.family == family.key).collect();
    for outcome in PairOutcome::ALL {
        let head = [
            "measure",
            "pairs",
            "Pearson r",
            "naive p",
            "QAP p",
            "p max",
            "Spearman ρ",
            "QAP p",
            "Kendall τ",
            "within targets ρ",
        ];
        let mut rows: Rows = vec![row(head)];
        let mut absent: Vec<&str> = Vec::new();
        for c in of_family.iter().filter(|c| c.outcome == outcome) {
            let r = |r: Option<f64>| or_missing(r, |r| number::signed(r, 2));
            let p = |p: Option<f64>| or_missing(p, number::p_value);
            rows.push(vec![
                c.measure.clone(),
                c.n.to_string(),
                r(c.pearson.r),
                p(c.pearson.p_naive),
                p(c.pearson.p_qap),
                p(c.pearson.p_max),
                r(c.spearman.r),
                p(c.spearman.p_qap),
                r(c.kendall.r),
                r(c.within_target_spearman.mean),
            ]);
            absent.extend(c.permutations.absent.as_deref().filter(|a| !absent.contains(a)));
        }
        if rows.len() < 2 {
            continue;
        }
        writeln!(
            out,
            "\nCorrelation with {} (naive p: as if pairs were independent; r is the same on raw and min–max scales)",
            outcome.name().replace('_', " ")
        )?;
        print_table(out, &rows, &|_, _| None)?;
        absent.iter().try_for_each(|reason| writeln!(out, "  no permutation p: {reason}"))?;
    }
    Ok(())
}

fn selection(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis) -> io::Result<()> {
    let head =
        ["predictor", "targets", "NDCG (rank)", "NDCG (linear)", "regret@1", "regret@3", "hit@1", "captured@1", "τ"];
    let mut rows: Rows = vec![row(head)];
    for s in analysis.selection.iter().filter(|s| s.family == family.key && s.target.is_none()) {
        let share = |v: Option<f64>| or_missing(v, |v| number::plain(100.0 * v, 1));
        rows.push(vec![
            s.predictor.clone(),
            s.targets.to_string(),
            share(s.figures.ndcg_rank),
            share(s.figures.ndcg_linear),
            share(s.figures.regret_at_1_best),
            share(s.figures.regret_at_3_best),
            share(s.figures.hit_at_1),
            share(s.figures.captured_gain),
            or_missing(s.kendall, |v| number::signed(v, 2)),
        ]);
    }
    if rows.len() < 2 {
        return Ok(());
    }
    writeln!(
        out,
        "\nChoosing a source: mean over targets, per cent; `random` is the exact expectation of a random order"
    )?;
    print_table(out, &rows, &|_, _| None)
}

/// Every predictor, best first, and the answer.
fn predictors(out: &mut dyn Write, analysis: &Analysis, family: &FamilyAnalysis) -> io::Result<()> {
    let Some(prediction) = analysis.predictors.iter().find(|p| p.family == family.key) else { return Ok(()) };
    let head = [
        "predictor",
        "",
        "within targets ρ",
        "p",
        "targets",
        "all pairs ρ",
        "QAP p",
        "p max",
        "regret@1",
        "captured@1",
        "seconds",
    ];
    let mut rows: Rows = vec![row(head)];
    for p in &prediction.table {
        let (r, chance) = (|r| or_missing(r, |r| number::signed(r, 2)), |p| or_missing(p, number::p_value));
        let share = |v: Option<f64>| or_missing(v, |v| number::plain(100.0 * v, 1));
        rows.push(vec![
            p.predictor.clone(),
            if p.trivial { "plain" } else { "" }.to_owned(),
            r(p.within_target_spearman),
            chance(p.within_target_p),
            p.targets.to_string(),
            r(p.spearman),
            chance(p.p_qap),
            chance(p.p_max),
            share(p.figures.and_then(|f| f.regret_at_1_best)),
            share(p.figures.and_then(|f| f.captured_gain)),
            if p.trivial { MISSING.to_owned() } else { number::plain(p.cost_seconds, 1) },
        ]);
    }
    writeln!(
        out,
        "\nWhich measure predicted transfer: Spearman's ρ of prediction and gain among the sources of a target (best \
         first)\nand over all pairs, p by permuting tasks, regret and share of the possible gain when its first choice \
         is taken, in per cent;\nplain: what needs no measure of similarity"
    )?;
    print_table(out, &rows, &|_, _| None)?;
    writeln!(out, "\n{}", prediction.sentence)
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
