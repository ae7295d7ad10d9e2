//! The analysis as LaTeX tables for a paper: `tabular` with the rules of the package booktabs, plain ASCII, gains in
//! points. What a caption must not leave out stands in comments above each table.

use crate::analysis::{Analysis, FamilyAnalysis, FamilyKey, PairAnalysis, PairOutcome, Verdict};
use crate::number::{self, MISSING, or_missing};

/// Head and rows of a table.
type Rows = Vec<Vec<String>>;

/// Single-task scores: one row per task, encoder and variant.
pub fn baselines(analysis: &Analysis) -> String {
    let several = analysis.families.len() > 1;
    let mut rows = head(&["task", "classes", "test examples", "majority", "score", "metric"]);
    for task in analysis.tasks.iter().filter(|t| t.baseline.n > 0) {
        let spread = task.baseline.sd.map_or_else(String::new, |sd| format!(" ± {}", number::score(task.metric, sd)));
        let name = match (&task.encoder, &task.variant) {
            (Some(encoder), Some(variant)) if several => format!("{} ({encoder}, {variant})", task.name),
            _ => task.name.clone(),
        };
        let known = |n: Option<usize>| n.filter(|&n| n > 0).map_or_else(|| MISSING.to_owned(), |n| n.to_string());
        rows.push(vec![
            name,
            known(Some(task.classes)),
            known(task.test_examples),
            or_missing(task.majority_accuracy, |m| number::plain(100.0 * m, 1)),
            or_missing(task.baseline.mean, |m| number::score(task.metric, m)) + &spread,
            task.metric.label().to_owned(),
        ]);
    }
    table("Single-task test scores in points, mean ± standard deviation over seeds; majority share in per cent.", &rows)
}

/// The map of each family: sources down, targets across.
pub fn transfer(analysis: &Analysis) -> String {
    let names = analysis.task_names();
    let of_family = |family: &FamilyAnalysis| {
        let pairs: Vec<&PairAnalysis> = analysis.pairs_of(&family.key).collect();
        let targets: Vec<&str> = names.iter().copied().filter(|n| pairs.iter().any(|p| p.key.target == *n)).collect();
        let mut rows = head(&[&["source"][..], &targets].concat());
        for source in names.iter().filter(|n| pairs.iter().any(|p| p.key.source == **n)) {
            let find = |target: &&str| pairs.iter().find(|p| p.key.source == *source && p.key.target == **target);
            let cells = targets.iter().map(|t| find(t).map_or_else(String::new, |p| cell(p)));
            rows.push(std::iter::once((*source).to_owned()).chain(cells).collect());
        }
        rows
    };
    by_family(
        analysis,
        "Mean gain in points of the target's metric. ▲ helps, ▼ harms, = equivalent (Holm over the family); the others \
         are undecided or untested.",
        of_family,
    )
}

fn cell(pair: &PairAnalysis) -> String {
    let mark = match pair.verdict {
        Verdict::Helps => " ▲",
        Verdict::Harms => " ▼",
        Verdict::Equivalent => " =",
        Verdict::Undecided | Verdict::Untested => "",
    };
    or_missing(pair.gain, |g| number::gain(pair.metric, g) + mark)
}

/// Every pair of each family with its interval, p and verdict.
pub fn pairs(analysis: &Analysis) -> String {
    let of_family = |family: &FamilyAnalysis| {
        let mut rows = head(&["source", "target", "n", "gain", "interval", "p", "Holm p", "verdict", "flags"]);
        rows.extend(analysis.pairs_of(&family.key).map(|p| {
            vec![
                p.key.source.clone(),
                p.key.target.clone(),
                p.n.to_string(),
                or_missing(p.gain, |g| number::gain(p.metric, g)),
                p.gain_ci.map_or_else(|| MISSING.to_owned(), |i| number::gain_interval(p.metric, i)),
                or_missing(p.p, number::p_value),
                or_missing(p.p_holm, number::p_value),
                p.verdict.name().to_owned(),
                p.flags.iter().map(|f| f.name()).collect::<Vec<_>>().join(", "),
            ]
        }));
        rows
    };
    let level = number::plain(100.0 * (1.0 - analysis.options.alpha), 1);
    by_family(
        analysis,
        &format!(
            "Gain in points over n paired seeds; {level} % interval of the moderated paired t over seeds, on these test \
             rows; Holm's correction over the family decides."
        ),
        of_family,
    )
}

