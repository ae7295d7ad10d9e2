//! Everything that may be said of a report: a pure function of the report and a few options.
//!
//! [`Analysis::tests`] does what is instant: tests, intervals, verdicts, coefficients, selection. [`Analysis::resample`]
//! adds what permutes tasks or resamples seeds and examples. [`Analysis::new`] does both. Changing an option means
//! calling it again; nothing here remembers. A [`Resampler`] does the second in slices, for a program that must answer in
//! between.
//!
//! `decide` holds the verdicts, `pairs` what is said of one pair, `study_level` of a family, `training` the gain over
//! epochs, `correlation` the measures, `predictors` and `selection` the choice of sources, `together` joint training, `model` the
//! predictor that is trusted with a target, `prediction` and `leave_one_out` whether one could have known, `recommend`
//! what to do about a target.

mod advice;
mod collapse;
mod compare;
mod context;
mod correlation;
mod decide;
mod detectable;
mod error;
mod family;
#[cfg(test)]
mod flag_tests;
mod leave_one_out;
mod model;
mod options;
mod outcome;
mod pair;
mod pairs;
mod prediction;
mod predictors;
mod race;
mod recommend;
mod recommendation;
mod resample;
mod resampled;
mod resampler;
mod scores;
mod selection;
mod sentence;
mod study_level;
mod tasks;
#[cfg(test)]
mod tests;
mod together;
mod training;
mod verdict;
mod warnings;

use serde::Serialize;

use context::Context;
use correlation::Ceilings;
use pairs::FamilyPairs;

use crate::report::Report;
use crate::transfer::{Pair, TransferMap};

pub use crate::statistics::Interval;
pub use crate::transfer::FamilyKey;
pub use advice::leaning;
pub use compare::{ComparedPair, EncoderDifference, Finding, compare, sentence as comparison_sentence};
pub use correlation::{
    BandPoint, CoefficientAnalysis, CorrelationAnalysis, OlsAnalysis, PartialAnalysis, PermutationAnalysis,
    WithinTargetAnalysis,
};
pub use decide::{Arms, Decisions, decide};
pub use detectable::{Detectable, detectable};
pub use error::AnalysisError;
pub use family::{FamilyAnalysis, PriorAnalysis, TaskEffect, VarianceComponents, VerdictCounts};
pub use leave_one_out::{LeaveOneOut, LeftOut};
pub use options::{Options, Ties};
pub use outcome::PairOutcome;
pub use pair::{PairAnalysis, SeedExamples, Test, WithoutCollapsed};
pub use prediction::{LeadAnalysis, PredictionAnalysis, PredictorAnalysis};
pub use race::RaceAnalysis;
pub use recommend::recommend;
pub use recommendation::{Basis, Recommendation, RecommendedSource};
pub use resampled::Resampled;
pub use resampler::Resampler;
pub use scores::{SeedScore, TaskScores};
pub use selection::SelectionAnalysis;
pub use tasks::{BaselineAnalysis, TaskAnalysis};
pub use together::{ArmAnalysis, Choice, Comparison, ConflictAnalysis, ConflictPair, How, Question, TogetherAnalysis};
pub use training::{ChangeAnalysis, EpochGain, TrainingAnalysis};
pub use verdict::{Flag, Verdict};

/// The schema that this version writes.
pub const ANALYSIS_SCHEMA: &str = "transfermap.analysis/2";

/// The JSON Schema of an [`Analysis`] as it is written.
#[cfg(feature = "schema")]
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Analysis>()
}

/// What a report shows; its JSON is that of `transfermap analyze --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Analysis {
    /// `transfermap.analysis/2`.
    pub schema: String,
    /// The choices in force.
    pub options: Options,
    /// The study's name.
    pub study: String,
    /// What a race over seeds spent, where the study asked for one.
    pub race: Option<RaceAnalysis>,
    /// Every task alone.
    pub tasks: Vec<TaskAnalysis>,
    /// Pairs that are tested together.
    pub families: Vec<FamilyAnalysis>,
    /// Every ordered pair, by family.
    pub pairs: Vec<PairAnalysis>,
    /// Gain after every epoch, of the pairs whose runs have several.
    pub training: Vec<TrainingAnalysis>,
    /// Every measure against every outcome.
    pub correlations: Vec<CorrelationAnalysis>,
    /// Every predictor at choosing sources.
    pub selection: Vec<SelectionAnalysis>,
    /// Which measure predicted transfer: every predictor of a family in one table, best first.
    pub predictors: Vec<PredictionAnalysis>,
    /// Every two encoders of the study, by how much their gains differ.
    pub encoder_differences: Vec<EncoderDifference>,
    /// What training tasks together does, where the report has joint runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<TogetherAnalysis>,
    /// What limits the conclusions: the report's own warnings, and what the analysis found.
    pub warnings: Vec<String>,
}

