//! A study as the TOML file that asks for it: what a report shows of how it came about.

use std::fmt::Write;

use toml::{Table, Value};
use toml_writer::TomlWrite;

use super::Study;

/// A value that TOML does not have.
#[derive(Debug, thiserror::Error)]
#[error("the study cannot be written as TOML: {0}")]
pub struct NotToml(#[from] toml::ser::Error);

impl Study {
    /// The study file; reading it gives this study again, the order of its tasks and labels included.
    ///
    /// # Errors
    /// A number or a value that TOML does not have, such as `null` in an encoder's configuration.
    pub fn to_toml(&self) -> Result<String, NotToml> {
        let mut out = String::new();
        // Writing into a string cannot fail.
        let _ = table(&mut out, "", "", &Table::try_from(self)?);
        Ok(out)
    }
}

/// Writes what stands in a table, then the tables in it, under `[name]` or `[[name]]`. Through the tree of values and not
/// through `toml::to_string`, whose five serializers would each be compiled for every type of a study: 12 KB of a page.
fn table(out: &mut String, name: &str, header: &str, table: &Table) -> std::fmt::Result {
    let (inner, own): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| !tables_in(value).is_empty());
    // A table that holds nothing but tables needs no header.
    let bare = own.is_empty() && !inner.is_empty() && !header.starts_with("[[");
    if !header.is_empty() && !bare {
        if !out.is_empty() {
            out.newline()?;
        }
        writeln!(out, "{header}")?;
    }
    for (key, value) in own {
        out.key(key.as_str())?;
        out.write_str(" = ")?;
        inline(out, value)?;
        out.newline()?;
    }
    for (key, value) in inner {
        let mut path = name.to_owned();
        if !path.is_empty() {
            path.key_sep()?;
        }
        path.key(key.as_str())?;
        let header = if value.is_array() { format!("[[{path}]]") } else { format!("[{path}]") };
        for inner in tables_in(value) {
            self::table(out, &path, &header, inner)?;
        }
    }
    Ok(())
}

