//! Leaks between tasks: test texts of a target among the training texts of a source.

use std::collections::HashSet;

use transfermap::report::Overlap;

use super::TaskData;

/// For every task, in order, one [`Overlap`] for every other task: how many of its test examples have a text that
/// stands, at any position of an input, among the other's selected training texts. Empty texts do not count.
pub fn overlaps(tasks: &[(&str, &TaskData)]) -> Vec<Vec<Overlap>> {
    let training: Vec<HashSet<&str>> = tasks
        .iter()
        .map(|(_, data)| data.train.iter().flat_map(|e| &e.texts).map(|t| t.trim()).filter(|t| !t.is_empty()).collect())
        .collect();
    let found_in = |texts: &HashSet<&str>, data: &TaskData| {
        data.test.iter().filter(|e| e.texts.iter().any(|t| texts.contains(t.trim()))).count()
    };
    tasks
        .iter()
        .map(|(target, data)| {
            tasks
                .iter()
                .zip(&training)
                .filter(|((source, _), _)| source != target)
                .map(|((source, _), texts)| Overlap { source: (*source).into(), test_examples: found_in(texts, data) })
                .collect()
        })
        .collect()
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
        let found = overlaps(&[("pair", &pair), ("single", &single)]);
        assert_eq!(found[0], [Overlap { source: "single".into(), test_examples: 2 }]);
        assert_eq!(found[1], [Overlap { source: "pair".into(), test_examples: 3 }]);
    }
}
