//! Two studies, or two families of one, side by side: by how much the gain of every pair that both have differs.

use std::collections::HashMap;

use serde::Serialize;

use super::{AnalysisError, Context, FamilyKey, Interval, Options, families};
use crate::metric::Metric;
use crate::report::Report;
use crate::statistics::{Welch, holm};
use crate::study::Protocol;
use crate::transfer::{Pair, TransferMap};

/// One source and target in two studies, joined by the tasks' names. Gains are oriented, in the metric's units.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// What may be said of the difference.
    pub finding: Finding,
}

/// What may be said of a difference of gains, at level α after Holm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The gain here is larger.
    More,
    /// The gain here is smaller.
    Less,
    /// It cannot be told.
    Undecided,
    /// There are not two paired seeds on both sides.
    Untested,
}

impl Finding {
    /// Every finding, in the order of legends.
    pub const ALL: [Self; 4] = [Self::More, Self::Less, Self::Undecided, Self::Untested];

    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Less => "less",
            Self::Undecided => "undecided",
            Self::Untested => "untested",
        }
    }

    /// A sign, so that nothing is told by colour alone.
    pub fn sign(self) -> &'static str {
        match self {
            Self::More => "▲",
            Self::Less => "▼",
            Self::Undecided => "?",
            Self::Untested => "–",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::More => "more here",
            Self::Less => "less here",
            Self::Undecided | Self::Untested => self.name(),
        }
    }

    /// Sign and words.
    pub fn signed(self) -> String {
        format!("{} {}", self.sign(), self.words())
    }
}

/// Two encoders of one study, all else equal: `here` is the gain with `encoder`, `there` the gain with `other`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EncoderDifference {
    /// The encoder that comes later in the study.
    pub encoder: String,
    /// The one that it is compared with.
    pub other: String,
    /// Recipe variant of both.
    pub variant: String,
    /// Protocol of both.
    pub protocol: Protocol,
    /// The answer in one sentence.
    pub sentence: String,
    /// The pairs that both have.
    pub pairs: Vec<ComparedPair>,
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
    Ok(between((&here, family), (&there, other), options))
}

/// Every two encoders of a study under the same variant and protocol, that have pairs in common.
pub(super) fn encoders(context: &Context<'_>) -> Vec<EncoderDifference> {
    let keys: Vec<FamilyKey> = families(&context.map).into_iter().map(|(key, _)| key).collect();
    let mut differences = Vec::new();
    for (i, other) in keys.iter().enumerate() {
        let alike = |key: &&FamilyKey| key.variant == other.variant && key.protocol == other.protocol;
        for key in keys.iter().skip(i + 1).filter(alike) {
            let pairs = between((&context.map, key), (&context.map, other), context.options);
            if !pairs.is_empty() {
                differences.push(EncoderDifference {
                    encoder: key.encoder.clone(),
                    other: other.encoder.clone(),
                    variant: key.variant.clone(),
                    protocol: key.protocol,
                    sentence: sentence(&pairs, &format!("with {}", key.encoder), &format!("with {}", other.encoder)),
                    pairs,
                });
            }
        }
    }
    differences
}

/// What the compared pairs say together; `here` and `there` name the sides, as in "here" and "in the other report".
pub fn sentence(compared: &[ComparedPair], here: &str, there: &str) -> String {
    let count = |finding| compared.iter().filter(|c| c.finding == finding).count();
    let (all, untested) = (compared.len(), count(Finding::Untested));
    if all == untested {
        return format!(
            "None of the {all} ordered pairs that both have can be tested: that takes at least two seeds with a gain \
             {here} and {there}."
        );
    }
    let mut text = format!(
        "Of {all} ordered pairs that both have, {} gain more {here} than {there}, {} gain less and {} are undecided",
        count(Finding::More),
        count(Finding::Less),
        count(Finding::Undecided)
    );
    if untested > 0 {
        text += &format!("; {untested} cannot be tested");
    }
    text + "."
}

