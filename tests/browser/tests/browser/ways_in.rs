//! Clicks, links, keys, files: the ways to an answer.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use thirtyfour::Key;
use transfermap_browser_tests::browser::Browser;
use transfermap_browser_tests::reports::{NOTEBOOK, REAL_SMALL, sample};
use transfermap_browser_tests::{binary, dist};

use crate::World;

pub fn cell_and_link(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "tab=map&alpha=0.2")?;
    let cell = "#chart-transfer-map [data-key='ag_news→rte']";
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

/// What has the focus, and whether a ring is drawn around it or what it holds.
fn focused(browser: &Browser) -> Result<(String, bool)> {
    let read = browser.js(
        "const e = document.activeElement, drawn = e.querySelector('rect') || e;
         const style = getComputedStyle(e), inner = getComputedStyle(drawn);
         const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
             || inner.stroke !== 'none' && parseFloat(inner.strokeWidth) >= 3;
         return [e.id || e.getAttribute('aria-label') || e.textContent, e.matches(':focus-visible') && ring]",
        vec![],
    )?;
    Ok((read[0].as_str().unwrap_or_default().to_owned(), read[1] == json!(true)))
}

/// From the top of the page to a pair and back, without a pointer.
pub fn keyboard(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "")?;
    let tab_to = |what: &str, is_it: &str| -> Result<()> {
        for _ in 0..60 {
            if browser.js(&format!("const e = document.activeElement; return Boolean({is_it})"), vec![])? == json!(true)
            {
                return Ok(());
            }
            browser.press(Key::Tab + "")?;
            let (name, ring) = focused(browser)?;
            anyhow::ensure!(ring, "nothing shows that “{name}” has the focus");
        }
        anyhow::bail!("Tab does not lead to {what}")
    };
    browser.press(Key::Tab + "")?;
    ensure!(focused(browser)? == ("Skip to the page".to_owned(), true), "first comes {:?}", focused(browser)?);
    tab_to("the tabs", "e.id === 'tab-overview'")?;
    browser.press(Key::Right + "")?;
    browser.until("the right arrow opens the map", "location.hash.includes('tab=map')")?;
    browser.until_drawn()?;
    ensure!(focused(browser)? == ("tab-map".to_owned(), true), "the tab loses the focus: {:.80?}", focused(browser)?);
    browser.press(Key::Right + "")?;
    browser.until("arrows lead on", "location.hash.includes('tab=pair')")?;
    browser.press(Key::Left + "")?;
    browser.until("and back", "location.hash.includes('tab=map')")?;
    browser.until_drawn()?;
    tab_to("the map", "e.getAttribute('role') === 'gridcell'")?;
    // Every cell, in lines as one reads: each has the focus, a ring and its words.
    let size = browser.js(
        "const grid = document.activeElement.closest('[role=grid]');
         return [Number(grid.getAttribute('aria-rowcount')), Number(grid.getAttribute('aria-colcount'))]",
        vec![],
    )?;
    let (rows, columns) = (size[0].as_u64().context("no rows")?, size[1].as_u64().context("no columns")?);
    ensure!(rows >= 5 && columns >= 5, "{rows} × {columns} cells");
    for row in 0..rows {
        browser.press(Key::Home + "")?;
        for column in 0..columns {
            let at =
                browser.text("document.activeElement.dataset.row + ',' + document.activeElement.dataset.column")?;
            ensure!(at == format!("{row},{column}"), "arrows lead to {at} instead of {row},{column}");
            let (name, ring) = focused(browser)?;
            ensure!(ring && !name.is_empty(), "cell {at}: “{name}”, ring {ring}");
            let told = browser.js(
                "const e = document.activeElement, tip = document.querySelector('.tip:not([hidden])');
                 return !e.dataset.tip || tip && tip.textContent === e.dataset.tip",
                vec![],
            )?;
            ensure!(told == json!(true), "cell {at} has the focus, and its words are not shown");
            browser.press(Key::Right + "")?;
        }
        browser.press(Key::Down + "")?;
    }
    browser.press(Key::Home + "")?;
    for _ in 0..rows {
        browser.press(Key::Up + "")?;
    }
    browser.press(Key::Right + "")?;
    let (name, _) = focused(browser)?;
    let tip = browser.text("document.activeElement.dataset.tip")?;
    ensure!(name.ends_with(&tip) && name.starts_with("−17.6 ▼ "), "the cell is named {name}");
    let pair = tip.split_once(':').context("no pair")?.0.to_owned();
    browser.press(Key::Enter + "")?;
    browser.until("Enter opens the pair", "location.hash.includes('tab=pair')")?;
    browser.until_drawn()?;
    let answer = browser.text("document.querySelector('#page').textContent")?;
    ensure!(answer.contains(&pair), "the pair that is open is not {pair}");
    browser.press(Key::Escape + "")?;
    browser.until("Escape goes back to the map", "location.hash.includes('tab=map')")?;
    browser.until(
        "the focus is where it was",
        &format!("(document.activeElement.dataset.tip || '').startsWith('{pair}:')"),
    )?;
    // A definition opens, takes the focus, and gives it back.
    tab_to("a definition", "e.hasAttribute('data-define')")?;
    let (asked, _) = focused(browser)?;
    browser.press(Key::Enter + "")?;
    browser.until("the definition is open", "document.activeElement.matches('.definition')")?;
    browser.press(Key::Escape + "")?;
    browser.until("the definition is closed", "!document.querySelector('.definition')")?;
    ensure!(focused(browser)?.0 == asked, "the focus does not come back");
    Ok(())
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

