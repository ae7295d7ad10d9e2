//! What the application knows, as signals that every component shares: the reports, the reader's choices, and what lies
//! over the page.

use std::sync::Arc;

use leptos::prelude::*;
use transfermap::analysis::Analysis;
use web_sys::HtmlElement;

use crate::choices::{Change, Choices};
use crate::look::{Analysed, Loaded};

/// Whether the choices live in the page's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// In `location.hash`: this page is the viewer's own.
    Owned,
    /// In memory: the viewer is a guest in somebody's page.
    Untouched,
}

/// How far permutations and bootstraps are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resampling {
    /// So many parts of so many; 0 of 0 before it is known.
    Runs { done: usize, of: usize },
    /// The reader stopped it.
    Cancelled,
    /// There is nothing to do.
    Rests,
}

/// What a mark says, and where it stands in the window: left, top, width, height.
#[derive(Debug, Clone, PartialEq)]
pub struct Tip {
    pub words: String,
    pub around: [f64; 4],
}

/// A definition that a reader asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// A key of [`transfermap::glossary`].
    pub key: &'static str,
    /// What was clicked; it gets the focus back.
    pub by: HtmlElement,
}

/// All state; copies share it.
#[derive(Debug, Clone, Copy)]
pub struct State {
    pub address: Address,
    /// Which viewer of the document this is, counted from 0.
    number: usize,
    /// Every report, in the order of loading.
    pub loaded: RwSignal<Vec<Arc<Loaded>>>,
    pub choices: RwSignal<Choices>,
    /// What went wrong, in words.
    pub message: RwSignal<Option<String>>,
    pub resampling: RwSignal<Resampling>,
    /// What was resampled last, and the analysis that it was made for.
    pub resampled: RwSignal<Option<(Arc<Analysis>, Analysed)>>,
    pub tip: RwSignal<Option<Tip>>,
    pub asked: RwSignal<Option<Asked>, LocalStorage>,
    /// The key of the marks that are shown together, over all charts.
    pub linked: RwSignal<Option<String>>,
    /// The key of the mark that gets the focus once it is drawn.
    pub return_to: RwSignal<Option<String>>,
}

impl State {
    pub fn new(address: Address, number: usize) -> Self {
        Self {
            address,
            number,
            loaded: RwSignal::new(Vec::new()),
            choices: RwSignal::new(Choices::default()),
            message: RwSignal::new(None),
            resampling: RwSignal::new(Resampling::Rests),
            resampled: RwSignal::new(None),
            tip: RwSignal::new(None),
            asked: RwSignal::new_local(None),
            linked: RwSignal::new(None),
            return_to: RwSignal::new(None),
        }
    }

    /// An id of this viewer. Ids are of a document, and a document may hold several viewers: those of the second end in
    /// `-2`, and so on.
    pub fn id(&self, name: &str) -> String {
        if self.number == 0 { name.to_owned() } else { format!("{name}-{}", self.number + 1) }
    }

    pub fn change(&self, change: &Change) {
        let changed = self.choices.read_untracked().with(change);
        if changed != *self.choices.read_untracked() {
            self.choices.set(changed);
        }
    }

    /// Tells the reader what went wrong.
    pub fn say(&self, message: impl Into<String>) {
        self.message.set(Some(message.into()));
    }

    /// Shows what an element says.
    pub fn tell(&self, element: &web_sys::Element, words: impl Into<String>) {
        let at = element.get_bounding_client_rect();
        self.tip.set(Some(Tip { words: words.into(), around: [at.left(), at.top(), at.width(), at.height()] }));
    }

    /// Takes back what hovering shows.
    pub fn hush(&self) {
        if self.tip.read_untracked().is_some() {
            self.tip.set(None);
        }
        if self.linked.read_untracked().is_some() {
            self.linked.set(None);
        }
    }

    /// Opens a definition beside what asked for it; asked again, closes it.
    pub fn ask(&self, key: &'static str, by: HtmlElement) {
        let again = self.asked.with_untracked(|asked| asked.as_ref().is_some_and(|a| a.key == key));
        self.asked.set((!again).then_some(Asked { key, by }));
    }

    /// Closes the definition that is open; whether there was one.
    pub fn answered(&self) -> bool {
        let open = self.asked.with_untracked(Option::is_some);
        if open {
            self.asked.set(None);
        }
        open
    }
}

/// The state of the viewer that a component stands in.
pub fn use_state() -> State {
    expect_context()
}
