//! What the page gives away: charts as SVG, PNG and CSV, tables in the clipboard, the report.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use transfermap_browser_tests::browser::PATIENCE;
use transfermap_browser_tests::reports::{REAL_SMALL, sample, with_measures};
use transfermap_browser_tests::shown::shows;
use transfermap_viewer::page::Tab;

use super::analysed::analyze;
use crate::World;

/// Clicks what saves a file, and takes the file.
fn saved(world: &World, button: &str, name: &str) -> Result<Vec<u8>> {
    let file: PathBuf = world.browser.downloads().join(name);
    world.browser.click(button)?;
    let begun = Instant::now();
    // Chromium takes the name with an empty file, and writes under another until all is there.
    while !file.metadata().is_ok_and(|m| m.len() > 0) {
        if begun.elapsed() > PATIENCE {
            let there: Vec<_> = fs::read_dir(world.browser.downloads())?.flatten().map(|f| f.file_name()).collect();
            bail!("{button} saves no {name}; the folder holds {there:?}, the console {:?}", world.browser.console()?);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let bytes = fs::read(&file)?;
    fs::remove_file(&file)?;
    Ok(bytes)
}

/// A picture that stands alone: XML with a size, with everything it names inside, and without scripts.
fn check_svg(bytes: &[u8]) -> Result<[f64; 2]> {
    let text = std::str::from_utf8(bytes)?;
    let document = roxmltree::Document::parse(text)?;
    let root = document.root_element();
    ensure!(root.has_tag_name(("http://www.w3.org/2000/svg", "svg")), "{:?} is no picture", root.tag_name());
    let size = |name: &str| -> Result<f64> { Ok(root.attribute(name).context("no size")?.parse()?) };
    let ids: Vec<&str> = document.descendants().filter_map(|n| n.attribute("id")).collect();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        ensure!(!matches!(node.tag_name().name(), "script" | "foreignObject" | "image"), "{:?}", node.tag_name());
        for attribute in node.attributes() {
            let value = attribute.value();
            ensure!(!value.contains("var("), "{}=\"{value}\" has no meaning outside of the page", attribute.name());
            ensure!(!value.contains("NaN"), "{}=\"{value}\"", attribute.name());
            if let Some(id) = value.strip_prefix("url(#").and_then(|v| v.strip_suffix(')')) {
                ensure!(ids.contains(&id), "{value} names nothing");
            }
        }
    }
    Ok([size("width")?, size("height")?])
}

/// A picture with twice the pixels of the SVG, and something in it.
fn check_png(bytes: &[u8], [width, height]: [f64; 2]) -> Result<()> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("too large")?];
    let info = reader.next_frame(&mut pixels)?;
    let (wide, high) = (f64::from(info.width), f64::from(info.height));
    ensure!((wide - 2.0 * width).abs() <= 2.0 && (high - 2.0 * height).abs() <= 2.0, "{wide} × {high} pixels");
    let step = info.color_type.samples();
    let first: Vec<u8> = pixels.get(..step).context("no pixel")?.to_vec();
    let drawn = pixels.chunks_exact(step).filter(|p| *p != first.as_slice()).count();
    ensure!(drawn > 200, "{drawn} pixels differ from the first: nothing is drawn");
    Ok(())
}

pub fn charts(world: &World) -> Result<()> {
    let file = with_measures(world.browser.folder())?;
    world.server.add("measured.json", &file);
    let mut charts = 0;
    for tab in Tab::ALL.iter().filter(|t| !t.of_some_reports()) {
        let open = || {
            world.browser.open(&world.server.url(&format!("?report=measured.json#tab={}", tab.name())))?;
            world.browser.until_drawn()
        };
        open()?;
        let ids = world
            .browser
            .js("return [...document.querySelectorAll('[data-download=svg]')].map(b => b.dataset.chart)", vec![])?;
        for (i, id) in ids.as_array().context("no list")?.iter().filter_map(Value::as_str).enumerate() {
            // The tenth file of a page is one that Chromium asks about first, whatever it was told to allow.
            if i > 0 && i % 3 == 0 {
                open()?;
            }
            let take = |format: &str| {
                saved(world, &format!("[data-download={format}][data-chart='{id}']"), &format!("{id}.{format}"))
            };
            let what = || format!("{}, {id}", tab.name());
            let size = take("svg").and_then(|bytes| check_svg(&bytes)).with_context(what)?;
            take("png").and_then(|bytes| check_png(&bytes, size)).with_context(what)?;
            let csv = take("csv")?;
            let mut reader = csv::Reader::from_reader(csv.as_slice());
            let columns = reader.headers()?.len();
            let rows = reader.records().collect::<Result<Vec<_>, _>>().with_context(what)?;
            ensure!(columns > 1 && !rows.is_empty(), "{}: {columns} columns, {} rows", what(), rows.len());
            charts += 1;
        }
    }
    // A page that lost its charts would pass everything above.
    ensure!(charts >= 12, "only {charts} charts on all pages");
    Ok(())
}

