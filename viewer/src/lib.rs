//! The report viewer. Pages and charts are plain trees of elements, drawn from a report and what `transfermap` computed
//! of it; this package words and draws numbers and computes none of them.
//!
//! [`page`] and [`chart`] run anywhere: the command line writes them into HTML and SVG files. With the feature `app`
//! the browser application in `app` shows the same trees and answers clicks.
//!
//! The modules from the bottom up; each calls those above its own line only, which `./x test` checks.
//!
//! ```text
//! layer node choices scale tokens runs
//! layer value table
//! layer context
//! layer chart
//! layer page
//! layer still
//! layer app
//! ```

#[cfg(feature = "app")]
mod app;
pub mod chart;
pub mod choices;
pub mod context;
pub mod node;
pub mod page;
pub mod runs;
pub mod scale;
pub mod still;
pub mod table;
pub mod tokens;
pub mod value;
