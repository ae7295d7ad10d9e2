//! The words that this field uses, each with what is meant here: what "?" opens, and the glossary of the Methods page.

/// A term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// What charts and tables call it by.
    pub key: &'static str,
    /// The term.
    pub term: &'static str,
    /// What it means, in a sentence or two.
    pub text: &'static str,
    /// The formula, in plain text; may be empty.
    pub formula: &'static str,
    /// Where it comes from; may be empty.
    pub source: &'static str,
}

/// The definition of a key.
pub fn definition(key: &str) -> Option<&'static Definition> {
    ALL.iter().find(|d| d.key == key)
}

/// Every definition, in reading order.
pub const ALL: &[Definition] = &[
    Definition {
        key: "gain",
        term: "Gain",
        text: "Score on the target’s test rows after training on the source first, minus the score of the model trained \
               on the target alone, with the same seed. Positive is better for every metric. The mean is over seeds.",
        formula: "gain = mean over seeds of (transfer − single)",
        source: "",
    },
    Definition {
        key: "relative-gain",
        term: "Relative gain",
        text: "How much of the baseline is gained: the transfer ratio of the notebook that this project grew out of. \
               Absent when the baseline is not above 0.",
        formula: "mean(transfer) / mean(single) − 1",
        source: "Vu et al. 2020, Exploring and predicting transferability across NLP tasks, EMNLP",
    },
    Definition {
        key: "chance-corrected-gain",
        term: "Chance-corrected gain",
        text: "The gain as a share of what there is to learn above always answering the most frequent class. Comparable \
               between tasks with different numbers of classes.",
        formula: "gain / (perfect − chance level)",
        source: "",
    },
    Definition {
        key: "verdict",
        term: "Verdict",
        text: "helps or harms: the Holm-corrected p of the moderated paired t test is below α. equivalent: two one-sided \
               tests show that the gain lies inside ± margin. undecided: neither. untested: fewer than two paired seeds.",
        formula: "",
        source: "Smyth 2004; Holm 1979; Schuirmann 1987",
    },
    Definition {
        key: "alpha",
        term: "α",
        text: "The chance, over all pairs of the family together, that any verdict of helps or harms is false where \
               nothing helps or harms. Intervals have level 1 − α.",
        formula: "",
        source: "Holm 1979, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6",
    },
    Definition {
        key: "margin",
        term: "Margin",
        text: "The smallest gain worth having, in the metric’s units: 0.01 is one point of accuracy. Pairs are called \
               equivalent when their gain is shown to be smaller than this in either direction.",
        formula: "",
        source: "Schuirmann 1987, J. Pharmacokinet. Biopharm. 15",
    },
    Definition {
        key: "additive-model",
        term: "Donors and receivers",
        text: "Effects of the additive model: how much better this task is as a source (a donor) or as a target (a \
               receiver) than the mean of all pairs. Effects of all sources add up to 0, and those of all targets.",
        formula: "gain = mean + source + target + interaction",
        source: "",
    },
    Definition {
        key: "ols-bands",
        term: "Line and bands",
        text: "The least-squares line of the outcome on the measure. The inner band covers the line’s mean, the outer \
               one a new pair, each at level 1 − α as if pairs were independent. They are not, so both are too narrow.",
        formula: "outcome = intercept + slope · measure",
        source: "",
    },
    Definition {
        key: "spearman",
        term: "ρ (Spearman)",
        text: "Correlation of the ranks: 1 when the larger measure always has the larger outcome, 0 when the one says \
               nothing of the other, −1 when it is the other way round.",
        formula: "",
        source: "",
    },
    Definition {
        key: "qap",
        term: "p by permuting tasks",
        text: "The share of permutations of the tasks, rows and columns together, with a coefficient at least as large \
               in size. It respects that every task stands in many pairs.",
        formula: "p = share of permutations π with |r(π)| ≥ |r|",
        source: "Krackhardt 1988, Predicting with networks, Social Networks 10; Dekker et al. 2007",
    },
    Definition {
        key: "p-max",
        term: "p of all measures",
        text: "The same permutations, with the largest coefficient of all measures in place of this one’s: it allows \
               for having tried them all. Only this p may be used to say that the best of many measures predicts.",
        formula: "",
        source: "Westfall and Young 1993, Resampling-based multiple testing",
    },
    Definition {
        key: "naive-p",
        term: "Naive p",
        text: "What one gets by treating every pair as an observation of its own. Pairs share tasks, so it is too \
               small; it is shown because papers report it.",
        formula: "",
        source: "",
    },
    Definition {
        key: "task-bootstrap",
        term: "Interval over tasks",
        text: "Percentile interval of the coefficient over tasks drawn anew, level 1 − α: it speaks of other tasks \
               than these. Given from 8 tasks on; with fewer, resamples repeat a handful of matrices.",
        formula: "",
        source: "",
    },
    Definition {
        key: "within-target",
        term: "ρ within targets",
        text: "Mean over targets of Spearman’s ρ among the sources of one target: does the measure order the sources \
               that one has to choose from? Differences between targets do not help it.",
        formula: "",
        source: "",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique() {
        for (i, one) in ALL.iter().enumerate() {
            assert!(ALL.iter().skip(i + 1).all(|other| other.key != one.key), "{}", one.key);
        }
    }
}
