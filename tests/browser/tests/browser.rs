//! The built page in headless Chromium: what it shows, what it answers, what it survives.
//!
//! One binary without the usual harness: all tests share one browser, one after the other. Arguments are parts of names.
//! Without Chromium or a built page nothing is tested, and it says so; with TRANSFERMAP_REQUIRE_BROWSER set that fails.

#[path = "browser/hostile.rs"]
mod hostile;
#[path = "browser/numbers.rs"]
mod numbers;
#[path = "browser/ways_in.rs"]
mod ways_in;

use std::process::ExitCode;

use anyhow::Result;
use transfermap_browser_tests::browser::{self, Browser};
use transfermap_browser_tests::dist;
use transfermap_browser_tests::server::Server;

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

    /// Opens a sample and waits for everything, resampling included.
    fn open(&self, sample: &str, fragment: &str) -> Result<()> {
        self.browser.open(&self.server.url(&format!("?report=samples/{sample}.json#{fragment}")))?;
        self.browser.until_drawn()
    }
}

/// A name and what it does.
type Test = (&'static str, fn(&World) -> Result<()>);

const TESTS: &[Test] = &[
    ("every page says what this process draws", numbers::pages),
    ("the map shows the gains and verdicts of core", numbers::map),
    ("options change the verdicts as core says", numbers::options),
    ("a cell opens its pair, and the link restores it", ways_in::cell_and_link),
    ("keys alone reach tabs, cells and pairs", ways_in::keyboard),
    ("a dropped file is shown", ways_in::drop),
    ("the one file opens from disk", ways_in::from_disk),
    ("hostile reports leave the page alive and run nothing", hostile::reports),
    ("a file that is too large is refused unread", hostile::too_large),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let missing = browser::installed().and_then(|()| dist().map(drop)).err();
    if let Some(why) = missing {
        if std::env::var_os("TRANSFERMAP_REQUIRE_BROWSER").is_some() {
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
    for (name, test) in TESTS.iter().filter(|(n, _)| wanted.is_empty() || wanted.iter().any(|w| n.contains(w.as_str())))
    {
        match test(&world) {
            Ok(()) => eprintln!("ok      {name}"),
            Err(error) => {
                failed += 1;
                eprintln!("FAILED  {name}\n{error:#}");
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
