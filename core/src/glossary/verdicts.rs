//! What may be said of a gain, and by which test.

use super::Term;

pub(super) const TERMS: &[Term] = &[
    Term {
        key: "verdict",
        name: "Verdict",
        text: "helps or harms: the Holm-corrected p of the pooled test is below α. equivalent: two one-sided tests show \
               that the gain lies inside ± margin. undecided: neither. untested: an arm has fewer than two runs.",
        source: "Holm 1979; Schuirmann 1987",
        formula: "",
    },
    Term {
        key: "alpha",
        name: "α",
        text: "The chance, over all pairs of the family together, that any verdict of helps or harms is false where \
               nothing helps or harms. Intervals have level 1 − α.",
        source: "Holm 1979, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6",
        formula: "",
    },
    Term {
        key: "margin",
        name: "Margin",
        text: "The smallest gain worth having, in the metric’s units: 0.01 is one point of accuracy. Pairs are called \
               equivalent when their gain is shown to be smaller than this in either direction.",
        source: "Schuirmann 1987, J. Pharmacokinet. Biopharm. 15",
        formula: "",
    },
    Term {
        key: "flags",
        name: "Flags",
        text: "What limits a verdict: negligible, depends on collapsed runs, lacks failed runs, source collapsed, \
               leak, evaluated on training rows, identical scores, unpaired, one run, stopped early.",
        formula: "",
        source: "",
    },
    Term {
        key: "p-value",
        name: "p",
        text: "How often a difference at least this large would come from seeds alone, if there were none. All tests \
               are two-sided.",
        formula: "",
        source: "",
    },
    Term {
        key: "pooled-t",
        name: "Pooled test",
        text: "The deciding test. The runs of a target alone and after each source are arms with one variance, to which \
               all of them contribute; an arm that is louder than that keeps its own. Seeds need not be shared.",
        formula: "t = (m₁ − m₀) / √(v₁ / n₁ + v₀ / n₀); v = Σ SS / Σ (n − 1), or (2 v + SS) / (n + 1) where that is larger",
        source: "Student’s t in a one-way layout; Satterthwaite 1946, Biometrics 2; the guard against loud arms is ours",
    },
    Term {
        key: "race",
        name: "Race",
        text: "Pairs are tested at planned looks, and seeds go only to those that are not decided. A pair’s p is the number of \
               looks times the smallest over its looks, so it holds under any rule of choosing and stopping; the gain of \
               a pair that stopped early is biased away from zero.",
        formula: "p = min(1, L min p at a look)",
        source: "Bonferroni’s inequality over the planned looks",
    },
    Term {
        key: "probability-positive",
        name: "P(gain > 0)",
        text: "Of what the true gain may be after these runs, the share above 0. A leaning, not a verdict.",
        formula: "P(T ≤ t)",
        source: "",
    },
    Term {
        key: "moderated-t",
        name: "Moderated paired t test",
        text: "Stands beside the deciding test and takes differences of runs that share a seed. The variance of a pair’s \
               differences is drawn towards that of all pairs of the family.",
        formula: "s̃² = (d₀ s₀² + d s²) / (d₀ + d); t = mean / (s̃ / √n), on min(d₀ + d, Σ d) degrees of freedom",
        source: "Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3; as limma 3.54.1 computes it",
    },
    Term {
        key: "plain-t",
        name: "Paired t test",
        text: "The same test with the pair’s own variance only.",
        formula: "t = mean / (s / √n), n − 1 degrees of freedom",
        source: "Student 1908, Biometrika 6",
    },
    Term {
        key: "sign-flip",
        name: "Exact sign-flip test",
        text: "The share of all sign patterns of the gains whose sum is at least as large as the observed one. It \
               needs no normal distribution. With n seeds it cannot fall below 2^(1 − n).",
        formula: "p = #{|Σ ± d| ≥ |Σ d|} / 2^n",
        source: "Fisher 1935, The Design of Experiments, section 21",
    },
    Term {
        key: "welch",
        name: "Welch’s test",
        text: "Compares two means with unequal variances where no seed is shared. It decides nothing.",
        source: "Welch 1947, Biometrika 34",
        formula: "",
    },
    Term {
        key: "equivalence",
        name: "Equivalence",
        text: "Two one-sided tests: is the gain above −margin, and below +margin? The larger p of the two counts.",
        formula: "p = max(P(T > (d̄ + m) / se), P(T < (d̄ − m) / se))",
        source: "Schuirmann 1987, J. Pharmacokinet. Biopharm. 15",
    },
    Term {
        key: "holm",
        name: "Holm’s correction",
        text: "Keeps the chance that any verdict of the family is false at α.",
        formula: "sorted p₍ᵢ₎ · (m − i + 1), made monotone",
        source: "Holm 1979, Scand. J. Statist. 6",
    },
    Term {
        key: "benjamini-hochberg",
        name: "Benjamini-Hochberg",
        text: "Controls the expected share of false verdicts among those that are believed. Shown beside Holm; it \
               decides nothing.",
        formula: "sorted p₍ᵢ₎ · m / i, made monotone",
        source: "Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57",
    },
    Term {
        key: "intervals",
        name: "Intervals",
        text: "This pair alone: pooled test at level 1 − α. All pairs together: at level 1 − α / family size, so \
               that all hold at once. Both speak of these test rows only. Other seeds and other examples: both are \
               random, crossed effects; for accuracy in closed form, for other metrics by drawing both anew together.",
        formula: "gain ± t · √(v₁ / n₁ + v₀ / n₀); gain ± t · √((MS_seed + MS_example − MS_rest) / (K n))",
        source: "Bonferroni; Satterthwaite 1946, Biometrics Bull. 2; Dorfman, Berbaum and Metz 1992, Invest. Radiol. 27; \
                 Owen 2007, Ann. Appl. Stat. 1",
    },
    Term {
        key: "smallest-detectable-gain",
        name: "Smallest detectable gain",
        text: "The true gain that this design detects with 80 % power, from the noncentral t distribution at \
               level α / family size. It follows from the design, not from the observed mean.",
        formula: "P(|T(δ)| > t at 1 − α / 2m) = 0.8; δ · se",
        source: "",
    },
    Term {
        key: "effect-sizes",
        name: "Effect sizes",
        text: "Cohen’s d of paired differences: the mean gain in standard deviations of the gains; moderated: in the \
               moderated ones. Change of the errors: how many more or fewer errors, relative to the baseline’s.",
        formula: "d = mean / s; (1 − transfer) / (1 − single) − 1",
        source: "Cohen 1988, Statistical Power Analysis",
    },
    Term {
        key: "probability-of-improvement",
        name: "Probability of improvement",
        text: "Of all pairs of one transfer run and one single run, the share in which the transfer run is better; \
               ties count half. The interval resamples the runs of both sides.",
        formula: "P(transfer > single) + ½ P(equal)",
        source: "Mann and Whitney 1947; Agarwal et al. 2021, NeurIPS",
    },
    Term {
        key: "pair-correlation",
        name: "Correlation of both arms",
        text: "Pearson’s r of the single and transfer scores over seeds: what pairing by seed would be worth. The pooled \
               test takes it for 0.",
        formula: "",
        source: "",
    },
    Term {
        key: "mcnemar",
        name: "McNemar’s test",
        text: "Compares two trained models by the examples that only one of them has right. It speaks of these two \
               models and of other examples, not of other training runs.",
        formula: "min(1, 2 P(X ≤ min(b, c))), X ~ Binomial(b + c, ½)",
        source: "McNemar 1947, Psychometrika 12",
    },
    Term {
        key: "bootstrap",
        name: "Bootstrap",
        text: "2,000 resamples, percentile intervals, always the same for one seed. Differences in accuracy: test \
               examples resampled. Other seeds and examples, of metrics that are no mean over examples: both together, \
               one draw of examples for all seeds.",
        source: "Efron and Tibshirani 1993; Koehn 2004, EMNLP; Berg-Kirkpatrick et al. 2012, EMNLP; Owen 2007",
        formula: "",
    },
];
