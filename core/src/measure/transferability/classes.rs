//! Which examples belong to which class.

use std::collections::BTreeMap;

use faer::Mat;

use crate::measure::Undefined;

/// The classes that have examples.
pub(super) struct Classes {
    /// Examples of every class, by position.
    pub members: Vec<Vec<usize>>,
    examples: usize,
}

impl Classes {
    /// # Errors
    /// Other labels than `examples` by number, fewer than 2 examples, or one class.
    pub(super) fn new(labels: &[usize], examples: usize) -> Result<Self, Undefined> {
        if labels.len() != examples {
            return Err(Undefined::Lengths { left: examples, right: labels.len() });
        }
        if examples < 2 {
            return Err(Undefined::TooFewExamples { examples, least: 2 });
        }
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, &label) in labels.iter().enumerate() {
            members.entry(label).or_default().push(i);
        }
        match members.len() {
            1 => Err(Undefined::OneClass),
            _ => Ok(Self { members: members.into_values().collect(), examples }),
        }
    }

    /// One column per class: 1 for its examples, else 0.
    pub(super) fn indicators(&self) -> Mat<f64> {
        let mut indicators = Mat::zeros(self.examples, self.members.len());
        for (class, members) in self.members.iter().enumerate() {
            members.iter().for_each(|&i| indicators[(i, class)] = 1.0);
        }
        indicators
    }

    /// The rows of one class.
    pub(super) fn rows(&self, x: &Mat<f64>, class: usize) -> Mat<f64> {
        let members = &self.members[class];
        Mat::from_fn(members.len(), x.ncols(), |i, j| x[(members[i], j)])
    }
}
