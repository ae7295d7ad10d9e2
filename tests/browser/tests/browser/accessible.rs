//! axe-core over every page, light and dark, and on a narrow screen: no violation that it calls serious or critical.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use transfermap_browser_tests::axe;
use transfermap_browser_tests::reports::with_measures;
use transfermap_viewer::page::Tab;

use crate::World;

/// What axe finds in the page, one line a rule.
fn violations(world: &World, source: &str, rules: &str) -> Result<Vec<String>> {
    world.browser.js(source, vec![])?;
    let found = world.browser.js_later(
        "const done = arguments[arguments.length - 1];
         const options = {resultTypes: ['violations']};
         if (arguments[0]) options.runOnly = {type: 'rule', values: arguments[0].split(' ')};
         axe.run(document, options).then(
             r => done({passes: r.passes.length, violations: r.violations.map(v => ({id: v.id, impact: v.impact,
                 help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary)}))}),
             error => done({error: String(error)}))",
        vec![json!(rules)],
    )?;
    ensure!(found["passes"].as_u64().unwrap_or(0) > 0, "axe looked at nothing: {found:.300}");
    let violations = found["violations"].as_array().context("no violations")?;
    let bad = violations.iter().filter(|v| matches!(v["impact"].as_str(), Some("serious" | "critical")));
    Ok(bad.map(|v| format!("{} ({}): {}\n    {}", v["id"], v["impact"], v["help"], nodes(v))).collect())
}

fn nodes(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    nodes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n    ")
}

pub fn pages(world: &World) -> Result<()> {
    let Some(file) = axe()? else { return Ok(()) };
    let source = fs::read_to_string(file)?;
    let browser = &world.browser;
    let report = with_measures(browser.folder())?;
    world.server.add("measured.json", &report);
    let mut found = Vec::new();
    let mut look = |what: String, rules: &str| -> Result<()> {
        found.extend(violations(world, &source, rules)?.into_iter().map(|v| format!("{what}: {v}")));
        Ok(())
    };
    for dark in [false, true] {
        browser.dark(dark)?;
        // All that differs between the two is colours.
        let (shade, rules) = if dark { ("dark", "color-contrast") } else { ("light", "") };
        browser.open(&world.server.url(""))?;
        browser.until("the viewer has started", "document.querySelector('#transfermap .host')")?;
        look(format!("start page, {shade}"), rules)?;
        browser.open(&world.server.url("?report=measured.json"))?;
        browser.until_drawn()?;
        for tab in Tab::ALL {
            browser.go(&format!("tab={}", tab.name()))?;
            look(format!("{}, {shade}", tab.name()), rules)?;
        }
        // What lies over a page: a definition and a message.
        browser.click("[data-define]")?;
        browser.until("a definition is open", "document.querySelector('.definition')")?;
        look(format!("a definition, {shade}"), rules)?;
        browser.open(&world.server.url("?report=absent.json"))?;
        browser.until("a message", "document.querySelector('.message[role=alert]')")?;
        look(format!("a message, {shade}"), rules)?;
    }
    browser.dark(false)?;
    browser.screen(390, 800)?;
    browser.open(&world.server.url("?report=measured.json"))?;
    browser.until_drawn()?;
    for tab in Tab::ALL {
        browser.go(&format!("tab={}", tab.name()))?;
        look(format!("{}, narrow", tab.name()), "scrollable-region-focusable target-size")?;
    }
    browser.screen(1280, 1000)?;
    if !found.is_empty() {
        bail!("{} violations\n{}", found.len(), found.join("\n"));
    }
    Ok(())
}

/// No page is wider than the narrowest screen that the viewer promises to work on; what is wide scrolls in its frame.
pub fn narrow(world: &World) -> Result<()> {
    let browser = &world.browser;
    let report = with_measures(browser.folder())?;
    world.server.add("measured.json", &report);
    browser.screen(360, 800)?;
    browser.open(&world.server.url("?report=measured.json"))?;
    browser.until_drawn()?;
    for tab in Tab::ALL {
        browser.go(&format!("tab={}", tab.name()))?;
        let wide = browser.js("return document.documentElement.scrollWidth", vec![])?;
        ensure!(wide == json!(360), "{} is {wide} wide on a screen of 360", tab.name());
    }
    browser.screen(1280, 1000)
}
