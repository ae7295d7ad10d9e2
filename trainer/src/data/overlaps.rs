//! Leaks between tasks: test texts of a target among the training texts of a source.

use std::collections::HashSet;

use transfermap::report::Overlap;

use super::TaskData;

/// For each of the other tasks, in order, how many test examples of `target` have a text that stands, at any position
/// of an input, among the other's selected training texts. Empty texts do not count.
pub fn overlaps(target: &TaskData, others: &[(&str, &TaskData)]) -> Vec<Overlap> {
    let overlap = |(source, data): &(&str, &TaskData)| {
        let texts: HashSet<&str> = data.train.iter().flat_map(|e| &e.texts).map(|t| t.trim()).collect();
        let leaks = |text: &str| !text.is_empty() && texts.contains(text);
        let test_examples = target.test.iter().filter(|e| e.texts.iter().any(|t| leaks(t.trim()))).count();
        Overlap { source: (*source).into(), test_examples }
    };
    others.iter().map(overlap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Example;

    fn data(train: &[&[&str]], test: &[&[&str]]) -> TaskData {
        let examples = |rows: &[&[&str]]| {
            let texts = |row: &[&str]| row.iter().map(|t| (*t).to_owned()).collect();
            rows.iter().enumerate().map(|(row, t)| Example { row, texts: texts(t), label: 0 }).collect()
        };
        TaskData {
            labels: vec!["a".into(), "b".into()],
            train: examples(train),
            validation: Vec::new(),
            test: examples(test),
            dropped_training_rows: 0,
        }
    }

    #[test]
    fn any_text_at_any_position_counts_once_per_test_example() {
        let pair = data(&[&["x", "y"], &["z", ""]], &[&["q", "w"], &["w", "q"], &["", "e"]]);
        let single = data(&[&["w"], &[""]], &[&["y"], &["y"], &["z "], &["n"], &[""]]);
        assert_eq!(overlaps(&pair, &[("single", &single)]), [Overlap { source: "single".into(), test_examples: 2 }]);
        assert_eq!(overlaps(&single, &[("pair", &pair)]), [Overlap { source: "pair".into(), test_examples: 3 }]);
    }
}
