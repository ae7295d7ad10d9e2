//! From state to page: analyses when something changed, then draws.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use transfermap::analysis::{Analysis, Options};
use transfermap::report::Report;
use web_sys::HtmlElement;

use super::drawn::Drawn;
use super::state::{Analysed, State, Subject};
use super::{Address, events, ids, keys, load, patch};
use crate::chart::transfer_map::pair_key;
use crate::choices::Choices;
use crate::node::Node;
use crate::page::{Context, Page, Tab, shell};

/// Milliseconds of resampling between two pauses: less than a reader notices.
const SLICE: f64 = 60.0;

/// Milliseconds since the page began.
fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// Pause before the first part: the answer is painted in it.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Pause between two parts of the resampling, in which the page answers the reader.
const PAUSE: Duration = Duration::from_millis(4);

/// The application's view. What stood in the element before stays until a report is there.
pub(super) fn view(state: State, element: &HtmlElement) -> impl IntoView + use<> {
    let before: Vec<web_sys::Node> = {
        let nodes = element.child_nodes();
        (0..nodes.length()).filter_map(|i| nodes.item(i)).collect()
    };
    let host = NodeRef::<Div>::new();
    let element = element.clone();
    Effect::new(move |started: Option<()>| {
        if started.is_none() {
            events::listen(state, &element);
        }
    });
    analyse(state);
    keep_address(state);
    draw(state, host, before);
    view! {
        <Message state />
        <div class="host" node_ref=host></div>
    }
}

#[component]
fn Message(state: State) -> impl IntoView {
    move || {
        state.message.get().map(|message| {
            view! {
                <div class="message" role="alert">
                    <p>{message}</p>
                    <button type="button" class="tool" on:click=move |_| state.message.set(None)>"Close"</button>
                </div>
            }
        })
    }
}

/// Tests at once, then permutations and bootstraps in stages.
fn analyse(state: State) {
    let round = Rc::new(Cell::new(0u64));
    Effect::new(move |last: Option<Option<(Subject, Options)>>| {
        let last = last.flatten();
        let Some(subject) = state.choose(last.as_ref().map(|(subject, _)| subject)) else {
            round.set(round.get() + 1);
            state.subject.set(None);
            return None;
        };
        let now = (subject, state.choices.read().options());
        if last.as_ref() == Some(&now) {
            return last;
        }
        let (subject, options) = now.clone();
        round.set(round.get() + 1);
        state.subject.set(Some(subject.clone()));
        match Analysis::tests(&subject.report, &options) {
            Ok(analysis) => {
                let analysis = Arc::new(analysis);
                state.analysed.set(Some(Ok(Analysed { analysis: analysis.clone(), resampled: false })));
                let stages = Stages { round: round.clone(), mine: round.get(), next: 0, subject, analysis };
                set_timeout(move || stages.go(state), FIRST_PAUSE);
            }
            Err(error) => state.analysed.set(Some(Err(error))),
        }
        Some(now)
    });
}

/// The resampling of one analysis; it ends when another has begun.
struct Stages {
    round: Rc<Cell<u64>>,
    mine: u64,
    next: usize,
    subject: Subject,
    analysis: Arc<Analysis>,
}

impl Stages {
    fn go(mut self, state: State) {
        if self.round.get() != self.mine {
            return;
        }
        let begun = now();
        let mut first = None;
        // What comes before the first part is done anew in every slice: at most half of the time goes there.
        let mut go_on = || {
            let first = *first.get_or_insert_with(now);
            now() - first < SLICE.max(first - begun)
        };
        let analysis = Arc::make_mut(&mut self.analysis);
        match analysis.resample_while(&self.subject.report, self.next, &mut go_on) {
            Ok(next) if next < analysis.resampling_stages() => {
                self.next = next;
                set_timeout(move || self.go(state), PAUSE);
            }
            Ok(_) => {
                state.analysed.set(Some(Ok(Analysed { analysis: self.analysis, resampled: true })));
                load::mark("transfermap-resampled");
            }
            Err(error) => state.say(error.to_string()),
        }
    }
}

/// Choices and address follow each other.
fn keep_address(state: State) {
    if state.address == Address::Untouched {
        return;
    }
    let read = move || window().location().hash().unwrap_or_default();
    state.choices.set(Choices::parse(&read()));
    let _ = window_event_listener_untyped("hashchange", move |_| {
        let choices = Choices::parse(&read());
        if choices != *state.choices.read_untracked() {
            state.choices.set(choices);
        }
    });
    Effect::new(move |last_tab: Option<_>| {
        let (fragment, tab) = (state.choices.read().fragment(), state.choices.read().tab());
        if format!("#{fragment}") != read() && !(fragment.is_empty() && read().is_empty()) {
            let url = format!("#{fragment}");
            // Another page can be gone back from; another option of the same page cannot.
            if last_tab.is_some_and(|last| last != tab) {
                let _ = window().location().set_hash(&fragment);
            } else if let Ok(history) = window().history() {
                let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
            }
        }
        tab
    });
}

fn draw(state: State, host: NodeRef<Div>, before: Vec<web_sys::Node>) {
    let drawn = Drawn::default();
    Effect::new(move |last_tab: Option<_>| {
        let host = host.get()?;
        let (Some(subject), Some(analysed)) = (state.subject.get(), state.analysed.get()) else {
            return None;
        };
        let analysed = match analysed {
            Ok(analysed) => analysed,
            Err(error) => {
                state.say(error.to_string());
                return None;
            }
        };
        let choices = state.choices.get();
        let (tree, page) = tree(state, &subject, &analysed, &choices);
        let mut last = drawn.0.borrow_mut();
        if last.0.is_empty() {
            // Leptos leaves a node of its own in an empty element; patching counts children from the first.
            host.set_text_content(None);
            before.iter().filter_map(web_sys::Node::parent_node).zip(&before).for_each(|(parent, node)| {
                let _ = parent.remove_child(node);
            });
            drawn.remember((*host).clone().into());
        }
        patch::children(&document(), &host, &last.0, &tree);
        *last = (tree, page);
        let tab = choices.tab();
        let last_tab = last_tab.flatten();
        let came_from = last_tab.filter(|last: &Tab| *last != tab);
        let came_back = came_from == Some(Tab::Pair) && tab == Tab::Map;
        let pair = choices.get("source").zip(choices.get("target")).filter(|_| came_back);
        if !pair.is_some_and(|(source, target)| keys::focus_cell(&host, &pair_key(source, target)))
            && came_from.is_some()
        {
            events::focus_page(&host);
        }
        if came_from.is_some() || last_tab.is_none() {
            events::show_tab(&host);
        }
        load::mark("transfermap-drawn");
        Some(tab)
    });
}

fn tree(state: State, subject: &Subject, analysed: &Analysed, choices: &Choices) -> (Vec<Node>, Page) {
    let loaded = state.loaded.read();
    let names: Vec<(String, &Report)> = loaded.iter().map(|l| (l.name.clone(), &*l.report)).collect();
    let none = Vec::new();
    let context = Context {
        report: &subject.report,
        analysis: &analysed.analysis,
        families: loaded.get(subject.index).map_or(&none, |l| &l.families),
        family: &subject.family,
        choices,
        resampled: analysed.resampled,
        loaded: &names,
    };
    let page = choices.tab().page(&context);
    let mut tree = vec![shell::view(&context, &page)];
    ids::number(&mut tree, state.number);
    (tree, page)
}
