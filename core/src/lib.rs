//! Which task helps which?
//!
//! An encoder that was trained on one text-classification task (the *source*) is trained on another (the *target*). Is
//! the target better off than without the detour, or worse: *negative transfer*? Could one have known before paying for
//! it? `transfermap` computes the answers, and touches no disk, no network and no GPU: it builds for native targets and
//! for `wasm32-unknown-unknown`, so the trainer, the command line and the viewer share one definition of every number.
//!
//! Data flows one way, and every step is a plain value with serde:
//!
//! 1. A [`study`] names tasks, encoders, a recipe and seeds; a [`plan`] lays out its runs, and a [`fingerprint`] says
//!    when a run's result is stale. What is random in a run comes from a keyed [`random`] stream.
//! 2. Runs may train tasks one after the other, or together: [`multitask`] says how they share steps and gradients. A
//!    run is scored by its [`metric`]s and leaves a [`record`].
//! 3. A [`measure`] is a number for an ordered pair of tasks that needs no training on the pair: how similar the two are,
//!    or how well the source's model suits the target.
//! 4. Records and measures make a [`report`]; [`import`] makes one of other people's results.
//! 5. [`transfer`] joins a report's runs: the gain of every pair is what the target scores after the source, minus what
//!    it scores alone, seed beside seed.
//! 6. [`statistics`] asks what the gains show, and whether a measure goes with them; [`selection`] asks how good a choice
//!    of sources a measure would have made. An [`analysis`] puts all of it together: verdicts, intervals, correlations,
//!    recommendations.
//! 7. A [`race`] gives seeds to the pairs that they may still decide.
//! 8. A [`table`] holds any part of it, and renders as text, CSV or LaTeX. [`number`] writes numbers as people read them,
//!    and the [`glossary`] says what the words mean.
//!
//! The modules from the bottom up; each calls those above its own line only, which `./x test` checks.
//!
//! ```text
//! layer random fingerprint metric glossary
//! layer statistics
//! layer number measure selection multitask
//! layer study
//! layer plan record
//! layer transfer
//! layer report
//! layer analysis import
//! layer race
//! layer table
//! ```
//!
//! ```
//! use transfermap::analysis::{Analysis, Options};
//! use transfermap::report::Report;
//!
//! # let text = include_bytes!("../../www/samples/notebook.json");
//! let report = Report::from_json(text)?;
//! let analysis = Analysis::tests(&report, &Options::default())?;
//! for pair in &analysis.pairs {
//!     println!("{} → {}: {:?}, {}", pair.key.source, pair.key.target, pair.gain, pair.verdict.name());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod analysis;
pub mod fingerprint;
pub mod glossary;
pub mod import;
pub mod measure;
pub mod metric;
pub mod multitask;
pub mod number;
pub mod plan;
pub mod race;
pub mod random;
pub mod record;
pub mod report;
pub mod selection;
pub mod statistics;
pub mod study;
pub mod table;
pub mod transfer;
