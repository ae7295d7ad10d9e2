//! Rows of a Parquet file: the text columns and the label by name, one row in memory at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;
use transfermap::study::{Column, LabelSet};

use super::class_numbers::{ClassNumbers, REMEDY};
use super::error::{DataError, shown};
use super::features::Features;
use super::open::open_file;

const DAMAGED: &str = "it is damaged, cut short or no Parquet file: copy it again; `transfermap fetch` checks and mends \
                       files of the hub";

/// Reads one file.
pub(super) struct Parquet {
    rows: RowIter<'static>,
    path: PathBuf,
    /// Place of each wanted text column, and of the label, in a row.
    text: Vec<usize>,
    label: usize,
    label_name: String,
    numbers: ClassNumbers,
    row: usize,
}

impl Parquet {
    /// Opens `path`. `classes` are names of the label's classes that are known from elsewhere; the file's own metadata is
    /// asked where they are empty.
    pub(super) fn open(
        path: &Path,
        text: &[Column],
        label: &Column,
        classes: &[String],
        labels: &LabelSet,
    ) -> Result<Self, DataError> {
        let reader = reader(path)?;
        let name = |column: &Column| match column {
            Column::Name(name) => Ok(name.clone()),
            Column::Number(n) => Err(DataError::Format {
                path: path.to_owned(),
                what: format!("column {n}, but the columns of a Parquet file have names"),
                remedy: "give the name in quotes",
            }),
        };
        let texts: Vec<String> = text.iter().map(name).collect::<Result<_, _>>()?;
        let label_name = name(label)?;
        let mut wanted: Vec<Arc<Type>> = Vec::new();
        let mut place = |column: &str, role: Role| -> Result<usize, DataError> {
            let field = field(&reader, path, column)?;
            check_type(path, &field, role)?;
            Ok(wanted.iter().position(|f| f.name() == column).unwrap_or_else(|| {
                wanted.push(field);
                wanted.len() - 1
            }))
        };
        let text = texts.iter().map(|t| place(t, Role::Text)).collect::<Result<_, _>>()?;
        let label = place(&label_name, Role::Label)?;
        let own = features_of(&reader);
        let classes = if classes.is_empty() { own.classes(&label_name) } else { classes };
        let numbers = ClassNumbers::new(classes, labels).map_err(|e| DataError::Format {
            path: path.to_owned(),
            what: e.to_string(),
            remedy: REMEDY,
        })?;
        let root = reader.metadata().file_metadata().schema().name().to_owned();
        let rows = whole(path, 0, || {
            let projection = Type::group_type_builder(&root).with_fields(wanted).build()?;
            RowIter::from_file_into(Box::new(reader)).project(Some(projection))
        })?;
        Ok(Self { rows, path: path.to_owned(), text, label, label_name, numbers, row: 0 })
    }

    /// The next row, its raw texts and its raw label.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Vec<String>, String)>, DataError> {
        self.row += 1;
        let rows = &mut self.rows;
        let Some(row) = whole(&self.path, self.row, || rows.next().transpose())? else { return Ok(None) };
        let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        let texts = self
            .text
            .iter()
            .map(|at| match fields.get(*at) {
                Some(Field::Str(text)) => Ok(text.clone()),
                other => Err(self.cell_error("a text", other.copied(), "leave such rows out of the file")),
            })
            .collect::<Result<_, _>>()?;
        let label = match fields.get(self.label).copied() {
            Some(Field::Str(text)) => self.numbers.raw_of_text(text.clone()),
            Some(Field::Bool(flag)) => flag.to_string(),
            Some(Field::Byte(n)) => self.numbers.raw(i64::from(*n)),
            Some(Field::Short(n)) => self.numbers.raw(i64::from(*n)),
            Some(Field::Int(n)) => self.numbers.raw(i64::from(*n)),
            Some(Field::Long(n)) => self.numbers.raw(*n),
            Some(Field::UByte(n)) => self.numbers.raw(i64::from(*n)),
            Some(Field::UShort(n)) => self.numbers.raw(i64::from(*n)),
            Some(Field::UInt(n)) => self.numbers.raw(i64::from(*n)),
            Some(Field::ULong(n)) => i64::try_from(*n).map_or_else(|_| n.to_string(), |n| self.numbers.raw(n)),
            Some(Field::Float(n)) if n.fract() == 0.0 => self.numbers.raw(*n as i64),
            Some(Field::Double(n)) if n.fract() == 0.0 => self.numbers.raw(*n as i64),
            Some(Field::Float(_) | Field::Double(_)) => return Err(self.fraction()),
            other => {
                let what = format!("label `{}`", self.label_name);
                return Err(self.cell_error(&what, other, "leave rows without a label out of the file"));
            }
        };
        Ok(Some((self.row, texts, label)))
    }

    fn fraction(&self) -> DataError {
        DataError::Row {
            path: self.path.clone(),
            line: self.row,
            what: format!("label column `{}` holds a fraction", self.label_name),
            remedy: "a label is a class: scores such as those of STS-B are another kind of task".into(),
        }
    }

    fn cell_error(&self, role: &str, found: Option<&Field>, remedy: &str) -> DataError {
        let found = match found {
            Some(Field::Null) | None => "no value",
            Some(_) => "a value of another kind",
        };
        let what = format!("{role} column holds {found}");
        DataError::Row { path: self.path.clone(), line: self.row, what, remedy: remedy.into() }
    }
}

