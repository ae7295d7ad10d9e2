//! Resampling on the page's thread, in slices between which the page answers its reader.

use std::time::Duration;

use leptos::prelude::*;
use transfermap::analysis::Resampler;

use super::{Job, Jobs};

/// Milliseconds of resampling between two pauses: less than a reader notices.
const SLICE: f64 = 60.0;

/// Pause between two slices.
const PAUSE: Duration = Duration::from_millis(4);

pub(super) fn run(jobs: Jobs, job: Job) {
    let resampler = Resampler::new((*job.tests.analysis).clone());
    go_on(jobs, job, resampler);
}

/// Milliseconds since the page began.
fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

fn go_on(jobs: Jobs, job: Job, mut resampler: Resampler) {
    if !jobs.counts(&job) {
        return;
    }
    let begun = now();
    let mut first = None;
    // What comes before the first part is done anew in every slice: at most half of the time goes there.
    let mut more = || {
        let first = *first.get_or_insert_with(now);
        now() - first < SLICE.max(first - begun)
    };
    match resampler.resume(&job.subject.report, &mut more) {
        Ok(()) if resampler.done() < resampler.parts() => {
            jobs.progress(&job, resampler.done(), resampler.parts());
            set_timeout(move || go_on(jobs, job, resampler), PAUSE);
        }
        Ok(()) => jobs.finish(&job, resampler.into_analysis()),
        Err(error) => jobs.fail(&job, error.to_string()),
    }
}
