//! A study as the TOML file that asks for it: what a report shows of how it came about.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::Study;

impl Study {
    /// The study file; reading it gives this study again.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        if let Ok(Value::Object(study)) = serde_json::to_value(self) {
            table(&study, "", &mut out);
        }
        out
    }
}

/// The keys of a table, then its tables: in TOML what follows a head belongs to it.
fn table(entries: &Map<String, Value>, path: &str, out: &mut String) {
    for (key, value) in entries {
        if !is_table(value) && !is_tables(value) && !value.is_null() {
            let _ = writeln!(out, "{} = {}", name(key), inline(value));
        }
    }
    for (key, value) in entries {
        let path = if path.is_empty() { name(key) } else { format!("{path}.{}", name(key)) };
        match value {
            Value::Object(inner) if is_table(value) => {
                if !inner.is_empty() {
                    let _ = writeln!(out, "\n[{path}]");
                    table(inner, &path, out);
                }
            }
            Value::Array(all) if is_tables(value) => {
                for one in all.iter().filter_map(Value::as_object) {
                    let _ = writeln!(out, "\n[[{path}]]");
                    table(one, &path, out);
                }
            }
            _ => {}
        }
    }
}

/// Small tables, such as the source of a split, stand in one line.
fn is_table(value: &Value) -> bool {
    value.as_object().is_some_and(|o| o.is_empty() || o.len() > 4 || o.values().any(Value::is_object))
}

fn is_tables(value: &Value) -> bool {
    value.as_array().is_some_and(|a| !a.is_empty() && a.iter().all(Value::is_object))
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Array(all) => format!("[{}]", all.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries = entries.iter().filter(|(_, v)| !v.is_null());
            let all: Vec<String> = entries.map(|(key, value)| format!("{} = {}", name(key), inline(value))).collect();
            format!("{{ {} }}", all.join(", "))
        }
        other => other.to_string(),
    }
}

/// A key, quoted where TOML asks for it.
fn name(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { string(key) }
}

/// A basic string; JSON's escapes are TOML's, but for the delete character.
fn string(text: &str) -> String {
    Value::String(text.to_owned()).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_the_same_study() {
        for file in ["five-tasks.toml", "notebook.toml", "real-small.toml"] {
            let path = format!("{}/../studies/{file}", env!("CARGO_MANIFEST_DIR"));
            let study = Study::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap();
            let written = study.to_toml();
            let again = Study::from_toml(&written).unwrap_or_else(|e| panic!("{file}: {e}\n{written}"));
            assert_eq!(again, study, "{file}\n{written}");
        }
    }

    #[test]
    fn hostile_names_stay_strings() {
        let name = "a\"]\n[recipe]\u{7f} = \\ '";
        assert_eq!(string(name), "\"a\\\"]\\n[recipe]\\u007f = \\\\ '\"");
    }
}
