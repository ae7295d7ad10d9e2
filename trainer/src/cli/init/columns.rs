//! Guesses from the first rows of a data file which columns are text and which is the label.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::names;
use crate::data::Head;

/// More different values than this make no label, unless the column is called one.
const CLASSES: usize = 50;

/// What the columns of a file seem to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// Names; none where there is no header.
    pub(super) names: Option<Vec<String>>,
    /// How many there are.
    pub(super) width: usize,
    /// Whether the texts are a pair; else they are joined.
    pub(super) pair: bool,
    /// Text columns, from 0.
    pub(super) texts: Vec<usize>,
    /// The label column; none where the file has no labels.
    pub(super) label: Option<usize>,
    /// A column that is called a label and holds none, and what it holds.
    pub(super) no_label: Option<(usize, &'static str)>,
    /// A name of the class for every value of the label, where a column holds them.
    pub(super) class_names: BTreeMap<String, String>,
}

/// Why the columns of a file make no task.
#[derive(Debug, thiserror::Error)]
pub(super) enum ColumnsError {
    #[error("fewer than two rows; a task needs texts and labels")]
    TooFewRows,
    #[error("only one column; a task needs texts and labels")]
    OneColumn,
    #[error("no text column among {0}; call it `text`, or two `text1` and `text2`")]
    NoText(String),
}

/// The cells of a file, by column.
struct Cells<'h> {
    names: Option<&'h [String]>,
    rows: &'h [Vec<String>],
}

/// Guesses.
pub(super) fn guess(head: &Head) -> Result<Columns, ColumnsError> {
    let (names, rows) = match (&head.names, head.rows.split_first()) {
        (Some(names), _) => (Some(names.as_slice()), head.rows.as_slice()),
        (None, Some((first, rest))) if is_header(first, rest) => (Some(first.as_slice()), rest),
        (None, _) => (None, head.rows.as_slice()),
    };
    let width = rows.iter().map(Vec::len).chain(names.map(<[String]>::len)).max().unwrap_or(0);
    if width < 2 {
        return Err(ColumnsError::OneColumn);
    }
    if rows.len() < 2 {
        return Err(ColumnsError::TooFewRows);
    }
    let cells = Cells { names, rows };
    let label = label(&cells, width);
    let (pair, texts) = texts(&cells, width, label);
    if texts.is_empty() {
        let listed: Vec<String> = (0..width).map(|c| format!("`{}`", cells.title(c))).collect();
        return Err(ColumnsError::NoText(listed.join(", ")));
    }
    let class_names = label.map(|label| class_names(&cells, width, label)).unwrap_or_default();
    let named = (0..width).filter_map(|c| Some((names::label_rank(cells.name(c))?, c))).min();
    let no_label = named.filter(|_| label.is_none()).map(|(_, c)| (c, cells.instead_of_classes(c)));
    Ok(Columns { names: names.map(<[String]>::to_vec), width, pair, texts, label, no_label, class_names })
}

/// Whether the first line names the columns: a known name that is no value below it, or short words, none of them a number
/// or a value below it, over columns of another kind.
fn is_header(first: &[String], rest: &[Vec<String>]) -> bool {
    let values = |c: usize| rest.iter().filter_map(move |row| row.get(c)).map(|cell| cell.trim());
    let repeats = |c: usize, cell: &str| values(c).any(|value| value == cell);
    let cells = || first.iter().enumerate().map(|(c, cell)| (c, cell.trim())).filter(|(_, cell)| !cell.is_empty());
    if cells().any(|(c, cell)| names::is_known(cell) && !repeats(c, cell)) {
        return true;
    }
    let is_number = |cell: &str| cell.parse::<f64>().is_ok();
    let short = cells().all(|(c, cell)| cell.chars().count() <= 40 && !is_number(cell) && !repeats(c, cell));
    let longer = |c: usize, cell: &str| {
        let (count, total) = values(c).fold((0, 0), |(n, sum), value| (n + 1, sum + value.chars().count()));
        count > 0 && total >= 3 * count * cell.chars().count().max(7)
    };
    let of_another_kind = |c: usize, cell: &str| values(c).all(is_number) || longer(c, cell);
    short && !rest.is_empty() && cells().any(|(c, cell)| of_another_kind(c, cell))
}

