//! The options of the analysis, and how far what takes time is.

use leptos::prelude::*;
use transfermap::metric::Metric;
use transfermap::number;

use super::resample::{Jobs, StoredJobs};
use crate::choices::{Choice, family_name};
use crate::component::{Checkbox, NumberField, Select};
use crate::look::Look;
use crate::offer::Offer;
use crate::page::compare::family_label;
use crate::state::{Resampling, use_state};

/// The options in force, as controls.
#[derive(Debug, Clone, PartialEq)]
struct InForce {
    family: Offer,
    metric: Offer,
    alpha: String,
    margin: String,
    without_collapsed: bool,
}

impl InForce {
    fn of(look: &Look) -> Self {
        look.see(|context| {
            let options = &context.analysis.options;
            let recorded = |metric: Metric| {
                let evaluations = context.report.runs.iter().take(50).flat_map(|r| r.evaluations.values());
                evaluations.flat_map(|e| e.values()).any(|e| e.scores.contains_key(metric.name()))
            };
            let metrics = Metric::ALL.iter().filter(|m| recorded(**m)).map(|m| (m.name(), m.label()));
            let metrics = [("", "each task’s own")].into_iter().chain(metrics);
            let families = context.families.iter().map(|f| (family_name(f), family_label(f, context.families)));
            Self {
                family: Offer::new("Family", Choice::Family, families, context.choices),
                metric: Offer::new("Metric", Choice::Metric, metrics, context.choices),
                alpha: plain(options.alpha),
                margin: plain(context.pairs().first().map_or(0.01, |p| p.margin)),
                without_collapsed: options.without_collapsed,
            }
        })
    }
}

/// As short as it is exact.
fn plain(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { number::MISSING.to_owned() }
}

#[component]
pub(super) fn OptionsBar(look: Memo<Option<Look>>, jobs: StoredJobs) -> impl IntoView {
    let in_force = Memo::new(move |_| look.with(|look| look.as_ref().map(InForce::of)));
    let controls = move || {
        let InForce { family, metric, alpha, margin, without_collapsed } = in_force.get()?;
        Some(view! {
            {(family.values.len() > 1).then(|| view! { <Select offer=family /> })}
            <Select offer=metric />
            <NumberField label="α" choice=Choice::Alpha key="alpha" value=alpha most="0.5" />
            <NumberField label="Margin" choice=Choice::Margin key="margin" value=margin most="1" />
            <Checkbox label="without collapsed runs" choice=Choice::Collapsed value="out" checked=without_collapsed />
        })
    };
    view! {
        <div class="controls options" role="group" aria-label="Options of the analysis">
            {controls}
            <Progress look=look jobs=jobs />
        </div>
    }
}

/// How far permutations and bootstraps are, and a way to stop them.
#[component]
fn Progress(look: Memo<Option<Look>>, jobs: StoredJobs) -> impl IntoView {
    let state = use_state();
    let open = Memo::new(move |_| look.with(|look| look.as_ref().is_some_and(|l| !l.analysed.resampled)));
    let cancelled = Memo::new(move |_| state.resampling.get() == Resampling::Cancelled);
    let share = move || match state.resampling.get() {
        Resampling::Runs { done, of } if of > 0 => done as f64 / of as f64,
        _ => 0.0,
    };
    move || {
        open.get().then(|| {
            let (words, button, act): (_, _, fn(&Jobs)) = if cancelled.get() {
                ("permutations and bootstraps were stopped", "Compute them", Jobs::again)
            } else {
                ("permutations and bootstraps", "Cancel", Jobs::cancel)
            };
            let bar = (!cancelled.get()).then(|| {
                view! { <progress max="1" aria-label="permutations and bootstraps" prop:value=share></progress> }
            });
            view! {
                <span class="progress" class:waiting=move || !cancelled.get()>
                    <span class="quiet" role="status">{words}</span>
                    {bar}
                    <button type="button" class="tool" on:click=move |_| jobs.with_value(act)>{button}</button>
                </span>
            }
        })
    }
}
