//! The method that a study asks for, with its settings.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{MethodInfo, Rule, info, registry};

/// What a method treats apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The body as a whole.
    #[default]
    Model,
    /// Embeddings, every layer of its own, pooler.
    Layer,
}

/// A method by name, or as a table with its settings: `"pcgrad"`, `{ name = "gradvac", beta = 0.01 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Method {
    /// Its name in the registry.
    pub name: String,
    /// Of `static`: the weight of every task, above 0; only their proportions count.
    pub weights: IndexMap<String, f64>,
    /// Of `gradvac`: how fast a target follows the cosines, from 0 to 1.
    pub beta: Option<f64>,
    /// Of `pcgrad` and `gradvac`.
    pub by: By,
}

impl Default for Method {
    fn default() -> Self {
        Self { name: "equal".into(), weights: IndexMap::new(), beta: None, by: By::Model }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a method's name, or a table as { name = \"gradvac\", beta = 0.01 }")]
enum Written {
    Name(String),
    Table(Table),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    weights: IndexMap<String, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beta: Option<f64>,
    #[serde(default, skip_serializing_if = "is_model")]
    by: By,
}

fn is_model(by: &By) -> bool {
    *by == By::Model
}

impl From<Written> for Method {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(name) => Self { name, ..Self::default() },
            Written::Table(Table { name, weights, beta, by }) => Self { name, weights, beta, by },
        }
    }
}

impl From<Method> for Written {
    fn from(method: Method) -> Self {
        let Method { name, weights, beta, by } = method;
        if weights.is_empty() && beta.is_none() && by == By::Model {
            return Self::Name(name);
        }
        Self::Table(Table { name, weights, beta, by })
    }
}

/// A method, or settings, that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MethodError {
    /// No such method.
    #[error("no method is called `{name}`; did you mean `{nearest}`? Known here: {known}")]
    Unknown {
        /// The name given.
        name: String,
        /// The nearest of the known.
        nearest: &'static str,
        /// All of them.
        known: String,
    },
    /// A setting that the method does not have.
    #[error("method `{name}` has no `{key}`; remove it")]
    Setting {
        /// The method.
        name: String,
        /// The setting.
        key: &'static str,
    },
    /// Weights for other tasks than those of the set.
    #[error("weights must name exactly the tasks of the set ({set}); they name {named}")]
    Members {
        /// The set's tasks.
        set: String,
        /// The tasks that have weights.
        named: String,
    },
    /// A weight that is none.
    #[error("the weight of `{task}` is {weight}; give a number above 0")]
    Weight {
        /// The task.
        task: String,
        /// Its weight.
        weight: f64,
    },
    /// β outside of its range.
    #[error("beta = {0}; give a number from 0 to 1")]
    Beta(f64),
}

impl Method {
    /// Its line of the registry.
    ///
    /// # Errors
    /// There is none.
    pub fn info(&self) -> Result<&'static MethodInfo, MethodError> {
        let distance = |m: &&&MethodInfo| strsim::damerau_levenshtein(&self.name, m.name);
        info(&self.name).ok_or_else(|| MethodError::Unknown {
            name: self.name.clone(),
            nearest: registry().iter().min_by_key(distance).map_or("equal", |m| m.name),
            known: registry().iter().map(|m| m.name).collect::<Vec<_>>().join(", "),
        })
    }

    /// Whether it can weigh this set.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, set: &[&str]) -> Result<(), MethodError> {
        let info = self.info()?;
        let given = [("weights", !self.weights.is_empty()), ("beta", self.beta.is_some()), ("by", !is_model(&self.by))];
        if let Some((key, _)) = given.iter().find(|(key, given)| *given && !info.keys.contains(key)) {
            return Err(MethodError::Setting { name: self.name.clone(), key });
        }
        if let Some(beta) = self.beta.filter(|b| !(0.0..=1.0).contains(b)) {
            return Err(MethodError::Beta(beta));
        }
        if let Some((task, &weight)) = self.weights.iter().find(|(_, w)| !(w.is_finite() && **w > 0.0)) {
            return Err(MethodError::Weight { task: task.clone(), weight });
        }
        let named = |task: &&str| self.weights.contains_key(*task);
        if info.keys.contains(&"weights") && !(set.iter().all(named) && set.len() == self.weights.len()) {
            let names: Vec<&str> = self.weights.keys().map(String::as_str).collect();
            let named = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(MethodError::Members { set: set.join(", "), named });
        }
        Ok(())
    }

    /// Makes it for a set. A name that no method has weighs all alike: [`Self::check`] refuses it.
    pub fn build(&self, tasks: &[&str]) -> Rule {
        let info = self.info().unwrap_or(&super::equal::INFO);
        (info.build)(self, tasks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Of {
        method: Method,
    }

    #[test]
    fn is_written_as_it_is_read() {
        for text in [
            "method = \"pcgrad\"\n",
            "[method]\nname = \"gradvac\"\nbeta = 0.5\nby = \"layer\"\n",
            "[method]\nname = \"static\"\n\n[method.weights]\na = 2.0\nb = 1.0\n",
        ] {
            let read: Of = toml::from_str(text).unwrap();
            assert_eq!(toml::to_string(&read).unwrap(), text);
        }
        assert!(toml::from_str::<Of>("method = { name = \"equal\", gamma = 1 }").is_err());
    }

    #[test]
    fn says_what_is_wrong() {
        let read = |text: &str| toml::from_str::<Of>(&format!("method = {text}")).unwrap().method;
        for (text, words) in [
            ("\"pcgard\"", "did you mean `pcgrad`"),
            ("{ name = \"equal\", beta = 0.1 }", "has no `beta`"),
            ("{ name = \"pcgrad\", beta = 0.1 }", "has no `beta`"),
            ("{ name = \"gradvac\", beta = 2 }", "from 0 to 1"),
            ("\"static\"", "they name none"),
            (
                "{ name = \"static\", weights = { a = 1, c = 1 } }",
                "exactly the tasks of the set (a, b); they name a, c",
            ),
            ("{ name = \"static\", weights = { a = 1, b = 0 } }", "a number above 0"),
        ] {
            let error = read(text).check(&["a", "b"]).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        assert_eq!(read("{ name = \"static\", weights = { b = 1, a = 3 } }").check(&["a", "b"]), Ok(()));
    }
}
