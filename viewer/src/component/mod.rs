//! What pages are put together from, one component a file. A component gets plain values; what a reader does with it
//! becomes a change of [`crate::state::State`], which draws the page anew.

mod chart_figure;
mod controls;
mod data_table;
mod definition;
mod message_bar;
mod open_button;
mod tip;
mod words;

pub use chart_figure::{Beside, ChartFigure, ChartOrWhy};
pub use controls::{Checkbox, NumberField, SearchField, Select, Switch};
pub use data_table::{DataTable, data_table};
pub use definition::{Definition, Term};
pub use message_bar::MessageBar;
pub use open_button::OpenButton;
pub use tip::TipWindow;
pub use words::{Answer, Bullets, Link, Reading};

/// For the pages.
pub mod prelude {
    pub use super::*;
    pub use crate::look::Look;
    pub use leptos::either::Either;
    pub use leptos::prelude::*;
}