/// The dialogue itself belongs to the system; here its field is put into the page, where a file can be given to it.
pub fn pick(world: &World) -> Result<()> {
    let browser = &world.browser;
    browser.open(&world.server.url(""))?;
    browser.until("the viewer has started", "document.querySelector('#transfermap .host')")?;
    browser.pick(&sample(NOTEBOOK))?;
    browser.until_drawn()?;
    // A second one is shown beside the first.
    browser.pick(&sample(REAL_SMALL))?;
    browser.until("both can be chosen", "document.querySelectorAll('[data-choice=report] option').length === 2")?;
    browser.until_drawn()?;
    ensure!(browser.text("document.querySelector('.study').textContent")? == REAL_SMALL, "the new one is not in view");
    browser.click("#tab-compare")?;
    browser.until("the two are compared", "location.hash.includes('tab=compare')")?;
    browser.until_drawn()
}

/// What `mount` promises to people who write their own page.
pub fn two_viewers(world: &World) -> Result<()> {
    let browser = &world.browser;
    let mount = "const done = arguments[arguments.length - 1]; \
        import('./transfermap-viewer.js').then(({ mount }) => { \
            for (const text of [arguments[0], arguments[1]]) { \
                const place = document.createElement('div'); \
                place.className = 'guest'; document.body.append(place); mount(place, text) \
            } done(true) })";
    world.open(REAL_SMALL, "")?;
    let texts = [NOTEBOOK, REAL_SMALL].map(|name| std::fs::read_to_string(sample(name)));
    let [notebook, small] = texts;
    browser.js_later(mount, vec![json!(notebook?), json!(small?)])?;
    browser.until("both guests are drawn", "document.querySelectorAll('.guest [role=tabpanel]').length === 2")?;
    let again = "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)";
    let again = browser.text(&format!("{again}.join(' ')"))?;
    ensure!(again.is_empty(), "ids of two elements: {again}");
    // Each answers for itself, and the address is the host's.
    let before = browser.text("location.hash")?;
    browser.click(".guest [role=tab][id^=tab-methods]")?;
    browser.until("the first guest has turned", "document.querySelector('.guest [id^=definition-]')")?;
    let others = "return [document.querySelector('#transfermap'), document.querySelectorAll('.guest')[1]] \
        .every(viewer => viewer.querySelector('[id^=definition-]') === null)";
    ensure!(browser.js(others, vec![])? == json!(true), "another viewer has turned too");
    ensure!(browser.text("location.hash")? == before, "a guest wrote into the address");
    // An option of one is its own; so are the words over its cells, and the files that its charts give.
    browser.click(".guest:last-child [role=tab][id^=tab-map]")?;
    browser.until(
        "the second guest has turned",
        "document.querySelectorAll('.guest')[1].querySelector('[id^=chart-transfer-map]')",
    )?;
    let answers = "return [...document.querySelectorAll('[data-choice=alpha]')].map(field => field.value)";
    browser.js(
        "const field = document.querySelectorAll('.guest')[1].querySelector('[data-choice=alpha]'); field.value = '0.2';
         field.dispatchEvent(new Event('change', {bubbles: true}))",
        vec![],
    )?;
    browser.until(
        "the second guest follows",
        "document.querySelectorAll('.guest')[1].querySelector('.waiting') === null
        && document.querySelectorAll('[data-choice=alpha]')[2].value === '0.2'",
    )?;
    ensure!(browser.js(answers, vec![])? == json!(["0.05", "0.05", "0.2"]), "an option of another viewer");
    browser.js("document.querySelectorAll('.guest')[1].querySelector('[role=gridcell][data-key]').focus()", vec![])?;
    let tips = "return [...document.querySelectorAll('.tip')].map(tip => tip.hidden)";
    browser.until("one tip is shown", "document.querySelectorAll('.tip:not([hidden])').length === 1")?;
    ensure!(browser.js(tips, vec![])? == json!([true, true, false]), "the tip of another viewer");
    Ok(())
}

