//! Permutations and bootstraps: in a worker where the browser has one, else on the page's thread; stopped, superseded,
//! and begun again.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use transfermap_browser_tests::dist;
use transfermap_browser_tests::reports::{REAL_SMALL, with_measures};

use super::ways_in::let_go;
use crate::World;

/// Runs in every document: keeps the workers, counts the results that they send, and holds back their jobs while `hold`
/// is true.
const WATCHED: &str = "
    window.workers = [], window.hold = false;
    const Real = Worker;
    window.Worker = class extends Real {
        constructor(...given) {
            super(...given);
            this.results = 0, this.ended = false;
            this.addEventListener('message', ({ data }) => { if (typeof data === 'string') this.results++ });
            workers.push(this);
        }
        postMessage(message) { if (!hold) super.postMessage(message) }
        terminate() { this.ended = true; super.terminate() }
    };";

/// A browser that has no workers.
const REFUSED: &str = "window.Worker = class { constructor() { throw new Error('no workers today') } };";

/// A worker whose script is not there.
const ABSENT: &str = "
    const Real = Worker;
    window.Worker = class extends Real { constructor(_, options) { super('absent.js', options) } };";

/// Does something with a script that runs before all others of a document.
fn with_script(world: &World, script: &str, act: impl FnOnce() -> Result<()>) -> Result<()> {
    world.browser.devtools("Page.enable", json!({}))?;
    let added = world.browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script}))?;
    let done = act();
    let number = json!({"identifier": added["identifier"]});
    world.browser.devtools("Page.removeScriptToEvaluateOnNewDocument", number)?;
    done
}

/// What each worker did: results, and whether it was ended.
fn workers(world: &World) -> Result<Value> {
    world.browser.js("return workers.map(w => [w.results, w.ended])", vec![])
}

const PAGE: &str = "document.querySelector('#page').textContent";

pub fn worker_and_fallback(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.server.add("measured.json", &with_measures(browser.folder())?);
    let url = world.server.url("?report=measured.json#tab=prediction");
    let open = || {
        browser.open(&url)?;
        browser.until_drawn()
    };
    with_script(world, WATCHED, || {
        open()?;
        ensure!(workers(world)? == json!([[1, false]]), "the worker: {}", workers(world)?);
        // The same one answers again.
        browser.go("tab=prediction&alpha=0.1")?;
        browser.until("the second result", "workers.length > 1 || workers[0].results === 2")?;
        ensure!(workers(world)? == json!([[2, false]]), "another job: {}", workers(world)?);
        browser.go("tab=prediction")?;
        browser.until_drawn()
    })?;
    let expected = browser.text(PAGE)?;
    ensure!(expected.contains("better than chance") || expected.contains("beats chance"), "{expected:.400}");
    for script in [REFUSED, ABSENT] {
        with_script(world, script, open)?;
        ensure!(browser.text(PAGE)? == expected, "other numbers without a worker");
    }
    Ok(())
}

pub fn stopped(world: &World) -> Result<()> {
    let browser = &world.browser;
    with_script(world, WATCHED, || {
        world.open(REAL_SMALL, "tab=pair")?;
        // A job that never ends, as of a very large report.
        browser.js("hold = true", vec![])?;
        browser.go_without_waiting("tab=pair&alpha=0.1")?;
        browser.until("it runs", "document.querySelector('.waiting progress')")?;
        // The page answers meanwhile.
        browser.click("#tab-tasks")?;
        browser.until("another page is drawn", "document.querySelector('#table-tasks')")?;
        browser.until("the job was given", "workers[0].results === 1")?;
        browser.click(".progress .tool")?;
        browser.until("it is stopped", "!document.querySelector('.waiting')")?;
        let words = browser.text("document.querySelector('.progress').textContent")?;
        ensure!(words.contains("stopped"), "{words}");
        browser.js("hold = false", vec![])?;
        browser.click(".progress .tool")?;
        browser.until("it is computed after all", "!document.querySelector('.progress')")?;
        // Another option does not wait for what is under way.
        browser.js("hold = true", vec![])?;
        browser.go_without_waiting("tab=pair&alpha=0.2")?;
        browser.until("it runs", "document.querySelector('.waiting')")?;
        std::thread::sleep(std::time::Duration::from_millis(200));
        browser.js("hold = false", vec![])?;
        browser.go("tab=pair&alpha=0.3")?;
        let alpha = browser.text("document.querySelector('[data-choice=alpha]').value")?;
        ensure!(alpha == "0.3" && browser.js("return workers.some(w => w.ended)", vec![])? == json!(true));
        Ok(())
    })
}

/// The worker of the one file, which is a blob.
pub fn from_disk(world: &World) -> Result<()> {
    let browser = &world.browser;
    with_script(world, WATCHED, || {
        browser.open(&format!("file://{}", dist()?.canonicalize()?.join("viewer.html").display()))?;
        browser.until("the viewer has started", "document.querySelector('#transfermap .host')")?;
        let_go(browser, &with_measures(browser.folder())?)?;
        browser.until_drawn()?;
        ensure!(workers(world)? == json!([[1, false]]), "the worker: {}", workers(world)?);
        let severe: Vec<String> = browser.console()?.into_iter().filter(|l| l.starts_with("SEVERE")).collect();
        ensure!(severe.is_empty(), "{severe:?}");
        Ok(())
    })
}