/// Every measure against every outcome of each family.
pub fn correlation(analysis: &Analysis) -> String {
    let of_family = |family: &FamilyAnalysis| {
        let columns = ["measure", "outcome", "pairs", "r", "naive p", "QAP p", "p max", "ρ", "QAP p", "τ"];
        let mut rows = head(&columns);
        for outcome in PairOutcome::ALL {
            let of_outcome = analysis.correlations.iter().filter(|c| c.family == family.key && c.outcome == outcome);
            rows.extend(of_outcome.map(|c| {
                let r = |r: Option<f64>| or_missing(r, |r| number::signed(r, 3));
                let p = |p: Option<f64>| or_missing(p, number::p_value);
                vec![
                    c.measure.clone(),
                    outcome.name().replace('_', " "),
                    c.n.to_string(),
                    r(c.pearson.r),
                    p(c.pearson.p_naive),
                    p(c.pearson.p_qap),
                    p(c.pearson.p_max),
                    r(c.spearman.r),
                    p(c.spearman.p_qap),
                    r(c.kendall.r),
                ]
            }));
        }
        rows
    };
    by_family(
        analysis,
        "Pearson's r, Spearman's ρ and Kendall's τ-b over ordered pairs. The naive p takes pairs for independent, which \
         they are not; QAP p permutes tasks; p max allows for the number of measures.",
        of_family,
    )
}

/// Every predictor of each family at choosing sources, on average over targets.
pub fn selection(analysis: &Analysis) -> String {
    let of_family = |family: &FamilyAnalysis| {
        let mut rows = head(&["predictor", "targets", "NDCG", "regret@1", "regret@3", "regret@5", "hit@1", "τ"]);
        let means = analysis.selection.iter().filter(|s| s.family == family.key && s.target.is_none());
        rows.extend(means.map(|s| {
            let share = |v: Option<f64>| or_missing(v, |v| number::plain(100.0 * v, 1));
            let f = &s.figures;
            vec![
                s.predictor.clone(),
                s.targets.to_string(),
                share(f.ndcg_rank),
                share(f.regret_at_1_best),
                share(f.regret_at_3_best),
                share(f.regret_at_5_best),
                share(f.hit_at_1),
                or_missing(s.kendall, |v| number::signed(v, 2)),
            ]
        }));
        rows
    };
    by_family(
        analysis,
        "Mean over targets, per cent. NDCG with gain 2^(N − rank) − 1; regret of the best; random is the exact \
         expectation of a random order.",
        of_family,
    )
}

fn head(cells: &[&str]) -> Rows {
    vec![cells.iter().map(|&c| c.to_owned()).collect()]
}

/// One table for each family that has rows, named in a comment.
fn by_family(analysis: &Analysis, caption: &str, rows: impl Fn(&FamilyAnalysis) -> Rows) -> String {
    let name = |key: &FamilyKey| format!("{}, {}, {}.", key.encoder, key.variant, key.protocol.name());
    let tables = analysis.families.iter().map(|f| (name(&f.key), rows(f))).filter(|(_, rows)| rows.len() > 1);
    tables.map(|(name, rows)| table(&format!("{caption}\n{name}"), &rows)).collect::<Vec<_>>().join("\n")
}