impl Analysis {
    /// Everything.
    ///
    /// # Errors
    /// Options of which no test can be made, a metric that no run has, or records that contradict each other.
    pub fn new(report: &Report, options: &Options) -> Result<Self, AnalysisError> {
        Self::watched(report, options, &mut |_, _| ())
    }

    /// As [`Self::new`]; `watch` is told how many parts of how many are done, after each.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn watched(
        report: &Report,
        options: &Options,
        watch: &mut dyn FnMut(usize, usize),
    ) -> Result<Self, AnalysisError> {
        let context = Context::new(report, options)?;
        let mut analysis = Self::of(&context);
        resample::all(&context, &mut analysis, watch);
        Ok(analysis)
    }

    /// Everything but what [`Self::resample`] adds, whose fields are absent.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn tests(report: &Report, options: &Options) -> Result<Self, AnalysisError> {
        Ok(Self::of(&Context::new(report, options)?))
    }

    /// Adds permutation p values and bootstrap intervals to what [`Self::tests`] made of the same report.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn resample(&mut self, report: &Report) -> Result<(), AnalysisError> {
        let options = self.options.clone();
        let context = Context::new(report, &options)?;
        resample::all(&context, self, &mut |_, _| ());
        Ok(())
    }

    fn of(context: &Context<'_>) -> Self {
        let mut analysis = Self {
            schema: ANALYSIS_SCHEMA.to_owned(),
            options: context.options.clone(),
            study: context.report.study.name.clone(),
            race: None,
            tasks: tasks::tasks(context.report, &context.map, &|task| context.choice(task)),
            families: Vec::new(),
            pairs: Vec::new(),
            training: Vec::new(),
            correlations: Vec::new(),
            selection: Vec::new(),
            predictors: Vec::new(),
            encoder_differences: compare::encoders(context),
            together: None,
            warnings: Vec::new(),
        };
        for (key, pairs) in families(&context.map) {
            let analysed = pairs::family(context, &pairs);
            let family = study_level::family(context, key.clone(), &pairs, &analysed);
            let FamilyPairs { pairs: of_family, .. } = analysed;
            analysis.training.extend(training::family(context, &pairs));
            let ceilings = Ceilings { over_pairs: family.ceiling, within_targets: family.within_target_ceiling };
            analysis.correlations.extend(correlation::family(context, &key, &of_family, ceilings));
            let selection = selection::family(context, &key, &of_family);
            analysis.predictors.extend(prediction::family(context, &key, &of_family, &selection));
            analysis.selection.extend(selection);
            analysis.pairs.extend(of_family);
            analysis.families.push(family);
        }
        analysis.race = race::race(context, &analysis.pairs);
        analysis.together = together::together(context, &analysis.pairs);
        analysis.warnings = warnings::warnings(context, &analysis);
        analysis
    }

    /// The pairs of a family, in the study's order of sources, then targets.
    pub fn pairs_of<'a>(&'a self, family: &'a FamilyKey) -> impl Iterator<Item = &'a PairAnalysis> {
        self.pairs.iter().filter(move |p| FamilyKey::from(&p.key) == *family)
    }

    /// Names of the tasks, each once, in the study's order.
    pub fn task_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.tasks.iter().map(|t| t.name.as_str()).collect();
        names.dedup();
        names
    }
}

/// The pairs of the map by family, in its order.
fn families(map: &TransferMap) -> Vec<(FamilyKey, Vec<&Pair>)> {
    let mut families: Vec<(FamilyKey, Vec<&Pair>)> = Vec::new();
    for pair in &map.pairs {
        let key = FamilyKey::from(&pair.key);
        match families.last_mut().filter(|(last, _)| *last == key) {
            Some((_, pairs)) => pairs.push(pair),
            None => families.push((key, vec![pair])),
        }
    }
    families
}
