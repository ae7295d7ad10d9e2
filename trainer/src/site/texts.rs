//! The texts of test examples, put into a report for whoever asks for them: a report never carries them by itself.

use std::path::Path;

use super::Shown;
use crate::data;
use crate::error::Wrong;
use crate::hub::resolve::{self, Way};
use crate::hub::{FetchProgress, When};
use crate::run::prepare::task_digest;
use crate::store::inputs::Inputs;

/// Reads the study's data files again and adds the texts of every test set. `input` is where the report was read from:
/// the output folder of a `run`, or a report.json in one.
///
/// # Errors
/// Not an output folder, data that cannot be read, or data that changed since the report.
pub fn include_texts(shown: &mut Shown, input: &Path) -> Result<(), Wrong> {
    let folder = if input.is_dir() { Some(input) } else { input.parent() };
    let folder = folder.unwrap_or(Path::new("."));
    if !folder.join("cache/inputs.json").exists() {
        return Err(Wrong(format!(
            "{}: --include-text reads the study's data again, and only the output folder of a `run` knows where they \
             are; there is no {}",
            input.display(),
            folder.join("cache/inputs.json").display()
        )));
    }
    let inputs = Inputs::read(folder)?;
    if inputs.base.as_os_str().is_empty() {
        return Err(Wrong(format!(
            "{}: an earlier version wrote this folder, without the place of its data; give the same `run` command \
             again (nothing is trained twice), then this one",
            input.display()
        )));
    }
    let report = &mut shown.report;
    let mut tasks = report.study.task.clone();
    let way = Way { offline: false, when: When::Missing, without_encoders: true, stop: None };
    resolve::tasks(&mut tasks, &inputs.base, &way, &mut FetchProgress::new(false)).map_err(|e| Wrong::of(&e))?;
    for task in &tasks {
        let rows = data::load(task, report.study.data_seed, &inputs.base).map_err(|e| Wrong::of(&e))?;
        let Some(summary) = report.tasks.iter_mut().find(|t| t.name == task.name) else { continue };
        if task_digest(&report.study, task, &rows) != summary.fingerprint {
            return Err(Wrong(format!(
                "{}: its data changed since the report was made, so texts and predictions may not belong together; \
                 leave --include-text out, or run the study again",
                task.name
            )));
        }
        if let Some(test) = summary.splits.get_mut("test") {
            test.texts = Some(rows.test.into_iter().map(|e| e.texts).collect());
        }
    }
    shown.json = serde_json::to_string(report).map_err(|e| Wrong::of(&e))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::prepare::{Absent, prepare};
    use crate::store::report::assemble;
    use crate::store::survey::Survey;
    use std::fs;
    use transfermap::plan::Plan;
    use transfermap::study::Study;

    /// A report of nothing but its data, as `run` leaves it, with the study's texts in a CSV file.
    fn out_folder(folder: &Path) -> Shown {
        let rows: String = (0..40).map(|i| format!("text number {i},{}\n", i % 2)).collect();
        fs::write(folder.join("test.csv"), format!("text,label\n{rows}")).unwrap();
        fs::write(folder.join("train.csv"), "text,label\nfirst,0\nsecond,1\nthird,0\nfourth,1\n").unwrap();
        let study = Study::from_toml(
            "version = 1\nname = \"texts\"\nseeds = [1]\n[[encoder]]\nname = \"e\"\nembedded = \"demo-albert\"\n\
             max_length = 16\n[recipe]\nmax_steps = 1\n[[task]]\nname = \"t\"\ntext = [\"text\"]\nlabel = \"label\"\n\
             labels = { \"0\" = \"no\", \"1\" = \"yes\" }\n\
             train = { file = \"train.csv\" }\ntest = { file = \"test.csv\" }\n",
        )
        .unwrap();
        let out = folder.join("out");
        let prepared =
            prepare(&study, folder, &out.join("cache"), crate::backend::Device::Cpu, Absent::Refuse).unwrap();
        fs::write(out.join("cache/inputs.json"), serde_json::to_vec(&prepared.inputs).unwrap()).unwrap();
        let plan = Plan::new(&study, &prepared.contents).unwrap();
        let report = assemble(&study, &plan, &prepared.inputs, &Survey::default());
        Shown::new("report.json".into(), serde_json::to_string(&report).unwrap()).unwrap()
    }

    #[test]
    fn texts_come_in_the_order_of_the_predictions_and_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let mut shown = out_folder(folder.path());
        assert!(!shown.json.contains("text number"));
        include_texts(&mut shown, &folder.path().join("out/report.json")).unwrap();
        let again = Shown::new("x".into(), shown.json).unwrap().report;
        let texts = again.tasks[0].splits["test"].texts.clone().unwrap();
        assert_eq!(
            (texts.len(), &texts[0], &texts[39]),
            (40, &vec!["text number 0".into()], &vec!["text number 39".into()])
        );
        assert!(again.tasks[0].splits["train"].texts.is_none(), "training texts never");
    }

    #[test]
    fn data_that_changed_or_cannot_be_found_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut shown = out_folder(folder.path());
        let elsewhere = include_texts(&mut shown, &folder.path().join("report.json")).unwrap_err();
        assert!(elsewhere.to_string().contains("output folder of a `run`"), "{elsewhere}");
        fs::write(folder.path().join("test.csv"), "text,label\nother,0\nthan before,1\n").unwrap();
        let changed = include_texts(&mut shown, &folder.path().join("out")).unwrap_err();
        assert!(changed.to_string().contains("its data changed"), "{changed}");
        fs::remove_file(folder.path().join("test.csv")).unwrap();
        assert!(include_texts(&mut shown, &folder.path().join("out")).unwrap_err().to_string().contains("test.csv"));
    }
}