fn between(
    (here, family): (&TransferMap, &FamilyKey),
    (there, other): (&TransferMap, &FamilyKey),
    options: &Options,
) -> Vec<ComparedPair> {
    let counted = |pair: &Pair| if options.without_collapsed { pair.without_collapsed() } else { pair.clone() };
    let twins: HashMap<(&str, &str), &Pair> =
        of_family(there, other).map(|p| ((p.key.source.as_str(), p.key.target.as_str()), p)).collect();
    let mut compared = Vec::new();
    for pair in of_family(here, family) {
        let twin = twins.get(&(pair.key.source.as_str(), pair.key.target.as_str()));
        let Some(twin) = twin.filter(|twin| twin.metric == pair.metric) else { continue };
        let (a, b) = (counted(pair), counted(twin));
        let welch = Welch::new(&b.gains(), &a.gains());
        compared.push(ComparedPair {
            source: pair.key.source.clone(),
            target: pair.key.target.clone(),
            metric: pair.metric,
            here: a.gain(),
            there: b.gain(),
            difference: a.gain().zip(b.gain()).map(|(a, b)| a - b),
            ci: welch.as_ref().and_then(|w| w.interval(1.0 - options.alpha)),
            p: welch.map(|w| w.p),
            p_holm: None,
            finding: Finding::Untested,
        });
    }
    let tested: Vec<&mut ComparedPair> = compared.iter_mut().filter(|c| c.p.is_some()).collect();
    let corrected = holm(&tested.iter().map(|c| c.p).collect::<Vec<_>>());
    for (pair, p) in tested.into_iter().zip(corrected) {
        pair.p_holm = p;
        pair.finding = match (p, pair.difference) {
            (Some(p), Some(d)) if p < options.alpha && d > 0.0 => Finding::More,
            (Some(p), Some(_)) if p < options.alpha => Finding::Less,
            _ => Finding::Undecided,
        };
    }
    compared
}

fn of_family<'a>(map: &'a TransferMap, family: &'a FamilyKey) -> impl Iterator<Item = &'a Pair> {
    map.pairs.iter().filter(move |p| FamilyKey::from(&p.key) == *family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
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
        near(pair.ci.unwrap().low, 0.028024851595);
        near(pair.ci.unwrap().high, 0.158641815072);
        assert_eq!(pair.p_holm, pair.p);
        assert_eq!(pair.finding, Finding::More);
        assert_eq!(compare((&there, &key), (&here, &key), &Options::default()).unwrap()[0].finding, Finding::Less);
    }

    #[test]
    fn two_encoders_of_a_study_are_compared_and_other_families_are_not() {
        let mut both = report([0.5, 0.52, 0.56]);
        let mut runs = report([0.6, 0.65, 0.61]).runs;
        runs.iter_mut().for_each(|r| r.encoder = "second".into());
        both.runs.extend(runs.clone());
        runs.iter_mut().for_each(|r| r.variant = "longer".into());
        both.runs.extend(runs);
        let families = both.families();
        assert_eq!(families.len(), 3);
        for family in &families {
            let cut = both.of_family(family);
            assert_eq!(cut.families(), std::slice::from_ref(family));
        }
        let analysis = Analysis::tests(&both, &Options::default()).unwrap();
        let [difference] = analysis.encoder_differences.as_slice() else {
            panic!("{:?}", analysis.encoder_differences)
        };
        assert_eq!((difference.encoder.as_str(), difference.other.as_str()), ("second", "imported"));
        let [pair] = difference.pairs.as_slice() else { panic!("{difference:?}") };
        assert!((pair.p.unwrap() - 0.016783851937).abs() < 1e-9);
        assert_eq!(
            difference.sentence,
            "Of 1 ordered pairs that both have, 1 gain more with second than with imported, 0 gain less and 0 are undecided."
        );
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
