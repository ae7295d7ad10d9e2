//! Errors in the request (exit code 2), told apart from work that failed (exit code 1).

use std::error::Error;
use std::fmt::Display;

/// What was asked for cannot be done as asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

impl Wrong {
    /// From another error, with its causes on one line.
    pub fn of(error: &dyn Error) -> Self {
        Self(chain(error))
    }

    /// From another error, after the file that it is about.
    pub fn at(place: impl Display, error: &dyn Error) -> Self {
        Self(format!("{place}: {}", chain(error)))
    }
}

/// An error and its causes on one line; a cause that its effect already tells is left out.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(e) = cause {
        let told = e.to_string();
        if !text.contains(&told) {
            text = format!("{text}: {told}");
        }
        cause = e.source();
    }
    text
}
