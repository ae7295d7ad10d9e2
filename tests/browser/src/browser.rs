//! One headless Chromium behind chromedriver. Every wait is bounded, and everything ends when the value is dropped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::{By, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::runtime::Runtime;

use crate::process::Group;

/// The longest wait for anything in a page. The machine may be busy; a page that works answers at once.
pub const PATIENCE: Duration = Duration::from_secs(90);

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    // Times do not depend on how often the machine lets the browser paint.
    "--window-size=1280,1000",
];

/// A browser with one window.
#[derive(Debug)]
pub struct Browser {
    driver: Option<WebDriver>,
    runtime: Runtime,
    /// Profile and downloads; after `_group` in order of dropping, so that nobody writes into it any more.
    folder: tempfile::TempDir,
    group: Group,
}

/// Whether a browser is there at all.
///
/// # Errors
/// Says which program is missing.
pub fn installed() -> Result<()> {
    for program in ["chromedriver", "chromium"] {
        let found =
            std::env::var_os("PATH").is_some_and(|p| std::env::split_paths(&p).any(|d| d.join(program).is_file()));
        ensure!(found, "{program} is not on PATH (Debian: apt install chromium chromium-driver)");
    }
    Ok(())
}

impl Browser {
    /// Starts chromedriver on a free port, and Chromium with an empty profile.
    ///
    /// # Errors
    /// When either does not start.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("downloads"))?;
        let mut group = Group::start("chromedriver", &["--port=0"], folder.path())?;
        let port = port(&mut group)?;
        let mut wishes = DesiredCapabilities::chrome();
        wishes.set_binary(&which("chromium")?.to_string_lossy())?;
        for flag in FLAGS {
            wishes.add_arg(flag)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", folder.path().join("profile").display()))?;
        // Chromium asks before a page saves one file after another, and nobody is there to answer.
        wishes.add_experimental_option(
            "prefs",
            json!({
                "profile.default_content_setting_values.automatic_downloads": 1,
                "download.prompt_for_download": false,
                "download.default_directory": folder.path().join("downloads"),
            }),
        )?;
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connected =
            WebDriver::builder(format!("http://127.0.0.1:{port}"), wishes).request_timeout(4 * PATIENCE).connect();
        let driver = runtime.block_on(connected).context("starting Chromium")?;
        let browser = Self { driver: Some(driver), runtime, folder, group };
        browser.wait_on(browser.driver()?.set_page_load_timeout(2 * PATIENCE))?;
        browser.wait_on(browser.driver()?.set_script_timeout(2 * PATIENCE))?;
        let downloads = browser.downloads();
        browser.devtools(
            "Browser.setDownloadBehavior",
            json!({"behavior": "allow", "downloadPath": downloads, "eventsEnabled": false}),
        )?;
        browser.screen(1280, 1000)?;
        Ok(browser)
    }

    fn driver(&self) -> Result<&WebDriver> {
        self.driver.as_ref().context("the browser has ended")
    }

    fn wait_on<T>(&self, future: impl Future<Output = thirtyfour::error::WebDriverResult<T>>) -> Result<T> {
        Ok(self.runtime.block_on(future)?)
    }

    /// Where saved files land.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// A folder for what a test writes; it lasts as long as the browser.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens an address in a fresh document, also when only the part behind `#` differs.
    ///
    /// # Errors
    /// When the page does not load.
    pub fn open(&self, url: &str) -> Result<()> {
        self.wait_on(self.driver()?.goto("about:blank"))?;
        self.console()?;
        self.wait_on(self.driver()?.goto(url)).with_context(|| format!("opening {url}"))
    }

    /// Changes what stands behind `#` in the open page, as a link does, and waits until the report is drawn anew.
    ///
    /// # Errors
    /// When nothing is drawn, as when `fragment` stands there already.
    pub fn go(&self, fragment: &str) -> Result<()> {
        self.js("performance.clearMarks('transfermap-drawn'); location.hash = arguments[0]", vec![json!(fragment)])?;
        self.until_drawn()
    }

