//! JSON as other programs write it: objects in an array or over several lines, NaN, and half surrogate pairs.

use super::error::DataError;
use super::open::{LONGEST, Lines};

/// Cuts a file into its objects, whether they stand in an array or one after the other.
#[derive(Default)]
pub(super) struct Objects {
    line: Vec<u8>,
    number: usize,
    at: usize,
}

impl Objects {
    /// Begins within a file, at a line that was read.
    pub(super) fn from(number: usize, line: &str) -> Self {
        Self { line: line.as_bytes().to_vec(), number, at: 0 }
    }

    /// The text of the next object and the line on which it begins.
    pub(super) fn next(&mut self, lines: &mut Lines) -> Result<Option<(usize, String)>, DataError> {
        let (mut object, mut start) = (Vec::new(), 0);
        let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
        loop {
            let Some(&byte) = self.line.get(self.at) else {
                let Some((number, line)) = lines.next()? else { break };
                (self.number, self.at) = (number, 0);
                self.line.clear();
                self.line.extend_from_slice(line.as_bytes());
                continue;
            };
            self.at += 1;
            if depth == 0 {
                match byte {
                    b'{' => (depth, start) = (1, self.number),
                    b'[' | b']' | b',' => continue,
                    _ if byte.is_ascii_whitespace() => continue,
                    _ => return Err(no_object(lines, self.number)),
                }
                object.push(byte);
                continue;
            }
            object.push(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' if inside => escaped = true,
                b'"' => inside = !inside,
                b'{' | b'[' if !inside => depth += 1,
                b'}' | b']' if !inside => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(Some((start, String::from_utf8_lossy(&object).into_owned())));
            }
            if object.len() > LONGEST {
                break;
            }
        }
        if depth == 0 { Ok(None) } else { Err(open_object(lines, start)) }
    }
}

fn no_object(lines: &Lines, line: usize) -> DataError {
    let remedy = "give an array of objects, or one object a line, such as {\"text\": \"...\", \"label\": 0}";
    lines.row_error(line, "neither an object nor an array of objects".into(), remedy)
}

fn open_object(lines: &Lines, line: usize) -> DataError {
    lines.row_error(line, "an object opens here and never closes".into(), "the file is cut short: copy it again")
}

/// JSON made of a text that is almost JSON.
#[derive(Debug, PartialEq)]
pub(super) struct Mended {
    pub(super) text: String,
    /// Whether halves of surrogate pairs became U+FFFD.
    pub(super) halves: bool,
}

/// A text of Python's json.dumps as JSON: NaN and infinities as null, and halves of surrogate pairs, which are no
/// characters, as U+FFFD. Nothing where there is none of them.
pub(super) fn mended(text: &str) -> Option<Mended> {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    let (mut inside, mut numbers, mut halves) = (false, false, false);
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if inside && c == '\\' {
            match (unit(rest), rest.get(6..).and_then(unit)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => taken = 12,
                (Some(0xd800..=0xdfff), _) => {
                    (halves, taken) = (true, 6);
                    out.push_str("\\ufffd");
                    rest = rest.get(taken..)?;
                    continue;
                }
                (Some(_), _) => taken = 6,
                (None, _) => taken += rest.chars().nth(1).map_or(0, char::len_utf8),
            }
        } else if c == '"' {
            inside = !inside;
        } else if let Some(word) = ["-Infinity", "Infinity", "NaN"].iter().find(|w| !inside && rest.starts_with(**w)) {
            numbers = true;
            out.push_str("null");
            rest = rest.get(word.len()..)?;
            continue;
        }
        out.push_str(rest.get(..taken)?);
        rest = rest.get(taken..)?;
    }
    (numbers || halves).then_some(Mended { text: out, halves })
}

/// The UTF-16 unit of an escape at the begin of a text: `\ud83d`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_becomes_null_outside_of_texts_only() {
        let of = |text: &str| mended(text).map(|m| (m.text, m.halves));
        assert_eq!(
            of(r#"{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \" Infinity"}"#),
            Some((r#"{"a": null, "b": [null, null], "c": "NaN \" Infinity"}"#.into(), false))
        );
        assert_eq!(of(r#"{"a": "NaN"}"#), None);
    }

    #[test]
    fn halves_of_pairs_are_told_from_pairs() {
        let of = |text: &str| mended(text).map(|m| (m.text, m.halves));
        assert_eq!(of(r#""\ud83d\ude00 \u00e9 \\ud83d""#), None);
        assert_eq!(of(r#""a \ud83d b""#), Some((r#""a \ufffd b""#.into(), true)));
        assert_eq!(of(r#""\ude00\ud83d\ude00""#), Some((r#""\ufffd\ud83d\ude00""#.into(), true)));
        assert_eq!(of(r#""\ud83d"#), Some((r#""\ufffd"#.into(), true)));
        assert_eq!(of(r#""é\"#), None);
    }

    #[test]
    fn objects_are_cut_out_of_arrays_and_of_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let mut lines = Lines::open(&path).unwrap();
            let mut objects = Objects::default();
            let mut out = Vec::new();
            loop {
                match objects.next(&mut lines) {
                    Ok(Some((line, text))) => out.push((line, text.split_whitespace().collect::<String>())),
                    Ok(None) => return Ok(out),
                    Err(e) => return Err(e.to_string()),
                }
            }
        };
        let expected = Ok(vec![(2, "{\"a\":\"}]\\\"\"}".to_owned()), (5, "{\"b\":[{}]}".to_owned())]);
        assert_eq!(read("[\n {\"a\":\n \"}]\\\"\"\n },\n {\"b\": [{}]}\n]\n"), expected);
        assert_eq!(read("[{\"a\":1},{\"a\":2}]").unwrap().len(), 2);
        assert!(read("[1, 2]").unwrap_err().contains("line 1: neither an object nor an array of objects"));
        assert!(read("[\n{\"a\": 1\n").unwrap_err().contains("line 2: an object opens here and never closes"));
    }
}
