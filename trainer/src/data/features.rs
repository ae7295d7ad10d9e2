//! Class names of a data set's columns, as HuggingFace writes them: in a Parquet file's metadata, or on a page.

use indexmap::IndexMap;
use serde::Deserialize;

/// Names of the classes of each column that has classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    classes: IndexMap<String, Vec<String>>,
}

/// `{"info": {"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}}}`
#[derive(Deserialize)]
struct Metadata {
    info: Info,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    features: IndexMap<String, serde_json::Value>,
}

impl Features {
    /// From the value of the key `huggingface` in a Parquet file; nothing where it says nothing.
    pub fn from_metadata(json: &str) -> Self {
        let Ok(metadata) = serde_json::from_str::<Metadata>(json) else { return Self::default() };
        let names = |feature: &serde_json::Value| -> Option<Vec<String>> {
            if feature.get("_type")?.as_str()? != "ClassLabel" {
                return None;
            }
            feature.get("names")?.as_array()?.iter().map(|n| Some(n.as_str()?.to_owned())).collect()
        };
        let classes = metadata.info.features.iter().filter_map(|(c, f)| Some((c.clone(), names(f)?))).collect();
        Self { classes }
    }

    /// From `features` of a page's `dataset_info`: a list of columns with `name` and `dtype`.
    pub fn from_card(features: &serde_yaml_ng::Value) -> Self {
        let mut classes = IndexMap::new();
        for column in features.as_sequence().into_iter().flatten() {
            let name = column.get("name").and_then(serde_yaml_ng::Value::as_str);
            let names = column.get("dtype").and_then(|d| d.get("class_label")).and_then(|c| c.get("names"));
            if let (Some(name), Some(names)) = (name, names.and_then(listed)) {
                classes.insert(name.to_owned(), names);
            }
        }
        Self { classes }
    }

    /// The class names of a column in order of class number; none where it has none.
    pub fn classes(&self, column: &str) -> &[String] {
        self.classes.get(column).map_or(&[], Vec::as_slice)
    }
}

/// A list of names, or a table from number to name.
fn listed(names: &serde_yaml_ng::Value) -> Option<Vec<String>> {
    let text = |value: &serde_yaml_ng::Value| match value {
        serde_yaml_ng::Value::String(text) => Some(text.clone()),
        serde_yaml_ng::Value::Number(n) => Some(n.to_string()),
        serde_yaml_ng::Value::Bool(b) => Some(b.to_string()),
        _ => None,
    };
    if let Some(list) = names.as_sequence() {
        return list.iter().map(text).collect();
    }
    let mut numbered: Vec<(usize, String)> = names
        .as_mapping()?
        .iter()
        .map(|(number, name)| Some((text(number)?.parse().ok()?, text(name)?)))
        .collect::<Option<_>>()?;
    numbered.sort_unstable();
    let gapless = numbered.iter().enumerate().all(|(i, (number, _))| i == *number);
    gapless.then(|| numbered.into_iter().map(|(_, name)| name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_datasets_writes_into_parquet_files() {
        let json = r#"{"info": {"features": {"sentence": {"dtype": "string", "_type": "Value"},
            "label": {"names": ["negative", "positive"], "_type": "ClassLabel"}}}, "fingerprint": "a1"}"#;
        let features = Features::from_metadata(json);
        assert_eq!(features.classes("label"), ["negative", "positive"]);
        assert!(features.classes("sentence").is_empty() && features.classes("absent").is_empty());
        assert_eq!(Features::from_metadata("{}"), Features::default());
        assert_eq!(Features::from_metadata("no json"), Features::default());
    }

    #[test]
    fn numbers_on_a_page_give_the_order() {
        let card = |yaml: &str| Features::from_card(&serde_yaml_ng::from_str(yaml).unwrap());
        let with = |names: &str| format!("- name: label\n  dtype:\n    class_label:\n      names: {names}\n");
        assert_eq!(card(&with("{'1': b, '0': a}")).classes("label"), ["a", "b"]);
        let eleven: Vec<String> = (0..11).map(|i| format!("{i}: n{i}")).collect();
        assert_eq!(card(&with(&format!("{{{}}}", eleven.join(", ")))).classes("label")[10], "n10");
        assert_eq!(card(&with("['0', 1, yes]")).classes("label"), ["0", "1", "yes"]);
        assert!(card(&with("{'0': a, '2': b}")).classes("label").is_empty());
    }
}