pub fn numbers(world: &World) -> Result<()> {
    let analysis = analyze(&sample(REAL_SMALL), &[])?;
    let pairs = analysis["pairs"].as_array().context("no pairs")?;
    world.open(REAL_SMALL, "tab=map")?;
    let csv = saved(world, "[data-download=csv][data-chart=transfer-map]", "transfer-map.csv")?;
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let heads = reader.headers()?.clone();
    ensure!(heads == ["source", "target", "metric", "gain", "low", "high", "verdict", "seeds"][..], "{heads:?}");
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    ensure!(rows.len() == pairs.len());
    let svg = saved(world, "[data-download=svg][data-chart=transfer-map]", "transfer-map.svg")?;
    let svg = String::from_utf8(svg)?;
    let document = roxmltree::Document::parse(&svg)?;
    for (row, pair) in rows.iter().zip(pairs) {
        let text = |i: usize| row.get(i).unwrap_or_default();
        let number = |i: usize| -> Result<Value> { Ok(json!(text(i).parse::<f64>()?)) };
        let key = format!("{}→{}", text(0), text(1));
        ensure!(pair["source"] == text(0) && pair["target"] == text(1), "{key} in the place of another pair");
        // To the last bit: the file is for programs.
        ensure!(number(3)? == pair["gain"], "{key}: {} is not {}", text(3), pair["gain"]);
        // Quantiles take logarithms, whose last bits are the browser's own.
        for (i, end) in [(4, &pair["gain_ci"][0]), (5, &pair["gain_ci"][1])] {
            let (here, there) = (number(i)?.as_f64(), end.as_f64());
            let near = here.zip(there).is_some_and(|(a, b)| (a - b).abs() <= 1e-12 * b.abs().max(1.0));
            ensure!(near, "{key}: {row:?}, not {end}");
        }
        ensure!(pair["verdict"] == text(6) && pair["n"] == json!(text(7).parse::<u64>()?), "{key}: {row:?}");
        let cell = document.descendants().find(|n| n.attribute("data-key") == Some(&key)).context("no cell")?;
        let drawn = cell.descendants().find(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "text")));
        let drawn = drawn.and_then(|n| n.text()).and_then(|t| t.split_once(' ')).context("no number")?.0.to_owned();
        shows(&drawn, &pair["gain"], 100.0).with_context(|| format!("{key} in the picture"))?;
    }
    Ok(())
}

pub fn report(world: &World) -> Result<()> {
    world.open(REAL_SMALL, "")?;
    let name = format!("{REAL_SMALL}.json");
    ensure!(saved(world, "[data-do=save]", &name)? == fs::read(sample(REAL_SMALL))?, "another file than was loaded");
    Ok(())
}

pub fn tables(world: &World) -> Result<()> {
    world.browser.devtools(
        "Browser.grantPermissions",
        json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
    )?;
    world.open(REAL_SMALL, "tab=runs")?;
    let copied = |format: &str| -> Result<String> {
        let button = format!("[data-copy={format}][data-table=runs]");
        world.browser.click(&button)?;
        world.browser.until("it is copied", &format!("document.querySelector('{button}').textContent === 'Copied'"))?;
        let read = "const done = arguments[arguments.length - 1];
             navigator.clipboard.readText().then(done, error => done({error: String(error)}))";
        let read = world.browser.js_later(read, vec![])?;
        Ok(read.as_str().with_context(|| format!("the clipboard holds {read}"))?.to_owned())
    };
    let csv = copied("csv")?;
    let rows = csv::Reader::from_reader(csv.as_bytes()).records().collect::<Result<Vec<_>, _>>()?;
    ensure!(rows.len() == 75 && rows.iter().any(|r| r.get(0) == Some("single/rte/s2")), "{} rows", rows.len());
    let markdown = copied("markdown")?;
    ensure!(markdown.lines().count() == 77 && markdown.lines().all(|l| l.starts_with('|') && l.ends_with('|')));
    Ok(())
}