impl<'h> Cells<'h> {
    fn name(&self, column: usize) -> &'h str {
        self.names.and_then(|names| names.get(column)).map_or("", |name| name.trim())
    }

    fn title(&self, column: usize) -> String {
        let name = self.name(column);
        if name.is_empty() { format!("column {}", column + 1) } else { name.to_owned() }
    }

    fn values(&self, column: usize) -> impl Iterator<Item = &'h str> {
        self.rows.iter().map(move |row| row.get(column).map_or("", |cell| cell.trim()))
    }

    fn filled(&self, column: usize) -> impl Iterator<Item = &'h str> {
        self.values(column).filter(|cell| !cell.is_empty())
    }

    fn distinct(&self, column: usize) -> BTreeSet<&'h str> {
        self.filled(column).collect()
    }

    /// The mean of a count over the cells that are filled.
    fn mean(&self, column: usize, count: fn(&str) -> usize) -> f64 {
        let (n, sum) = self.filled(column).fold((0, 0), |(n, sum), cell| (n + 1, sum + count(cell)));
        sum as f64 / f64::from(n.max(1))
    }

    /// Whether nine of ten cells are numbers.
    fn is_numeric(&self, column: usize) -> bool {
        let (n, numbers) = self
            .filled(column)
            .fold((0, 0), |(n, numbers), c| (n + 1, numbers + usize::from(c.parse::<f64>().is_ok())));
        10 * numbers >= 9 * n
    }

    /// Whether the cells are written after one pattern with many digits in it: dates, times, codes.
    fn is_formatted(&self, column: usize) -> bool {
        let shape = |cell: &str| -> String {
            let class = |c: char| match c {
                c if c.is_ascii_digit() => '0',
                c if c.is_alphabetic() => 'a',
                c => c,
            };
            cell.chars().map(class).collect()
        };
        let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
        let (mut total, mut digits, mut all) = (0, 0, 0);
        for cell in self.filled(column) {
            *shapes.entry(shape(cell)).or_default() += 1;
            total += 1;
            digits += cell.chars().filter(char::is_ascii_digit).count();
            all += cell.chars().filter(|c| !c.is_whitespace()).count();
        }
        let most = shapes.values().max().copied().unwrap_or(0);
        10 * most >= 8 * total && 4 * digits >= all
    }

    /// Whether the values can be classes: two or more, far fewer than rows, and no fractions.
    fn can_be_label(&self, column: usize) -> bool {
        let distinct = self.distinct(column);
        let few = self.rows.len() < 8 || 2 * distinct.len() <= self.rows.len();
        distinct.len() >= 2 && few && !distinct.iter().any(is_fraction)
    }

    /// What a column that cannot be a label holds.
    fn instead_of_classes(&self, column: usize) -> &'static str {
        match self.distinct(column) {
            distinct if distinct.iter().any(is_fraction) => "fractions; round them or put them into bins",
            distinct if distinct.len() < 2 => "one value at most; a task needs two classes",
            _ => "another value in most rows; a class needs many rows",
        }
    }
}

fn is_fraction(value: &&str) -> bool {
    value.parse::<f64>().is_ok_and(|n| n.fract() != 0.0)
}

fn label(cells: &Cells<'_>, width: usize) -> Option<usize> {
    let named = (0..width).filter_map(|c| Some((names::label_rank(cells.name(c))?, c)));
    if let Some((_, column)) = named.filter(|(_, c)| cells.can_be_label(*c)).min() {
        return Some(column);
    }
    let short = |c: usize| cells.mean(c, |cell| cell.chars().count()) <= 40.0;
    let by_values = (0..width).filter(|&c| {
        let name = cells.name(c);
        let other = names::is_other(name) || names::text_rank(name).is_some() || is_of_pair(cells, width, c);
        !other && cells.can_be_label(c) && cells.distinct(c).len() <= CLASSES && short(c)
    });
    by_values.min_by_key(|c| cells.distinct(*c).len())
}

fn is_of_pair(cells: &Cells<'_>, width: usize, column: usize) -> bool {
    let pair = |a: usize, b: usize| names::pair_rank(cells.name(a), cells.name(b)).is_some();
    (0..width).any(|other| pair(column, other) || pair(other, column))
}

