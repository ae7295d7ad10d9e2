//! `screenshots OUT REPORT…`: every page of every report at three widths, light and dark, as PNG, the first two compared,
//! and OUT/index.html to leaf through them. Says which pages are wider than their window, and fails when there is one.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use transfermap_browser_tests::browser::Browser;
use transfermap_browser_tests::dist;
use transfermap_browser_tests::server::Server;
use transfermap_viewer::page::Tab;

const WIDTHS: [u32; 3] = [390, 1280, 1920];
/// Longer pages are cut off below.
const MOST_HEIGHT: u64 = 9000;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let Some((out, reports)) = arguments.split_first().filter(|(_, reports)| !reports.is_empty()) else {
        bail!("usage: screenshots OUT REPORT…");
    };
    let server = Server::start(&dist()?)?;
    let browser = Browser::start()?;
    let mut wide = Vec::new();
    let mut sections = Vec::new();
    for report in reports {
        let name = name_of(report)?;
        server.add(&format!("{name}.json"), report);
        fs::create_dir_all(out.join(&name))?;
        let mut pages = Vec::new();
        for width in WIDTHS {
            browser.screen(width, 1000)?;
            browser.open(&server.url(&format!("?report={name}.json")))?;
            browser.until_drawn()?;
            for tab in Tab::ALL.iter().copied().filter(|tab| !tab.of_some_reports()) {
                if tab != Tab::Overview {
                    browser.go(&format!("tab={}", tab.name()))?;
                }
                wide.extend(in_both_shades(&browser, width, out, &name, tab)?);
                if width == WIDTHS[0] {
                    pages.push(tab);
                }
            }
        }
        eprintln!("{name}: {} pages", pages.len());
        sections.push((name, pages));
    }
    if let [first, second, ..] = reports {
        let name = format!("{}-beside-{}", name_of(first)?, name_of(second)?);
        fs::create_dir_all(out.join(&name))?;
        for width in WIDTHS {
            browser.screen(width, 1000)?;
            browser.open(&server.url(&format!("?report={}.json", name_of(first)?)))?;
            browser.until_drawn()?;
            browser.pick(second)?;
            browser.until("there are two", "document.querySelectorAll('[data-choice=report] option').length === 2")?;
            browser.go(&format!("tab={}", Tab::Compare.name()))?;
            wide.extend(in_both_shades(&browser, width, out, &name, Tab::Compare)?);
        }
        sections.push((name, vec![Tab::Compare]));
    }
    fs::write(out.join("index.html"), index(&sections)?)?;
    println!("{}", out.join("index.html").display());
    ensure!(wide.is_empty(), "wider than their window: {}", wide.join(", "));
    Ok(())
}

/// The file's name, of a `report.json` its folder's.
fn name_of(report: &Path) -> Result<String> {
    let stem = report.file_stem().filter(|stem| *stem != "report");
    let name = stem.or_else(|| report.parent()?.file_name()).context("a report without a name")?;
    Ok(name.to_string_lossy().into_owned())
}

fn shade(dark: bool) -> &'static str {
    if dark { "dark" } else { "light" }
}

/// The page in view, light and dark; which of the pictures are wider than the window.
fn in_both_shades(browser: &Browser, width: u32, out: &Path, name: &str, tab: Tab) -> Result<Vec<String>> {
    let mut wide = Vec::new();
    for dark in [false, true] {
        browser.dark(dark)?;
        let file = format!("{name}/{}-{width}-{}.png", tab.name(), shade(dark));
        if photograph(browser, width, &out.join(&file))? {
            wide.push(file);
        }
    }
    Ok(wide)
}

/// Takes the whole page, from top to bottom; whether it is wider than its window.
fn photograph(browser: &Browser, width: u32, file: &Path) -> Result<bool> {
    let size = "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]";
    let size = browser.js(size, vec![])?;
    let height = size[1].as_u64().context("no height")?.clamp(1, MOST_HEIGHT);
    browser.screen(width, u32::try_from(height)?)?;
    browser.screenshot(file)?;
    browser.screen(width, 1000)?;
    Ok(size[0] != json!(width))
}

/// One page that shows them all, three widths beside each other.
fn index(sections: &[(String, Vec<Tab>)]) -> Result<String> {
    let mut page = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Screenshots</title>\n<style>\
        body { font: 1rem/1.5 system-ui; margin: 1rem } .row { display: flex; gap: 1rem; align-items: flex-start } \
        img { border: 1px solid #999; height: auto } nav a { margin-right: 1rem }</style>\n"
        .to_owned();
    for (name, pages) in sections {
        write!(page, "<nav>{name}: ")?;
        for tab in pages {
            write!(page, "<a href=\"#{name}-{0}\">{0}</a>", tab.name())?;
        }
        writeln!(page, "</nav>")?;
    }
    for (name, pages) in sections {
        for tab in pages {
            writeln!(page, "<h2 id=\"{name}-{0}\">{name}: {0}</h2>", tab.name())?;
            for dark in [false, true] {
                writeln!(page, "<div class=\"row\">")?;
                for width in WIDTHS {
                    let file = format!("{name}/{}-{width}-{}.png", tab.name(), shade(dark));
                    let shown = width.min(760);
                    writeln!(
                        page,
                        "<a href=\"{file}\"><img loading=\"lazy\" width=\"{shown}\" src=\"{file}\" \
                         alt=\"{width} pixels, {}\"></a>",
                        shade(dark)
                    )?;
                }
                writeln!(page, "</div>")?;
            }
        }
    }
    Ok(page)
}
