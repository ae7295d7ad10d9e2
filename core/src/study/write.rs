//! A study as the TOML file that asks for it: what a report shows of how it came about.

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
        Ok(toml::to_string(self)?)
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
        for file in ["five-tasks.toml", "notebook.toml", "real-small.toml"] {
            let path = format!("{}/../studies/{file}", env!("CARGO_MANIFEST_DIR"));
            let study = Study::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap();
            let again = Study::from_toml(&written(&study)).unwrap_or_else(|e| panic!("{file}: {e}"));
            // As JSON, because equality of maps does not look at their order, and that of labels is the class index.
            let json = |study: &Study| serde_json::to_string(study).unwrap();
            assert_eq!(json(&again), json(&study), "{file}");
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
