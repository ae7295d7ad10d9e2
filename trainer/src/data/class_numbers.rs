//! Class numbers of a data set → the raw values that a study's `labels` list.

use transfermap::study::LabelSet;

/// What to do about labels that [`ClassNumbers::new`] refuses.
pub(super) const REMEDY: &str = "give `labels` as the data set names them, or leave `labels` out";

/// A class that a study lists at another place than the data set, beside names of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the data set's classes are {classes}, and `labels` has `{name}` at another place than {number} without naming all of \
     them"
)]
pub(super) struct MovedClass {
    classes: String,
    name: String,
    number: usize,
}

/// How the numbers of a label column are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClassNumbers {
    /// Names by number; empty where numbers stay numbers.
    names: Vec<String>,
}

impl ClassNumbers {
    /// `names` are those of the data set's features, `labels` those of the study.
    ///
    /// A study may list the data set's own names, in any order: then a number is read as its name. Or it gives names of
    /// its own, in the data set's order: then numbers are class numbers.
    ///
    /// # Errors
    /// Some names are the data set's, at other places, and some are not: no reading is right for all.
    pub(super) fn new(names: &[String], labels: &LabelSet) -> Result<Self, MovedClass> {
        if names.iter().all(|name| labels.index(name).is_some()) {
            return Ok(Self { names: names.to_vec() });
        }
        let mut known = names.iter().enumerate().filter(|(_, name)| labels.index(name).is_some());
        let moved = known.find(|(number, name)| labels.index(name) != labels.index(&number.to_string()));
        match moved {
            None => Ok(Self::default()),
            Some((number, name)) => Err(MovedClass { classes: names.join(", "), name: name.clone(), number }),
        }
    }

    /// The raw value of a class number.
    pub(super) fn raw(&self, number: i64) -> String {
        let name = usize::try_from(number).ok().and_then(|n| self.names.get(n));
        name.cloned().unwrap_or_else(|| number.to_string())
    }

    /// The raw value of a text that may be a name or a class number, as in CSV.
    pub(super) fn raw_of_text(&self, text: String) -> String {
        let trimmed = text.trim();
        if self.names.is_empty() || self.names.iter().any(|n| n == trimmed) {
            return text;
        }
        trimmed.parse().map_or_else(|_| text.clone(), |number| self.raw(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transfermap::study::Study;

    fn labels(labels: &str) -> LabelSet {
        let text = format!(
            "version = 1\nname = \"s\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\nembedded = \"e\"\n[[task]]\nname = \"t\"\n\
             text = [\"x\"]\nlabels = {labels}\ntrain = {{ file = \"a.csv\" }}\ntest = {{ file = \"b.csv\" }}\n"
        );
        Study::from_toml(&text).unwrap().task[0].label_set().unwrap()
    }

    fn class(names: &[&str], study: &str, number: i64) -> Option<usize> {
        let labels = labels(study);
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        labels.index(&ClassNumbers::new(&names, &labels).unwrap().raw(number))
    }

    #[test]
    fn the_data_sets_own_names_may_stand_in_any_order() {
        let names = ["entailment", "not_entailment"];
        assert_eq!(class(&names, r#"["entailment", "not_entailment"]"#, 1), Some(1));
        assert_eq!(class(&names, r#"["not_entailment", "entailment"]"#, 1), Some(0));
        assert_eq!(class(&names, r#"["not_entailment", "entailment"]"#, -1), None);
    }

    #[test]
    fn other_names_take_the_data_sets_order() {
        assert_eq!(class(&["entailment", "not_entailment"], r#"["yes", "no"]"#, 1), Some(1));
        assert_eq!(class(&["0", "1"], r#"["not_paraphrase", "paraphrase"]"#, 1), Some(1));
        assert_eq!(class(&["1 star", "2 star", "3 stars"], r#"["1 star", "2 stars", "3 stars"]"#, 1), Some(1));
        assert_eq!(class(&["World", "Sports"], r#"{ "1" = "World", "2" = "Sports" }"#, 1), Some(0));
    }

    #[test]
    fn rejects_names_of_which_only_some_are_the_data_sets_at_other_places() {
        let names: Vec<String> = vec!["entailment".into(), "not_entailment".into()];
        let message = ClassNumbers::new(&names, &labels(r#"["other", "entailment"]"#)).unwrap_err().to_string();
        assert!(
            message.contains("entailment, not_entailment") && message.contains("another place than 0"),
            "{message}"
        );
    }

    #[test]
    fn text_may_be_a_name_or_a_number() {
        let names: Vec<String> = vec!["neg".into(), "pos".into()];
        let numbers = ClassNumbers::new(&names, &labels(r#"["pos", "neg"]"#)).unwrap();
        assert_eq!(["pos", "1", " 0 ", "x"].map(|t| numbers.raw_of_text(t.into())), ["pos", "pos", "neg", "x"]);
        assert_eq!(ClassNumbers::default().raw_of_text("1".into()), "1");
    }
}