/// The text columns, and whether they are a pair.
fn texts(cells: &Cells<'_>, width: usize, label: Option<usize>) -> (bool, Vec<usize>) {
    let holds_text = |c: &usize| Some(*c) != label && !cells.is_numeric(*c) && !cells.distinct(*c).is_empty();
    let columns: Vec<usize> = (0..width).filter(holds_text).collect();
    let both = columns.iter().flat_map(|a| columns.iter().map(move |b| (*a, *b)));
    let pairs = both.filter_map(|(a, b)| Some((names::pair_rank(cells.name(a), cells.name(b))?, a, b)));
    if let Some((_, first, second)) = pairs.min() {
        return (true, vec![first, second]);
    }
    let named = columns.iter().filter_map(|c| Some((names::text_rank(cells.name(*c))?, *c)));
    if let Some((_, main)) = named.min() {
        let is_title = |c: &&usize| **c != main && names::is_title(cells.name(**c), cells.name(main));
        let mut texts: Vec<usize> = columns.iter().find(is_title).copied().into_iter().chain([main]).collect();
        texts.sort_unstable();
        return (false, texts);
    }
    let words = |c: usize| cells.mean(c, |cell| cell.split_whitespace().count());
    let varied = |c: usize| cells.rows.len() < 8 || 5 * cells.distinct(c).len() >= cells.filled(c).count();
    let of_words = |c: &&usize| {
        !names::is_other(cells.name(**c)) && !cells.is_formatted(**c) && varied(**c) && cells.distinct(**c).len() > 1
    };
    let candidates: Vec<usize> = columns.iter().filter(of_words).copied().collect();
    let longest = candidates.iter().copied().max_by(|a, b| words(*a).total_cmp(&words(*b)).then(b.cmp(a)));
    let Some(longest) = longest else { return (false, Vec::new()) };
    let sentences: Vec<usize> = candidates.into_iter().filter(|c| words(*c) >= 2.0).collect();
    if let [first, second] = sentences.as_slice()
        && alike(cells, *first, *second)
    {
        return (true, sentences);
    }
    // Without names there is no telling a title from a text: joined, nothing is lost.
    if cells.names.is_none() && sentences.len() > 1 { (false, sentences) } else { (false, vec![longest]) }
}

/// Whether two columns are two texts of one kind: of similar length, and with words in common.
fn alike(cells: &Cells<'_>, first: usize, second: usize) -> bool {
    let length = |c: usize| cells.mean(c, |cell| cell.chars().count());
    let (a, b) = (length(first), length(second));
    let of_a_length = a.min(b) >= 0.4 * a.max(b);
    let words = |cell: &str| cell.split_whitespace().map(str::to_lowercase).collect::<HashSet<_>>();
    let shared: f64 = cells
        .values(first)
        .zip(cells.values(second))
        .map(|(a, b)| {
            let (a, b) = (words(a), words(b));
            a.intersection(&b).count() as f64 / a.union(&b).count().max(1) as f64
        })
        .sum();
    of_a_length && shared >= 0.1 * cells.rows.len() as f64
}

