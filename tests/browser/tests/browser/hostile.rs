//! Reports that somebody broke, or meant to break the page with.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transfermap_browser_tests::reports::{REAL_SMALL, changed, sample, written};
use transfermap_viewer::page::Tab;

use super::ways_in::let_go;
use crate::World;

const SCRIPT: &str = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>\"'>";

/// Nothing of the report ran, and no policy was broken.
fn unharmed(world: &World) -> Result<()> {
    let pwned = world.browser.js("return typeof window.pwned", vec![])?;
    ensure!(pwned == json!("undefined"), "a script of the report ran");
    let severe: Vec<String> = world.browser.console()?.into_iter().filter(|l| l.starts_with("SEVERE")).collect();
    ensure!(severe.is_empty(), "{severe:?}");
    Ok(())
}

fn open(world: &World, file: &std::path::Path, tab: &str) -> Result<()> {
    world.server.add("hostile.json", file);
    world.browser.open(&world.server.url(&format!("?report=hostile.json#tab={tab}")))
}

pub fn reports(world: &World) -> Result<()> {
    let (browser, folder) = (&world.browser, world.browser.folder());
    // Names are text, wherever they stand.
    let text = fs::read_to_string(sample(REAL_SMALL))?;
    let quoted = serde_json::to_string(&format!("rte{SCRIPT}"))?;
    let names = written(folder, "names.json", &text.replace("\"rte\"", &quoted))?;
    for tab in Tab::ALL {
        open(world, &names, tab.name())?;
        browser.until_drawn().with_context(|| format!("script in names, {}", tab.name()))?;
        ensure!(
            browser.js("return document.querySelectorAll('#transfermap img, #transfermap script').length", vec![])?
                == json!(0)
        );
        unharmed(world)?;
    }
    let half = text.get(..text.len() / 2).context("not ASCII in the middle")?;
    let broken = [
        ("truncated", written(folder, "truncated.json", half)?),
        ("NaN", written(folder, "nan.json", &text.replacen("\"seed\":1", "\"seed\":NaN", 1))?),
        ("newer", changed(folder, "newer.json", REAL_SMALL, |r| r["schema"] = json!("transfermap.report/999"))?),
        (
            "missing",
            changed(folder, "missing.json", REAL_SMALL, |r| {
                if let Some(fields) = r.as_object_mut() {
                    fields.remove("study");
                }
            })?,
        ),
        ("no report", changed(folder, "list.json", REAL_SMALL, |r| *r = Value::Array(vec![]))?),
    ];
    for (what, file) in &broken {
        open(world, file, "overview")?;
        browser.until(&format!("{what}: a message"), "document.querySelector('.message[role=alert]')")?;
        let message = browser.text("document.querySelector('.message').textContent")?;
        ensure!(message.contains("hostile.json") && !message.contains("The viewer stopped"), "{what}: {message}");
        unharmed(world).context(*what)?;
        // The page is alive: it shows the next report.
        let_go(browser, &sample(REAL_SMALL))?;
        browser.until_drawn().with_context(|| format!("after {what}"))?;
    }
    Ok(())
}

pub fn too_large(world: &World) -> Result<()> {
    let browser = &world.browser;
    let file = written(browser.folder(), "large.json", "")?;
    // Sparse: it has the size and takes no room.
    fs::OpenOptions::new().write(true).open(&file)?.set_len(201 * 1024 * 1024)?;
    world.browser.open(&world.server.url(""))?;
    browser.until("the viewer has started", "document.querySelector('#transfermap .host')")?;
    let_go(browser, &file)?;
    browser.until("a message", "document.querySelector('.message[role=alert]')")?;
    let message = browser.text("document.querySelector('.message').textContent")?;
    ensure!(message.contains("201 MB is more than this page reads"), "{message}");
    unharmed(world)
}