/// The table that a value is, or the tables of a list of nothing else.
fn tables_in(value: &Value) -> Vec<&Table> {
    match value {
        Value::Table(table) => vec![table],
        Value::Array(values) => values.iter().map(Value::as_table).collect::<Option<_>>().unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn inline(out: &mut String, value: &Value) -> std::fmt::Result {
    match value {
        Value::String(text) => out.value(text.as_str()),
        Value::Integer(number) => out.value(*number),
        Value::Float(number) => out.value(*number),
        Value::Boolean(truth) => out.value(*truth),
        Value::Datetime(time) => write!(out, "{time}"),
        Value::Array(values) => {
            out.open_array()?;
            for (i, value) in values.iter().enumerate() {
                out.write_str(if i == 0 { "" } else { ", " })?;
                inline(out, value)?;
            }
            out.close_array()
        }
        Value::Table(table) => {
            out.open_inline_table()?;
            for (i, (key, value)) in table.iter().enumerate() {
                out.write_str(if i == 0 { " " } else { ", " })?;
                out.key(key.as_str())?;
                out.write_str(" = ")?;
                inline(out, value)?;
            }
            out.write_str(if table.is_empty() { "" } else { " " })?;
            out.close_inline_table()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(study: &Study) -> String {
        study.to_toml().unwrap()
    }

    #[test]
    fn what_is_written_reads_as_the_same_study() {
        for file in ["five-tasks.toml", "hub-five-tasks.toml", "notebook.toml", "real-small.toml"] {
            let path = format!("{}/../studies/{file}", env!("CARGO_MANIFEST_DIR"));
            survives(file, &Study::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap());
        }
    }

    #[track_caller]
    fn survives(name: &str, study: &Study) {
        let again = Study::from_toml(&written(study)).unwrap_or_else(|e| panic!("{name}: {e}"));
        // As JSON, because equality of maps does not look at their order, and that of labels is the class index.
        let json = |study: &Study| serde_json::to_string(study).unwrap();
        assert_eq!(json(&again), json(study), "{name}");
    }

    #[test]
    fn what_is_of_the_hub_survives_before_and_after_it_is_found() {
        let text = "version = 1\nname = \"s\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\npath = \"org/model\"\nrevision = \"v2\"\n\
                    [[task]]\nname = \"t\"\ntext = [\"x\"]\nlabel = \"y\"\nmerge = { a = \"c\", b = \"c\" }\n\
                    train = { dataset = \"org/data\", config = \"all\", split = \"train\", revision = \"main\", limit = 9 }\n\
                    test = { dataset = \"org/data\", config = \"all\", split = \"test\" }\n\
                    validation = { dataset = \"org/data\", split = \"dev\" }\n\
                    [[task]]\nname = \"u\"\nready = \"glue/rte\"\ntrain = { revision = \"v1\" }\n\
                    [[task]]\nname = \"p\"\ntext = [\"x\"]\ntrain = { file = \"rows\", format = \"parquet\" }\n\
                    test = { file = \"rows.parquet\" }\n";
        let mut study = Study::from_toml(text).unwrap();
        assert!(study.task[0].labels.is_empty(), "they are left to the features");
        survives("as it is written", &study);
        let plain = written(&study);
        study.encoder[0].folder = Some("/here".into());
        study.task[0].train.located =
            Some(crate::study::Located { files: vec!["/here/a".into()], classes: Vec::new() });
        assert_eq!(written(&study), plain, "a place on this machine is written");
        study.encoder[0].revision = Some("0".repeat(40));
        study.task[0].train.revision = Some("1".repeat(40));
        study.task[0].labels = crate::study::Labels::Names(["a", "b", "d"].map(str::to_owned).to_vec());
        survives("once it is found", &study);
        assert!(written(&study).contains(&"1".repeat(40)));
    }

    #[test]
    fn written_as_the_toml_crate_writes_it() {
        for file in ["five-tasks.toml", "notebook.toml", "real-small.toml", "real-pretrained.toml", "demo.toml"] {
            let path = format!("{}/../studies/{file}", env!("CARGO_MANIFEST_DIR"));
            let mut study = Study::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap();
            study.name = "'\u{7f}\"\n".to_owned();
            let config =
                serde_json::json!({"a": [1, {"b c": -0.5}], "d": {"e": {"f": [], "g": {}, "h": [{}, {"i": true}]}}});
            study.encoder[0].config = serde_json::from_value(config).unwrap();
            assert_eq!(written(&study), toml::to_string(&study).unwrap(), "{file}");
        }
    }

    #[test]
    fn the_order_of_labels_is_kept() {
        let text = "version = 1\nname = \"s\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\npath = \"p\"\n[[task]]\nname = \"t\"\nkind = \"single\"\ntext = [\"x\"]\nlabel = \"y\"\nlabels = { \"2\" = \"b\", \"1\" = \"a\" }\ntrain = { file = \"a.csv\" }\ntest = { file = \"b.csv\" }\n";
        let study = Study::from_toml(text).unwrap();
        let text = written(&study);
        assert!(text.find("2 = \"b\"").unwrap() < text.find("1 = \"a\"").unwrap(), "{text}");
    }

    #[test]
    fn hostile_names_stay_strings() {
        let mut study = Study::from_toml(
            &std::fs::read_to_string(format!("{}/../studies/real-small.toml", env!("CARGO_MANIFEST_DIR"))).unwrap(),
        )
        .unwrap();
        study.name = "a\"]\n[recipe]\u{7f} = \\ '".into();
        assert_eq!(Study::from_toml(&written(&study)).unwrap().name, study.name);
    }

    #[test]
    fn a_value_that_toml_does_not_have_is_an_error() {
        let mut study = Study::from_toml(
            "version = 1\nname = \"s\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\npath = \"p\"\n[[task]]\nname = \"t\"\nkind = \"single\"\ntext = [\"x\"]\nlabel = \"y\"\nlabels = [\"a\", \"b\"]\ntrain = { file = \"a.csv\" }\ntest = { file = \"b.csv\" }\n",
        )
        .unwrap();
        study.encoder[0].config = Some([("a".to_owned(), serde_json::Value::Null)].into_iter().collect());
        assert!(study.to_toml().unwrap_err().to_string().starts_with("the study cannot be written as TOML"));
    }
}
