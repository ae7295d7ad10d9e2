//! JSON objects, one a line.

use serde_json::{Map, Value};
use transfermap::study::Column;

use super::error::{DataError, shown};
use super::open::Lines;

/// Rows of a JSONL file.
pub(super) struct Jsonl {
    lines: Lines,
    text: Vec<String>,
    label: String,
}

/// One object: its line, the raw texts and the raw label.
pub(super) type Object = (usize, Vec<String>, String);

impl Jsonl {
    pub(super) fn new(lines: Lines, text: &[Column], label: &Column) -> Result<Self, DataError> {
        let key = |column: &Column| match column {
            Column::Name(name) => Ok(name.clone()),
            Column::Number(n) => Err(DataError::Format {
                path: lines.path().to_owned(),
                what: format!("column {n}, but a JSONL file has keys"),
                remedy: "give the key in quotes",
            }),
        };
        let (text, label) = (text.iter().map(key).collect::<Result<_, _>>()?, key(label)?);
        Ok(Self { lines, text, label })
    }

    /// The next object. Blank lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<Object>, DataError> {
        let (number, parsed) = loop {
            match self.lines.next()? {
                None => return Ok(None),
                Some((_, line)) if line.trim().is_empty() => {}
                Some((number, line)) => break (number, serde_json::from_str::<Map<String, Value>>(line)),
            }
        };
        let object = parsed.map_err(|e| {
            self.lines.row_error(
                number,
                format!("not a JSON object: {}", without_place(&e)),
                "give one object a line, such as {\"text\": \"...\", \"label\": 0}",
            )
        })?;
        let texts = self.text.iter().map(|key| self.cell(number, &object, key, false)).collect::<Result<_, _>>()?;
        Ok(Some((number, texts, self.cell(number, &object, &self.label, true)?)))
    }

    fn cell(&self, line: usize, object: &Map<String, Value>, key: &str, label: bool) -> Result<String, DataError> {
        match object.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Bool(flag)) if label => Ok(flag.to_string()),
            Some(Value::Number(n)) if label && (n.is_i64() || n.is_u64()) => Ok(n.to_string()),
            Some(other) => {
                let (wanted, role) =
                    if label { ("a string, an integer or a bool", "label") } else { ("a string", "text") };
                let found = match other {
                    Value::Null => "null",
                    Value::Bool(_) => "a bool",
                    Value::Number(_) => "a number",
                    Value::Array(_) => "a list",
                    _ => "an object",
                };
                Err(self.lines.row_error(line, format!("key `{key}` holds {found}"), &format!("a {role} is {wanted}")))
            }
            None => Err(DataError::Column {
                path: self.lines.path().to_owned(),
                line,
                column: format!("key `{key}`"),
                header: format!("keys: {}", object.keys().map(|k| shown(k)).collect::<Vec<_>>().join(", ")),
            }),
        }
    }
}

/// serde_json's message without its own line, which is always 1 here.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}
