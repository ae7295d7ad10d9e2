//! What runs score, and what a source changes.

use super::Term;

pub(super) const TERMS: &[Term] = &[
    Term {
        key: "score",
        name: "Score",
        text: "The metric on the target’s test rows, mean over seeds. Alone: the model trained on the target only, the \
               baseline of every gain. All runs with a score are here, collapsed ones too.",
        formula: "interval = mean ± t · sd / √n, level 1 − α",
        source: "",
    },
    Term {
        key: "metrics",
        name: "Metrics",
        text: "Accuracy and balanced accuracy, precision, recall and F1 (macro: plain mean over classes; weighted: \
               by support), Matthews correlation, Cohen’s kappa; log-loss, Brier score and calibration error (10 \
               equal bins), of which less is better. Equal to scikit-learn’s.",
        source: "Matthews 1975; Cohen 1960; Brier 1950; Naeini et al. 2015",
        formula: "",
    },
    Term {
        key: "chance",
        name: "Chance level",
        text: "What the metric gives for always answering the most frequent class of the test set; for metrics of \
               probabilities, for always giving the label shares.",
        formula: "",
        source: "",
    },
    Term {
        key: "label-balance",
        name: "Label balance",
        text: "How often each label stands in a set. The most frequent label’s share is what one gets right by always \
               answering it: the chance level of accuracy.",
        formula: "",
        source: "",
    },
    Term {
        key: "collapsed",
        name: "Collapsed run",
        text: "One class makes up at least 99 % of the test predictions and more than the largest label’s share: the \
               model has learnt to answer one thing. Its gain measures the collapse.",
        formula: "",
        source: "",
    },
    Term {
        key: "overlap",
        name: "Overlap",
        text: "Test examples of a target one of whose texts also stands in the training set of a source. A gain over \
               such a pair may be memory, not transfer; the pair is flagged as a leak.",
        formula: "",
        source: "",
    },
    Term {
        key: "gain",
        name: "Gain",
        text: "Score on the target’s test rows after training on the source first, minus the score of the model trained \
               on the target alone. Positive is better for every metric. Both are means over seeds.",
        formula: "gain = mean(transfer) − mean(single)",
        source: "",
    },
    Term {
        key: "relative-gain",
        name: "Relative gain",
        text: "How much of the baseline is gained: the transfer ratio of the notebook that this project grew out of. \
               Absent when the baseline is not above 0.",
        formula: "mean(transfer) / mean(single) − 1",
        source: "Vu et al. 2020, Exploring and predicting transferability across NLP tasks, EMNLP",
    },
    Term {
        key: "chance-corrected-gain",
        name: "Chance-corrected gain",
        text: "The gain as a share of what there is to learn above always answering the most frequent class. Comparable \
               between tasks with different numbers of classes.",
        formula: "gain / (perfect − chance level)",
        source: "",
    },
    Term {
        key: "pairing",
        name: "Paired runs",
        text: "Single and transfer runs of one seed start with the same classifier, see the data in the same order \
               and draw the same dropout. Gains are joined by encoder, variant, protocol, source, target and seed, \
               never by position; a missing run is missing, not zero.",
        formula: "d_k = transfer_k − single_k",
        source: "",
    },
    Term {
        key: "paired-seeds",
        name: "Every seed",
        text: "The test score of each seed, alone and after the source. Lines that run parallel mean a steady gain; \
               lines that cross mean that the seed decides. A hollow dot has a run that predicts one class \
               throughout.",
        formula: "",
        source: "",
    },
    Term {
        key: "family",
        name: "Family",
        text: "All pairs of one encoder, variant and protocol that have a test. Corrections for \
               many tests are over a family.",
        formula: "",
        source: "",
    },
    Term {
        key: "difference",
        name: "Difference of gains",
        text: "Gain here minus gain there, joined by the names of source and target. The interval and p are Welch’s \
               over seeds, as if the runs of the two were independent; Holm’s correction is over the pairs that can be \
               tested. Tasks of one name need not be the same data.",
        formula: "difference = gain here − gain there",
        source: "Welch 1947; Holm 1979",
    },
    Term {
        key: "confusion",
        name: "Confusion matrix",
        text: "Test examples by label (rows) and prediction (columns), summed over seeds. The diagonal is right. \
               Colours are shares of the row.",
        formula: "",
        source: "",
    },
    Term {
        key: "per-class",
        name: "Precision, recall, F1 by class",
        text: "Of the summed counts. Precision: right among the predicted. Recall: found among the labelled. F1: \
               their harmonic mean. 0 where nothing was predicted or labelled.",
        formula: "F1 = 2 · hits / (predicted + labelled)",
        source: "",
    },
    Term {
        key: "learning-curve",
        name: "Learning curve",
        text: "Score after every pass over the training set. Test scores are shown, never used: stopping and \
               choosing look at validation rows only.",
        formula: "",
        source: "",
    },
    Term {
        key: "training-loss",
        name: "Training loss",
        text: "Mean cross-entropy of the batches of a step, in nats; of at most 200 steps, evenly spread.",
        formula: "",
        source: "",
    },
    Term {
        key: "gain-over-training",
        name: "Gain over training",
        text: "Mean gain after each epoch with a t interval of that epoch alone, at level 1 − α. The change is last \
               minus first, paired by seed; after Holm below α it heals or deepens (first + last below 0), or builds up \
               or fades.",
        formula: "change = gain at the last epoch − gain at the first",
        source: "",
    },
];