/// The names of the classes, where a column beside the label holds one for each of its values: `label_text`.
fn class_names(cells: &Cells<'_>, width: usize, label: usize) -> BTreeMap<String, String> {
    let name = names::plain(cells.name(label));
    let is_names = |c: &usize| {
        let suffixes = ["text", "name", "names", "str", "string"];
        *c != label && suffixes.iter().any(|suffix| names::plain(cells.name(*c)) == format!("{name}{suffix}"))
    };
    let Some(column) = (0..width).find(is_names).filter(|_| !name.is_empty()) else { return BTreeMap::new() };
    let pairs: BTreeSet<(&str, &str)> = cells.values(label).zip(cells.values(column)).collect();
    let values: BTreeSet<&str> = pairs.iter().map(|(value, _)| *value).collect();
    let named: BTreeSet<&str> = pairs.iter().map(|(_, name)| *name).collect();
    let one_to_one = values.len() == pairs.len() && named.len() == pairs.len() && !named.contains("");
    if !one_to_one {
        return BTreeMap::new();
    }
    pairs.into_iter().map(|(value, name)| (value.to_owned(), name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str) -> Columns {
        let rows = text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect();
        guess(&Head { format: None, separator: None, names: None, rows }).unwrap()
    }

    fn many(header: &str, row: impl Fn(usize) -> String) -> Columns {
        look(
            &std::iter::once(header.to_owned())
                .filter(|h| !h.is_empty())
                .chain((0..40).map(row))
                .collect::<Vec<_>>()
                .join("\n"),
        )
    }

    #[test]
    fn an_index_without_a_name_is_no_reason_to_miss_the_header() {
        let found = many("|text|label", |i| format!("{i}|the hotel number {i}|{}", ["neg", "pos"][i % 2]));
        assert_eq!((found.texts, found.label, found.names.unwrap()[1].as_str()), (vec![1], Some(2), "text"));
    }

    #[test]
    fn names_with_blanks_and_names_that_stand_twice_are_names() {
        let found = many("Review Text|x|x|Star Rating", |i| format!("the hotel number {i}|{i}|0|{}", i % 5));
        assert_eq!((found.names.is_some(), found.texts, found.label), (true, vec![0], Some(3)));
    }

    #[test]
    fn pairs_are_known_by_name_whatever_their_lengths() {
        let long = "a long premise that goes on for many words and then goes on";
        for (a, b) in
            [("premise", "hypothesis"), ("sentence1", "sentence2"), ("question", "sentence"), ("text_a", "text_b")]
        {
            let found = many(&format!("index|{a}|{b}|date|label"), |i| {
                format!("{i}|{long} {i}|short {i}|Mon Apr 06 22:19:{:02} PDT 2009|{}", i % 60, i % 2)
            });
            assert_eq!((found.pair, found.texts, found.label), (true, vec![1, 2], Some(4)), "{a}");
        }
    }

    #[test]
    fn the_label_is_the_column_of_that_name_whatever_its_number_of_classes() {
        let rows = (0..400).map(|i| format!("the hotel number {i} of the town|{}|intent {}", i % 3, i % 77));
        let text = std::iter::once("text|fold|category".to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
        assert_eq!(look(&text).label, Some(2));
    }

    #[test]
    fn dates_users_and_constants_are_no_texts() {
        let found = many("", |i| {
            let label = [0, 4][i % 2];
            format!("{label}|14678{i:03}|Mon Apr 06 22:{:02}:49 PDT 2009|NO_QUERY|user{i}|the {i} of my day", i % 60)
        });
        assert_eq!((found.names, found.pair, found.texts, found.label), (None, false, vec![5], Some(0)));
    }

    #[test]
    fn titles_and_texts_without_names_are_joined_and_pairs_of_a_kind_are_pairs() {
        let joined = many("", |i| {
            format!(
                "{}|{i} falls today|a much longer text about what fell today, the {i} of its kind, and why it did so",
                i % 4 + 1
            )
        });
        assert_eq!((joined.pair, joined.texts, joined.label), (false, vec![1, 2], Some(0)));
        let pair = many("", |i| format!("how can I travel to {i} by train|how can I go to {i} by bus|{}", i % 2));
        assert_eq!((pair.pair, pair.texts, pair.label), (true, vec![0, 1], Some(2)));
        let titled = many("title|description|label", |i| format!("news {i}|what is new about {i} today|{}", i % 3));
        assert_eq!((titled.pair, titled.texts), (false, vec![0, 1]));
    }

    #[test]
    fn a_column_of_class_names_names_them_and_is_no_text() {
        let found = many("text|label|label_text", |i| format!("the hotel {i}|{}|{}", i % 2, ["bad", "good"][i % 2]));
        assert_eq!(found.texts, [0]);
        assert_eq!(found.class_names, [("0", "bad"), ("1", "good")].map(|(a, b)| (a.to_owned(), b.to_owned())).into());
    }

    #[test]
    fn files_without_labels_have_none() {
        let found = many("index|sentence", |i| format!("{i}|a sentence without a label, the {i}"));
        assert_eq!((found.label, found.texts), (None, vec![1]));
    }
}
