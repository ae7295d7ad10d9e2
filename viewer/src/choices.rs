//! What a reader chose, as it stands in the address behind `#`, so that a link shows what the sender saw.

use indexmap::IndexMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use transfermap::analysis::{FamilyKey, Options};
use transfermap::metric::Metric;
use transfermap::transfer::PairKey;

macro_rules! choices {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What can be chosen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Choice { $($(#[$doc])* $variant),* }

        impl Choice {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the address.
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }
        }
    };
}

choices! {
    /// The page.
    Tab = "tab",
    /// Which of several reports, counted from 0.
    Report = "report",
    /// The pairs that are tested together.
    Family = "family",
    /// The metric of every task.
    Metric = "metric",
    /// How sure to be.
    Alpha = "alpha",
    /// What is worth having.
    Margin = "margin",
    /// Whether collapsed runs count.
    Collapsed = "collapsed",
    /// What maps show of a gain.
    Value = "value",
    /// The order of the tasks in maps.
    Order = "order",
    Source = "source",
    Target = "target",
    /// The rows of learning curves.
    Split = "split",
    /// Whose scores are drawn as bars.
    Bars = "bars",
    Measure = "measure",
    Outcome = "outcome",
    /// Whether marks tell targets or sources apart.
    Colour = "colour",
    /// Raw numbers, or 0 to 1.
    Scale = "scale",
    /// Whether a long table is shown to its end.
    All = "all",
    RunsFilter = "runs.filter",
    RunsSort = "runs.sort",
    RunsPage = "runs.page",
    /// The run that is opened.
    Run = "run",
    /// The pairs that are drawn over training.
    Pairs = "pairs",
    /// What is compared with.
    Other = "other",
}

/// A change of choices; an empty value takes one back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change(Vec<(Choice, String)>);

impl Change {
    pub fn to(choice: Choice, value: impl Into<String>) -> Self {
        Self(vec![(choice, value.into())])
    }

    /// With one more.
    #[must_use]
    pub fn and(mut self, choice: Choice, value: impl Into<String>) -> Self {
        self.0.push((choice, value.into()));
        self
    }

    /// Opens the page of a pair.
    pub fn open(source: &str, target: &str) -> Self {
        Self::to(Choice::Tab, "pair").and(Choice::Source, source).and(Choice::Target, target)
    }

    pub fn open_pair(key: &PairKey) -> Self {
        Self::open(&key.source, &key.target)
    }
}

/// What is chosen; what is absent has its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choices(IndexMap<Choice, String>);

impl Choices {
    /// Reads `tab=pair&source=ag_news`, with or without a leading `#`; what cannot be read is left out.
    pub fn parse(fragment: &str) -> Self {
        let parts = fragment.trim_start_matches('#').split('&').filter_map(|part| part.split_once('='));
        let known = |name: &str| Choice::ALL.iter().copied().find(|c| c.name() == name);
        Self(
            parts
                .filter_map(|(name, value)| Some((known(&decode(name))?, decode(value))))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// The same choices as text behind `#`.
    pub fn fragment(&self) -> String {
        self.0
            .iter()
            .map(|(choice, value)| format!("{}={}", choice.name(), encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// These choices with a change.
    #[must_use]
    pub fn with(&self, change: &Change) -> Self {
        let mut changed = self.clone();
        for (choice, value) in &change.0 {
            if value.is_empty() {
                changed.0.shift_remove(choice);
            } else {
                changed.0.insert(*choice, value.clone());
            }
        }
        changed
    }

    /// The value of a choice.
    pub fn get(&self, choice: Choice) -> Option<&str> {
        self.0.get(&choice).map(String::as_str)
    }

    /// Whether a choice has this value.
    pub fn is(&self, choice: Choice, value: &str) -> bool {
        self.get(choice) == Some(value)
    }

    /// The report in view, counted from 0.
    pub fn report(&self) -> usize {
        self.get(Choice::Report).and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// The chosen pairs-that-are-tested-together, else the first.
    pub fn family<'a>(&self, families: &'a [FamilyKey]) -> Option<&'a FamilyKey> {
        let chosen = self.get(Choice::Family).and_then(|name| families.iter().find(|f| family_name(f) == name));
        chosen.or_else(|| families.first())
    }

    /// What the analysis is asked for; what makes no test falls back to the default, as the controls show.
    pub fn options(&self) -> Options {
        let value = |choice| self.get(choice).and_then(|text| text.parse::<f64>().ok());
        let metric = |name| Metric::ALL.iter().copied().find(|m| m.name() == name);
        let options = Options {
            metric: self.get(Choice::Metric).and_then(metric),
            alpha: value(Choice::Alpha).filter(|a| *a > 0.0 && *a < 1.0).unwrap_or(Options::default().alpha),
            margin: value(Choice::Margin).filter(|m| *m > 0.0 && m.is_finite()),
            without_collapsed: self.is(Choice::Collapsed, "out"),
            ..Options::default()
        };
        debug_assert!(options.check().is_ok());
        options
    }
}

/// A family's name in the address.
pub fn family_name(family: &FamilyKey) -> String {
    let block = family.block.as_ref().map_or_else(String::new, |block| format!("/{block}"));
    format!("{}/{}/{}{block}", family.encoder, family.variant, family.protocol.name())
}

/// What an address holds as it is, beside letters and digits.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Tab;

    #[test]
    fn choices_survive_the_address() {
        let choices = Choices::default().with(&Change::open("a&b=c #ü", "t"));
        assert_eq!(Choices::parse(&format!("#{}", choices.fragment())), choices);
        assert_eq!(choices.get(Choice::Source), Some("a&b=c #ü"));
        assert_eq!(choices.with(&Change::to(Choice::Source, "")).get(Choice::Source), None);
    }

    #[test]
    fn every_choice_has_a_name_of_its_own() {
        for choice in Choice::ALL {
            assert!(Choices::parse(&format!("{}=x", choice.name())).is(*choice, "x"), "{}", choice.name());
        }
    }

    #[test]
    fn odd_addresses_are_left_out() {
        for odd in ["#", "#&&", "#%", "#tab", "#tab=%zz%", "#alpha=7&margin=-1&metric=nope", "#no=such"] {
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
