//! Resampling in slices, between which a page answers its reader.

use super::resample::{self, Parts, Stage};
use super::{Analysis, AnalysisError, Context};
use crate::report::Report;
use crate::statistics::dyadic::Counts;

/// [`Analysis::resample`] in small parts. All of them give what it gives, bit for bit.
#[derive(Debug, Clone)]
pub struct Resampler {
    analysis: Analysis,
    stages: Vec<Stage>,
    done: usize,
    /// Of the permutation test that it is in the middle of.
    counts: Counts,
}

impl Resampler {
    /// Nothing is done yet of what [`Analysis::tests`] left absent in `tests`.
    pub fn new(tests: Analysis) -> Self {
        let stages = resample::stages(&tests, Parts::Small);
        Self { analysis: tests, stages, done: 0, counts: Counts::default() }
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.stages.len()
    }

    /// How many of them are done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Does parts for as long as `go_on` says so after each, of the report that the analysis is of.
    ///
    /// # Errors
    /// As [`Analysis::new`].
    pub fn resume(&mut self, report: &Report, go_on: &mut dyn FnMut() -> bool) -> Result<(), AnalysisError> {
        let options = self.analysis.options.clone();
        // Joining the runs takes longer than a part does, where there are many.
        let context = Context::new(report, &options)?;
        while let Some(stage) = self.stages.get(self.done) {
            resample::fill(&context, &mut self.analysis, &mut self.counts, stage.clone());
            self.done += 1;
            if !go_on() {
                break;
            }
        }
        Ok(())
    }

    /// The analysis as far as it is done.
    pub fn into_analysis(self) -> Analysis {
        self.analysis
    }
}
