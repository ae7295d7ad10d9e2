//! Every page against `transfermap analyze --json` of the same file: another program's numbers, read back from what
//! stands in the page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transfermap_browser_tests::binary;
use transfermap_browser_tests::reports::{NOTEBOOK, REAL_SMALL, sample, with_measures};
use transfermap_browser_tests::shown::{ShownTable, shows};

use crate::World;

/// What `transfermap analyze --json` says of a report.
pub fn analyze(file: &Path, options: &[&str]) -> Result<Value> {
    let run = Command::new(binary()?).arg("analyze").arg(file).arg("--json").args(options).output()?;
    ensure!(run.status.success(), "transfermap analyze: {}", String::from_utf8_lossy(&run.stderr));
    Ok(serde_json::from_slice(&run.stdout)?)
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("no list {key}"))
}

fn words<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("no text {key} in {value:.200}"))
}

/// A report, what the command says of it, and the browser that shows it.
struct Shown<'a> {
    world: &'a World,
    report: Value,
    analysis: Value,
}

impl Shown<'_> {
    fn open(&self, fragment: &str) -> Result<()> {
        self.world.browser.go(fragment).with_context(|| fragment.to_owned())
    }

    fn table(&self, id: &str) -> Result<ShownTable> {
        ShownTable::read(&self.world.browser, id)
    }

    fn text(&self) -> Result<String> {
        self.world.browser.text("document.querySelector('#page').textContent")
    }

    /// 100 for metrics that are shown in points.
    fn scale(pair: &Value) -> f64 {
        if pair["metric"] == "log_loss" { 1.0 } else { 100.0 }
    }

    fn overview(&self) -> Result<()> {
        self.open("tab=overview")?;
        let family = list(&self.analysis, "families")?.first().context("no family")?;
        let answer = self.world.browser.text("document.querySelector('#answer').textContent")?;
        ensure!(answer == words(family, "sentence")?, "{answer}");
        let cards = self.world.browser.js(
            "return Object.fromEntries([...document.querySelectorAll('.cards div')].map(d =>
                [d.querySelector('dt').textContent, d.querySelector('dd').textContent]))",
            vec![],
        )?;
        let runs = list(&self.report, "runs")?;
        let failed = runs.iter().filter(|r| r["status"] != "ok").count();
        for (card, count) in
            [("tasks", list(&self.report["study"], "task")?.len()), ("runs", runs.len()), ("failed runs", failed)]
        {
            ensure!(cards[card] == json!(count.to_string()), "{card}: {}, expected {count}", cards[card]);
        }
        let text = self.text()?;
        for warning in list(&self.analysis, "warnings")? {
            ensure!(text.contains(warning.as_str().context("no text")?), "missing: {warning}");
        }
        Ok(())
    }

    fn map(&self) -> Result<()> {
        for (value, field) in
            [("gain", "gain"), ("relative_gain", "relative_gain"), ("chance_corrected_gain", "chance_corrected_gain")]
        {
            self.open(&format!("tab=map&value={value}"))?;
            let cells = self.world.browser.js(
                "return [...document.querySelectorAll('#chart-transfer-map [data-key]')].map(c =>
                    [c.dataset.key, [...c.querySelectorAll('text')].map(t => t.textContent), c.dataset.tip])",
                vec![],
            )?;
            let cells = cells.as_array().context("no cells")?;
            let with_number = list(&self.analysis, "pairs")?.iter().filter(|p| p[field].is_number());
            ensure!(cells.len() == with_number.clone().count(), "{value}: {} cells", cells.len());
            for pair in with_number {
                let key = format!("{}→{}", words(pair, "source")?, words(pair, "target")?);
                let cell = cells.iter().find(|c| c[0] == json!(key)).with_context(|| format!("no cell {key}"))?;
                let main = cell[1][0].as_str().context("no number")?;
                let (number, sign) = main.split_once(' ').context("no sign")?;
                let scale = if value == "gain" { Self::scale(pair) } else { 100.0 };
                shows(number, &pair[field], scale).with_context(|| format!("{key}, {value}"))?;
                let verdict = words(pair, "verdict")?;
                let expected = match verdict {
                    "helps" => "▲",
                    "harms" => "▼",
                    "equivalent" => "=",
                    "undecided" => "?",
                    _ => "–",
                };
                ensure!(sign == expected, "{key}: {sign} is not {verdict}");
                if let ("gain", Some([low, high])) = (value, pair["gain_ci"].as_array().map(Vec::as_slice)) {
                    let half = (high.as_f64().context("no number")? - low.as_f64().context("no number")?) / 2.0;
                    let below = cell[1][1].as_str().and_then(|t| t.strip_prefix('±')).context("no half-interval")?;
                    shows(below, &json!(half), Self::scale(pair)).with_context(|| format!("{key}, ±"))?;
                }
            }
        }
        for (table, effects) in [("donors", "donors"), ("receivers", "receivers")] {
            let family = list(&self.analysis, "families")?.first().context("no family")?;
            let effects = list(family, effects)?;
            if effects.is_empty() {
                continue;
            }
            let shown = self.table(table)?;
            ensure!(shown.rows.len() == effects.len(), "{table}: {} rows", shown.rows.len());
            for effect in effects {
                let row = shown.row(words(effect, "task")?)?;
                row.shows("beside the mean of all pairs", &effect["effect"], 100.0)?;
                row.shows("interval over seeds", &effect["ci"], 100.0)?;
            }
        }
        Ok(())
    }

    fn pairs(&self) -> Result<()> {
        for pair in list(&self.analysis, "pairs")? {
            let (source, target) = (words(pair, "source")?, words(pair, "target")?);
            self.open(&format!("tab=pair&source={source}&target={target}"))?;
            self.pair(pair).with_context(|| format!("{source} → {target}"))?;
        }
        Ok(())
    }

    fn pair(&self, pair: &Value) -> Result<()> {
        let scale = Self::scale(pair);
        let sizes = self.table("sizes")?;
        for (row, field, scale) in [
            ("runs alone", "n_single", 1.0),
            ("runs after the source", "n_transfer", 1.0),
            ("seeds that both have", "n", 1.0),
            ("score alone", "single", scale),
            ("score after transfer", "transfer", scale),
            ("gain", "gain", scale),
            ("probability that it is above 0", "probability_positive", 100.0),
            ("standard deviation of the differences", "sd", scale),
            ("smallest detectable gain", "smallest_detectable_gain", scale),
            ("relative gain", "relative_gain", 100.0),
            ("chance-corrected gain", "chance_corrected_gain", 100.0),
            ("change of the errors", "error_rate_change", 100.0),
            ("Cohen’s d of the differences", "cohen_d", 1.0),
            ("· with the moderated deviation", "cohen_d_moderated", 1.0),
            ("probability of improvement", "probability_of_improvement", 100.0),
            ("correlation of both arms over seeds", "pair_correlation", 1.0),
        ] {
            sizes.row(row)?.shows("value", &pair[field], scale)?;
        }
        let tests = [
            ("pooled", "p"),
            ("· after Holm: decides", "p_holm"),
            ("· after Benjamini-Hochberg", "q_bh"),
            ("moderated paired t", "p_moderated"),
            ("plain paired t", "p_plain"),
            ("exact sign-flip", "p_sign_flip"),
            ("equivalence, two one-sided", "p_equivalence"),
            ("· after Holm", "p_equivalence_holm"),
        ];
        if tests.iter().any(|(_, field)| pair[field].is_number()) {
            let table = self.table("tests")?;
            for (row, field) in tests {
                table.row(row)?.shows("p", &pair[field], 1.0)?;
            }
        }
        let examples = list(pair, "examples")?;
        if !examples.is_empty() {
            let table = self.table("flips")?;
            ensure!(table.rows.len() == examples.len());
            for (row, seed) in table.all().zip(examples) {
                row.shows("right → wrong", &seed["only_single_right"], 1.0)?;
                row.shows("wrong → right", &seed["only_transfer_right"], 1.0)?;
                row.shows("McNemar p", &seed["p_mcnemar"], 1.0)?;
                row.shows("accuracy gain over other examples", &seed["accuracy_gain_ci"], 100.0)?;
            }
        }
        let answer = self.world.browser.text("document.querySelector('#page .answer').textContent")?;
        let named = [words(pair, "source")?, words(pair, "target")?].iter().all(|name| answer.contains(name));
        ensure!(named, "the answer is of another pair: {answer}");
        Ok(())
    }

    fn tasks(&self) -> Result<()> {
        self.open("tab=tasks")?;
        let table = self.table("tasks")?;
        let tasks = list(&self.analysis, "tasks")?;
        ensure!(table.rows.len() == tasks.len());
        for task in tasks {
            let row = table.row(words(task, "name")?)?;
            let baseline = &task["baseline"];
            row.shows("alone", &baseline["mean"], Self::scale(task))?;
            row.shows("sd over seeds", &baseline["sd"], Self::scale(task))?;
            row.shows("runs", &baseline["n"], 1.0)?;
            row.shows("collapsed", &baseline["constant_runs"], 1.0)?;
            row.shows("failed", &baseline["failed_runs"], 1.0)?;
            row.shows("chance level", &task["chance"], Self::scale(task))?;
            row.shows("training examples", &task["train_examples"], 1.0)?;
            row.shows("test examples", &task["test_examples"], 1.0)?;
            row.shows("majority", &task["majority_accuracy"], 100.0)?;
        }
        Ok(())
    }

    fn similarity(&self) -> Result<()> {
        self.open("tab=similarity")?;
        for measure in list(&self.report, "measures")? {
            let cells = self.world.browser.js(
                "return Object.fromEntries([...document.querySelectorAll(`#chart-similarity-${arguments[0]} [data-key]`)]
                    .map(c => [c.dataset.key, c.querySelector('text').textContent]))",
                vec![measure["name"].clone()],
            )?;
            // A measure of trained models has a value for every seed; the page shows their mean.
            let mut by_pair: BTreeMap<String, Vec<f64>> = BTreeMap::new();
            for value in list(measure, "values")? {
                let (source, target) = (words(value, "source")?, words(value, "target")?);
                if let Some(value) = value["value"].as_f64().filter(|_| source != target) {
                    by_pair.entry(format!("{source}→{target}")).or_default().push(value);
                }
            }
            for (pair, values) in by_pair {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let what = || format!("{} of {pair}", measure["name"]);
                shows(cells[&pair].as_str().with_context(what)?, &json!(mean), 1.0).with_context(what)?;
            }
        }
        Ok(())
    }

    fn prediction(&self) -> Result<()> {
        let correlations = list(&self.analysis, "correlations")?;
        for outcome in ["gain", "relative_gain", "chance_corrected_gain", "negative_relative_gain"] {
            // Every page is opened anew: of many measures some stand for all.
            let of_outcome: Vec<&Value> = correlations.iter().filter(|c| c["outcome"] == outcome).collect();
            for c in of_outcome.iter().step_by(of_outcome.len().div_ceil(3).max(1)) {
                let measure = words(c, "measure")?;
                self.open(&format!("tab=prediction&outcome={outcome}&measure={measure}&all=yes"))?;
                let table = self.table("coefficients")?;
                for (row, field) in
                    [("r (Pearson)", "pearson"), ("ρ (Spearman)", "spearman"), ("τ (Kendall)", "kendall")]
                {
                    let (row, of) = (table.row(row)?, &c[field]);
                    row.shows("value", &of["r"], 1.0)?;
                    row.shows("QAP p", &of["p_qap"], 1.0)?;
                    row.shows("p max", &of["p_max"], 1.0)?;
                    row.shows("interval over tasks", &of["ci"], 1.0)?;
                    row.shows("naive p", &of["p_naive"], 1.0)?;
                    row.shows("naive interval", &of["ci_naive"], 1.0)?;
                }
                let all = self.table("correlations")?;
                let row = all.row(measure)?;
                row.shows("ρ", &c["spearman"]["r"], 1.0)?;
                row.shows("QAP p", &c["spearman"]["p_qap"], 1.0)?;
                row.shows("ρ within targets", &c["within_target_spearman"]["mean"], 1.0)?;
                row.shows("r", &c["pearson"]["r"], 1.0)?;
                row.shows("pairs", &c["n"], 1.0)?;
            }
        }
        Ok(())
    }

    fn choose(&self) -> Result<()> {
        let pairs = list(&self.analysis, "pairs")?;
        let selection = list(&self.analysis, "selection")?;
        for task in list(&self.report["study"], "task")? {
            let target = words(task, "name")?;
            let of_target: Vec<&Value> = pairs.iter().filter(|p| p["target"] == target).collect();
            if of_target.is_empty() {
                continue;
            }
            self.open(&format!("tab=choose&target={target}&all=yes"))?;
            let ranking = self.table("ranking")?;
            for row in ranking.all().filter(|row| row.cell("gain").is_ok_and(|gain| gain != "—")) {
                let source = row.cell("source")?;
                let pair = of_target.iter().find(|p| p["source"] == source).context("not measured")?;
                row.shows("gain", &pair["gain"], Self::scale(pair))?;
                ensure!(row.cell("verdict")?.ends_with(words(pair, "verdict")?), "{target}, {source}");
            }
            let predictors = self.table("predictors")?;
            for s in selection.iter().filter(|s| s["target"].is_null()) {
                let row = predictors.row(words(s, "predictor")?)?;
                row.shows("NDCG, mean", &s["ndcg_rank"], 1.0)?;
                row.nth_shows("at random", 0, &s["random_expectation"]["ndcg_rank"], 1.0)?;
                row.shows("regret, mean", &s["regret_at_1_best"], 100.0)?;
                row.nth_shows("at random", 1, &s["random_expectation"]["regret_at_1_best"], 100.0)?;
            }
        }
        Ok(())
    }

    fn runs(&self) -> Result<()> {
        self.open("tab=runs")?;
        let table = self.table("runs")?;
        let runs = list(&self.report, "runs")?;
        ensure!(table.rows.len() == runs.len(), "{} rows of {} runs", table.rows.len(), runs.len());
        for run in runs {
            let row = table.row(words(run, "id")?)?;
            let target = run["targets"][0].as_str().context("no target")?;
            row.shows("test score", &run["evaluations"][target]["test"]["scores"]["accuracy"], 100.0)?;
        }
        Ok(())
    }

    fn training(&self) -> Result<()> {
        self.open("tab=training")?;
        let training = list(&self.analysis, "training")?;
        if training.is_empty() {
            return Ok(());
        }
        let table = self.table("changes")?;
        ensure!(table.rows.len() == training.len());
        for t in training {
            let row = table.row(&format!("{} → {}", words(t, "source")?, words(t, "target")?))?;
            let epochs = list(t, "epochs")?;
            row.shows("first epoch", &epochs.first().context("no epoch")?["gain"], Self::scale(t))?;
            row.shows("last epoch", &epochs.last().context("no epoch")?["gain"], Self::scale(t))?;
            row.shows("change", &t["change"]["gain"], Self::scale(t))?;
            row.shows("interval", &t["change"]["ci"], Self::scale(t))?;
            row.shows("p", &t["change"]["p"], 1.0)?;
            row.shows("Holm p", &t["change"]["p_holm"], 1.0)?;
        }
        Ok(())
    }

    fn methods(&self) -> Result<()> {
        self.open("tab=methods")?;
        let (table, options) = (self.table("options")?, &self.analysis["options"]);
        table.row("α")?.shows("value", &options["alpha"], 1.0)?;
        table.row("seed of resampling")?.shows("value", &options["seed"], 1.0)?;
        let family = list(&self.analysis, "families")?.first().context("no family")?;
        table.row("pairs in the family")?.shows("value", &family["family_size"], 1.0)
    }
}

/// What looks at one page.
type Check<'a> = fn(&Shown<'a>) -> Result<()>;

pub fn pages(world: &World) -> Result<()> {
    let measured = with_measures(world.browser.folder())?;
    for file in [sample(REAL_SMALL), sample(NOTEBOOK), measured] {
        world.server.add("analysed.json", &file);
        let report = serde_json::from_slice(&fs::read(&file)?)?;
        let shown = Shown { world, report, analysis: analyze(&file, &[])? };
        world.browser.open(&world.server.url("?report=analysed.json"))?;
        world.browser.until_drawn()?;
        let all: [(&str, Check<'_>); 10] = [
            ("overview", Shown::overview),
            ("map", Shown::map),
            ("pair", Shown::pairs),
            ("tasks", Shown::tasks),
            ("similarity", Shown::similarity),
            ("prediction", Shown::prediction),
            ("choose", Shown::choose),
            ("runs", Shown::runs),
            ("training", Shown::training),
            ("methods", Shown::methods),
        ];
        for (page, check) in all {
            check(&shown).with_context(|| format!("{}, {page}", file.display()))?;
        }
    }
    Ok(())
}
