//! Probes in, measures of the report out.

use std::collections::BTreeSet;

use super::{Cost, Formula, MeasureInfo, Part, Selection, Undefined, registry};
use crate::measure::probe::{SentenceProbe, SourceProbe, TaskProbe, WeightChanges};
use crate::report::{Measure, MeasureValue};

/// All probes of one encoder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EncoderProbes {
    /// The encoder's name.
    pub encoder: String,
    /// One per task (and seed, where the encoder's weights are drawn anew for every seed).
    pub tasks: Vec<TaskProbe>,
    /// One per seed, source and target, source = target among them.
    pub sources: Vec<SourceProbe>,
    /// One per seed and task.
    pub sentences: Vec<SentenceProbe>,
    /// One per seed.
    pub weights: Vec<WeightChanges>,
}

/// Measures for a report, and what could not be measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measured {
    /// The selected measures that have a value, in the registry's order.
    pub measures: Vec<Measure>,
    /// For the report's warnings: a line for every selected measure that lacks pairs, with the first reason.
    pub warnings: Vec<String>,
}

/// Computes the selected measures of one encoder for every ordered pair of its tasks.
///
/// `clock` gives seconds since any fixed moment; [`Measure::cost_seconds`] is what the parts that a measure reads took
/// (a part that several measures read counts in each of them: it is what that measure alone would cost), plus the time
/// of its formula. With more tasks than fit in memory at once, use [`Measuring`].
pub fn compute(probes: &EncoderProbes, selection: &Selection, clock: &dyn Fn() -> f64) -> Measured {
    let mut measuring = Measuring::new(&probes.encoder, &probes.tasks, selection, clock);
    measuring.targets(&probes.sources);
    measuring.sentences(&probes.sentences);
    probes.weights.iter().for_each(|w| measuring.weights(w));
    measuring.finish()
}

/// [`compute`] in pieces: source probes are fed target by target and dropped.
pub struct Measuring<'a> {
    encoder: &'a str,
    tasks: &'a [TaskProbe],
    clock: &'a dyn Fn() -> f64,
    columns: Vec<Column>,
}

/// A measure while it is computed.
struct Column {
    info: &'static MeasureInfo,
    formula: Formula,
    seconds: f64,
    values: Vec<MeasureValue>,
    missing: Vec<(String, String, Undefined)>,
}

impl Column {
    /// Keeps the value of a pair, or why there is none.
    fn add(&mut self, (source, target): (&str, &str), seed: Option<u64>, value: Result<f64, Undefined>) {
        let finite = value.and_then(|v| if v.is_finite() { Ok(v) } else { Err(Undefined::NotFinite) });
        match finite {
            Ok(value) => {
                self.values.push(MeasureValue { source: source.to_owned(), target: target.to_owned(), seed, value });
            }
            Err(reason) => self.missing.push((source.to_owned(), target.to_owned(), reason)),
        }
    }

    /// Adds the seconds of the passes that the measure needs. Parts of one pass are paid once.
    fn charge(&mut self, seconds: impl Fn(Cost) -> f64) {
        let passes: BTreeSet<Cost> = self.info.needs.iter().map(|p| p.cost()).collect();
        self.seconds += passes.into_iter().map(seconds).sum::<f64>();
    }
}

