//! Names that are one but for their spelling: SST-2, sst2.

/// A name without case and punctuation.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The name among `known` that is most like `name`: the same without case and punctuation, or a few letters away.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = folded(name);
    let far = |other: &str| strsim::damerau_levenshtein(&wanted, &folded(other));
    let near = known.map(|other| (far(other), other)).min()?;
    let allowed = wanted.chars().count() / 4;
    (near.0 <= allowed).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_near_and_other_names_are_not() {
        let known = || ["sst2", "rte", "yelp_reviews"].into_iter();
        assert_eq!(nearest("SST-2", known()), Some("sst2"));
        assert_eq!(nearest("yelp-review", known()), Some("yelp_reviews"));
        assert_eq!(nearest("RTE ", known()), Some("rte"));
        assert_eq!(nearest("cola", known()), None);
    }
}
