//! One label in several spellings: accents as one character or two, `0.0` for 0, `TRUE` for True.

use std::collections::HashMap;

use transfermap::study::LabelSet;
use unicode_normalization::UnicodeNormalization;

use crate::plain::takes_no_ink;

/// The classes by the plain spelling of their raw values; without those whose plain spelling is that of another class.
pub(super) struct Spelling(HashMap<String, Option<usize>>);

impl Spelling {
    pub(super) fn new(set: &LabelSet) -> Self {
        let mut classes = HashMap::new();
        for (value, class) in set.values() {
            let known = classes.entry(plain(value)).or_insert(Some(class));
            if *known != Some(class) {
                *known = None;
            }
        }
        Self(classes)
    }

    /// The class of a raw value.
    pub(super) fn index(&self, raw: &str) -> Option<usize> {
        self.0.get(&plain(raw)).copied().flatten()
    }
}

/// A value as others write the same: composed (NFC), a whole number without its zeros, a truth value in small letters.
pub fn plain(value: &str) -> String {
    let text: String = value.trim().nfc().collect();
    if let Some((whole, zeros)) = text.split_once('.')
        && !zeros.is_empty()
        && zeros.bytes().all(|b| b == b'0')
        && whole.parse::<i64>().is_ok()
    {
        return whole.to_owned();
    }
    let truth = ["true", "false"].into_iter().find(|word| text.eq_ignore_ascii_case(word));
    truth.map_or(text, str::to_owned)
}

/// A value as the eye takes it: without what takes no ink, in small letters.
pub(super) fn at_sight(value: &str) -> String {
    let seen: String = value.nfkc().map(|c| if takes_no_ink(c) { ' ' } else { c }).collect();
    seen.split_whitespace().collect::<String>().to_lowercase()
}

/// Values that differ and look the same: of each such group the first, with each of the others.
pub fn look_alikes(values: &[String]) -> Vec<(&str, &str)> {
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut found = Vec::new();
    for value in values {
        let seen = at_sight(value);
        match first.get(&seen) {
            Some(one) => found.push((*one, value.as_str())),
            None => drop(first.insert(seen, value)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_found() {
        let values = ["no", "yes", "yes\u{200b}", "No"].map(str::to_owned);
        assert_eq!(look_alikes(&values), [("yes", "yes\u{200b}"), ("no", "No")]);
    }

    #[test]
    fn plain_spellings() {
        assert_eq!(plain(" e\u{301}leve\u{301} "), "élevé");
        assert_eq!(
            ["0.0", "1.00", "-1.0", "0.5", "1.", "v1.0", ".0"].map(plain),
            ["0", "1", "-1", "0.5", "1.", "v1.0", ".0"]
        );
        assert_eq!(["True", "FALSE", "Truth"].map(plain), ["true", "false", "Truth"]);
    }

    #[test]
    fn what_looks_alike_is_alike_at_sight() {
        assert_eq!(at_sight("no\u{200b}"), at_sight("No"));
        assert_eq!(at_sight("very\u{a0}good"), at_sight("very good"));
        assert_ne!(at_sight("a"), at_sight("b"));
    }
}
