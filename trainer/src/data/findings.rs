//! What the rows of a task are like: copies, contradictions, near-copies across splits, classes that the test lacks.

use std::collections::{HashMap, HashSet};

use super::{Example, TaskData};

/// What `check` says of the picked rows of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Training rows that repeat the text and the label of another.
    pub copies: usize,
    /// Texts that stand in training with more than one label, and one of them.
    pub contradictions: (usize, String),
    /// Training rows whose text is that of a test or validation row but for case and white space, and one of them.
    pub near_copies: (usize, String),
    /// Classes without a test row.
    pub untested: Vec<String>,
}

/// Looks at the rows of a task.
pub fn findings(data: &TaskData) -> Findings {
    let mut labels: HashMap<&[String], Vec<usize>> = HashMap::new();
    let mut first_contradiction = String::new();
    let (mut copies, mut contradictions) = (0, 0);
    for Example { texts, label, .. } in &data.train {
        let seen = labels.entry(texts).or_default();
        if seen.contains(label) {
            copies += 1;
            continue;
        }
        seen.push(*label);
        if seen.len() == 2 {
            contradictions += 1;
            if first_contradiction.is_empty() {
                first_contradiction = texts.join(" / ");
            }
        }
    }
    let tested: HashSet<usize> = data.test.iter().map(|e| e.label).collect();
    let untested = data.labels.iter().enumerate().filter(|(class, _)| !tested.contains(class));
    Findings {
        copies,
        contradictions: (contradictions, first_contradiction),
        near_copies: near_copies(data),
        untested: untested.map(|(_, name)| name.clone()).collect(),
    }
}

fn near_copies(data: &TaskData) -> (usize, String) {
    let held_out = || data.test.iter().chain(&data.validation);
    let exact: HashSet<&[String]> = held_out().map(|e| e.texts.as_slice()).collect();
    let folded: HashSet<Vec<String>> = held_out().map(|e| fold(&e.texts)).collect();
    // A test on the training rows themselves holds exact copies, which are another matter.
    let near = |e: &&Example| !exact.contains(e.texts.as_slice()) && folded.contains(&fold(&e.texts));
    let mut found = data.train.iter().filter(near);
    let Some(first) = found.next() else { return (0, String::new()) };
    (1 + found.count(), first.texts.join(" / "))
}

/// Texts without case and without what white space looks like.
fn fold(texts: &[String]) -> Vec<String> {
    let fold = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    texts.iter().map(fold).collect()
}

impl Findings {
    /// In words, a line each.
    pub fn lines(&self) -> Vec<String> {
        let count = |n: usize, one: &str, many: &str| if n == 1 { one.to_owned() } else { format!("{n} {many}") };
        let such_as = |text: &str| super::error::shown(text);
        let (contradictions, contradiction) = &self.contradictions;
        let (near, near_copy) = &self.near_copies;
        let copies = count(self.copies, "1 training row repeats", "training rows repeat");
        let texts = count(*contradictions, "1 text stands", "texts stand");
        let rows = count(*near, "1 training row differs", "training rows differ");
        [
            (self.copies > 0).then(|| format!("{copies} the text and the label of another")),
            (*contradictions > 0)
                .then(|| format!("{texts} in training with more than one label, such as {}", such_as(contradiction))),
            (*near > 0).then(|| {
                let what = "from a test or validation row only in case or white space, such as";
                format!("{rows} {what} {}", such_as(near_copy))
            }),
            (!self.untested.is_empty()).then(|| format!("no test row of: {}", listed(&self.untested))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The first ten.
fn listed(names: &[String]) -> String {
    let more = if names.len() > 10 { format!(", … ({} classes)", names.len()) } else { String::new() };
    names.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(rows: &[(&str, usize)]) -> Vec<Example> {
        let example =
            |(row, (text, label)): (usize, &(&str, usize))| Example { row, texts: vec![(*text).into()], label: *label };
        rows.iter().enumerate().map(example).collect()
    }

    #[test]
    fn rows_are_told_apart_by_text_and_label() {
        let data = TaskData {
            labels: ["a", "b", "c"].map(str::to_owned).to_vec(),
            train: examples(&[("x", 0), ("x", 0), ("x", 1), ("x", 1), ("y", 0), ("A  b", 2), ("z", 1)]),
            validation: examples(&[("q", 0)]),
            test: examples(&[("a\u{a0}B", 0), ("w", 1)]),
            dropped_training_rows: 0,
        };
        let found = findings(&data);
        assert_eq!((found.copies, found.contradictions.clone()), (2, (1, "x".into())));
        assert_eq!((found.near_copies.clone(), found.untested.as_slice()), ((1, "A  b".into()), &["c".to_owned()][..]));
        assert_eq!(found.lines().len(), 4);
        let same = TaskData { train: data.test.clone(), ..data };
        assert_eq!(findings(&same).near_copies.0, 0, "exact copies are dropped or asked for");
        assert!(
            findings(&TaskData { labels: vec![], train: vec![], validation: vec![], test: vec![], ..same })
                .lines()
                .is_empty()
        );
    }
}
