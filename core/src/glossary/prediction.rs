//! Whether similar tasks help each other, and what to train first.

use super::Term;

pub(super) const TERMS: &[Term] = &[
    Term {
        key: "similarity",
        name: "Similarity",
        text: "A number for an ordered pair of tasks that needs no training on the pair. Whether it says anything \
               about transfer is another question, which has a page of its own.",
        formula: "",
        source: "",
    },
    Term {
        key: "correlation",
        name: "Correlation with the gains",
        text: "Pearson’s r, Spearman’s ρ, Kendall’s τ-b and weighted τ of a measure with the outcome, over ordered \
               pairs. Naive p and intervals take pairs for independent, which they are not.",
        formula: "r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²)",
        source: "Knight 1966; Vigna 2015, WWW",
    },
    Term {
        key: "spearman",
        name: "ρ (Spearman)",
        text: "Correlation of the ranks: 1 when the larger measure always has the larger outcome, 0 when the one says \
               nothing of the other, −1 when it is the other way round.",
        formula: "",
        source: "",
    },
    Term {
        key: "qap",
        name: "Permutation p (QAP)",
        text: "Tasks are the unit: rows and columns of the measure are permuted together; where no task is both source \
               and target, sources and targets apart. All permutations up to 5,040, as 7 tasks have, 9,999 drawn ones \
               beyond. p_max takes the best of all measures in every permutation and so allows for having tried \
               several.",
        formula: "p = #{|r_π| ≥ |r|} / k!",
        source: "Krackhardt 1988, Social Networks 10; Phipson and Smyth 2010; Westfall and Young 1993",
    },
    Term {
        key: "p-max",
        name: "p of all measures",
        text: "The same permutations, with the largest coefficient of all measures in place of this one’s: it allows \
               for having tried them all. Only this p may be used to say that the best of many measures predicts.",
        source: "Westfall and Young 1993, Resampling-based multiple testing",
        formula: "",
    },
    Term {
        key: "within-target",
        name: "Within targets",
        text: "Mean over targets of Spearman’s ρ over the sources of that target: does the measure rank sources, \
               whatever separates easy targets from hard ones? A target of which the measure says nothing, or the \
               same of every source, counts as 0.",
        formula: "",
        source: "",
    },
    Term {
        key: "task-bootstrap",
        name: "Interval over tasks",
        text: "From 8 tasks on: tasks drawn anew with their rows and columns, 2,000 times, percentile interval; where no \
               task is both, sources and targets apart, from 8 of each on.",
        source: "Snijders and Borgatti 1999, Connections 22",
        formula: "",
    },
    Term {
        key: "semi-partial",
        name: "Beside other measures",
        text: "Whether a measure adds to the controls: its residual is permuted, the statistic is its t (double \
               semi-partialling).",
        source: "Dekker, Krackhardt and Snijders 2007, Psychometrika 72",
        formula: "",
    },
    Term {
        key: "naive-p",
        name: "Naive p",
        text: "What one gets by treating every pair as an observation of its own. Pairs share tasks, so it is too \
               small; it is shown because papers report it.",
        formula: "",
        source: "",
    },
    Term {
        key: "ols-bands",
        name: "Line and bands",
        text: "The least-squares line of the outcome on the measure. The inner band covers the line’s mean, the outer \
               one a new pair, each at level 1 − α as if pairs were independent. They are not, so both are too narrow.",
        formula: "outcome = intercept + slope · measure",
        source: "",
    },
    Term {
        key: "ndcg",
        name: "NDCG",
        text: "How good a ranking of sources is, the top counting most; 1 is perfect. By rank, or by score; the four \
               forms are never compared with each other.",
        formula: "Σ gain(i) / log₂(position + 2), over the best order’s",
        source: "Järvelin and Kekäläinen 2002, ACM TOIS 20",
    },
    Term {
        key: "regret",
        name: "Regret",
        text: "What is lost by taking the k sources predicted best instead of the k that are best; 0 is nothing.",
        formula: "1 − score of the chosen / score of the best",
        source: "Kim et al. 2023, EMNLP; Poth et al. 2021, EMNLP; Renggli et al. 2022, CVPR",
    },
    Term {
        key: "captured-gain",
        name: "Captured gain",
        text: "The gain of the best of the k chosen sources as a share of the largest gain; absent when no source \
               helps.",
        formula: "max g of the k chosen / max g of all",
        source: "",
    },
    Term {
        key: "standard-predictors",
        name: "Random, size, score, popularity",
        text: "What a predictor must beat: a random order (its exact expectation), the source’s number of rows, its \
               single-task score, and its mean gain on the other targets (popularity, which costs nothing for a new \
               target only: somebody trained the others).",
        formula: "",
        source: "",
    },
    Term {
        key: "lead",
        name: "Ahead of",
        text: "Said of the best measure when its coefficients within targets are above those of the best plain \
               predictor, target by target, by the exact signed-rank test. With n targets its p cannot fall below \
               2^(1 − n).",
        formula: "p = #{|Σ ± rank| ≥ |Σ sign · rank|} / 2^n",
        source: "Wilcoxon 1945, Biometrics Bull. 1",
    },
    Term {
        key: "leave-one-out",
        name: "Leaving one target out",
        text: "Can one know before paying? Every target in turn is left out: the predictor is chosen, and its line fitted, by the pairs of the \
               others, and then says what to train first. How often that beat no source, and what share of the best \
               score it lost, beside a random choice.",
        formula: "1 − score of its first choice / best score",
        source: "",
    },
    Term {
        key: "recommendation",
        name: "Measured and predicted",
        text: "A pair that was trained stands with its measured gain. Any other is predicted by the predictor that \
               best orders the sources of the other targets, with a line fitted to their pairs, whose height differs \
               from target to target; the target’s own pairs are never used for that. The interval is for a target \
               that was not among them.",
        formula: "gain = intercept + target + slope · prediction + rest; target and rest random",
        source: "Laird and Ware 1982, Biometrics 38",
    },
];
