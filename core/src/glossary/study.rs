//! What all gains of a family say together.

use super::Term;

pub(super) const TERMS: &[Term] = &[
    Term {
        key: "additive-model",
        name: "Donors and receivers",
        text: "Effects of the additive model: how much better this task is as a source (a donor) or as a target (a \
               receiver) than the mean of all pairs. Effects of all sources add up to 0, and those of all targets.",
        formula: "gain = mean + source + target + interaction",
        source: "",
    },
    Term {
        key: "variance-components",
        name: "Variance components",
        text: "Where the variance of the gains comes from: sources, targets, this source for this target, the \
               baseline run that all gains of a target and seed share, and the rest. Estimates may be negative; \
               shares count these as 0.",
        formula: "gain = μ + source + target + interaction + baseline + rest",
        source: "Henderson 1953, Biometrics 9; Searle, Casella and McCulloch 1992",
    },
    Term {
        key: "asymmetry",
        name: "Asymmetry",
        text: "How far the two directions of a pair of tasks differ: 0 symmetric, about ½ unrelated, 1 opposite.",
        formula: "Σ a² / (Σ a² + Σ (m − m̄)²), a half the difference and m half the sum of both directions",
        source: "Fisher 1925, Statistical Methods for Research Workers, § 38",
    },
    Term {
        key: "reliability",
        name: "Reliability and ceiling",
        text: "How far half of the seeds agrees with the other half about all pairs, stepped up to all seeds. Its \
               root is the ceiling of any correlation with the gains. Within targets: the same of the order of sources, \
               target by target, which bounds any mean ρ within targets.",
        formula: "ρ = n r̄ / (1 + (n − 1) r̄)",
        source: "Spearman 1910; Brown 1910, Brit. J. Psychol. 3",
    },
    Term {
        key: "together",
        name: "Alone, after, together",
        text: "What a target scores after a source, together with other tasks on one body, and alone for as many batches as a \
               pair has, less what it scores alone. Together every task has the batches that it has alone; a gain that \
               training longer brings too is no gain of the other task.",
        formula: "q_t = a_t, batches of t alone; together with s: a_s + a_t batches in all",
        source: "",
    },
    Term {
        key: "conflict",
        name: "Conflict",
        text: "Two tasks conflict at a step where the gradients that they give the shared body point apart: their cosine is \
               below 0. Two batches of the same task may conflict too, so the cosine of a task with itself stands beside it.",
        formula: "cos = g_a · g_b / (|g_a| |g_b|)",
        source: "Yu et al. 2020, Gradient Surgery for Multi-Task Learning, arXiv:2001.06782",
    },
];
