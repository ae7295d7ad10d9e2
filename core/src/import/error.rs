//! Why other people's files cannot become a report: each complaint names the file, the line and the remedy.

use super::role::Role;

/// What is wrong with the files or with the options that explain them. Lines count from 1, the header included.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Bytes that are not UTF-8.
    #[error("{file}, line {line}: not UTF-8; save the file as UTF-8 (in Excel: CSV UTF-8)")]
    NotUtf8 {
        /// File name.
        file: String,
        /// Line of the first such byte.
        line: u64,
    },
    /// Nothing in it, or a header alone.
    #[error("{file}: no rows; give a CSV file with a header and at least one row")]
    Empty {
        /// File name.
        file: String,
    },
    /// A row with more or fewer fields than the header.
    #[error("{file}, line {line}: {fields} fields where the header has {columns}; quote fields that hold a comma")]
    Ragged {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// Fields of the row.
        fields: usize,
        /// Columns of the header.
        columns: usize,
    },
    /// Two columns of one name.
    #[error("{file}, line 1: two columns `{column}`; rename one")]
    RepeatedColumn {
        /// File name.
        file: String,
        /// The name.
        column: String,
    },
    /// A column that is needed and not there.
    #[error(
        "{file}: no column `{wanted}`, and the columns are {columns}; say which one it is with `--map {role}.{field}=COLUMN`"
    )]
    MissingColumn {
        /// File name.
        file: String,
        /// What the file is.
        role: Role,
        /// The field that needs it.
        field: String,
        /// The name that was looked for.
        wanted: String,
        /// The columns that are there.
        columns: String,
    },
    /// Text that has to be there and is not.
    #[error("{file}, line {line}: `{column}` is empty; fill it in or remove the row")]
    EmptyField {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// Column.
        column: String,
    },
    /// Text where a number is needed.
    #[error(
        "{file}, line {line}: `{column}` is `{value}`, which is not {what}; correct it, or leave it empty if it is missing"
    )]
    NotANumber {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// Column.
        column: String,
        /// Its text.
        value: String,
        /// What is needed.
        what: &'static str,
    },
    /// A decimal comma.
    #[error(
        "{file}, line {line}: `{column}` is `{value}`, with a decimal comma; write {point}, here and in all numbers"
    )]
    DecimalComma {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// Column.
        column: String,
        /// Its text.
        value: String,
        /// The number with a point.
        point: String,
    },
    /// Scores in fractions, where they are said to be in percent.
    #[error(
        "{file}: no score is above 1 (the highest is {highest}), so they seem to be fractions, and `--scale percent` holds for \
         all files; give all in one unit, or leave `--scale percent` out if all are fractions"
    )]
    Units {
        /// File name.
        file: String,
        /// The highest score, as it stands there.
        highest: f64,
    },
    /// A matrix, where rows of transfers are needed.
    #[error(
        "{file}: this looks like a matrix, sources in rows and targets in columns ({columns}); give --wide to read it so, or \
         make a row of every cell, with the columns source, target, score"
    )]
    Matrix {
        /// File name.
        file: String,
        /// Its columns.
        columns: String,
    },
    /// NaN or infinity.
    #[error(
        "{file}, line {line}: `{column}` is {value}; give a finite number, leave the field empty if it is missing, or, for the score of a run that diverged, count it as failed with --keep-out-of-range"
    )]
    NotFinite {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// Column or expression.
        column: String,
        /// The number.
        value: f64,
    },
    /// A score that its metric cannot have.
    #[error("{file}, line {line}: `{column}` is {value}, and {metric} runs from {low} to {high}; {remedy}")]
    OutOfRange {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// Column or expression.
        column: String,
        /// The number, after scaling.
        value: f64,
        /// The metric's name.
        metric: &'static str,
        /// Its smallest value.
        low: f64,
        /// Its largest value.
        high: f64,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Two rows about the same thing.
    #[error(
        "{file}, lines {first} and {second}: both are {what}; remove one, name the column that tells them apart with `--map`, or keep one kind with `--where`"
    )]
    Duplicate {
        /// File name.
        file: String,
        /// Line of the one that came first.
        first: u64,
        /// Line of the other.
        second: u64,
        /// What both are.
        what: String,
    },
    /// Two values for one baseline.
    #[error(
        "{file}, lines {first} and {second}: {what} is {first_value} in one and {second_value} in the other; correct one, or keep one kind of rows with `--where`"
    )]
    Contradiction {
        /// File name.
        file: String,
        /// Line of the one that came first.
        first: u64,
        /// Line of the other.
        second: u64,
        /// What has two values.
        what: String,
        /// The one.
        first_value: f64,
        /// The other.
        second_value: f64,
    },
    /// A transfer from a task to itself.
    #[error(
        "{file}, line {line}: source and target are both `{task}`; remove the row (a task alone belongs to `--baselines`)"
    )]
    SelfTransfer {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// The task.
        task: String,
    },
    /// A file that is about none of the transfers' tasks; the first of its other tasks.
    #[error(
        "{file}, line {line}: no row of the transfers has task `{task}` as source or target, and no other row of this file is about the transfers either; spell tasks as there"
    )]
    UnknownTask {
        /// File name.
        file: String,
        /// Line.
        line: u64,
        /// The task.
        task: String,
    },
    /// Baselines in a column and in a file.
    #[error("baselines are given twice: by `--map baseline=…` and by `--baselines`; give one of the two")]
    TwoBaselines,
    /// Two `--measures` files with a measure of one name.
    #[error("{file}: another file has a measure `{name}`; rename one of the files, or the measure in one")]
    RepeatedMeasure {
        /// File name.
        file: String,
        /// The measure.
        name: String,
    },
    /// `--lower-is-more-similar` of a measure that is not there.
    #[error("`--lower-is-more-similar {name}`: no such measure; the measures are {known}")]
    UnknownMeasure {
        /// The measure.
        name: String,
        /// The measures that are there.
        known: String,
    },
    /// An expression that cannot be read.
    #[error(
        "`--map {mapping}`: {reason}; give a column of {file} ({columns}) or arithmetic over its columns, such as `0.5*a+b`"
    )]
    Expression {
        /// The mapping.
        mapping: String,
        /// The file that it is for.
        file: String,
        /// What is wrong.
        reason: ExpressionError,
        /// The columns that are there.
        columns: String,
    },
    /// A `--map` without `=`, or with one side empty.
    #[error("`--map {mapping}`: give FIELD=COLUMN, for example `--map encoder=model`")]
    Mapping {
        /// The mapping.
        mapping: String,
    },
    /// A `--map` of a field that no file has.
    #[error("`--map {mapping}`: no field `{field}`; the fields are {known}")]
    UnknownField {
        /// The mapping.
        mapping: String,
        /// The field.
        field: String,
        /// The fields that are known.
        known: String,
    },
    /// Two `--map` of one field.
    #[error("`{field}` is mapped twice; remove one `--map`")]
    MappedTwice {
        /// The field, with its file where given.
        field: String,
    },
    /// A `--map` whose columns no file has.
    #[error("`--map {mapping}`: no file has such a column; {columns}")]
    UnusedMapping {
        /// The mapping.
        mapping: String,
        /// The columns of each file.
        columns: String,
    },
    /// A `--where` without `=`.
    #[error("`--where {filter}`: give COLUMN=VALUE or COLUMN!=VALUE, for example `--where model=t5l`")]
    Filter {
        /// The filter.
        filter: String,
    },
    /// A `--where` of a column that no file has.
    #[error("`--where {column}=…`: no file has a column `{column}`; {columns}")]
    FilterColumn {
        /// The column.
        column: String,
        /// The columns of each file.
        columns: String,
    },
    /// No row is left.
    #[error("{file}: no row is left after `--where`; {there}")]
    FilteredToNothing {
        /// File name.
        file: String,
        /// What values there are.
        there: String,
    },
    /// Every row lacks its score.
    #[error("{file}: no row has a score; fill in the score column, or name it with `--map transfers.score=COLUMN`")]
    NoScores {
        /// File name.
        file: String,
    },
}

/// Why a text is no expression over a file's columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// `)` without `(`, or the reverse.
    #[error("parentheses do not match")]
    Parentheses,
    /// `}` without `{`, or the reverse.
    #[error("braces do not match")]
    Braces,
    /// Otherwise no arithmetic, in the parser's words.
    #[error("{0}")]
    Syntax(String),
    /// A name that no column has.
    #[error("no column `{0}`")]
    NoColumn(String),
    /// Numbers alone.
    #[error("it names no column")]
    Constant,
}
