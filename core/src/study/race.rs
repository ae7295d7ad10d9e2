//! `[race]`: seeds go where they can still decide something.

use serde::{Deserialize, Serialize};

use super::{Protocol, Study};

/// The table `[race]` of a study file. It is in no fingerprint: changing it trains nothing anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Race {
    /// Runs of both arms at which a pair is tested, ascending. Every pair has the first look.
    pub looks: Vec<usize>,
    /// When to stop, if not everything is decided before.
    pub budget: RaceBudget,
}

/// What a race may spend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number of runs, or a time as \"3 h\"")]
pub enum RaceBudget {
    /// Trainings, those of targets alone and of sources among them.
    Runs(usize),
    /// Training time, the seconds of all runs added up, as `"3 h"`, `"90 min"` or `"2 d"`.
    Time(String),
}

impl RaceBudget {
    /// The seconds of a time; `None` for a number of runs, and for a text that is no time.
    pub fn seconds(&self) -> Option<f64> {
        let Self::Time(text) = self else { return None };
        let text = text.trim();
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        let seconds = match unit.trim_start() {
            "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        Some(number * seconds).filter(|s| s.is_finite() && *s > 0.0)
    }
}

impl std::fmt::Display for RaceBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Runs(runs) => write!(f, "{runs} runs"),
            Self::Time(text) => write!(f, "{text} of training"),
        }
    }
}

impl Race {
    /// What is wrong with it, and at which key.
    pub(super) fn check(&self, study: &Study) -> Result<(), (&'static str, String)> {
        let looks = &self.looks;
        let example = "for example looks = [3, 5, 8, 12]";
        let Some((&first, &last)) = looks.first().zip(looks.last()) else {
            return Err(("looks", format!("no looks; give the runs of an arm at which pairs are tested, {example}")));
        };
        if first < 2 {
            return Err(("looks", format!("looks = {looks:?}: a test needs two runs in each arm; {example}")));
        }
        if looks.windows(2).any(|w| w[0] >= w[1]) {
            return Err(("looks", format!("looks = {looks:?}: give them ascending, each once; {example}")));
        }
        if study.seeds.len() < last {
            let message = format!(
                "looks = {looks:?}: the last look needs {last} seeds and `seeds` has {}; add seeds or leave looks out",
                study.seeds.len()
            );
            return Err(("looks", message));
        }
        let needs = [Protocol::Single, Protocol::Sequential];
        if !needs.iter().all(|p| study.protocols.contains(p)) {
            let message = "a race compares targets alone with targets after a source; give protocols = \
                           [\"single\", \"sequential\"], or remove [race]";
            return Err(("looks", message.into()));
        }
        if study.protocols.contains(&Protocol::Joint) {
            let message =
                "a race does not give seeds to joint runs yet; take \"joint\" out of `protocols`, or remove [race]";
            return Err(("looks", message.into()));
        }
        match &self.budget {
            RaceBudget::Time(text) if self.budget.seconds().is_none() => Err((
                "budget",
                format!("budget = \"{text}\"; give a number of runs, or a time as \"3 h\" or \"90 min\""),
            )),
            RaceBudget::Time(_) => Ok(()),
            RaceBudget::Runs(runs) => match self.first_look(study) {
                least if *runs < least => {
                    let message = format!(
                        "budget = {runs} runs: the first look at {first} seeds takes {least} of them; raise the budget, \
                         or leave pairs out"
                    );
                    Err(("budget", message))
                }
                _ => Ok(()),
            },
        }
    }

    /// The runs that every pair's first look takes.
    fn first_look(&self, study: &Study) -> usize {
        let pairs = study.pairs();
        let extra = study.task.iter().filter(|t| study.sources_differ(t) && pairs.iter().any(|(s, _)| *s == t.name));
        let of_a_seed = study.task.len() + extra.count() + pairs.len();
        self.looks.first().copied().unwrap_or(0) * of_a_seed * study.encoder.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(race: &str) -> String {
        let mut text = format!(
            "version = 1\nname = \"r\"\nseeds = [1, 2, 3, 4, 5]\n{race}\n[[encoder]]\nname = \"e\"\npath = \"p\"\n"
        );
        for task in ["a", "b"] {
            text += &format!("[[task]]\nname = \"{task}\"\ntext = [\"x\"]\nlabel = \"y\"\nlabels = [\"n\", \"y\"]\n");
            text += "train = { file = \"a.csv\" }\ntest = { file = \"b.csv\" }\n";
        }
        text
    }

    #[test]
    fn reads_and_writes() {
        for (race, budget) in
            [("budget = 16", RaceBudget::Runs(16)), ("budget = \"3 h\"", RaceBudget::Time("3 h".into()))]
        {
            let study = Study::from_toml(&text(&format!("[race]\nlooks = [2, 5]\n{race}"))).unwrap();
            assert_eq!(study.race, Some(Race { looks: vec![2, 5], budget }));
            assert_eq!(Study::from_toml(&study.to_toml().unwrap()).unwrap(), study);
        }
        assert_eq!(Study::from_toml(&text("")).unwrap().race, None);
    }

    #[test]
    fn times() {
        let seconds = |text: &str| RaceBudget::Time(text.into()).seconds();
        assert_eq!(
            (seconds("3 h"), seconds("90min"), seconds("0.5 d")),
            (Some(10_800.0), Some(5400.0), Some(43_200.0))
        );
        assert_eq!(
            (seconds("3"), seconds("h"), seconds("-1 h"), seconds("0 h"), seconds("3 hours")),
            (None, None, None, None, None)
        );
    }

    #[test]
    fn complaints_name_the_line_and_the_remedy() {
        let complaint = |race: &str| {
            let error = Study::from_toml(&text(race)).unwrap_err();
            (error.line, error.message)
        };
        for (race, line, words) in [
            ("[race]\nbudget = 20\nlooks = []", 6, "no looks"),
            ("[race]\nbudget = 20\nlooks = [1, 3]", 6, "two runs in each arm"),
            ("[race]\nbudget = 20\nlooks = [3, 3]", 6, "ascending"),
            ("[race]\nbudget = 20\nlooks = [3, 8]", 6, "`seeds` has 5"),
            ("[race]\nbudget = 11\nlooks = [3, 5]", 5, "takes 12 of them"),
            ("[race]\nbudget = \"soon\"\nlooks = [3, 5]", 5, "\"3 h\""),
            ("protocols = [\"single\"]\n[race]\nbudget = 20\nlooks = [3, 5]", 7, "after a source"),
            ("[race]\nlook = [3]\nbudget = 1", 5, "did you mean `looks`"),
        ] {
            let (at, message) = complaint(race);
            assert!(at == line && message.contains(words), "{race}: line {at}: {message}");
        }
    }
}
