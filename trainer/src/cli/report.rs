//! `transfermap report`: reports as a page, for people without this program.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::atomic;
use crate::site::viewer::Viewer;
use crate::site::{Shown, include_texts, page};
use crate::terminal::working::Working;

/// Arguments of `report`.
#[derive(Debug, Args)]
pub(super) struct WriteReport {
    /// report.json, or the folder that holds it; several are shown side by side
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Write a site for any static host to this folder
    #[arg(long, value_name = "DIR", required_unless_present = "single_file")]
    out: Option<PathBuf>,
    /// Write one HTML file with everything inside, which opens from disk
    #[arg(long, value_name = "FILE")]
    single_file: Option<PathBuf>,
    /// Use this viewer.html, or this dist folder, instead of the viewer in this program
    #[arg(long, value_name = "FILE")]
    viewer: Option<PathBuf>,
    /// Put the texts of all test examples into the page, so that it shows which ones changed; they leave your machine
    /// with it. Reads the data files of the study again
    #[arg(long)]
    include_text: bool,
}

impl WriteReport {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let viewer = Viewer::choose(self.viewer.as_deref())?;
        let mut shown = Shown::read(&self.inputs)?;
        if self.include_text {
            for (shown, input) in shown.iter_mut().zip(&self.inputs) {
                include_texts(shown, input)?;
            }
        }
        // The first report is what the page shows before any script runs.
        let working = Working::analysing(shown.first().map_or(0, |first| first.report.runs.len()));
        let mut written = Vec::new();
        if let Some(folder) = &self.out {
            written.extend(page::site(&viewer, &shown, folder)?);
        }
        if let Some(file) = &self.single_file {
            atomic::write(file, page::single_file(&viewer, &shown)?.as_bytes())?;
            written.push(file.clone());
        }
        drop(working);
        for file in written {
            writeln!(out, "{}", file.display())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Wrong;
    use crate::site::fixture;
    use clap::Parser;
    use std::path::Path;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        report: WriteReport,
    }

    fn call(arguments: &[&str]) -> anyhow::Result<String> {
        let parsed = Alone::try_parse_from([&["report"], arguments].concat())?;
        let mut said = Vec::new();
        parsed.report.execute(&mut said)?;
        Ok(String::from_utf8(said)?)
    }

    fn sample(name: &str) -> String {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/samples").join(name).display().to_string()
    }

    #[test]
    fn writes_what_it_says_from_several_inputs() {
        let (folder, _) = fixture::viewer();
        let out = tempfile::tempdir().unwrap();
        let path = |name: &str| out.path().join(name).display().to_string();
        let (site, file, viewer) = (path("site"), path("deep/one.html"), folder.path().display().to_string());
        let (first, second) = (sample("real-small.json"), sample("notebook.json"));
        let said = call(&[&first, &second, "--out", &site, "--single-file", &file, "--viewer", &viewer]).unwrap();
        // The page, two reports, what the viewer is made of, the single file.
        assert_eq!(said.lines().count(), 1 + 2 + 8 + 1, "{said}");
        assert!(said.lines().all(|line| Path::new(line).is_file()), "{said}");
        let single = folder.path().join("viewer.html").display().to_string();
        let again = path("again.html");
        call(&[&first, &second, "--single-file", &again, "--viewer", &single]).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(&again).unwrap());
    }

    #[test]
    fn wrong_requests_are_told_apart_from_failures() {
        let (folder, _) = fixture::viewer();
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("x.html").display().to_string();
        let viewer = folder.path().display().to_string();
        assert!(call(&[&sample("notebook.json")]).is_err(), "neither --out nor --single-file");
        for (input, viewer, words) in [
            (sample("no-such.json"), viewer.clone(), "no-such.json"),
            (sample("../index.html"), viewer.clone(), "not a report"),
            (sample("notebook.json"), sample("notebook.json"), "not a page of this version"),
            (sample("notebook.json"), sample("no-such.html"), "no viewer there"),
        ] {
            let error = call(&[&input, "--single-file", &file, "--viewer", &viewer]).unwrap_err();
            assert!(error.is::<Wrong>() && error.to_string().contains(words), "{error}");
        }
        let alone = out.path().join("viewer.html");
        std::fs::copy(folder.path().join("viewer.html"), &alone).unwrap();
        let alone = alone.display().to_string();
        let error = call(&[&sample("notebook.json"), "--out", &file, "--viewer", &alone]).unwrap_err();
        assert!(error.to_string().contains("needs the folder"), "{error}");
        assert!(!Path::new(&file).exists());
    }

    #[test]
    fn without_a_viewer_it_says_what_to_run() {
        match Viewer::choose(None) {
            Ok(viewer) => assert!(viewer == Viewer::Embedded && viewer.single().is_ok() && viewer.index().is_ok()),
            Err(error) => assert!(error.to_string().contains("./x site") && error.to_string().contains("--viewer")),
        }
    }
}