pub fn option_and_tab(world: &World) -> Result<()> {
    let browser = &world.browser;
    world.open(REAL_SMALL, "")?;
    let set = "const field = document.querySelector('[data-choice=alpha]'); field.value = '0.5'; \
        field.dispatchEvent(new Event('change', {bubbles: true}));";
    let answer = "document.querySelector('#answer').textContent";
    let before = browser.text(answer)?;
    browser.js(set, vec![])?;
    browser.until("another α changes the answer", &format!("{answer} !== {}", json!(before)))?;
    browser.click("#tab-tasks")?;
    browser.until("the tasks are shown", "document.querySelector('#page figure.chart')")
}

pub fn absent(world: &World) -> Result<()> {
    let browser = &world.browser;
    for (address, words) in [("absent.json", "404"), ("http://127.0.0.1:9/report.json", "cannot be fetched")] {
        browser.open(&world.server.url(&format!("?report={address}")))?;
        browser.until("a message", "document.querySelector('.message[role=alert]')")?;
        let message = browser.text("document.querySelector('.message').textContent")?;
        ensure!(message.contains(address) && message.contains(words), "{message}");
        let_go(browser, &sample(REAL_SMALL))?;
        browser.until_drawn()?;
        browser.until("the message is gone", "!document.querySelector('.message')")?;
    }
    Ok(())
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

/// `transfermap report --single-file` with the viewer under test.
pub fn one_file(report: &std::path::Path, out: &std::path::Path) -> Result<()> {
    let viewer = dist()?.join("viewer.html");
    let mut command = std::process::Command::new(binary()?);
    let run = command.arg("report").arg(report).arg("--single-file").arg(out).arg("--viewer").arg(viewer).output()?;
    ensure!(run.status.success(), "transfermap report: {}", String::from_utf8_lossy(&run.stderr));
    Ok(())
}

pub fn report_inside(world: &World) -> Result<()> {
    let browser = &world.browser;
    let file = browser.folder().join("report.html");
    one_file(&sample(REAL_SMALL), &file)?;
    let analysis = super::analysed::analyze(&sample(REAL_SMALL), &[])?;
    let sentence = analysis["families"][0]["sentence"].as_str().context("no sentence")?;
    let url = format!("file://{}", file.display());
    let answer = "document.querySelector('#answer').textContent";
    let cells = "return document.querySelectorAll('#chart-transfer-map [data-key]').length";
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true}))?;
    let before = browser.open(&url).and_then(|()| Ok((browser.text(answer)?, browser.js(cells, vec![])?)));
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false}))?;
    ensure!(before? == (sentence.to_owned(), json!(20)), "the answer or the map is not there without scripts");
    browser.open(&url)?;
    browser.until_drawn()?;
    ensure!(browser.text(answer)? == sentence);
    browser.click("#tab-runs")?;
    browser.until("a page opens", "document.querySelectorAll('#table-runs tbody tr').length === 75")?;
    let severe: Vec<String> = browser.console()?.into_iter().filter(|l| l.starts_with("SEVERE")).collect();
    ensure!(severe.is_empty(), "{severe:?}");
    Ok(())
}
