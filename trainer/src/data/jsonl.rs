//! JSON objects: one a line, in an array, or over several lines.

use serde_json::{Map, Value};
use transfermap::study::Column;

use super::error::{DataError, shown};
use super::json_text::{Objects, mended};
use super::open::Lines;

/// Rows of a JSON file.
pub(super) struct Jsonl {
    objects: JsonObjects,
    text: Vec<String>,
    label: String,
}

/// One row: its line, the raw texts and the raw label.
pub(super) type Object = (usize, Vec<String>, String);

impl Jsonl {
    pub(super) fn new(lines: Lines, text: &[Column], label: &Column) -> Result<Self, DataError> {
        let key = |column: &Column| match column {
            Column::Name(name) => Ok(name.clone()),
            Column::Number(n) => Err(DataError::Format {
                path: lines.path().to_owned(),
                what: format!("column {n}, but a JSON file has keys"),
                remedy: "give the key in quotes",
            }),
        };
        let (text, label) = (text.iter().map(key).collect::<Result<_, _>>()?, key(label)?);
        Ok(Self { objects: JsonObjects::new(lines), text, label })
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Object>, DataError> {
        let Some(parsed) = self.objects.next()? else { return Ok(None) };
        let texts = self.text.iter().map(|key| self.text_of(&parsed, key)).collect::<Result<_, _>>()?;
        Ok(Some((parsed.line, texts, self.label_of(&parsed)?)))
    }

    fn text_of(&self, parsed: &Parsed, key: &str) -> Result<String, DataError> {
        let remedy = match self.value(parsed, key)? {
            Value::String(text) if parsed.halves && text.contains('\u{fffd}') => {
                let what = format!("key `{key}` holds half a character, a surrogate alone such as \\ud83d");
                let remedy = "cut texts between characters, or leave such rows out of the file";
                return Err(self.objects.lines.row_error(parsed.line, what, remedy));
            }
            Value::String(text) => return Ok(text.clone()),
            Value::Null => "a text is a string: leave rows without one out of the file",
            Value::Number(_) | Value::Bool(_) => "a text is a string: put it in quotes",
            Value::Array(_) | Value::Object(_) => "a text is a string; correct `text`",
        };
        self.wrong_kind(parsed, key, remedy)
    }

    fn label_of(&self, parsed: &Parsed) -> Result<String, DataError> {
        let remedy = match self.value(parsed, &self.label)? {
            Value::String(text) => return Ok(text.clone()),
            Value::Bool(flag) => return Ok(flag.to_string()),
            Value::Number(n) if n.as_f64().is_some_and(|n| n.fract() == 0.0) => return Ok(n.to_string()),
            Value::Number(_) => "a label is a class: a string, an integer or a bool; scores are another kind of task",
            Value::Null => "leave rows without a label out of the file",
            Value::Array(_) | Value::Object(_) => "a label is a string, an integer or a bool; correct `label`",
        };
        self.wrong_kind(parsed, &self.label, remedy)
    }

    fn value<'p>(&self, parsed: &'p Parsed, key: &str) -> Result<&'p Value, DataError> {
        parsed.object.get(key).ok_or_else(|| DataError::Column {
            path: self.objects.lines.path().to_owned(),
            line: parsed.line,
            column: format!("key `{key}`"),
            header: format!("keys: {}", parsed.object.keys().map(|k| shown(k)).collect::<Vec<_>>().join(", ")),
        })
    }

    fn wrong_kind(&self, parsed: &Parsed, key: &str, remedy: &str) -> Result<String, DataError> {
        let found = match parsed.object.get(key) {
            None | Some(Value::Null) => "null".to_owned(),
            Some(Value::Bool(flag)) => format!("the bool {flag}"),
            Some(Value::Number(n)) => format!("the number {n}"),
            Some(Value::Array(_)) => "a list".to_owned(),
            Some(_) => "an object".to_owned(),
        };
        Err(self.objects.lines.row_error(parsed.line, format!("key `{key}` holds {found}"), remedy))
    }
}

/// An object of a file.
pub(super) struct Parsed {
    /// The line on which it begins.
    pub(super) line: usize,
    pub(super) object: Map<String, Value>,
    /// Whether half surrogate pairs in it became U+FFFD.
    halves: bool,
}

/// The objects of a file, whatever their layout.
pub(super) struct JsonObjects {
    lines: Lines,
    /// Where they do not stand one a line; unknown until the first line is read.
    spread: Option<Option<Objects>>,
}

impl JsonObjects {
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines, spread: None }
    }

    /// The next object. Blank lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<Parsed>, DataError> {
        loop {
            if let Some(Some(objects)) = &mut self.spread {
                let Some((line, text)) = objects.next(&mut self.lines)? else { return Ok(None) };
                return self.parse(line, &text).map(Some);
            }
            let (number, line) = match self.lines.next()? {
                None => return Ok(None),
                Some((_, line)) if line.trim().is_empty() => continue,
                Some((number, line)) => (number, line.to_owned()),
            };
            if self.spread.is_none() {
                let whole = line.trim();
                let spread = whole.starts_with('[') || whole == "{";
                self.spread = Some(spread.then(|| Objects::from(number, &line)));
                if spread {
                    continue;
                }
            }
            return self.parse(number, &line).map(Some);
        }
    }

    fn parse(&self, line: usize, text: &str) -> Result<Parsed, DataError> {
        let error = match serde_json::from_str(text) {
            Ok(object) => return Ok(Parsed { line, object, halves: false }),
            Err(error) => error,
        };
        if let Some(mended) = mended(text)
            && let Ok(object) = serde_json::from_str(&mended.text)
        {
            return Ok(Parsed { line, object, halves: mended.halves });
        }
        Err(self.lines.row_error(
            line,
            format!("not a JSON object: {}", without_place(&error)),
            "give one object a line, such as {\"text\": \"...\", \"label\": 0}, or an array of objects",
        ))
    }
}

/// serde_json's message without its own line, which is always 1 here.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}
