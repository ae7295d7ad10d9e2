//! Tasks of the HuggingFace hub that a study can name instead of describing them.
//!
//! Columns, splits and class names are those of the data sets' own pages. Tests are validation splits where the hub
//! hides the labels of the test split, as it does for all of GLUE.

use super::Kind;

/// A task of the hub, described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// Its name, as in `ready = "glue/rte"`.
    pub name: &'static str,
    /// The data set's id.
    pub dataset: &'static str,
    /// The data set's configuration, where it has several.
    pub config: Option<&'static str>,
    /// Text columns: two for a pair.
    pub text: &'static [&'static str],
    /// Class names, in order of class number. The label column is `label` everywhere.
    pub labels: &'static [&'static str],
    /// The split to train on.
    pub train: &'static str,
    /// The split to test on.
    pub test: &'static str,
}

impl Ready {
    /// One text or two.
    pub fn kind(&self) -> Kind {
        if self.text.len() == 2 { Kind::Pair } else { Kind::Single }
    }
}

const GLUE: &str = "nyu-mll/glue";
const ENTAILMENT: &[&str] = &["entailment", "not_entailment"];
const MNLI: &[&str] = &["entailment", "neutral", "contradiction"];
const POLARITY: &[&str] = &["negative", "positive"];
const SENTENCES: &[&str] = &["sentence1", "sentence2"];

/// The five tasks of the student notebook, and GLUE's classification tasks.
pub const READY: &[Ready] = &[
    plain("ag_news", "fancyzhx/ag_news", &["text"], &["World", "Sports", "Business", "Sci/Tech"], "test"),
    plain("sst2", "stanfordnlp/sst2", &["sentence"], POLARITY, "validation"),
    plain(
        "yelp_review_full",
        "Yelp/yelp_review_full",
        &["text"],
        &["1 star", "2 stars", "3 stars", "4 stars", "5 stars"],
        "test",
    ),
    Ready { name: "rte", ..glue("glue/rte", "rte", SENTENCES, ENTAILMENT) },
    Ready {
        config: Some("labeled_final"),
        ..plain("paws", "google-research-datasets/paws", SENTENCES, &["not_paraphrase", "paraphrase"], "test")
    },
    glue("glue/cola", "cola", &["sentence"], &["unacceptable", "acceptable"]),
    glue("glue/sst2", "sst2", &["sentence"], POLARITY),
    glue("glue/mrpc", "mrpc", SENTENCES, &["not_equivalent", "equivalent"]),
    glue("glue/qqp", "qqp", &["question1", "question2"], &["not_duplicate", "duplicate"]),
    Ready { test: "validation_matched", ..glue("glue/mnli", "mnli", &["premise", "hypothesis"], MNLI) },
    Ready { test: "validation_mismatched", ..glue("glue/mnli_mismatched", "mnli", &["premise", "hypothesis"], MNLI) },
    glue("glue/qnli", "qnli", &["question", "sentence"], ENTAILMENT),
    glue("glue/rte", "rte", SENTENCES, ENTAILMENT),
    glue("glue/wnli", "wnli", SENTENCES, &["not_entailment", "entailment"]),
];

const fn plain(
    name: &'static str,
    dataset: &'static str,
    text: &'static [&'static str],
    labels: &'static [&'static str],
    test: &'static str,
) -> Ready {
    Ready { name, dataset, config: None, text, labels, train: "train", test }
}

const fn glue(
    name: &'static str,
    config: &'static str,
    text: &'static [&'static str],
    labels: &'static [&'static str],
) -> Ready {
    Ready { name, dataset: GLUE, config: Some(config), text, labels, train: "train", test: "validation" }
}

/// A name that is not in the list.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no ready task `{name}`; did you mean `{nearest}`? There are: {}", known())]
pub(super) struct NotReady {
    name: String,
    nearest: &'static str,
}

fn known() -> String {
    READY.iter().map(|r| r.name).collect::<Vec<_>>().join(", ")
}

/// The ready task of this name.
pub(super) fn find(name: &str) -> Result<&'static Ready, NotReady> {
    READY.iter().find(|r| r.name == name).ok_or_else(|| {
        let nearest = READY.iter().min_by_key(|r| strsim::damerau_levenshtein(r.name, name)).map_or("", |r| r.name);
        NotReady { name: name.to_owned(), nearest }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_entry_is_a_classification_task() {
        for (i, entry) in READY.iter().enumerate() {
            assert!(READY.iter().skip(i + 1).all(|r| r.name != entry.name), "{}", entry.name);
            assert!(matches!(entry.text.len(), 1 | 2) && entry.labels.len() >= 2, "{}", entry.name);
            assert!(super::super::is_hub_id(entry.dataset), "{}", entry.name);
        }
        assert_eq!(find("glue/mrpc").map(Ready::kind), Ok(Kind::Pair));
        assert!(find("glue/rt").is_err_and(|e| e.to_string().contains("did you mean `glue/rte`?")));
    }
}
