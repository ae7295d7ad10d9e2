//! Statistics of small samples: what verdicts, intervals and correlations are made of.

mod moments;

pub use moments::{mean, sd};