    /// As [`Self::go`], without a wait for anything.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn go_without_waiting(&self, fragment: &str) -> Result<()> {
        self.js("location.hash = arguments[0]", vec![json!(fragment)]).map(drop)
    }

    /// Runs a function body in the page and gives what it returns. The page's Content-Security-Policy does not bind it.
    ///
    /// # Errors
    /// When it throws.
    pub fn js(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let returned = self.wait_on(self.driver()?.execute(script, arguments));
        Ok(returned.with_context(|| format!("in the page: {script}"))?.json().clone())
    }

    /// As [`Self::js`], for a function body that calls its last argument with the result.
    ///
    /// # Errors
    /// When it throws, or never calls.
    pub fn js_later(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let returned = self.wait_on(self.driver()?.execute_async(script, arguments));
        Ok(returned.with_context(|| format!("in the page: {script}"))?.json().clone())
    }

    /// What an expression gives, as text.
    ///
    /// # Errors
    /// When it throws or is not text.
    pub fn text(&self, expression: &str) -> Result<String> {
        let value = self.js(&format!("return {expression}"), vec![])?;
        Ok(value.as_str().with_context(|| format!("{expression} is {value}, not text"))?.to_owned())
    }

    /// Waits until an expression is true.
    ///
    /// # Errors
    /// When it has not become true after [`PATIENCE`]; says what stands in the page then.
    pub fn until(&self, what: &str, expression: &str) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.js(&format!("return Boolean({expression})"), vec![])? == json!(true) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        let words = self.text("document.body.innerText")?;
        let console = self.console()?.join("\n");
        bail!("not within {PATIENCE:?}: {what}\n--- the page\n{words:.1500}\n--- the console\n{console}")
    }

    /// Waits until the report in view is drawn, permutations and bootstraps included.
    ///
    /// # Errors
    /// When it does not come.
    pub fn until_drawn(&self) -> Result<()> {
        self.until(
            "the report is drawn",
            "document.querySelector('.viewer #page') && performance.getEntriesByName('transfermap-drawn').length",
        )?;
        self.until("the resampling is done", "!document.querySelector('.waiting')")
    }

    /// Clicks the first element of a selector, as a person would: it has to be visible.
    ///
    /// # Errors
    /// When there is none, or it is covered.
    pub fn click(&self, selector: &str) -> Result<()> {
        let element = self.wait_on(self.driver()?.find(By::Css(selector))).with_context(|| selector.to_owned())?;
        self.wait_on(element.scroll_into_view())?;
        self.wait_on(element.click()).with_context(|| format!("clicking {selector}"))
    }

    /// Types into an element; into a file field, the path of a file.
    ///
    /// # Errors
    /// When there is none.
    pub fn type_into(&self, selector: &str, words: &str) -> Result<()> {
        let element = self.wait_on(self.driver()?.find(By::Css(selector))).with_context(|| selector.to_owned())?;
        self.wait_on(element.send_keys(words))
    }

    /// Chooses a file in the viewer's dialogue. Its field is in no page, so it is put into this one when it is opened.
    ///
    /// # Errors
    /// When the viewer cannot open files yet.
    pub fn pick(&self, file: &Path) -> Result<()> {
        let show_field = "document.querySelector('#picked')?.remove(); \
            HTMLInputElement.prototype.click = function () { this.id = 'picked'; document.body.append(this) }";
        self.js(show_field, vec![])?;
        self.click("[data-do=open]")?;
        self.type_into("#picked", &std::path::absolute(file)?.display().to_string())
    }

    /// Presses keys (see [`thirtyfour::Key`]) at whatever has the focus.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn press(&self, keys: impl Into<thirtyfour::TypingData>) -> Result<()> {
        self.wait_on(self.driver()?.action_chain().send_keys(keys).perform())
    }

    /// A command of Chromium's own protocol.
    ///
    /// # Errors
    /// When it fails.
    pub fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        let cdp = self.driver()?.cdp();
        self.wait_on(cdp.send_raw(command, parameters)).with_context(|| command.to_owned())
    }

    /// Size of the window in CSS pixels.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn screen(&self, width: u32, height: u32) -> Result<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).map(drop)
    }

    /// What the system prefers: dark or light.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", features).map(drop)
    }

    /// What the window shows, as PNG.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        self.wait_on(self.driver()?.screenshot(file))
    }

    /// What the console has said since the last question, each with its level first.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn console(&self) -> Result<Vec<String>> {
        let lines = self.wait_on(self.driver()?.browser_log())?;
        Ok(lines.into_iter().map(|l| format!("{} {}", l.level, l.message)).collect())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            // Chromium clears up behind itself; when it does not, the group is killed.
            let _ = self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), driver.quit()).await });
        }
        let _ = self.group.0.try_wait();
    }
}

/// The port that chromedriver chose, from its first lines.
fn port(group: &mut Group) -> Result<u16> {
    let out = group.0.stdout.take().context("chromedriver says nothing")?;
    let (sender, receiver) = std::sync::mpsc::channel();
    // The thread also empties the pipe for as long as chromedriver writes.
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let port = line.split_once("successfully on port ").and_then(|(_, p)| p.trim_end_matches('.').parse().ok());
            if let Some(port) = port {
                let _ = sender.send(port);
            }
        }
    });
    receiver.recv_timeout(PATIENCE).context("chromedriver does not say its port")
}

fn which(program: &str) -> Result<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths)
        .map(|d| d.join(program))
        .find(|f| f.is_file())
        .with_context(|| format!("no {program}"))
}
