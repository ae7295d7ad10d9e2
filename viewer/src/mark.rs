//! What can be pointed at in a drawing. It stands beside the attributes of its element as data; what is written into the
//! page is its number, by which the page finds it again when it is clicked, hovered or reached by keys.

use crate::choices::Change;

/// A mark of a drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mark {
    /// What a hovering reader is told.
    pub tip: String,
    /// Marks with one key are shown together, also those of other charts.
    pub key: Option<String>,
    /// What a click or Enter opens.
    pub opens: Option<Change>,
    /// Row and column in a grid in which arrow keys move.
    pub place: Option<[usize; 2]>,
}

impl Mark {
    pub fn new(tip: impl Into<String>) -> Self {
        Self { tip: tip.into(), ..Self::default() }
    }

    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    #[must_use]
    pub fn opens(self, change: Change) -> Self {
        Self { opens: Some(change), ..self }
    }

    #[must_use]
    pub fn place(self, row: usize, column: usize) -> Self {
        Self { place: Some([row, column]), ..self }
    }
}