impl<'a> Measuring<'a> {
    /// Starts with what the pretrained encoder shows of every task: the measures that need no trained model are done.
    pub fn new(encoder: &'a str, tasks: &'a [TaskProbe], selection: &Selection, clock: &'a dyn Fn() -> f64) -> Self {
        let column = |&info: &&'static MeasureInfo| {
            let formula = registry::formula(info.name)?;
            Some(Column { info, formula, seconds: 0.0, values: Vec::new(), missing: Vec::new() })
        };
        let columns = selection.measures().iter().filter_map(column).collect();
        let mut measuring = Self { encoder, tasks, clock, columns };
        measuring.pretrained();
        measuring
    }

    fn pretrained(&mut self) {
        for column in &mut self.columns {
            let Formula::Tasks(formula) = column.formula else { continue };
            for task in self.tasks {
                column.charge(|pass| match pass {
                    Cost::Counting => task.cost.tokens,
                    Cost::Forward => task.cost.features,
                    Cost::Backward => task.cost.gradients,
                    _ => 0.0,
                });
            }
            let start = (self.clock)();
            each_pair(column, self.tasks, |t| (t.task.as_str(), t.seed), formula);
            column.seconds += (self.clock)() - start;
        }
    }

    /// Adds the models of any number of targets and seeds. All sources of one target and seed, the target itself among
    /// them, must come in one call: measures between two models need both.
    pub fn targets(&mut self, probes: &[SourceProbe]) {
        for column in &mut self.columns {
            for probe in probes.iter().filter(|p| p.source != p.target) {
                let pair = (probe.source.as_str(), probe.target.as_str());
                let own =
                    |p: &&SourceProbe| p.seed == probe.seed && p.source == probe.target && p.target == probe.target;
                let start = (self.clock)();
                let value = match column.formula {
                    Formula::Source(formula) => {
                        let of_seed = |t: &&TaskProbe| t.task == probe.target && t.seed.is_none_or(|s| s == probe.seed);
                        let target = self.tasks.iter().find(of_seed).ok_or(Undefined::Absent("probe of the target"));
                        target.and_then(|target| formula(probe, target))
                    }
                    Formula::Models(formula) => {
                        let own = probes.iter().find(own).ok_or(Undefined::Absent("target's own model"));
                        own.and_then(|own| formula(probe, own))
                    }
                    _ => continue,
                };
                column.seconds += (self.clock)() - start;
                column.add(pair, Some(probe.seed), value);
            }
            let reads_own = column.info.needs.contains(&Part::OwnFeatures);
            for probe in probes.iter().filter(|p| reads_own || p.source != p.target) {
                column.charge(|pass| match pass {
                    Cost::ForwardOfPair => probe.cost.forward,
                    Cost::Training => probe.cost.few_steps,
                    _ => 0.0,
                });
            }
        }
    }

    /// Adds the notebook's sentence in the models of every task, of any number of seeds.
    pub fn sentences(&mut self, probes: &[SentenceProbe]) {
        for column in &mut self.columns {
            let Formula::Sentences(formula) = column.formula else { continue };
            let start = (self.clock)();
            each_pair(column, probes, |p| (p.task.as_str(), Some(p.seed)), formula);
            column.seconds += (self.clock)() - start + probes.iter().map(|p| p.seconds).sum::<f64>();
        }
    }

    /// Adds the weight changes of one seed.
    pub fn weights(&mut self, changes: &WeightChanges) {
        let positions: Vec<usize> = (0..changes.tasks.len()).collect();
        for column in &mut self.columns {
            let Formula::Weights(formula) = column.formula else { continue };
            let product = |i: usize, j: usize| changes.product(i, j).ok_or(Undefined::Absent("inner product"));
            let of_pair = |&i: &usize, &j: &usize| formula(product(i, j)?, product(i, i)?, product(j, j)?);
            let name = |&i: &usize| (changes.tasks.get(i).map_or("", String::as_str), Some(changes.seed));
            each_pair(column, &positions, name, of_pair);
            column.seconds += changes.seconds;
        }
    }

    /// The measures that have values, and what is missing.
    pub fn finish(self) -> Measured {
        let mut measured = Measured::default();
        for mut column in self.columns {
            let name = column.info.name;
            if let Some((source, target, reason)) = column.missing.first() {
                let all = column.missing.len() + column.values.len();
                measured.warnings.push(format!(
                    "measure {name} of {}: no value for {} of {all} pairs ({source} → {target}: {reason})",
                    self.encoder,
                    column.missing.len()
                ));
            } else if column.values.is_empty() {
                let encoder = self.encoder;
                measured.warnings.push(format!("measure {name} of {encoder}: nothing was observed to compute it from"));
            }
            if column.values.is_empty() {
                continue;
            }
            column.values.sort_by(|a, b| (&a.source, &a.target, a.seed).cmp(&(&b.source, &b.target, b.seed)));
            measured.measures.push(Measure {
                name: name.to_owned(),
                encoder: self.encoder.to_owned(),
                direction: column.info.direction.name().to_owned(),
                symmetric: column.info.symmetric,
                cost_seconds: column.seconds,
                values: column.values,
            });
        }
        measured
    }
}

/// Every ordered pair of different tasks of one seed; a symmetric measure is computed once and written both ways.
fn each_pair<'p, T>(
    column: &mut Column,
    probes: &'p [T],
    name: impl Fn(&'p T) -> (&'p str, Option<u64>),
    formula: impl Fn(&T, &T) -> Result<f64, Undefined>,
) {
    for (i, a) in probes.iter().enumerate() {
        for (j, b) in probes.iter().enumerate() {
            let ((source, seed), (target, other_seed)) = (name(a), name(b));
            if source == target || seed != other_seed || (column.info.symmetric && j < i) {
                continue;
            }
            let value = formula(a, b);
            column.add((source, target), seed, value);
            if column.info.symmetric {
                column.add((target, source), seed, value);
            }
        }
    }
}
