//! The content of a task as one hash, for fingerprints: what a training sees, not where it came from.

use sha2::{Digest, Sha256};

use super::{Example, TaskData};

/// SHA-256 in hexadecimal over class names and, in order, the labels and texts of all splits.
pub fn digest(data: &TaskData) -> String {
    let mut hash = Sha256::new();
    hash.update(b"transfermap/task/1");
    number(&mut hash, data.labels.len());
    data.labels.iter().for_each(|name| text(&mut hash, name));
    for split in [&data.train, &data.validation, &data.test] {
        number(&mut hash, split.len());
        for Example { texts, label, .. } in split {
            number(&mut hash, *label);
            number(&mut hash, texts.len());
            texts.iter().for_each(|t| text(&mut hash, t));
        }
    }
    hex(&hash.finalize())
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn number(hash: &mut Sha256, n: usize) {
    hash.update((n as u64).to_le_bytes());
}

fn text(hash: &mut Sha256, text: &str) {
    number(hash, text.len());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> TaskData {
        let example = |row, text: &str, label| Example { row, texts: vec![text.into()], label };
        TaskData {
            labels: vec!["no".into(), "yes".into()],
            train: vec![example(0, "a", 0), example(1, "b", 1)],
            validation: vec![],
            test: vec![example(0, "c", 1)],
            dropped_training_rows: 0,
        }
    }

    #[test]
    fn every_part_counts_and_row_numbers_do_not() {
        let base = digest(&data());
        let with = |change: fn(&mut TaskData)| {
            let mut changed = data();
            change(&mut changed);
            digest(&changed)
        };
        assert_eq!(base.len(), 64);
        assert_eq!(with(|d| d.train[0].row = 9), base);
        assert_ne!(with(|d| d.labels.reverse()), base);
        assert_ne!(with(|d| d.train.reverse()), base);
        assert_ne!(with(|d| d.train[0].label = 1), base);
        assert_ne!(with(|d| d.test[0].texts[0].push(' ')), base);
        assert_ne!(with(|d| d.validation = d.test.clone()), base);
        assert_ne!(with(|d| d.train[0].texts = vec!["".into(), "a".into()]), base);
    }
}
