//! `pairs.csv`, `similarity.csv`, `correlation.csv` and `selection.csv`: the analysis for whoever computes on.

use super::csv;
use crate::analysis::{Analysis, FamilyKey};
use crate::report::Measure;

/// One row per ordered pair: gain, intervals, p values, verdict. Missing numbers are empty.
pub fn pairs(analysis: &Analysis) -> String {
    let head = [
        "encoder",
        "variant",
        "protocol",
        "source",
        "target",
        "metric",
        "n",
        "single",
        "transfer",
        "gain",
        "gain_low",
        "gain_high",
        "gain_simultaneous_low",
        "gain_simultaneous_high",
        "gain_population_low",
        "gain_population_high",
        "relative_gain",
        "chance_corrected_gain",
        "p",
        "p_plain",
        "p_sign_flip",
        "p_holm",
        "q_bh",
        "p_equivalence_holm",
        "family_size",
        "verdict",
        "flags",
        "smallest_detectable_gain",
    ];
    let row = |p: &crate::analysis::PairAnalysis| {
        let key = &p.key;
        let mut fields: Vec<String> = [&key.encoder, &key.variant, key.protocol.name(), &key.source, &key.target]
            .into_iter()
            .map(str::to_owned)
            .collect();
        fields.extend([p.metric.name().to_owned(), p.n.to_string()]);
        fields.extend([p.single, p.transfer, p.gain].map(csv::number));
        for interval in [p.gain_ci, p.gain_ci_simultaneous, p.gain_ci_population] {
            fields.extend([0, 1].map(|end| csv::number(interval.map(|i| i[end]))));
        }
        let numbers = [
            p.relative_gain,
            p.chance_corrected_gain,
            p.p,
            p.p_plain,
            p.p_sign_flip,
            p.p_holm,
            p.q_bh,
            p.p_equivalence_holm,
        ];
        fields.extend(numbers.map(csv::number));
        let flags: Vec<&str> = p.flags.iter().map(|f| f.name()).collect();
        fields.extend([p.family_size.to_string(), p.verdict.name().to_owned(), flags.join(" ")]);
        fields.push(csv::number(p.smallest_detectable_gain));
        csv::line(fields)
    };
    std::iter::once(csv::line(head)).chain(analysis.pairs.iter().map(row)).collect()
}

/// One row per value of every measure, as the report has them.
pub fn similarity(measures: &[Measure]) -> String {
    let head = csv::line(["measure", "encoder", "source", "target", "seed", "value"]);
    let rows = measures.iter().flat_map(|m| {
        m.values.iter().map(move |v| {
            let seed = v.seed.map_or_else(String::new, |s| s.to_string());
            csv::line([&m.name, &m.encoder, &v.source, &v.target, &seed, &csv::number(Some(v.value))])
        })
    });
    std::iter::once(head).chain(rows).collect()
}

/// One row per family, measure and outcome: coefficients with naive and permutation p values.
pub fn correlation(analysis: &Analysis) -> String {
    let head = [
        "encoder",
        "variant",
        "protocol",
        "measure",
        "outcome",
        "n",
        "tasks",
        "pearson",
        "pearson_p_naive",
        "pearson_p_qap",
        "pearson_p_max",
        "spearman",
        "spearman_p_naive",
        "spearman_p_qap",
        "spearman_p_max",
        "kendall",
        "kendall_p_qap",
        "kendall_p_max",
        "weighted_tau",
        "within_target_spearman",
        "within_target_spearman_p",
        "slope",
        "intercept",
        "r_squared",
    ];
    let row = |c: &crate::analysis::CorrelationAnalysis| {
        let mut fields = family(&c.family);
        fields.extend([c.measure.clone(), c.outcome.name().to_owned(), c.n.to_string(), c.tasks.to_string()]);
        for k in [&c.pearson, &c.spearman] {
            fields.extend([k.r, k.p_naive, k.p_qap, k.p_max].map(csv::number));
        }
        let (within, ols) = (&c.within_target_spearman, c.ols.as_ref());
        let numbers = [
            c.kendall.r,
            c.kendall.p_qap,
            c.kendall.p_max,
            c.weighted_tau,
            within.mean,
            within.p,
            ols.map(|o| o.slope),
            ols.map(|o| o.intercept),
            ols.map(|o| o.r_squared),
        ];
        fields.extend(numbers.map(csv::number));
        csv::line(fields)
    };
    std::iter::once(csv::line(head)).chain(analysis.correlations.iter().map(row)).collect()
}

