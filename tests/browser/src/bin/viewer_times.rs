//! `viewer_times SMALL [LARGE]`: how long a reader waits for the built viewer, in this machine's headless Chromium, as a
//! table in Markdown. The page's own clock measures, from the start of navigation or of a change to the frame that
//! shows it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use transfermap_browser_tests::browser::Browser;
use transfermap_browser_tests::dist;
use transfermap_browser_tests::server::Server;

/// Every time is taken so often, of a large report half as often; the median and the shortest are told.
const TIMES: usize = 6;

/// Runs in every document before anything else: keeps when the answer is painted, when the page answers, and when the
/// resampling is in it.
const WATCH: &str = "
    window.bench = {};
    const painted = then => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
    window.benchPainted = painted;
    new MutationObserver((_, observer) => {
        if (!document.getElementById('answer')) return;
        observer.disconnect();
        painted(t => bench.answer = t);
    }).observe(document, {childList: true, subtree: true});
    new PerformanceObserver(list => {
        for (const { name } of list.getEntries()) {
            const what = name.replace('transfermap-', '');
            if (!bench[what]) painted(t => bench[what] = t);
            bench[what] ||= 1;
        }
    }).observe({type: 'mark', buffered: true});";

/// Changes a field as a reader does; gives the milliseconds until the page shows it, and until the resampling is in it.
const CHANGE: &str = "
    const [choice, value, done] = arguments, begun = performance.now();
    const field = document.querySelector(`[data-choice=${choice}]`);
    performance.clearMarks();
    if (field.type === 'checkbox') field.checked = value === 'out'; else field.value = value;
    let shown = null;
    new PerformanceObserver((list, observer) => {
        for (const { name, startTime } of list.getEntries()) {
            if (startTime < begun) continue;
            if (name === 'transfermap-drawn' && shown === null) {
                shown = 0;
                benchPainted(t => shown = t - begun);
            }
            if (name === 'transfermap-resampled') {
                observer.disconnect();
                benchPainted(t => done([shown || t - begun, t - begun]));
            }
        }
    }).observe({type: 'mark'});
    field.dispatchEvent(new Event('change', {bubbles: true}));";

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (small, large) = match arguments.as_slice() {
        [small] => (small, None),
        [small, large] => (small, Some(large)),
        _ => bail!("usage: viewer_times SMALL [LARGE]"),
    };
    sizes()?;
    let server = Server::start(&dist()?)?;
    let browser = Browser::start()?;
    browser.devtools("Page.enable", json!({}))?;
    browser.devtools("Performance.enable", json!({"timeDomain": "threadTicks"}))?;
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH}))?;
    println!("| what a reader waits for | at most | median | shortest |\n| --- | ---: | ---: | ---: |");
    server.add("small.json", small);
    let name = "five tasks, 75 runs";
    loading(&browser, &server.url("?report=small.json"), name, [Some(500), Some(800)], TIMES)?;
    changes(&browser, name, &[("metric", "f1_macro"), ("metric", "")], TIMES)?;
    changes(&browser, name, &[("alpha", "0.1"), ("alpha", "0.05")], TIMES)?;
    changes(&browser, name, &[("margin", "0.02"), ("margin", "0.01")], TIMES)?;
    changes(&browser, name, &[("collapsed", "out"), ("collapsed", "")], TIMES)?;
    if let Some(large) = large {
        server.add("large.json", large);
        let runs = runs(large)?;
        let name = format!("{runs} runs");
        loading(&browser, &server.url("?report=large.json"), &name, [Some(1000), Some(1000)], TIMES / 2)?;
        changes(&browser, &name, &[("alpha", "0.1"), ("alpha", "0.05")], TIMES / 2)?;
        changes(&browser, &name, &[("margin", "0.02"), ("margin", "0.01")], TIMES / 2)?;
    }
    Ok(())
}

