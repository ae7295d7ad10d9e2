//! The built page in headless Chromium: what it shows, what it answers, what it survives.
//!
//! One binary without the usual harness: all tests share one browser, one after the other. Arguments are parts of names.
//! Without Chromium or a built page nothing is tested, and it says so; with TRANSFERMAP_REQUIRE_BROWSER set that fails.

#[path = "browser/accessible.rs"]
mod accessible;
#[path = "browser/analysed.rs"]
mod analysed;
#[path = "browser/downloads.rs"]
mod downloads;
#[path = "browser/hostile.rs"]
mod hostile;
#[path = "browser/numbers.rs"]
mod numbers;
#[path = "browser/places.rs"]
mod places;
#[path = "browser/resampling.rs"]
mod resampling;
#[path = "browser/ways_in.rs"]
mod ways_in;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use transfermap_browser_tests::browser::{self, Browser};
use transfermap_browser_tests::server::Server;
use transfermap_browser_tests::{REQUIRE, dist};

/// What every test gets.
struct World {
    browser: Browser,
    server: Server,
}

impl World {
    fn start() -> Result<Self> {
        browser::installed()?;
        Ok(Self { server: Server::start(&dist()?)?, browser: Browser::start()? })
    }

    /// Opens a sample and waits until all of it is drawn.
    fn open(&self, sample: &str, fragment: &str) -> Result<()> {
        self.browser.open(&self.server.url(&format!("?report=samples/{sample}.json#{fragment}")))?;
        self.browser.until_drawn()
    }
}

/// A name and what it does.
type Test = (&'static str, fn(&World) -> Result<()>);

const TESTS: &[Test] = &[
    ("every page says what this process draws", numbers::pages),
    ("every page shows the numbers of transfermap analyze", analysed::pages),
    ("the map shows the gains and verdicts of core", numbers::map),
    ("options change the verdicts as core says", numbers::options),
    ("an option changes the answer, and a tab opens its page", ways_in::option_and_tab),
    ("a cell opens its pair, and the link restores it", ways_in::cell_and_link),
    ("keys alone reach tabs, cells and pairs", ways_in::keyboard),
    ("the browser’s back and forward lead through the pages", places::back_and_forward),
    ("a link restores everything that was chosen", places::links),
    ("fields keep the focus while one types", places::typing),
    ("focus and scrolling of a drawing outlive another analysis", places::focus_in_drawings),
    ("a message and its button fit a narrow screen", places::message),
    ("the map stands beside the answer where there is room", places::overview),
    ("resampling runs in a worker, else on the page’s thread", resampling::worker_and_fallback),
    ("resampling is stopped, begun again and superseded", resampling::stopped),
    ("the one file has its worker from disk", resampling::from_disk),
    ("a dropped file is shown", ways_in::drop),
    ("a picked file is shown", ways_in::pick),
    ("a report that cannot be fetched is told", ways_in::absent),
    ("the one file opens from disk", ways_in::from_disk),
    ("two viewers in one page are two", ways_in::two_viewers),
    ("a file with a report inside opens from disk, with the answer before any script", ways_in::report_inside),
    ("every chart gives valid SVG, PNG and CSV", downloads::charts),
    ("files of the map hold the numbers of transfermap analyze", downloads::numbers),
    ("the report is saved as it came", downloads::report),
    ("tables are copied", downloads::tables),
    ("axe finds nothing serious, light and dark", accessible::pages),
    ("no page scrolls sideways on a narrow screen", accessible::narrow),
    ("names of a report make their way through links and files", hostile::names),
    ("addresses that nobody wrote leave the page alive", hostile::addresses),
    ("hostile reports leave the page alive and run nothing", hostile::reports),
    ("a file that is too large is refused unread", hostile::too_large),
    ("a panic says what and where, and what was drawn stays", hostile::panic),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let missing = browser::installed().and_then(|()| dist().map(drop)).err();
    if let Some(why) = missing {
        if std::env::var_os(REQUIRE).is_some() {
            eprintln!("FAILED: {why}");
            return ExitCode::FAILURE;
        }
        eprintln!("SKIPPED: {why}, so the browser tests checked NOTHING");
        return ExitCode::SUCCESS;
    }
    let world = match World::start() {
        Ok(world) => world,
        Err(error) => {
            eprintln!("FAILED: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = 0;
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|w| name.contains(w.as_str()));
    let chosen: Vec<&Test> = TESTS.iter().filter(|(name, _)| is_wanted(name)).collect();
    if chosen.is_empty() {
        eprintln!("FAILED: no test has {} in its name", wanted.join(" or "));
        return ExitCode::FAILURE;
    }
    for (name, test) in chosen {
        let begun = Instant::now();
        match test(&world) {
            Ok(()) => eprintln!("ok {:6.1} s  {name}", begun.elapsed().as_secs_f64()),
            Err(error) => {
                failed += 1;
                eprintln!("FAILED  {name}\n{error:#}");
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
