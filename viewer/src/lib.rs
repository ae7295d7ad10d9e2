//! The report viewer. Pages and charts are plain trees of elements, drawn from a report and what `transfermap` computed
//! of it; this package words and draws numbers and computes none of them.
//!
//! [`page`] and [`chart`] run anywhere: the command line writes them into HTML and SVG files. With the feature `app`
//! the browser application in `app` shows the same trees and answers clicks.

#[cfg(feature = "app")]
mod app;
pub mod chart;
pub mod choices;
pub mod definition;
pub mod node;
pub mod page;
pub mod runs;
pub mod scale;
pub mod still;
pub mod table;
pub mod tokens;
pub mod value;