/// The class names that a Parquet file's metadata gives its columns.
///
/// # Errors
/// A file that cannot be read, or is no Parquet file.
pub fn features(path: &Path) -> Result<Features, DataError> {
    reader(path).map(|r| features_of(&r))
}

fn reader(path: &Path) -> Result<SerializedFileReader<File>, DataError> {
    let file = open_file(path)?.into_inner();
    let reader = whole(path, 0, || SerializedFileReader::new(file))?;
    let columns = reader.metadata().row_groups().iter().flat_map(|group| group.columns());
    // The one that the library does not read.
    if columns.map(|column| column.compression()).any(|codec| codec == Compression::LZO) {
        return Err(DataError::Format {
            path: path.to_owned(),
            what: "is compressed with LZO, which is not read".into(),
            remedy: "write it anew, for example with pandas.read_parquet(f).to_parquet(g, compression=\"zstd\")",
        });
    }
    Ok(reader)
}

/// The first `limit` rows of all columns as text, for a look at them; empty where a cell holds no single value.
pub(super) fn head(path: &Path, limit: usize) -> Result<(Vec<String>, Vec<Vec<String>>), DataError> {
    let reader = reader(path)?;
    let names = reader.metadata().file_metadata().schema().get_fields().iter().map(|f| f.name().to_owned()).collect();
    let mut rows = whole(path, 0, || Ok(RowIter::from_file_into(Box::new(reader))))?;
    let mut out = Vec::new();
    while out.len() < limit {
        let Some(row) = whole(path, out.len() + 1, || rows.next().transpose())? else { break };
        let cell = |field: &Field| match field {
            Field::Str(text) => text.clone(),
            Field::Null | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => String::new(),
            other => other.to_string(),
        };
        out.push(row.get_column_iter().map(|(_, field)| cell(field)).collect());
    }
    Ok((names, out))
}

fn features_of(reader: &SerializedFileReader<File>) -> Features {
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let value = metadata.into_iter().flatten().find(|pair| pair.key == "huggingface").and_then(|p| p.value.as_deref());
    value.map(Features::from_metadata).unwrap_or_default()
}

fn field(reader: &SerializedFileReader<File>, path: &Path, column: &str) -> Result<Arc<Type>, DataError> {
    let fields = reader.metadata().file_metadata().schema().get_fields();
    fields.iter().find(|f| f.name() == column).cloned().ok_or_else(|| DataError::Column {
        path: path.to_owned(),
        line: 0,
        column: format!("column `{column}`"),
        header: format!("it has: {}", fields.iter().map(|f| shown(f.name())).collect::<Vec<_>>().join(", ")),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Text,
    Label,
}

/// A text is a string; a label is a class number, a string or a bool.
fn check_type(path: &Path, field: &Type, role: Role) -> Result<(), DataError> {
    let complaint = |found: &str, remedy| {
        let what = format!("column `{}` holds {found}", field.name());
        Err(DataError::Format { path: path.to_owned(), what, remedy })
    };
    let text_remedy = "a text column holds strings; correct `text`";
    if field.is_group() {
        return complaint("lists or records", "name a column of single values");
    }
    let info = field.get_basic_info();
    let is_string = matches!(info.converted_type(), ConvertedType::UTF8 | ConvertedType::JSON | ConvertedType::ENUM)
        || matches!(info.logical_type_ref(), Some(LogicalType::String | LogicalType::Json | LogicalType::Enum));
    match (field.get_physical_type(), role) {
        (PhysicalType::BYTE_ARRAY, _) if is_string => Ok(()),
        (PhysicalType::INT32 | PhysicalType::INT64 | PhysicalType::BOOLEAN, Role::Label) => Ok(()),
        // Whole numbers may be written so, as pandas does beside an empty cell; fractions are refused in their row.
        (PhysicalType::FLOAT | PhysicalType::DOUBLE, Role::Label) => Ok(()),
        (PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY, Role::Text) => {
            complaint("bytes that are not marked as text", text_remedy)
        }
        (_, Role::Text) => complaint("numbers", text_remedy),
        _ => complaint("bytes that are no class", "a label is an integer, a string or a bool; correct `label`"),
    }
}

/// What the library reads, or that the file is damaged: of some damage the library tells by a panic.
fn whole<T>(path: &Path, row: usize, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, DataError> {
    // What is left half done is never looked at again: `Rows` ends at the first error.
    let what = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => return Ok(read),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "its pages do not fit its header".into(),
    };
    Err(DataError::Row { path: path.to_owned(), line: row, what, remedy: DAMAGED.into() })
}
