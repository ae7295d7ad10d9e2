//! The page shows what core computed, and what the same drawing code says natively.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use transfermap::analysis::{Analysis, Options};
use transfermap::number;
use transfermap::report::Report;
use transfermap_browser_tests::reports::{NOTEBOOK, REAL_SMALL, look, sample};
use transfermap_browser_tests::shown::text_of;
use transfermap_viewer::chart::transfer_map::pair_key;
use transfermap_viewer::choices::{Change, Choice};
use transfermap_viewer::page::{Tab, html};

use crate::World;

/// Text without white space, which layout and trees treat differently.
fn packed(text: &str) -> String {
    text.split_whitespace().collect()
}

pub fn pages(world: &World) -> Result<()> {
    for name in [REAL_SMALL, NOTEBOOK] {
        let mut look = look(&sample(name), "")?;
        world.open(name, "")?;
        for tab in Tab::ALL {
            world.browser.go(&format!("tab={}", tab.name()))?;
            look = look.with(&Change::to(Choice::Tab, tab.name()));
            let drawn = text_of(&html(&look));
            let shown = world
                .browser
                .text("[...document.querySelector('#page').childNodes].slice(1).map(n => n.textContent).join('')")?;
            let (drawn, shown) = (packed(&drawn), packed(&shown));
            let same = drawn.chars().zip(shown.chars()).take_while(|(a, b)| a == b).count();
            let around = |text: &str| text.chars().skip(same.saturating_sub(30)).take(90).collect::<String>();
            ensure!(
                !drawn.is_empty() && drawn == shown,
                "{name}, {}: expected …{}…, shown …{}…",
                tab.name(),
                around(&drawn),
                around(&shown)
            );
        }
    }
    Ok(())
}

fn analysis(name: &str, options: &Options) -> Result<Analysis> {
    Ok(Analysis::new(&Report::from_json(&fs::read(sample(name))?)?, options)?)
}

/// Every cell's gain and sign, and the sentence.
fn check_map(world: &World, expected: &Analysis) -> Result<()> {
    for pair in &expected.pairs {
        let key = pair_key(&pair.key.source, &pair.key.target);
        let shown = world.browser.js(
            "const cell = document.querySelector(`#chart-transfer-map [data-key='${CSS.escape(arguments[0])}']`)
                || [...document.querySelectorAll('#chart-transfer-map [data-key]')].find(c => c.dataset.key === arguments[0]);
             return [cell.querySelector('text').textContent, cell.getAttribute('aria-label')]",
            vec![json!(key)],
        )?;
        let gain = number::gain(pair.metric, pair.gain.context("no gain")?);
        ensure!(shown[0] == json!(format!("{gain} {}", pair.verdict.sign())), "{key}: {shown}, expected {gain}");
        let told = shown[1].as_str().unwrap_or_default();
        ensure!(told.contains(pair.verdict.name()), "{key}: {told}, expected {}", pair.verdict.name());
        if let Some(p) = pair.p_holm {
            ensure!(told.contains(&number::p_value(p)), "{key}: {told}, expected p {p}");
        }
    }
    Ok(())
}

pub fn map(world: &World) -> Result<()> {
    for name in [REAL_SMALL, NOTEBOOK] {
        let expected = analysis(name, &Options::default())?;
        world.open(name, "tab=map")?;
        check_map(world, &expected)?;
        world.open(name, "")?;
        let sentence = &expected.families.first().context("no family")?.sentence;
        ensure!(world.browser.text("document.querySelector('#answer').textContent")? == *sentence);
    }
    Ok(())
}

pub fn options(world: &World) -> Result<()> {
    let browser = &world.browser;
    let mut options = Options::default();
    world.open(REAL_SMALL, "tab=map")?;
    let change = "const f = document.querySelector(`[data-choice=${arguments[0]}]`); \
        if (f.type === 'checkbox') f.checked = true; else f.value = arguments[1]; \
        f.dispatchEvent(new Event('change', {bubbles: true}))";
    for (choice, value) in [("metric", "f1_macro"), ("alpha", "0.2"), ("margin", "0.05"), ("collapsed", "out")] {
        match choice {
            "metric" => options.metric = transfermap::metric::Metric::ALL.iter().copied().find(|m| m.name() == value),
            "alpha" => options.alpha = 0.2,
            "margin" => options.margin = Some(0.05),
            _ => options.without_collapsed = true,
        }
        browser.js(change, vec![json!(choice), json!(value)])?;
        browser.until("the choice is in the address", &format!("location.hash.includes('{choice}={value}')"))?;
        browser.until_drawn()?;
        check_map(world, &analysis(REAL_SMALL, &options)?).with_context(|| format!("after {choice}={value}"))?;
    }
    Ok(())
}
