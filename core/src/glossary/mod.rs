//! The words of this field, each with what is meant here: what the viewer's "?" opens, and the glossary of
//! `docs/methods.md`.

mod prediction;
mod scores;
mod study;
mod verdicts;

/// One word, or a few that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// What charts and tables call it by.
    pub key: &'static str,
    /// The word.
    pub name: &'static str,
    /// What it means, in a sentence or two.
    pub text: &'static str,
    /// The formula, in plain text; may be empty.
    pub formula: &'static str,
    /// Where it comes from; may be empty.
    pub source: &'static str,
}

/// The terms in reading order, under their headings.
pub const SECTIONS: &[(&str, &[Term])] = &[
    ("Scores and gains", scores::TERMS),
    ("Verdicts", verdicts::TERMS),
    ("The whole study", study::TERMS),
    ("Similarity and prediction", prediction::TERMS),
];

/// Every term, in reading order.
pub fn terms() -> impl Iterator<Item = &'static Term> {
    SECTIONS.iter().flat_map(|(_, terms)| *terms)
}

/// The term of a key.
pub fn term(key: &str) -> Option<&'static Term> {
    terms().find(|t| t.key == key)
}

/// The glossary as `docs/methods.md` has it.
pub fn markdown() -> String {
    let mut text = String::from("## Glossary\n");
    for (heading, terms) in SECTIONS {
        text += &format!("\n### {heading}\n");
        for term in *terms {
            text += &format!("\n**{}.**\n{}\n", term.name, term.text);
            if !term.formula.is_empty() {
                text += &format!("`{}`\n", term.formula);
            }
            if !term.source.is_empty() {
                text += &format!("{}.\n", term.source.trim_end_matches('.'));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique() {
        let keys: std::collections::BTreeSet<&str> = terms().map(|t| t.key).collect();
        assert_eq!(keys.len(), terms().count());
    }

    #[test]
    fn the_documentation_has_this_glossary() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/methods.md");
        let methods = std::fs::read_to_string(path).unwrap();
        let start = methods.find("## Glossary").expect("docs/methods.md has a glossary");
        let end = methods[start + 2..].find("\n## ").map_or(methods.len(), |at| start + 2 + at);
        assert_eq!(methods[start..end].trim_end(), markdown().trim_end(), "copy the glossary below into {path}");
    }
}
