//! Clicks, links, keys, files: the ways to an answer.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use thirtyfour::Key;
use transfermap_browser_tests::browser::Browser;
use transfermap_browser_tests::dist;
use transfermap_browser_tests::reports::{NOTEBOOK, REAL_SMALL, sample};

use crate::World;

pub fn cell_and_link(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "tab=map&alpha=0.2")?;
    let cell = "#chart-transfer-map [data-set*='source=ag_news'][data-set*='target=rte']";
    browser.click(cell)?;
    browser
        .until("the pair is open", "document.querySelector('#tab-pair').getAttribute('aria-selected') === 'true'")?;
    browser.until_drawn()?;
    let page = "document.querySelector('#page').textContent";
    let (link, before) = (browser.text("location.href")?, browser.text(page)?);
    ensure!(before.contains("ag_news") && before.contains("rte"), "{before:.300}");
    browser.open(&link)?;
    browser.until_drawn()?;
    ensure!(browser.text(page)? == before, "the link {link} shows another page");
    ensure!(browser.text("document.querySelector('[data-choice=alpha]').value")? == "0.2");
    Ok(())
}

pub fn keyboard(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "")?;
    browser.js("document.querySelector('#tab-overview').focus()", vec![])?;
    browser.press(Key::Right + "")?;
    browser.until("the right arrow opens the map", "location.hash.includes('tab=map')")?;
    browser.until_drawn()?;
    let focused = "document.activeElement";
    for _ in 0..40 {
        if browser.js(&format!("return {focused}.getAttribute('role') === 'gridcell'"), vec![])? == json!(true) {
            break;
        }
        browser.press(Key::Tab + "")?;
    }
    browser.press(Key::Right + "")?;
    browser.press(Key::Down + "")?;
    browser.press(Key::Right + "")?;
    let at = browser.text(&format!("{focused}.dataset.row + ',' + {focused}.dataset.column"))?;
    ensure!(at == "1,2", "arrows lead to {at}");
    browser.press(Key::Enter + "")?;
    browser.until("Enter opens the pair", "location.hash.includes('tab=pair')")?;
    browser.until_drawn()?;
    browser.press(Key::Escape + "")?;
    browser.until("Escape goes back to the map", "location.hash.includes('tab=map')")
}

/// A file let go over the page, through Chromium's own drag and drop.
pub fn let_go(browser: &Browser, file: &std::path::Path) -> Result<()> {
    let files = json!({"items": [], "files": [file], "dragOperationsMask": 1});
    for kind in ["dragEnter", "dragOver", "drop"] {
        browser.devtools("Input.dispatchDragEvent", json!({"type": kind, "x": 300, "y": 200, "data": files}))?;
    }
    Ok(())
}

pub fn drop(world: &World) -> Result<()> {
    let browser = &world.browser;
    browser.open(&world.server.url(""))?;
    browser.until("the viewer has started", "document.querySelector('#transfermap .host')")?;
    let_go(browser, &sample(NOTEBOOK))?;
    browser.until_drawn()?;
    // The start page is gone, the report is there.
    ensure!(browser.js("return document.querySelector('main.start') === null", vec![])? == json!(true));
    browser.text("document.querySelector('#answer').textContent").map(std::mem::drop).context("no answer")
}

pub fn from_disk(world: &World) -> Result<()> {
    let browser = &world.browser;
    browser.open(&format!("file://{}", dist()?.canonicalize()?.join("viewer.html").display()))?;
    browser.until("the viewer has started", "document.querySelector('#transfermap .host')")?;
    let_go(browser, &sample(REAL_SMALL))?;
    browser.until_drawn()?;
    let severe: Vec<String> = browser.console()?.into_iter().filter(|l| l.starts_with("SEVERE")).collect();
    ensure!(severe.is_empty(), "{severe:?}");
    Ok(())
}
