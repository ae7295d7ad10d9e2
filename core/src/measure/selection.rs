//! Which measures a study asks for.

use std::collections::BTreeSet;

use super::{MeasureInfo, Part, info, registry};

/// Measures by name, in the registry's order, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    measures: Vec<&'static MeasureInfo>,
}

/// A name that the registry does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no measure is called `{name}`; did you mean `{nearest}`?")]
pub struct UnknownMeasure {
    /// The name asked for.
    pub name: String,
    /// The name in the registry that is most like it.
    pub nearest: &'static str,
}

impl Selection {
    /// Every measure.
    pub fn all() -> Self {
        Self { measures: registry().to_vec() }
    }

    /// None.
    pub fn none() -> Self {
        Self { measures: Vec::new() }
    }

    /// These.
    ///
    /// ```
    /// use transfermap::measure::Selection;
    ///
    /// let unknown = Selection::named(["logem"]).unwrap_err();
    /// assert_eq!(unknown.to_string(), "no measure is called `logem`; did you mean `logme`?");
    /// ```
    ///
    /// # Errors
    /// The first name that the registry does not have, with the nearest that it has.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownMeasure> {
        let mut wanted = BTreeSet::new();
        for name in names {
            let Some(known) = info(name) else {
                let distance = |m: &&&MeasureInfo| strsim::damerau_levenshtein(m.name, name);
                let nearest = registry().iter().min_by_key(distance).map_or("", |m| m.name);
                return Err(UnknownMeasure { name: name.to_owned(), nearest });
            };
            wanted.insert(known.name);
        }
        Ok(Self { measures: registry().iter().copied().filter(|m| wanted.contains(m.name)).collect() })
    }

    /// The measures.
    pub fn measures(&self) -> &[&'static MeasureInfo] {
        &self.measures
    }

    /// Whether a measure is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.measures.iter().any(|m| m.name == name)
    }

    /// The parts of the probes that they read together: what the trainer must observe.
    pub fn parts(&self) -> BTreeSet<Part> {
        self.measures.iter().flat_map(|m| m.parts()).collect()
    }
}
