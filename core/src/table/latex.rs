//! Tables for a paper: `tabular` with the rules of the package booktabs, plain ASCII.

use super::{Medium, Table};

impl Table {
    /// The table as LaTeX, words to the left and numbers to the right. What a caption must not leave out stands in comments
    /// above it.
    pub fn latex(&self) -> String {
        let table = self.on(Medium::Latex);
        let alignment: String = table.columns.iter().map(|c| if c.is_numeric() { 'r' } else { 'l' }).collect();
        let line = |cells: Vec<String>| cells.iter().map(|c| escape(c)).collect::<Vec<_>>().join(" & ") + " \\\\\n";
        let mut text: String = table.note.lines().map(|line| format!("% {}\n", escape(line))).collect();
        text += &format!("\\begin{{tabular}}{{{alignment}}}\n\\toprule\n");
        text += &line(table.columns.iter().map(|c| c.head.clone()).collect());
        text += "\\midrule\n";
        text.extend(table.rows.iter().map(|row| line(row.iter().map(super::Cell::text).collect())));
        text + "\\bottomrule\n\\end{tabular}\n"
    }
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
            '—' | '–' => "--",
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
    use crate::analysis::{Analysis, Options};
    use crate::report::Report;
    use crate::table::{correlations, latex_by_family, pairs, selection, tasks, transfer_map};

    fn analysis(sample: &[u8]) -> Analysis {
        Analysis::new(&Report::from_json(sample).unwrap(), &Options::default()).unwrap()
    }

    #[test]
    fn every_row_has_the_columns_of_its_tabular_and_only_ascii() {
        let analysis = analysis(include_bytes!("../../../www/samples/real-small.json"));
        let baselines = tasks(&analysis.tasks.iter().collect::<Vec<_>>(), &[]).latex();
        let map = latex_by_family(&analysis, |family| transfer_map(&analysis, family));
        let pairs = latex_by_family(&analysis, |f| pairs(&analysis.pairs_of(f).collect::<Vec<_>>(), &analysis.options));
        for (table, rows) in [(&baselines, 5), (&map, 5), (&pairs, 20)] {
            assert!(table.is_ascii(), "{table}");
            let start = table.find("\\begin{tabular}{").unwrap() + "\\begin{tabular}{".len();
            let columns = table[start..].find('}').unwrap();
            let lines: Vec<&str> = table.lines().filter(|l| l.ends_with("\\\\")).collect();
            assert_eq!(lines.len(), rows + 1, "{table}");
            assert!(lines.iter().all(|l| l.matches(" & ").count() + 1 == columns), "{table}");
        }
        assert!(map.contains("$-$17.6 $\\downarrow$"), "{map}");
        assert!(pairs.contains("yelp\\_reviews & rte & 3 &"), "{pairs}");
    }

    #[test]
    fn correlations_name_the_naive_p() {
        let analysis = analysis(include_bytes!("../../../www/samples/notebook.json"));
        let of = |analysis: &Analysis| {
            let all: Vec<_> = analysis.correlations.iter().collect();
            latex_by_family(analysis, |_| correlations(&all))
        };
        let table = of(&analysis);
        let row =
            "notebook\\_inverse\\_cosine & negative relative gain & 5 & $-$0.782 & 0.118 & -- & -- & $-$0.800 & -- &";
        assert!(table.contains("naive p") && table.contains(row), "{table}");
        let means: Vec<_> = analysis.selection.iter().filter(|s| s.target.is_none()).collect();
        assert!(selection(&means).latex().contains("random & "));
        assert_eq!(of(&Analysis { families: Vec::new(), ..analysis }), "", "no family, no table");
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
