//! What the field calls its columns.

/// Names of label columns, the surest first.
const LABELS: [&str; 28] = [
    "label",
    "labels",
    "goldlabel",
    "class",
    "classindex",
    "classlabel",
    "category",
    "categories",
    "target",
    "sentiment",
    "stars",
    "star",
    "rating",
    "ratings",
    "intent",
    "topic",
    "emotion",
    "polarity",
    "isduplicate",
    "quality",
    "stance",
    "labelid",
    "humanlabel",
    "annotation",
    "y",
    "tag",
    "genre",
    "type",
];

/// Names of text columns, the surest first.
const TEXTS: [&str; 32] = [
    "text",
    "texts",
    "sentence",
    "sentences",
    "review",
    "reviewtext",
    "reviewbody",
    "tweet",
    "tweettext",
    "comment",
    "commenttext",
    "content",
    "body",
    "utterance",
    "query",
    "question",
    "questiontext",
    "message",
    "sms",
    "document",
    "description",
    "article",
    "abstract",
    "post",
    "phrase",
    "statement",
    "input",
    "prompt",
    "response",
    "headline",
    "title",
    "news",
];

/// Names of columns that stand in front of a text of the same row.
const TITLES: [&str; 7] = ["title", "headline", "subject", "summary", "reviewtitle", "reviewheadline", "questiontitle"];

/// Texts that a title belongs to.
const BODIES: [&str; 13] = [
    "text",
    "review",
    "reviewtext",
    "reviewbody",
    "content",
    "body",
    "message",
    "document",
    "description",
    "article",
    "abstract",
    "post",
    "comment",
];

/// Names of the columns of a pair.
const PAIRS: [(&str, &str); 24] = [
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("question1", "question2"),
    ("question", "sentence"),
    ("texta", "textb"),
    ("text1", "text2"),
    ("sentencea", "sentenceb"),
    ("senta", "sentb"),
    ("sent1", "sent2"),
    ("1string", "2string"),
    ("string1", "string2"),
    ("s1", "s2"),
    ("q1", "q2"),
    ("question", "answer"),
    ("question", "passage"),
    ("question", "context"),
    ("query", "passage"),
    ("query", "document"),
    ("claim", "evidence"),
    ("text", "hypothesis"),
    ("text", "textpair"),
    ("context", "hypothesis"),
    ("headline", "body"),
    ("sentence", "question"),
];

/// What one and two, or a and b, may follow.
const NUMBERED: [&str; 20] = [
    "text",
    "sentence",
    "sent",
    "question",
    "string",
    "doc",
    "document",
    "phrase",
    "tweet",
    "review",
    "comment",
    "passage",
    "utterance",
    "argument",
    "claim",
    "seq",
    "sequence",
    "input",
    "post",
    "title",
];

/// Names of columns that are about a row, and no text to classify.
const OTHERS: [&str; 36] = [
    "id",
    "index",
    "idx",
    "unnamed0",
    "row",
    "date",
    "time",
    "timestamp",
    "datetime",
    "created",
    "createdat",
    "url",
    "link",
    "user",
    "username",
    "userid",
    "author",
    "genre",
    "domain",
    "source",
    "split",
    "fold",
    "set",
    "lang",
    "language",
    "guid",
    "uuid",
    "file",
    "filename",
    "path",
    "confidence",
    "country",
    "location",
    "timezone",
    "worker",
    "annotator",
];

/// Endings of such names.
const OTHER_ENDINGS: [&str; 6] = ["parse", "id", "date", "label", "labels", "time"];

/// A name without what differs from one writer to the next: case, blanks and punctuation.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How sure a name is one of a label column, the lower the surer.
pub(super) fn label_rank(name: &str) -> Option<usize> {
    let name = plain(name);
    let known = LABELS.iter().position(|known| *known == name);
    let endings = ["label", "class", "category", "sentiment"];
    known.or_else(|| (!name.is_empty() && endings.iter().any(|e| name.ends_with(e))).then_some(LABELS.len()))
}

/// How sure a name is one of a text column.
pub(super) fn text_rank(name: &str) -> Option<usize> {
    let name = plain(name);
    TEXTS.iter().position(|known| *known == name)
}

/// Whether `title` is the title of the texts of `body`.
pub(super) fn is_title(title: &str, body: &str) -> bool {
    TITLES.contains(&plain(title).as_str()) && BODIES.contains(&plain(body).as_str())
}

/// How sure two names are those of a pair, the first first.
pub(super) fn pair_rank(first: &str, second: &str) -> Option<usize> {
    let (first, second) = (plain(first), plain(second));
    let known = PAIRS.iter().position(|(a, b)| *a == first && *b == second);
    let numbered = |base: &&&str| {
        [("1", "2"), ("a", "b")]
            .iter()
            .any(|(one, two)| first.strip_prefix(**base) == Some(*one) && second.strip_prefix(**base) == Some(*two))
    };
    known.or_else(|| NUMBERED.iter().find(numbered).map(|_| PAIRS.len()))
}

/// Whether a column of this name is about a row, and no text to classify.
pub(super) fn is_other(name: &str) -> bool {
    let name = plain(name);
    OTHERS.contains(&name.as_str()) || OTHER_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a cell of a first line is a name that the field gives to columns.
pub(super) fn is_known(name: &str) -> bool {
    let plain = plain(name);
    // A word such as `news` or `type` may be a value as well.
    let ambiguous = ["news", "type", "tag", "topic", "y", "set", "row", "time", "source", "user", "path", "link"];
    let of_pair = PAIRS.iter().any(|(a, b)| *a == plain || *b == plain);
    let numbered = || NUMBERED.iter().any(|base| matches!(plain.strip_prefix(base), Some("1" | "2" | "a" | "b")));
    let single =
        LABELS.contains(&plain.as_str()) || TEXTS.contains(&plain.as_str()) || OTHERS.contains(&plain.as_str());
    !ambiguous.contains(&plain.as_str()) && (single || of_pair || numbered())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_however_they_are_written() {
        assert_eq!(plain("#1 String"), "1string");
        assert!(pair_rank("#1 String", "#2 String").is_some() && pair_rank("Question 1", "question_2").is_some());
        assert!(pair_rank("text_1", "text_2").is_some() && pair_rank("Tweet A", "Tweet B").is_some());
        assert!(pair_rank("sentence2", "sentence1").is_none() && pair_rank("label1", "label2").is_none());
        assert_eq!(label_rank("Label"), Some(0));
        assert!(label_rank("airline_sentiment") > label_rank("sentiment"));
        assert!(
            is_other("sentence1_binary_parse")
                && is_other("pairID")
                && is_other("annotator_labels")
                && !is_other("text")
        );
        assert!(is_title("Title", "description") && !is_title("title", "stars"));
    }
}
