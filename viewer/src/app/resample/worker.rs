//! Resampling in a Web Worker: this program again, in a thread of its own. The page hands it the compiled program, the
//! report's text and the choices; it sends back how far it is, and at last what the resampling added. `www/worker.js`
//! is what it runs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Function, Object, Reflect};
use transfermap::analysis::Analysis;
use transfermap::report::Report;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{Job, Jobs};
use crate::choices::Choices;
use crate::look::{Loaded, Subject};

/// A worker, seen from the page.
pub(super) struct Thread {
    worker: Worker,
    /// What it computes.
    job: Rc<RefCell<Option<Job>>>,
    /// The report that it has read.
    knows: Cell<Option<Arc<Loaded>>>,
    _heard: Closure<dyn Fn(MessageEvent)>,
    _failed: Closure<dyn Fn()>,
}

impl Thread {
    /// Starts one.
    ///
    /// # Errors
    /// The browser refuses.
    pub(super) fn start(jobs: &Jobs, script: &str) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        // Browsers refuse modules from a blob to a page from disk, whose script is made to be a plain one.
        options.set_type(if script.starts_with("blob:") { WorkerType::Classic } else { WorkerType::Module });
        let worker = Worker::new_with_options(script, &options)?;
        let job: Rc<RefCell<Option<Job>>> = Rc::default();
        let (hears, of) = (jobs.clone(), job.clone());
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| hear(&hears, &of, &event.data()));
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let (fails, of) = (jobs.clone(), job.clone());
        let failed = Closure::<dyn Fn()>::new(move || give_up(&fails, &of));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        Ok(Self { worker, job, knows: Cell::default(), _heard: heard, _failed: failed })
    }

    pub(super) fn is_busy(&self) -> bool {
        self.job.borrow().is_some()
    }

    /// Gives it a job.
    ///
    /// # Errors
    /// The browser cannot hand over the program.
    pub(super) fn give(&self, job: &Job) -> Result<(), JsValue> {
        let message = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&message, &JsValue::from_str(name), value).map(drop);
        set("program", &wasm_bindgen::module())?;
        let loaded = &job.subject.loaded;
        let known = self.knows.take().filter(|known| Arc::ptr_eq(known, loaded));
        if known.is_none() {
            set("report", &JsValue::from_str(&loaded.text))?;
        }
        self.knows.set(Some(loaded.clone()));
        set("choices", &JsValue::from_str(&job.fragment()))?;
        self.worker.post_message(&message)?;
        *self.job.borrow_mut() = Some(job.clone());
        Ok(())
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Job {
    /// Family and options, as an address would say them.
    fn fragment(&self) -> String {
        use crate::choices::{Change, Choice, family_name};
        let options = &self.tests.analysis.options;
        let change = Change::to(Choice::Family, family_name(&self.subject.family))
            .and(Choice::Metric, options.metric.map_or("", |metric| metric.name()))
            .and(Choice::Alpha, options.alpha.to_string())
            .and(Choice::Margin, options.margin.map_or_else(String::new, |margin| margin.to_string()))
            .and(Choice::Collapsed, if options.without_collapsed { "out" } else { "" });
        Choices::default().with(&change).fragment()
    }
}

/// A pair of numbers is progress; text is the result.
fn hear(jobs: &Jobs, of: &RefCell<Option<Job>>, data: &JsValue) {
    let Some(job) = of.borrow().clone() else { return };
    if let Some(text) = data.as_string() {
        of.borrow_mut().take();
        let added = serde_json::from_str(&text).ok();
        match added.and_then(|added| (*job.tests.analysis).clone().with_resampled(added)) {
            Some(whole) => jobs.finish(&job, whole),
            None => later(jobs, job),
        }
    } else if let Some(progress) = data.dyn_ref::<Array>() {
        let number = |i: u32| progress.get(i).as_f64().unwrap_or(0.0) as usize;
        jobs.progress(&job, number(0), number(1));
    }
}

/// A worker that fails never worked: the page's thread takes over.
fn give_up(jobs: &Jobs, of: &RefCell<Option<Job>>) {
    let job = of.borrow_mut().take();
    if let Some(job) = job.filter(|job| jobs.counts(job)) {
        later(jobs, job);
    }
}

/// On the page's thread; not at once, because it is the worker's own call that ends the worker.
fn later(jobs: &Jobs, job: Job) {
    let jobs = jobs.clone();
    leptos::prelude::set_timeout(move || jobs.in_slices(job), std::time::Duration::ZERO);
}

/// The worker's side: a report, read once, and resampled as often as options change.
#[wasm_bindgen]
pub struct Resampler {
    loaded: Vec<Arc<Loaded>>,
}

#[wasm_bindgen]
impl Resampler {
    /// Reads the text of a report.json.
    ///
    /// # Errors
    /// What is no report.
    #[wasm_bindgen(constructor)]
    pub fn new(report: &str) -> Result<Self, JsError> {
        let report = Report::from_json(report.as_bytes())?;
        Ok(Self { loaded: vec![Arc::new(Loaded::new("", String::new(), report))] })
    }

    /// What the resampling adds to the analysis that these choices ask for, as JSON. `watch` is told after each part how
    /// many of how many are done.
    ///
    /// # Errors
    /// Choices of which no analysis can be made.
    pub fn resample(&self, choices: &str, watch: &Function) -> Result<String, JsError> {
        let choices = Choices::parse(choices);
        let subject = Subject::chosen(&self.loaded, &choices, None).ok_or_else(|| JsError::new("no transfer run"))?;
        let whole = Analysis::watched(&subject.report, &choices.options(), &mut |done, of| {
            let _ = watch.call2(&JsValue::NULL, &JsValue::from(done), &JsValue::from(of));
        })?;
        Ok(serde_json::to_string(&whole.resampled())?)
    }
}
