//! Placeholder of the embedded suite.

/// Names of the generated tasks.
pub const NAMES: &[&str] = &[];

/// The rows of one split of a generated task: texts and label name, in order.
pub fn rows(_name: &str, _split: &str) -> Option<Vec<(Vec<String>, String)>> {
    None
}
