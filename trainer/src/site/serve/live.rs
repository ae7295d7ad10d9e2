//! A study's report while the study runs: put together from its records when one has changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::Context;
use hyper::StatusCode;
use transfermap::plan::Plan;
use transfermap::study::Study;

use super::answer::{Answer, kind_of};
use super::request::Request;
use crate::error::Wrong;
use crate::site::viewer::Viewer;
use crate::site::{Shown, page};
use crate::store::inputs::Inputs;
use crate::store::inputs::read_plan;
use crate::store::records::Store;
use crate::store::report::assemble;
use crate::store::survey::survey;

const WATCH_SCRIPT: &str = include_str!("../../../assets/watch.js");

/// The output folder of a `run`.
pub(super) struct Live {
    root: PathBuf,
    viewer: Viewer,
    last: Mutex<Option<Arc<Made>>>,
}

/// What one state of the records gives.
struct Made {
    etag: String,
    shown: [Shown; 1],
    /// Made when first asked for: it costs an analysis.
    page: Mutex<Option<String>>,
}

impl Live {
    pub(super) fn new(root: &Path, viewer: Viewer) -> Self {
        Self { root: root.to_owned(), viewer, last: Mutex::new(None) }
    }

    /// The page, the report and what the page needs; `None` for everything else.
    pub(super) fn answer(&self, request: &Request) -> anyhow::Result<Option<Answer>> {
        let name = request.path.trim_start_matches('/');
        let answer = |kind: &str, etag: String, body: Vec<u8>| {
            Ok(Some(Answer { status: StatusCode::OK, kind: kind_of(Path::new(kind)), etag, body }))
        };
        match name {
            "" | "index.html" => {
                let made = self.made()?;
                answer("html.html", String::new(), self.page(&made)?.into_bytes())
            }
            "report.json" => {
                let made = self.made()?;
                answer(name, made.etag.clone(), made.shown[0].json.clone().into_bytes())
            }
            "transfermap-watch.js" => answer(name, String::new(), WATCH_SCRIPT.as_bytes().to_vec()),
            _ => match self.viewer.beside()?.into_iter().find(|(file, _)| *file == name) {
                Some((file, bytes)) => answer(file, String::new(), bytes.into_owned()),
                None => Ok(None),
            },
        }
    }

    fn page(&self, made: &Made) -> anyhow::Result<String> {
        let mut page = made.page.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = &*page {
            return Ok(page.clone());
        }
        let watch = format!(
            "\n    <meta name=\"transfermap-watch\" content=\"{}\">\n    \
             <script type=\"module\" src=\"transfermap-watch.js\"></script>",
            made.etag.replace('"', "&quot;")
        );
        let html = page::index(&self.viewer, &made.shown, &watch)?;
        *page = Some(html.clone());
        Ok(html)
    }

    fn made(&self) -> anyhow::Result<Arc<Made>> {
        let plan = read_plan(&self.root)?;
        let store = Store::new(&self.root);
        let state = State::of(&self.root, &plan, &store);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = last.as_ref().filter(|m| m.etag == state.etag) {
            return Ok(Arc::clone(made));
        }
        let json = if state.is_written { self.read("report.json")? } else { self.assemble(&plan, &store)? };
        let shown = [Shown::new("report.json".into(), json)?];
        let made = Arc::new(Made { etag: state.etag, shown, page: Mutex::new(None) });
        *last = Some(Arc::clone(&made));
        Ok(made)
    }

    fn assemble(&self, plan: &Plan, store: &Store) -> anyhow::Result<String> {
        let inputs = Inputs::read(&self.root)?;
        let study = Study::from_toml(&inputs.study(&self.root)?).map_err(|e| Wrong::at("study.toml", &e))?;
        Ok(serde_json::to_string(&assemble(&study, plan, &inputs, &survey(plan, store)?))?)
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(self.root.join(name)).with_context(|| name.to_owned())
    }
}

/// How far a study is, told by the times of its files: reading thousands of records for every question is too slow.
struct State {
    etag: String,
    /// Whether report.json holds everything already.
    is_written: bool,
}

impl State {
    fn of(root: &Path, plan: &Plan, store: &Store) -> Self {
        let time = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
        let mut hash = DefaultHasher::new();
        let mut newest: Option<SystemTime> = None;
        let records = plan.runs.iter().map(|run| store.record_path(&run.id));
        for path in records.chain([root.join("plan.json"), root.join("cache/inputs.json")]) {
            let changed = time(&path);
            changed.hash(&mut hash);
            newest = newest.max(changed);
        }
        let written = time(&root.join("report.json"));
        written.hash(&mut hash);
        Self { etag: format!("\"{:x}\"", hash.finish()), is_written: written.is_some() && written >= newest }
    }
}
