//! A task in a file of its own: what `score` asks about without a study around it.

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::lines::{Lines, line_of};
use super::name::check_name;
use super::parse::{check_task, with_remedy};
use super::{StudyError, Task};

/// What stands in for a test set: nothing is measured on one.
const NO_TEST: &str = "test = { same_as = \"train\" }\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    task: Vec<Task>,
}

impl Task {
    /// Reads a task file: the keys of one `[[task]]` of a study, with or without that heading. `test` may be absent.
    ///
    /// ```
    /// use transfermap::study::Task;
    ///
    /// let text = "name = \"mine\"\ntext = [\"body\"]\nlabels = [\"no\", \"yes\"]\ntrain = { file = \"mine.csv\" }\n";
    /// assert_eq!(Task::from_toml(text)?.name, "mine");
    /// # Ok::<(), transfermap::study::StudyError>(())
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and the remedy.
    pub fn from_toml(text: &str) -> Result<Self, StudyError> {
        let table = DeTable::parse(text).map_err(|e| error(text, &e))?;
        let heading = table.get_ref().get("task").map(|value| value.span().start);
        let keys = table.get_ref();
        if let Some(DeValue::Array(tasks)) = keys.get("task").map(|value| value.get_ref())
            && tasks.len() != 1
        {
            return Err(wrong("several tasks; give a file with one"));
        }
        if heading.is_none() && keys.contains_key("version") {
            return Err(wrong("a study without tasks; give the file of one task, the keys of a [[task]]"));
        }
        let task = match heading {
            // The heading is found again in the text, because the key goes in behind it.
            Some(_) => {
                let mut wrapped: Vec<Self> =
                    with_test(text, after_heading(text), |t| toml::from_str::<Wrapped>(t).map(|w| w.task))?;
                wrapped.pop().ok_or_else(|| wrong("no task; give a file with one"))?
            }
            None => with_test(text, 0, |t| toml::from_str::<Self>(t))?,
        };
        task.check(text)?;
        Ok(task)
    }

    /// Checks a task again after class names were read from its data; `text` is its file, for the lines.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn check(&self, text: &str) -> Result<(), StudyError> {
        let lines = Lines::new(text);
        let under_heading = DeTable::parse(text).is_ok_and(|t| t.get_ref().contains_key("task"));
        let complain = |key: &str, message: String| {
            if under_heading { lines.error("task", Some(0), key, message) } else { lines.error(key, None, "", message) }
        };
        check_name(&self.name).map_err(|e| complain("name", e.to_string()))?;
        check_task(self).map_err(|(key, m)| complain(key, m))
    }
}

/// Reads `text`, and where it has no test set reads it again with one put in at `at`, the begin of a line.
fn with_test<T>(text: &str, at: usize, read: impl Fn(&str) -> Result<T, toml::de::Error>) -> Result<T, StudyError> {
    match read(text) {
        Err(e) if e.message().contains("missing field `test`") => {
            let (before, after) = text.split_at_checked(at).unwrap_or(("", text));
            let whole = format!("{before}{NO_TEST}{after}");
            read(&whole).map_err(|e| {
                let mut wrong = error(&whole, &e);
                if wrong.line > line_of(text, at) {
                    wrong.line -= 1;
                }
                wrong
            })
        }
        result => result.map_err(|e| error(text, &e)),
    }
}

/// Where the line behind `[[task]]` begins.
fn after_heading(text: &str) -> usize {
    let heading = text.find("[[task]]").unwrap_or(0);
    text.get(heading..).and_then(|t| t.find('\n')).map_or(0, |end| heading + end + 1)
}

fn error(text: &str, error: &toml::de::Error) -> StudyError {
    let at = error.span().map_or(0, |s| s.start);
    StudyError { line: line_of(text, at), message: with_remedy(text, at, error.message()) }
}

fn wrong(message: &str) -> StudyError {
    StudyError { line: 1, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str =
        "name = \"mine\"\ntext = [\"body\"]\nlabels = [\"no\", \"yes\"]\ntrain = { file = \"mine.csv\" }\n";

    fn complaint(text: &str) -> String {
        Task::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn reads_a_task_with_and_without_its_heading_and_test_set() {
        let plain = Task::from_toml(KEYS).unwrap();
        assert!(plain.test.is_training());
        assert_eq!(Task::from_toml(&format!("# mine\n[[task]]\n{KEYS}")).unwrap(), plain);
        let tested = Task::from_toml(&format!("{KEYS}test = {{ file = \"t.csv\" }}\n")).unwrap();
        assert_eq!(tested.test.source().and_then(|s| s.file.as_deref()), Some("t.csv"));
    }

    #[test]
    fn a_task_of_the_hub_may_leave_out_its_labels_and_all_that_is_ready() {
        let ready = Task::from_toml("name = \"mine\"\nready = \"glue/rte\"\n").unwrap();
        assert_eq!(
            (ready.test.source().and_then(|s| s.split.as_deref()), ready.test.is_training()),
            (Some("validation"), false)
        );
        let text = "[[task]]\nname = \"mine\"\ntext = [\"body\"]\ntrain = { dataset = \"org/mine\", split = \"train\" }\n\
                    merge = { a = \"c\" }\n";
        let mut task = Task::from_toml(text).unwrap();
        assert!(task.labels.is_empty() && task.test.is_training());
        let names = |names: &[&str]| crate::study::Labels::Names(names.iter().map(|n| (*n).to_owned()).collect());
        task.labels = names(&["a", "b", "d"]);
        assert_eq!(task.check(text), Ok(()));
        task.labels = names(&["b", "d"]);
        assert!(task.check(text).unwrap_err().to_string().starts_with("line 5: `merge` names `a`"));
    }

    #[test]
    fn complaints_name_the_line_of_the_file() {
        assert!(complaint(&KEYS.replace("labels", "label_names")).starts_with("line 3: unknown key `label_names`"));
        let message = complaint(&format!("[[task]]\n{}", KEYS.replace("labels", "label_names")));
        assert!(message.starts_with("line 4: unknown key `label_names`; did you mean"), "{message}");
        let message = complaint(&KEYS.replace("[\"no\", \"yes\"]", "[\"no\"]"));
        assert!(message.starts_with("line 3: 1 class"), "{message}");
        assert!(complaint(&KEYS.replace("mine\"\nt", "a/b\"\nt")).starts_with("line 1: name `a/b`"));
        assert!(complaint(&format!("[[task]]\n{KEYS}[[task]]\n{KEYS}")).contains("several tasks"));
        assert!(complaint("version = 1\nname = \"s\"\n").contains("one task"));
        assert!(complaint("name = ").starts_with("line 1"));
    }
}
