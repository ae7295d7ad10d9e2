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
