//! What a control offers: the values of one choice.

use crate::choices::{Change, Choice, Choices};

/// Named values of a choice, and which of them is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub label: &'static str,
    pub choice: Choice,
    /// Values for the address, with words for people.
    pub values: Vec<(String, String)>,
    /// Position of the value in force.
    pub chosen: usize,
}

impl Offer {
    /// The first value is the default: it is in force where the choices name none of them.
    pub fn new<V: Into<String>, W: Into<String>>(
        label: &'static str,
        choice: Choice,
        values: impl IntoIterator<Item = (V, W)>,
        choices: &Choices,
    ) -> Self {
        let values: Vec<(String, String)> = values.into_iter().map(|(v, w)| (v.into(), w.into())).collect();
        let chosen = choices.get(choice).and_then(|value| values.iter().position(|(v, _)| v == value)).unwrap_or(0);
        Self { label, choice, values, chosen }
    }

    /// The value in force.
    pub fn value(&self) -> &str {
        self.values.get(self.chosen).map_or("", |(value, _)| value)
    }

    /// What choosing a value changes.
    pub fn change(&self, position: usize) -> Change {
        Change::to(self.choice, self.values.get(position).map_or("", |(value, _)| value))
    }
}
