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
        ("empty", written(folder, "empty.json", "")?),
        ("deep", written(folder, "deep.json", &"[".repeat(200_000))?),
        ("a page", written(folder, "page.json", "<!doctype html><script>window.pwned=1</script>")?),
        ("no report", changed(folder, "list.json", REAL_SMALL, |r| *r = Value::Array(vec![]))?),
    ];
    for (what, file) in &broken {
        open(world, file, "overview")?;
        browser.until(&format!("{what}: a message"), "document.querySelector('.message[role=alert]')")?;
        let message = browser.text("document.querySelector('.message').textContent")?;
        ensure!(message.contains("hostile.json") && !message.contains("The viewer stopped"), "{what}: {message}");
        unharmed(world).context(*what)?;
        // It says where, or what.
        let place = match *what {
            "truncated" | "NaN" | "empty" | "deep" | "a page" => {
                message.contains("line ") || message.contains("column ")
            }
            "newer" => message.contains("999"),
            "missing" => message.contains("study"),
            _ => true,
        };
        ensure!(place, "{what}: {message}");
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
    unharmed(world)?;
    // The same by address: the server says the size before it sends anything.
    world.server.add("large.json", &file);
    browser.open(&world.server.url("?report=large.json"))?;
    browser.until("a message", "document.querySelector('.message[role=alert]')")?;
    let message = browser.text("document.querySelector('.message').textContent")?;
    ensure!(message.contains("201 MB is more than this page reads"), "{message}");
    unharmed(world)
}

/// No input is known to make the viewer panic, so here the browser breaks: it refuses Leptos an element, once.
pub fn panic(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "")?;
    let answer = "document.querySelector('#answer').textContent";
    let before = browser.text(answer)?;
    let refuse = "const done = arguments[arguments.length - 1];
        import('./transfermap-viewer.js').then(({ mount }) => {
            const guest = document.body.appendChild(document.createElement('div')), create = document.createElement;
            document.createElement = () => { delete document.createElement; throw new Error('no element today') };
            try { mount(guest) } catch {} finally { done(document.createElement === create) }
        })";
    ensure!(browser.js_later(refuse, vec![])? == json!(true), "nothing asked for an element");
    browser.until("a message", "document.querySelector('.message[role=alert]')")?;
    let message = browser.text("document.querySelector('.message').textContent")?;
    ensure!(message.contains("The viewer stopped: ") && message.contains("no element today"), "{message}");
    let place = message.split_once(".rs:").map(|(_, place)| place.split([':', ')']).take(2).collect::<Vec<_>>());
    let place = place.with_context(|| format!("no file of sources: {message}"))?;
    ensure!(place.len() == 2 && place.iter().all(|n| n.parse::<u32>().is_ok()), "no line and column: {message}");
    let console = browser.console()?.join("\n");
    ensure!(console.contains("no element today") && console.contains(".rs:"), "the console says\n{console}");
    ensure!(browser.text(answer)? == before, "the answer is gone");
    Ok(())
}

/// Characters that mean something in addresses, selectors, JavaScript and CSV.
const NAME: &str = "a&b=c#%41/?[data-key='\"]→\\,;\u{202e}__proto__ ü";

pub fn names(world: &World) -> Result<()> {
    let browser = &world.browser;
    let text = fs::read_to_string(sample(REAL_SMALL))?;
    let file = written(
        browser.folder(),
        "odd.json",
        &text.replace("\"rte\"", &serde_json::to_string(NAME)?).replace("\"paws\"", &serde_json::to_string(SCRIPT)?),
    )?;
    world.server.add("odd.json", &file);
    browser.open(&world.server.url("?report=odd.json#tab=map"))?;
    browser.until_drawn()?;
    // A click opens the very pair, its link opens it again, and Escape leads back.
    browser.js(
        "const key = arguments[0];
         [...document.querySelectorAll('#chart-transfer-map [data-key]')].find(c => c.dataset.key === key)
             .dispatchEvent(new MouseEvent('click', {bubbles: true}))",
        vec![json!(format!("{NAME}→{SCRIPT}"))],
    )?;
    browser.until("the pair is open", "location.hash.includes('tab=pair')")?;
    browser.until_drawn()?;
    let chosen = "return ['source', 'target'].map(c => document.querySelector(`[data-choice=${c}]`).value)";
    ensure!(browser.js(chosen, vec![])? == json!([NAME, SCRIPT]), "another pair is open");
    let link = browser.text("location.href")?;
    browser.open(&link)?;
    browser.until_drawn()?;
    ensure!(browser.js(chosen, vec![])? == json!([NAME, SCRIPT]), "the link {link} opens another pair");
    unharmed(world)?;
    // The same report inside a page of its own.
    let page = browser.folder().join("odd.html");
    super::ways_in::one_file(&file, &page)?;
    browser.open(&format!("file://{}", page.display()))?;
    browser.until_drawn()?;
    ensure!(
        browser.js("return document.querySelectorAll('#transfermap img, #transfermap script').length", vec![])?
            == json!(0)
    );
    unharmed(world)
}

pub fn addresses(world: &World) -> Result<()> {
    let script = "%3Cscript%3Ewindow.pwned%3D1%3C%2Fscript%3E";
    for fragment in [
        format!("tab={script}&source={script}&target={script}"),
        "tab=pair&source=ag_news&target=ag_news".to_owned(),
        format!(
            "tab=map&value={script}&order=measure/{script}&metric={script}&alpha=1e999&margin=-1&report=99999999999"
        ),
        format!("tab=runs&runs.filter={script}&runs.page=18446744073709551616&runs.sort=-{script}&run={script}"),
        format!("tab=training&pairs={script}&family={script}&other={script}"),
        "tab=prediction&measure=%ff%fe&outcome=%&colour=%zz".to_owned(),
        "tab=map&alpha=0.5&margin=1e308".to_owned(),
        "tab=compare&report=1".to_owned(),
        "&&&===%%%".to_owned(),
    ] {
        world.open(REAL_SMALL, &fragment).with_context(|| fragment.clone())?;
        let words = world.browser.text("document.querySelector('#page').textContent")?;
        ensure!(words.len() > 40 && !words.contains("NaN"), "{fragment}: {words:.300}");
        unharmed(world).with_context(|| fragment.clone())?;
    }
    Ok(())
}
