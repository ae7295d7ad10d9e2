//! Where the seeds of a race went.

use super::{Show, Table, Value};
use crate::analysis::PairAnalysis;

/// Seeds are what this table measures: no count that stands beside other numbers, without which it would be void.
const SEEDS: Show = Show::Plain(0);

/// One row per pair that raced, in the order given.
pub fn race(pairs: &[&PairAnalysis]) -> Table {
    let raced: Vec<&&PairAnalysis> = pairs.iter().filter(|p| p.test == crate::analysis::Test::Raced).collect();
    Table::of(&raced, "race", "Where the seeds went")
        .words("source", |p| &p.key.source)
        .words("target", |p| &p.key.target)
        .words("verdict", |p| p.verdict.signed())
        .numbers("seeds", |p| Value::Number(p.seeds_spent as f64, SEEDS))
        .numbers("seeds alone", |p| p.n_single)
        .numbers("seeds needed", |p| match p.verdict.is_decided() {
            true => Value::Nothing,
            false => p.seeds_needed.into(),
        })
        .noted(
            "Seeds after the source and alone at the last look; of pairs that were given up, the seeds in each arm at which a \
             gain as large as theirs, or as the margin, would be detected with 80 % power (— more than 200).",
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analysis, Options, Verdict};
    use crate::report::Report;
    use crate::study::{Race, RaceBudget};
    use crate::table::Medium;

    #[test]
    fn seeds_are_shown_also_where_no_pair_needs_more() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/samples/real-pretrained.json");
        let mut report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
        report.study.race = Some(Race { looks: vec![2, 4], budget: RaceBudget::Runs(100) });
        let mut pair = Analysis::tests(&report, &Options::default()).unwrap().pairs.remove(0);
        (pair.verdict, pair.seeds_needed, pair.seeds_spent, pair.n_single) = (Verdict::Helps, None, 4, 4);
        let endless = PairAnalysis { verdict: Verdict::Undecided, ..pair.clone() };
        let table = race(&[&pair, &endless]);
        assert!(!table.on(Medium::Terminal).is_void(), "{}", table.text(false));
        let text = |row, column| table.cell(row, column).unwrap().text();
        assert_eq!(
            (text(0, "seeds"), text(0, "seeds needed"), text(1, "seeds needed")),
            ("4".into(), "".into(), "—".into())
        );
        assert!(table.csv().contains(",4,4,"), "{}", table.csv());
    }
}
