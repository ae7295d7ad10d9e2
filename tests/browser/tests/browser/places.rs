//! Where a reader is, and how he comes back: the browser's own buttons, links that restore everything, fields that keep
//! the focus, and what stands where on the screen.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transfermap_browser_tests::reports::{REAL_SMALL, with_measures};
use transfermap_viewer::page::Tab;

use crate::World;

const PAGE: &str = "document.querySelector('#page').textContent";

pub fn back_and_forward(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "")?;
    let selected = |tab: Tab| {
        browser.until(tab.name(), &format!("document.querySelector('#tab-{}[aria-selected=true]')", tab.name()))?;
        browser.until_drawn()
    };
    browser.click("#tab-map")?;
    selected(Tab::Map)?;
    browser.click("#chart-transfer-map [data-key='rte→paws']")?;
    selected(Tab::Pair)?;
    let pair = browser.text(PAGE)?;
    // Another option of the same page is no step.
    browser.click(".switch button[aria-pressed=false]")?;
    browser.until("the switch has turned", "location.hash.includes('split=validation')")?;
    browser.js("history.back()", vec![])?;
    selected(Tab::Map)?;
    browser.js("history.back()", vec![])?;
    selected(Tab::Overview)?;
    browser.js("history.forward()", vec![])?;
    selected(Tab::Map)?;
    browser.js("history.forward()", vec![])?;
    selected(Tab::Pair)?;
    browser.click(".switch button[aria-pressed=false]")?;
    browser.until("the switch is back", "!location.hash.includes('split=validation')")?;
    browser.until_drawn()?;
    ensure!(browser.text(PAGE)? == pair, "another pair than before");
    Ok(())
}

/// Everything that a reader can choose, page by page.
pub fn links(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.server.add("measured.json", &with_measures(browser.folder())?);
    let state = "return [document.querySelector('#page').textContent, location.hash,
        [...document.querySelectorAll('select, input')].map(f => f.type === 'checkbox' ? f.checked : f.value),
        [...document.querySelectorAll('[aria-pressed=true]')].map(b => b.textContent)]";
    for fragment in [
        "tab=map&value=relative_gain&order=mean&metric=f1_macro&alpha=0.1&margin=0.02&collapsed=out",
        "tab=pair&source=rte&target=paws&split=validation",
        "tab=tasks&bars=task/rte",
        "tab=similarity&measure=distance",
        "tab=prediction&outcome=relative_gain&measure=likeness&colour=source&scale=min-max",
        "tab=choose&target=paws",
        "tab=runs&runs.filter=rte&runs.sort=-score&run=single/rte/s2",
        "tab=training&pairs=rte%E2%86%92paws%0Aag_news%E2%86%92rte",
    ] {
        browser.open(&world.server.url(&format!("?report=measured.json#{fragment}")))?;
        browser.until_drawn()?;
        let before = browser.js(state, vec![])?;
        let mut restored = Value::Null;
        // From another page of the same document, by the way of a link.
        for _ in 0..2 {
            browser.go("tab=methods")?;
            browser.go(fragment)?;
            restored = browser.js(state, vec![])?;
        }
        ensure!(before == restored, "{fragment}\nbefore {before:.1500}\nafter {restored:.1500}");
        let hash = before[1].as_str().context("no hash")?;
        for part in fragment.split('&') {
            ensure!(hash.contains(part), "{part} is not in {hash}");
        }
    }
    Ok(())
}

pub fn typing(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "tab=runs")?;
    browser.type_into("[data-choice='runs.filter']", "rte s2 single")?;
    browser.until("one run is found", "document.querySelectorAll('#table-runs tbody tr').length === 1")?;
    let field = browser.js("const f = document.activeElement; return [f.dataset.choice, f.value]", vec![])?;
    ensure!(field == json!(["runs.filter", "rte s2 single"]), "the field lost the focus or the words: {field}");
    // What makes no test does not stay in its field.
    browser.js(
        "const f = document.querySelector('[data-choice=alpha]'); f.value = '7';
         f.dispatchEvent(new Event('change', {bubbles: true}))",
        vec![],
    )?;
    browser.until("α is what is in force", "document.querySelector('[data-choice=alpha]').value === '0.05'")
}

/// The focus on a cell, and how far a matrix is scrolled, outlive another analysis.
pub fn focus_in_drawings(world: &World) -> Result<()> {
    let browser = &world.browser;
    browser.screen(390, 800)?;
    world.open(REAL_SMALL, "tab=map")?;
    browser.js(
        "document.querySelector('#chart-transfer-map [data-row=\"1\"][data-column=\"2\"]').focus();
         document.querySelector('#chart-transfer-map .matrix').parentElement.querySelector('.frame').scrollLeft = 80",
        vec![],
    )?;
    browser.go("tab=map&alpha=0.2")?;
    let there = browser.js(
        "const cell = document.activeElement;
         return [cell.dataset.row, cell.dataset.column, document.querySelector('#chart-transfer-map .frame').scrollLeft]",
        vec![],
    )?;
    browser.screen(1280, 1000)?;
    ensure!(there == json!(["1", "2", 80]), "cell and scrolling are {there}");
    Ok(())
}

pub fn message(world: &World) -> Result<()> {
    let browser = &world.browser;
    browser.screen(360, 800)?;
    browser.open(&world.server.url("?report=absent.json"))?;
    browser.until("a message", "document.querySelector('.message[role=alert]')")?;
    let lines = browser.js(
        "const button = document.querySelector('.message button'), words = document.createRange();
         words.selectNodeContents(button);
         return [button.textContent, words.getClientRects().length, document.documentElement.scrollWidth]",
        vec![],
    )?;
    ensure!(lines == json!(["Close", 1, 360]), "word, lines, width: {lines}");
    browser.click(".message button")?;
    browser.until("it is closed", "!document.querySelector('.message')")?;
    browser.screen(1280, 1000)
}

/// On a wide screen the map stands beside the answer; on a narrow one between it and the rest.
pub fn overview(world: &World) -> Result<()> {
    let browser = &world.browser;
    let places = "const at = name => document.querySelector('.overview > .' + name).getBoundingClientRect();
        const [top, map, rest] = ['top', 'map', 'rest'].map(at);
        return [map.left >= top.right && map.top <= top.bottom, map.top >= top.bottom && rest.top >= map.bottom,
            rest.right <= map.left]";
    for (width, expected) in
        [(1280, json!([true, false, true])), (1920, json!([true, false, true])), (390, json!([false, true, false]))]
    {
        browser.screen(width, 1000)?;
        world.open(REAL_SMALL, "")?;
        let found = browser.js(places, vec![])?;
        ensure!(found == expected, "at {width}: beside, below, rest beside: {found}");
    }
    browser.screen(1280, 1000)?;
    world.open(REAL_SMALL, "")?;
    // A target's line leads to what is known of its sources.
    let lines = browser.js("return [...document.querySelectorAll('.decisions li')].map(l => l.textContent)", vec![])?;
    ensure!(lines.as_array().is_some_and(|l| l.len() == 5), "{lines}");
    browser.click(".decisions button")?;
    browser.until("the sources are shown", "location.hash.includes('tab=choose&target=ag_news')")?;
    browser.until_drawn()?;
    // And a cell of the small map to its pair.
    world.open(REAL_SMALL, "")?;
    browser.click(".overview > .map [data-key='rte→paws']")?;
    browser.until("the pair is shown", "location.hash.includes('tab=pair')")?;
    browser.until_drawn()
}
