//! What a reader chose, as it stands in the address behind `#`, so that a link shows what the sender saw.

use indexmap::IndexMap;
use transfermap::analysis::{FamilyKey, Options};
use transfermap::metric::Metric;

/// Names and values; what is absent has its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choices(IndexMap<String, String>);

impl Choices {
    /// Reads `tab=pair&source=ag_news`, with or without a leading `#`; what cannot be read is left out.
    pub fn parse(fragment: &str) -> Self {
        let parts = fragment.trim_start_matches('#').split('&').filter_map(|part| part.split_once('='));
        Self(parts.map(|(name, value)| (decode(name), decode(value))).filter(|(_, v)| !v.is_empty()).collect())
    }

    /// The same choices as text behind `#`.
    pub fn fragment(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
    }

    /// These choices with those of `change` on top; an empty value takes one back.
    #[must_use]
    pub fn with(&self, change: &str) -> Self {
        let mut changed = self.clone();
        for part in change.split('&') {
            let Some((name, value)) = part.split_once('=') else { continue };
            changed.set(&decode(name), &decode(value));
        }
        changed
    }

    /// Sets one; an empty value takes it back.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.0.shift_remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The value of a choice.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a choice has this value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    /// The report in view, counted from 0.
    pub fn report(&self) -> usize {
        self.get("report").and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// The chosen pairs-that-are-tested-together, else the first.
    pub fn family<'a>(&self, families: &'a [FamilyKey]) -> Option<&'a FamilyKey> {
        let chosen = self.get("family").and_then(|name| families.iter().find(|f| family_name(f) == name));
        chosen.or_else(|| families.first())
    }

    /// What the analysis is asked for; what makes no test falls back to the default, as the controls show.
    pub fn options(&self) -> Options {
        let value = |name| self.get(name).and_then(|text| text.parse::<f64>().ok());
        let options = Options {
            metric: self.get("metric").and_then(|name| Metric::ALL.iter().copied().find(|m| m.name() == name)),
            alpha: value("alpha").filter(|a| *a > 0.0 && *a < 1.0).unwrap_or(Options::default().alpha),
            margin: value("margin").filter(|m| *m > 0.0 && m.is_finite()),
            without_collapsed: self.is("collapsed", "out"),
            ..Options::default()
        };
        debug_assert!(options.check().is_ok());
        options
    }
}

/// A family's name in the address.
pub fn family_name(family: &FamilyKey) -> String {
    format!("{}/{}/{}", family.encoder, family.variant, family.protocol.name())
}

/// A change of choices as it stands in `data-set`, from names and values.
pub fn change(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// Percent-encodes everything but letters, digits and `-_.~/`.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let escaped = (byte == b'%')
            .then(|| bytes.get(i + 1..i + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(escaped.unwrap_or(byte));
        i += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Tab;

    #[test]
    fn choices_survive_the_address() {
        let change = change(&[("tab", "pair"), ("source", "a&b=c #ü")]);
        let choices = Choices::default().with(&change);
        assert_eq!(Choices::parse(&format!("#{}", choices.fragment())), choices);
        assert_eq!(choices.get("source"), Some("a&b=c #ü"));
        assert_eq!(choices.with("source=").get("source"), None);
    }

    #[test]
    fn odd_addresses_are_left_out() {
        for odd in ["#", "#&&", "#%", "#tab", "#tab=%zz%", "#alpha=7&margin=-1&metric=nope"] {
            let choices = Choices::parse(odd);
            assert_eq!(choices.options(), Options::default(), "{odd}");
            assert_eq!(choices.tab(), Tab::Overview, "{odd}");
        }
    }

    #[test]
    fn options_are_read() {
        let options = Choices::parse("#metric=f1_macro&alpha=0.1&margin=0.02&collapsed=out").options();
        assert_eq!(options.metric.map(Metric::name), Some("f1_macro"));
        assert_eq!((options.alpha, options.margin, options.without_collapsed), (0.1, Some(0.02), true));
    }
}