/// One row per family, predictor and target, the mean over targets with an empty target; every figure, then its
/// expectation under a random order.
pub fn selection(analysis: &Analysis) -> String {
    let Some(first) = analysis.selection.first() else { return String::new() };
    let names: Vec<&str> = first.figures.iter().map(|(name, _)| name).collect();
    let mut head: Vec<String> =
        ["encoder", "variant", "protocol", "predictor", "target", "targets", "candidates"].map(str::to_owned).to_vec();
    head.extend(names.iter().map(|n| (*n).to_owned()));
    head.extend(["spearman".to_owned(), "kendall".to_owned()]);
    head.extend(names.iter().map(|n| format!("random_{n}")));
    let row = |s: &crate::analysis::SelectionAnalysis| {
        let mut fields = family(&s.family);
        let target = s.target.clone().unwrap_or_default();
        fields.extend([s.predictor.clone(), target, s.targets.to_string(), csv::number(Some(s.candidates))]);
        fields.extend(s.figures.iter().map(|(_, value)| csv::number(*value)));
        fields.extend([s.spearman, s.kendall].map(csv::number));
        fields.extend(s.random_expectation.iter().map(|(_, value)| csv::number(*value)));
        csv::line(fields)
    };
    std::iter::once(csv::line(head)).chain(analysis.selection.iter().map(row)).collect()
}

/// One row per family and predictor, best first: which measure predicted transfer, beside the plain predictors.
pub fn predictors(analysis: &Analysis) -> String {
    let head = [
        "encoder",
        "variant",
        "protocol",
        "rank",
        "predictor",
        "trivial",
        "cost_seconds",
        "n",
        "targets",
        "within_target_spearman",
        "within_target_p",
        "spearman",
        "p_qap",
        "p_max",
        "ndcg_rank",
        "regret_at_1_best",
        "regret_at_3_best",
        "hit_at_1",
        "captured_gain",
    ];
    let row = |key: &FamilyKey, p: &crate::analysis::PredictorAnalysis| {
        let mut fields = family(key);
        fields.extend([p.rank.to_string(), p.predictor.clone(), p.trivial.to_string()]);
        fields.extend([csv::number(Some(p.cost_seconds)), p.n.to_string(), p.targets.to_string()]);
        let coefficients = [p.within_target_spearman, p.within_target_p, p.spearman, p.p_qap, p.p_max];
        fields.extend(coefficients.map(csv::number));
        let figure = |of: fn(&crate::selection::Selection) -> Option<f64>| csv::number(p.figures.as_ref().and_then(of));
        fields.extend([
            figure(|f| f.ndcg_rank),
            figure(|f| f.regret_at_1_best),
            figure(|f| f.regret_at_3_best),
            figure(|f| f.hit_at_1),
            figure(|f| f.captured_gain),
        ]);
        csv::line(fields)
    };
    let rows = analysis.predictors.iter().flat_map(|of| of.table.iter().map(|p| row(&of.family, p)));
    std::iter::once(csv::line(head)).chain(rows).collect()
}

fn family(key: &FamilyKey) -> Vec<String> {
    [&*key.encoder, &*key.variant, key.protocol.name()].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use crate::report::Report;

    #[test]
    fn every_row_has_the_columns_of_its_header() {
        let report = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let analysis = Analysis::new(&report, &Options::default()).unwrap();
        let tables = [
            (pairs(&analysis), 5),
            (similarity(&report.measures), 5),
            (correlation(&analysis), 4),
            (selection(&analysis), analysis.selection.len()),
            (predictors(&analysis), analysis.predictors[0].table.len()),
        ];
        for (table, rows) in tables {
            let columns: Vec<usize> = table.lines().map(|line| line.split(',').count()).collect();
            assert_eq!(columns.len(), rows + 1, "{table}");
            assert!(columns.iter().all(|&c| c == columns[0]), "{table}");
        }
        let correlation = correlation(&analysis);
        assert!(correlation.contains("negative_relative_gain,5,5,-0.78202605257481"), "{correlation}");
        assert!(pairs(&analysis).contains("yelp_reviews,rte,accuracy,1,0.75,0.5035,-0.2465,,"));
    }
}
