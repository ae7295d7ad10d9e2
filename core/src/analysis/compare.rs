//! Two studies, or two families of one, side by side: by how much the gain of every pair that both have differs.

use super::arms::Arms;
use super::{AnalysisError, Context, FamilyKey, Interval, Options};
use crate::metric::Metric;
use crate::report::Report;
use crate::stats::{Welch, holm};
use crate::transfer::{Pair, TransferMap};

/// One source and target in two studies, joined by the tasks' names. Gains are oriented, in the metric's units.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedPair {
    /// Trained first.
    pub source: String,
    /// Measured.
    pub target: String,
    /// What the gains are of.
    pub metric: Metric,
    /// Mean gain here.
    pub here: Option<f64>,
    /// Mean gain there.
    pub there: Option<f64>,
    /// `here` − `there`.
    pub difference: Option<f64>,
    /// Welch's interval of the difference over seeds, level 1 − α, as if the runs of the two sides were independent; with
    /// at least two paired seeds on both.
    pub ci: Option<Interval>,
    /// Two-sided p of the same test.
    pub p: Option<f64>,
    /// `p` after Holm over the pairs that both have.
    pub p_holm: Option<f64>,
}

/// Compares the gains of two families, which may be of two reports. Pairs that both have, in the first report's order of
/// sources, then targets; a task whose metric differs between the two is left out.
///
/// Where both families share their single-task runs (two protocols of one study), those cancel in the difference, and the
/// interval is too wide rather than too narrow.
///
/// # Errors
/// As [`super::Analysis::new`], of either.
pub fn compare(
    (here, family): (&Report, &FamilyKey),
    (there, other): (&Report, &FamilyKey),
    options: &Options,
) -> Result<Vec<ComparedPair>, AnalysisError> {
    let [here, there] = [Context::new(here, options)?.map, Context::new(there, options)?.map];
    let arms = |map: &TransferMap, pair: &Pair| {
        let baseline = map.baseline(&pair.key.encoder, &pair.key.variant, &pair.key.target);
        Arms::new(pair, baseline, options.without_collapsed)
    };
    let mut compared = Vec::new();
    for pair in of_family(&here, family) {
        let is_it =
            |o: &&Pair| o.key.source == pair.key.source && o.key.target == pair.key.target && o.metric == pair.metric;
        let Some(twin) = of_family(&there, other).find(is_it) else { continue };
        let (a, b) = (arms(&here, pair), arms(&there, twin));
        let welch = Welch::new(&b.gains(), &a.gains());
        compared.push(ComparedPair {
            source: pair.key.source.clone(),
            target: pair.key.target.clone(),
            metric: pair.metric,
            here: a.gain(),
            there: b.gain(),
            difference: a.gain().zip(b.gain()).map(|(a, b)| a - b),
            ci: welch.as_ref().and_then(|w| w.interval(1.0 - options.alpha)).map(Interval::from),
            p: welch.map(|w| w.p),
            p_holm: None,
        });
    }
    let tested: Vec<usize> = (0..compared.len()).filter(|&i| compared[i].p.is_some()).collect();
    let corrected = holm(&tested.iter().map(|&i| compared[i].p).collect::<Vec<_>>());
    for (i, p) in tested.into_iter().zip(corrected) {
        compared[i].p_holm = p;
    }
    Ok(compared)
}

fn of_family<'a>(map: &'a TransferMap, family: &'a FamilyKey) -> impl Iterator<Item = &'a Pair> {
    map.pairs.iter().filter(move |p| FamilyKey::from(&p.key) == *family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{CsvFile, Import};

    /// Two tasks, three seeds; the transfer scores of a → b are given.
    fn report(transfers: [f64; 3]) -> Report {
        let rows = |head: &str, name: &str, scores: [f64; 3]| {
            (1..).zip(scores).fold(format!("{head}\n"), |all, (seed, score)| all + &format!("{name},{seed},{score}\n"))
        };
        let mut import =
            Import::new(CsvFile::new("t.csv", rows("source,target,seed,score", "a,b", transfers).into_bytes()));
        import.baselines = Some(CsvFile::new("b.csv", rows("target,seed,score", "b", [0.5, 0.5, 0.5]).into_bytes()));
        import.report().unwrap()
    }

    #[test]
    fn differences_are_joined_by_name_and_tested_by_welch() {
        let (here, there) = (report([0.6, 0.65, 0.61]), report([0.5, 0.52, 0.56]));
        let key = here.families().remove(0);
        let compared = compare((&here, &key), (&there, &key), &Options::default()).unwrap();
        let [pair] = compared.as_slice() else { panic!("{compared:?}") };
        // scipy.stats.ttest_ind([.1, .15, .11], [0, .02, .06], equal_var=False): pvalue and confidence_interval(0.95).
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(pair.difference.unwrap(), 0.28 / 3.0);
        near(pair.p.unwrap(), 0.016783851937);
        near(pair.ci.unwrap()[0], 0.028024851595);
        near(pair.ci.unwrap()[1], 0.158641815072);
        assert_eq!(pair.p_holm, pair.p);
    }

    #[test]
    fn what_only_one_side_has_is_left_out() {
        let here = report([0.6, 0.65, 0.61]);
        let mut there = here.clone();
        there.runs.retain(|r| r.sources.is_empty());
        let key = here.families().remove(0);
        assert_eq!(compare((&here, &key), (&there, &key), &Options::default()).unwrap(), []);
    }
}