/// What a browser has to fetch, as a host sends it.
fn sizes() -> Result<()> {
    println!("| file | bytes | gzipped |\n| --- | ---: | ---: |");
    let of = |names: &[&str]| -> Result<u64> {
        let mut sum = 0;
        for name in names {
            let file = dist()?.join(name);
            let zipped = gzipped(&file)?;
            println!("| {name} | {} | {} |", thousands(fs::metadata(&file)?.len()), thousands(zipped));
            sum += zipped;
        }
        Ok(sum)
    };
    let program = of(&["transfermap-viewer_bg.wasm", "transfermap-viewer.js"])?;
    println!("| the program: both, at most 600 KB | | {} |", thousands(program));
    of(&["viewer.css", "tokens.css", "index.html"])?;
    of(&["viewer.html"])?;
    println!();
    Ok(())
}

fn gzipped(file: &Path) -> Result<u64> {
    let run = Command::new("gzip").arg("-9nc").arg(file).stderr(Stdio::inherit()).output().context("gzip")?;
    Ok(run.stdout.len() as u64)
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    grouped.join(",")
}

fn runs(report: &Path) -> Result<String> {
    let report: Value = serde_json::from_slice(&fs::read(report)?)?;
    Ok(thousands(report["runs"].as_array().context("no runs")?.len() as u64))
}

/// Opens an address again and again.
fn loading(
    browser: &Browser,
    url: &str,
    name: &str,
    [answer, interactive]: [Option<u32>; 2],
    times: usize,
) -> Result<()> {
    let mut taken = [(); 4].map(|()| Vec::new());
    for _ in 0..times {
        browser.open("about:blank")?;
        let before = processor(browser)?;
        browser.open(url)?;
        browser.until_drawn()?;
        browser.until("the times are there", "bench.answer > 1 && bench.drawn > 1 && bench.resampled > 1")?;
        let read = browser.js("return [bench.answer, bench.drawn, bench.resampled]", vec![])?;
        for (times, time) in taken.iter_mut().zip([&read[0], &read[1], &read[2]]) {
            times.extend(time.as_f64());
        }
        let after = processor(browser)?;
        // Another process than before begins at 0.
        let used = if after >= before { after - before } else { after };
        taken[3].push(1000.0 * used);
    }
    let [first, second, third, used] = taken;
    row(&format!("{name}: the answer is visible"), answer, first);
    row(&format!("{name}: the page answers clicks"), interactive, second);
    row(&format!("{name}: permutations and bootstraps have arrived"), None, third);
    row(&format!("{name}: processor time of the page's thread for all of it"), None, used);
    Ok(())
}

/// Seconds that the page's main thread has worked, without those in which it waited for a processor.
fn processor(browser: &Browser) -> Result<f64> {
    let metrics = browser.devtools("Performance.getMetrics", json!({}))?;
    let metrics = metrics["metrics"].as_array().context("no metrics")?;
    let tasks = metrics.iter().find(|m| m["name"] == "TaskDuration").and_then(|m| m["value"].as_f64());
    tasks.context("no duration of tasks")
}

/// Goes to and fro between values of a field.
fn changes(browser: &Browser, name: &str, values: &[(&str, &str)], times: usize) -> Result<()> {
    let mut taken = [(); 2].map(|()| Vec::new());
    for (choice, value) in values.iter().cycle().take(2 * times) {
        let read = browser.js_later(CHANGE, vec![json!(choice), json!(value)])?;
        for (i, times) in taken.iter_mut().enumerate() {
            times.push(read[i].as_f64().context("no time")?);
        }
    }
    let choice = values.first().map_or("", |(choice, _)| choice);
    let [shown, resampled] = taken;
    row(&format!("{name}: another {choice} is shown"), Some(300), shown);
    row(&format!("{name}: its permutations and bootstraps have arrived"), None, resampled);
    Ok(())
}

/// Milliseconds.
fn row(what: &str, at_most: Option<u32>, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |i: usize| times.get(i).copied().unwrap_or(f64::NAN);
    let bound = at_most.map_or("–".to_owned(), |ms| ms.to_string());
    println!("| {what} | {bound} | {:.0} | {:.0} |", at(times.len() / 2), at(0));
}
