//! The report viewer: pages about which task helps which, made of a report and what `transfermap` computed of it. This
//! package words and draws numbers and computes none of them.
//!
//! [`chart`] draws plain trees, which the browser, the command line's HTML and its SVG and PNG files share. [`page`] makes
//! charts, tables and sentences anywhere; with the feature `app` each page is a Leptos component too, put together from
//! those in `component`, and `app` is the application around them.
//!
//! The modules from the bottom up; each calls those above its own line only, which `./x test` checks.
//!
//! ```text
//! layer choices scale tokens runs
//! layer mark
//! layer node value table offer
//! layer context
//! layer look chart
//! layer state
//! layer browser
//! layer component
//! layer page
//! layer first_sight
//! layer app
//! ```

#[cfg(feature = "app")]
mod app;
#[cfg(feature = "app")]
mod browser;
pub mod chart;
pub mod choices;
#[cfg(feature = "app")]
mod component;
pub mod context;
pub mod first_sight;
pub mod look;
pub mod mark;
pub mod node;
pub mod offer;
pub mod page;
pub mod runs;
pub mod scale;
#[cfg(feature = "app")]
mod state;
pub mod table;
pub mod tokens;
pub mod value;
