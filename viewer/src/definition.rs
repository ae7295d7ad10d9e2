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
        key: "pairing",
        term: "Paired runs",
        text: "Single and transfer runs of one seed start with the same classifier, see the data in the same order \
               and draw the same dropout. Gains are joined by encoder, variant, protocol, source, target and seed, \
               never by position; a missing run is missing, not zero.",
        formula: "d_k = transfer_k − single_k",
        source: "",
    },
    Definition {
        key: "paired-seeds",
        term: "Every seed",
        text: "The test score of each seed, alone and after the source. Lines that run parallel mean a steady gain; \
               lines that cross mean that the seed decides. A hollow dot has a run that predicts one class \
               throughout.",
        formula: "",
        source: "",
    },
    Definition {
        key: "family",
        term: "Family",
        text: "All pairs of one encoder, variant and protocol that have at least two paired seeds. Corrections for \
               many tests are over a family.",
        formula: "",
        source: "",
    },
    Definition {
        key: "p-value",
        term: "p",
        text: "How often a difference at least this large would come from seeds alone, if there were none. All tests \
               are two-sided.",
        formula: "",
        source: "",
    },
    Definition {
        key: "moderated-t",
        term: "Moderated paired t test",
        text: "The deciding test. The variance of a pair’s gains is drawn towards that of all pairs of the family, \
               because a few seeds tell little of a variance.",
        formula: "s̃² = (d₀ s₀² + d s²) / (d₀ + d); t = mean / (s̃ / √n), on min(d₀ + d, Σ d) degrees of freedom",
        source: "Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3; as limma 3.54.1 computes it",
    },
    Definition {
        key: "plain-t",
        term: "Paired t test",
        text: "The same test with the pair’s own variance only.",
        formula: "t = mean / (s / √n), n − 1 degrees of freedom",
        source: "Student 1908, Biometrika 6",
    },
    Definition {
        key: "sign-flip",
        term: "Exact sign-flip test",
        text: "The share of all sign patterns of the gains whose sum is at least as large as the observed one. It \
               needs no normal distribution. With n seeds it cannot fall below 2^(1 − n).",
        formula: "p = #{|Σ ± d| ≥ |Σ d|} / 2^n",
        source: "Fisher 1935, The Design of Experiments, section 21",
    },
    Definition {
        key: "welch",
        term: "Welch’s test",
        text: "Compares two means with unequal variances where no seed is shared. It stands beside an untested pair \
               and decides nothing.",
        formula: "",
        source: "Welch 1947, Biometrika 34",
    },
    Definition {
        key: "equivalence",
        term: "Equivalence",
        text: "Two one-sided tests: is the gain above −margin, and below +margin? The larger p of the two counts.",
        formula: "p = max(P(T > (d̄ + m) / se), P(T < (d̄ − m) / se))",
        source: "Schuirmann 1987, J. Pharmacokinet. Biopharm. 15",
    },
    Definition {
        key: "holm",
        term: "Holm’s correction",
        text: "Keeps the chance that any verdict of the family is false at α. A pair that cannot be tested counts as \
               p = 1.",
        formula: "sorted p₍ᵢ₎ · (m − i + 1), made monotone",
        source: "Holm 1979, Scand. J. Statist. 6",
    },
    Definition {
        key: "benjamini-hochberg",
        term: "Benjamini-Hochberg",
        text: "Controls the expected share of false verdicts among those that are believed. Shown beside Holm; it \
               decides nothing.",
        formula: "sorted p₍ᵢ₎ · m / i, made monotone",
        source: "Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57",
    },
    Definition {
        key: "flags",
        term: "Flags",
        text: "What limits a verdict: negligible, depends on collapsed runs, lacks failed runs, source collapsed, \
               leak, evaluated on training rows, identical differences, unpaired.",
        formula: "",
        source: "",
    },
    Definition {
        key: "intervals",
        term: "Intervals",
        text: "This pair alone: moderated t at level 1 − α. All pairs together: at level 1 − α / family size, so \
               that all hold at once. Both speak of these test rows only. Other seeds and other examples: seeds and \
               test examples are drawn anew together; with few seeds it is too narrow.",
        formula: "mean ± t · s̃ / √n",
        source: "Smyth 2004; Bonferroni; Owen 2007, Ann. Appl. Stat. 1",
    },
    Definition {
        key: "smallest-detectable-gain",
        term: "Smallest detectable gain",
        text: "The true gain that this design finds in four of five studies, from the noncentral t distribution at \
               level α / family size. It follows from the design, not from the observed mean.",
        formula: "P(|T(δ)| > t at 1 − α / 2m) = 0.8; δ · se",
        source: "",
    },
    Definition {
        key: "effect-sizes",
        term: "Effect sizes",
        text: "Cohen’s d of paired differences: the mean gain in standard deviations of the gains; moderated: in the \
               moderated ones. Change of the errors: how many more or fewer errors, relative to the baseline’s.",
        formula: "d = mean / s; (1 − transfer) / (1 − single) − 1",
        source: "Cohen 1988, Statistical Power Analysis",
    },
    Definition {
        key: "probability-of-improvement",
        term: "Probability of improvement",
        text: "Of all pairs of one transfer run and one single run, the share in which the transfer run is better; \
               ties count half. The interval resamples the runs of both sides.",
        formula: "P(transfer > single) + ½ P(equal)",
        source: "Mann and Whitney 1947; Agarwal et al. 2021, NeurIPS",
    },
    Definition {
        key: "pair-correlation",
        term: "Correlation of both arms",
        text: "Pearson’s r of the single and transfer scores over seeds: what pairing by seed is worth. Near 0 it \
               gains nothing.",
        formula: "",
        source: "",
    },
    Definition {
        key: "mcnemar",
        term: "McNemar’s test",
        text: "Compares two trained models by the examples that only one of them has right. It speaks of these two \
               models and of other examples, not of other training runs.",
        formula: "min(1, 2 P(X ≤ min(b, c))), X ~ Binomial(b + c, ½)",
        source: "McNemar 1947, Psychometrika 12",
    },
    Definition {
        key: "bootstrap",
        term: "Bootstrap",
        text: "2,000 resamples, percentile intervals, always the same for one seed. Differences in accuracy: test \
               examples resampled. Population: seeds and examples together, one draw of examples for all seeds.",
        formula: "",
        source: "Efron and Tibshirani 1993; Koehn 2004, EMNLP; Berg-Kirkpatrick et al. 2012, EMNLP; Owen 2007",
    },
    Definition {
        key: "collapsed",
        term: "Collapsed run",
        text: "One class makes up at least 99 % of the test predictions and more than the largest label’s share: the \
               model has learnt to answer one thing. Its gain measures the collapse.",
        formula: "",
        source: "",
    },
    Definition {
        key: "chance",
        term: "Chance level",
        text: "What the metric gives for always answering the most frequent class of the test set; for metrics of \
               probabilities, for always giving the label shares.",
        formula: "",
        source: "",
    },
    Definition {
        key: "metrics",
        term: "Metrics",
        text: "Accuracy and balanced accuracy, precision, recall and F1 (macro: plain mean over classes; weighted: \
               by support), Matthews correlation, Cohen’s kappa; log-loss, Brier score and calibration error (10 \
               equal bins), of which less is better. Equal to scikit-learn’s.",
        formula: "",
        source: "Matthews 1975; Cohen 1960; Brier 1950; Naeini et al. 2015",
    },
    Definition {
        key: "confusion",
        term: "Confusion matrix",
        text: "Test examples by label (rows) and prediction (columns), summed over seeds. The diagonal is right. \
               Colours are shares of the row.",
        formula: "",
        source: "",
    },
    Definition {
        key: "per-class",
        term: "Precision, recall, F1 by class",
        text: "Of the summed counts. Precision: right among the predicted. Recall: found among the labelled. F1: \
               their harmonic mean. 0 where nothing was predicted or labelled.",
        formula: "F1 = 2 · hits / (predicted + labelled)",
        source: "",
    },
    Definition {
        key: "learning-curve",
        term: "Learning curve",
        text: "Score after every pass over the training set. Test scores are shown, never used: stopping and \
               choosing look at validation rows only.",
        formula: "",
        source: "",
    },
    Definition {
        key: "training-loss",
        term: "Training loss",
        text: "Mean cross-entropy of the batches of a step, in nats; of at most 200 steps, evenly spread.",
        formula: "",
        source: "",
    },
    Definition {
        key: "gain-over-training",
        term: "Gain over training",
        text: "Mean gain after each epoch with a 95 % t interval of that epoch alone. The change is last minus \
               first, paired by seed; after Holm below α it heals or deepens (first + last below 0), or builds up or \
               fades.",
        formula: "change = gain at the last epoch − gain at the first",
        source: "",
    },
    Definition {
        key: "variance-components",
        term: "Variance components",
        text: "Where the variance of the gains comes from: sources, targets, this source for this target, the \
               baseline run that all gains of a target and seed share, and the rest. Estimates may be negative; \
               shares count these as 0.",
        formula: "gain = μ + source + target + interaction + baseline + rest",
        source: "Henderson 1953, Biometrics 9; Searle, Casella and McCulloch 1992",
    },
    Definition {
        key: "asymmetry",
        term: "Asymmetry",
        text: "How far the two directions of a pair of tasks differ: 0 symmetric, about ½ unrelated, 1 opposite.",
        formula: "Σ a² / (Σ a² + Σ (m − m̄)²), a half the difference and m half the sum of both directions",
        source: "Fisher 1925, Statistical Methods for Research Workers, § 38",
    },
    Definition {
        key: "reliability",
        term: "Reliability and ceiling",
        text: "How far half of the seeds agrees with the other half about all pairs, stepped up to all seeds. Its \
               root is the ceiling of any correlation with the gains.",
        formula: "ρ = n r̄ / (1 + (n − 1) r̄)",
        source: "Spearman 1910; Brown 1910, Brit. J. Psychol. 3",
    },
    Definition {
        key: "correlation",
        term: "Correlation with the gains",
        text: "Pearson’s r, Spearman’s ρ, Kendall’s τ-b and weighted τ of a measure with the outcome, over ordered \
               pairs. Naive p and intervals take pairs for independent, which they are not.",
        formula: "r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²)",
        source: "Knight 1966; Vigna 2015, WWW",
    },
    Definition {
        key: "qap",
        term: "Permutation p (QAP)",
        text: "Tasks are the unit: rows and columns of the measure are permuted together. All permutations up to 7 \
               tasks, 9,999 beyond. p_max takes the best of all measures in every permutation and so allows for \
               having tried several.",
        formula: "p = #{|r_π| ≥ |r|} / k!",
        source: "Krackhardt 1988, Social Networks 10; Phipson and Smyth 2010; Westfall and Young 1993",
    },
    Definition {
        key: "within-target",
        term: "Within targets",
        text: "Mean over targets of Spearman’s ρ over the sources of that target: does the measure rank sources, \
               whatever separates easy targets from hard ones?",
        formula: "",
        source: "",
    },
    Definition {
        key: "task-bootstrap",
        term: "Interval over tasks",
        text: "From 8 tasks on: tasks drawn anew with their rows and columns, 2,000 times, percentile interval.",
        formula: "",
        source: "Snijders and Borgatti 1999, Connections 22",
    },
    Definition {
        key: "semi-partial",
        term: "Beside other measures",
        text: "Whether a measure adds to the controls: its residual is permuted, the statistic is its t (double \
               semi-partialling).",
        formula: "",
        source: "Dekker, Krackhardt and Snijders 2007, Psychometrika 72",
    },
    Definition {
        key: "ndcg",
        term: "NDCG",
        text: "How good a ranking of sources is, the top counting most; 1 is perfect. By rank, or by score; the four \
               forms are never compared with each other.",
        formula: "Σ gain(i) / log₂(position + 2), over the best order’s",
        source: "Järvelin and Kekäläinen 2002, ACM TOIS 20",
    },
    Definition {
        key: "regret",
        term: "Regret",
        text: "What is lost by taking the k sources predicted best instead of the k that are best; 0 is nothing.",
        formula: "1 − score of the chosen / score of the best",
        source: "Kim et al. 2023, EMNLP; Poth et al. 2021, EMNLP; Renggli et al. 2022, CVPR",
    },
    Definition {
        key: "captured-gain",
        term: "Captured gain",
        text: "The gain of the best of the k chosen sources as a share of the largest gain; absent when no source \
               helps.",
        formula: "max g of the k chosen / max g of all",
        source: "",
    },
    Definition {
        key: "standard-predictors",
        term: "Random, size, score, popularity",
        text: "What a predictor must beat: a random order (its exact expectation), the source’s number of rows, its \
               single-task score, and its mean gain on the other targets.",
        formula: "",
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
        key: "recommendation",
        term: "Measured and predicted",
        text: "A pair that was trained stands with its measured gain. Any other is predicted by the predictor that \
               best orders the sources of the other targets, with a line fitted to their pairs; the target’s own pairs \
               are never used for that.",
        formula: "",
        source: "",
    },
    Definition {
        key: "similarity",
        term: "Similarity",
        text: "A number for an ordered pair of tasks that needs no training on the pair. Whether it says anything \
               about transfer is another question, which has a page of its own.",
        formula: "",
        source: "",
    },
    Definition {
        key: "overlap",
        term: "Overlap",
        text: "Test examples of a target one of whose texts also stands in the training set of a source. A gain over \
               such a pair may be memory, not transfer; the pair is flagged as a leak.",
        formula: "",
        source: "",
    },
    Definition {
        key: "score",
        term: "Score",
        text: "The metric on the target’s test rows, mean over seeds. Alone: the model trained on the target only, the \
               baseline of every gain. All runs with a score are here, collapsed ones too.",
        formula: "interval = mean ± t · sd / √n, level 1 − α",
        source: "",
    },
    Definition {
        key: "label-balance",
        term: "Label balance",
        text: "How often each label stands in a set. The most frequent label’s share is what one gets right by always \
               answering it: the chance level of accuracy.",
        formula: "",
        source: "",
    },
    Definition {
        key: "difference",
        term: "Difference of gains",
        text: "Gain here minus gain there, joined by the names of source and target. The interval and p are Welch’s \
               over seeds, as if the runs of the two were independent; Holm’s correction is over the pairs that can be \
               tested. Tasks of one name need not be the same data.",
        formula: "difference = gain here − gain there",
        source: "Welch 1947; Holm 1979",
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