/// A `tabular`: the first two columns of words to the left, the others to the right.
fn table(caption: &str, rows: &Rows) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let is_number = |column: usize| {
        let cells = rows.iter().skip(1).filter_map(|row| row.get(column));
        let number =
            |c: &String| c.is_empty() || c.starts_with(['+', '−', '[', '<', '—']) || c.starts_with(char::is_numeric);
        cells.into_iter().all(number)
    };
    let alignment: String = (0..columns).map(|c| if c > 0 && is_number(c) { 'r' } else { 'l' }).collect();
    let mut text: String = caption.lines().map(|line| format!("% {}\n", escape(line))).collect();
    text += &format!("\\begin{{tabular}}{{{alignment}}}\n\\toprule\n");
    for (i, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|c| escape(c)).collect();
        text += &format!("{} \\\\\n", cells.join(" & "));
        if i == 0 {
            text += "\\midrule\n";
        }
    }
    text + "\\bottomrule\n\\end{tabular}\n"
}

/// Text that LaTeX typesets as it stands here, with the signs that its fonts lack in mathematics.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let with = match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
                continue;
            }
            '\\' => "\\textbackslash{}",
            '~' => "\\textasciitilde{}",
            '^' => "\\textasciicircum{}",
            '<' => "$<$",
            '>' => "$>$",
            '−' => "$-$",
            '±' => "$\\pm$",
            '—' => "--",
            '▲' => "$\\uparrow$",
            '▼' => "$\\downarrow$",
            'ρ' => "$\\rho$",
            'τ' => "$\\tau$",
            _ => {
                escaped.push(c);
                continue;
            }
        };
        escaped += with;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use crate::report::Report;

    fn analysis(sample: &[u8]) -> Analysis {
        Analysis::new(&Report::from_json(sample).unwrap(), &Options::default()).unwrap()
    }

    #[test]
    fn every_row_has_the_columns_of_its_tabular_and_only_ascii() {
        let analysis = analysis(include_bytes!("../../../www/samples/real-small.json"));
        for (table, rows) in [(baselines(&analysis), 5), (transfer(&analysis), 5), (pairs(&analysis), 20)] {
            assert!(table.is_ascii(), "{table}");
            let start = table.find("\\begin{tabular}{").unwrap() + "\\begin{tabular}{".len();
            let columns = table[start..].find('}').unwrap();
            let lines: Vec<&str> = table.lines().filter(|l| l.ends_with("\\\\")).collect();
            assert_eq!(lines.len(), rows + 1, "{table}");
            assert!(lines.iter().all(|l| l.matches(" & ").count() + 1 == columns), "{table}");
        }
        assert!(transfer(&analysis).contains("$-$17.6 $\\downarrow$"), "{}", transfer(&analysis));
        assert!(pairs(&analysis).contains("yelp\\_reviews & rte & 3 &"), "{}", pairs(&analysis));
    }

    #[test]
    fn correlations_name_the_naive_p() {
        let analysis = analysis(include_bytes!("../../../www/samples/notebook.json"));
        let table = correlation(&analysis);
        let row =
            "notebook\\_inverse\\_cosine & negative relative gain & 5 & $-$0.782 & 0.118 & -- & -- & $-$0.800 & -- &";
        assert!(table.contains("naive p") && table.contains(row), "{table}");
        assert!(selection(&analysis).contains("random & "), "{}", selection(&analysis));
        assert_eq!(correlation(&Analysis { families: Vec::new(), ..analysis }), "", "no family, no table");
    }

    #[test]
    fn what_latex_reads_as_a_command_is_escaped() {
        assert_eq!(
            escape("a_b & 5 % {x} \\ ^ ~ #"),
            "a\\_b \\& 5 \\% \\{x\\} \\textbackslash{} \\textasciicircum{} \\textasciitilde{} \\#"
        );
        assert_eq!(escape("<0.001 −1.0 ± 0.2 —"), "$<$0.001 $-$1.0 $\\pm$ 0.2 --");
    }
}
