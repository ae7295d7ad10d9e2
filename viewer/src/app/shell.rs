//! What stands around every page: name, tabs, options, messages, and where the reader is.

use leptos::html::{Div, Main};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::options::OptionsBar;
use super::resample::{Jobs, StoredJobs};
use super::{address, analyse, drop};
use crate::browser::focus::{self, Kept};
use crate::browser::{download, load};
use crate::chart::transfer_map::pair_key;
use crate::choices::{Change, Choice};
use crate::component::{Definition, MessageBar, OpenButton, Select, TipWindow};
use crate::look::Look;
use crate::offer::Offer;
use crate::page::{Page, Tab};
use crate::state::{State, use_state};

/// The application. What stood in the element before stays until a report is there.
#[component]
pub(super) fn App(before: StoredValue<Vec<web_sys::Node>, LocalStorage>, worker: Option<String>) -> impl IntoView {
    let state = use_state();
    address::keep(state);
    let jobs = StoredValue::new_local(Jobs::new(state, worker));
    let look = analyse::look(state, jobs);
    let there = Memo::new(move |_| look.read().is_some());
    Effect::new(move |_| {
        if there.get() {
            drop::remove(&before.get_value());
            before.set_value(Vec::new());
        }
    });
    view! {
        <MessageBar />
        <div class="host" on:click=move |_| {
                state.answered();
            } on:keydown=move |event| escape(state, &event)>
            {move || there.get().then(|| view! { <Shell look=look jobs=jobs /> })}
            <TipWindow />
            <Definition />
        </div>
    }
}

/// Escape closes what is open; on the page of a pair it goes back to the map.
fn escape(state: State, event: &KeyboardEvent) {
    if event.key() != "Escape" {
        return;
    }
    if state.answered() {
        event.prevent_default();
        return;
    }
    state.hush();
    if state.choices.read_untracked().tab() == Tab::Pair {
        event.prevent_default();
        state.change(&Change::to(Choice::Tab, Tab::Map.name()));
    }
}

#[component]
fn Shell(look: Memo<Option<Look>>, jobs: StoredJobs) -> impl IntoView {
    let state = use_state();
    let viewer = NodeRef::<Div>::new();
    let main = NodeRef::<Main>::new();
    let kept = StoredValue::new_local(None::<Kept>);
    let tab = Memo::new(move |_| state.choices.read().tab());
    let study = Memo::new(move |_| look.with(|l| l.as_ref().map(|l| l.subject.report.study.name.clone())));
    after_drawing(state, look, viewer, main, kept);
    let page = move || {
        // Until it is given back, what was there before all drawings counts.
        if let Some(main) = main.get_untracked().filter(|_| kept.with_value(Option::is_none)) {
            kept.set_value(Some(Kept::of(&main)));
        }
        look.get().map(|look| view! { <Page look=look /> })
    };
    let skip = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            focus::page(&main);
        }
    };
    view! {
        <div class="viewer" node_ref=viewer>
            <a class="skip" href=format!("#{}", state.id("page")) on:click=skip>"Skip to the page"</a>
            <Head look=look />
            <Tabs look=look />
            <OptionsBar look=look jobs=jobs />
            <main
                id=state.id("page")
                role="tabpanel"
                tabindex="-1"
                node_ref=main
                aria-labelledby=move || state.id(&format!("tab-{}", tab.get().name()))
            >
                <h1 class="hidden">{move || format!("{}: {}", study.get().unwrap_or_default(), tab.get().label())}</h1>
                {page}
            </main>
        </div>
    }
}

/// Gives the focus where it belongs once another page is drawn, and tells the time line.
fn after_drawing(
    state: State,
    look: Memo<Option<Look>>,
    viewer: NodeRef<Div>,
    main: NodeRef<Main>,
    kept: StoredValue<Option<Kept>, LocalStorage>,
) {
    Effect::new(move |last: Option<Option<Tab>>| {
        let now = look.with(|look| {
            let choices = &look.as_ref()?.choices;
            let pair = choices.get(Choice::Source).zip(choices.get(Choice::Target));
            Some((choices.tab(), pair.map(|(source, target)| pair_key(source, target))))
        });
        let (tab, pair) = now?;
        let last = last.flatten();
        let came_from = last.filter(|last| *last != tab);
        // Whatever else follows from the change comes first.
        set_timeout(
            move || {
                let (Some(viewer), Some(main)) = (viewer.get_untracked(), main.get_untracked()) else { return };
                if let Some(kept) = kept.try_update_value(Option::take).flatten() {
                    kept.restore();
                }
                if came_from == Some(Tab::Pair) && tab == Tab::Map && pair.is_some() {
                    state.return_to.set(pair);
                } else if came_from.is_some() {
                    focus::page(&main);
                }
                if came_from.is_some() || last.is_none() {
                    focus::show_tab(&viewer);
                }
                load::mark("transfermap-drawn");
            },
            std::time::Duration::ZERO,
        );
        Some(tab)
    });
}

#[component]
fn Head(look: Memo<Option<Look>>) -> impl IntoView {
    let state = use_state();
    let head = Memo::new(move |_| {
        look.with(|look| {
            let look = look.as_ref()?;
            let names = look.loaded.iter().enumerate().map(|(i, one)| (i.to_string(), one.name.clone()));
            let reports = Offer::new("Report", Choice::Report, names, &look.choices);
            let study = &look.subject.report.study;
            Some((study.name.clone(), study.description.clone(), reports))
        })
    });
    move || {
        head.get().map(|(name, description, reports)| {
            view! {
                <header>
                    <p class="study">{name}</p>
                    {(!description.is_empty()).then(|| view! { <p class="quiet">{description}</p> })}
                    <div class="controls">
                        {(reports.values.len() > 1).then(|| view! { <Select offer=reports /> })}
                        <OpenButton />
                        <button type="button" class="tool" data-do="save" on:click=move |_| download::report(state)>
                            "Download report.json"
                        </button>
                    </div>
                </header>
            }
        })
    }
}

#[component]
fn Tabs(look: Memo<Option<Look>>) -> impl IntoView {
    let state = use_state();
    let shown = Memo::new(move |_| {
        look.with(|look| {
            let look = look.as_ref()?;
            let tabs: Vec<Tab> = look.see(|c| Tab::ALL.iter().copied().filter(|tab| tab.shown(c)).collect());
            Some((tabs, look.choices.tab()))
        })
    });
    let button = move |tab: Tab, current: Tab| {
        let selected = tab == current;
        view! {
            <button
                type="button"
                role="tab"
                id=state.id(&format!("tab-{}", tab.name()))
                aria-selected=if selected { "true" } else { "false" }
                aria-controls=state.id("page")
                tabindex=if selected { "0" } else { "-1" }
                on:click=move |_| state.change(&Change::to(Choice::Tab, tab.name()))
            >
                {tab.label()}
            </button>
        }
    };
    let keys = move |event: KeyboardEvent| {
        if let Some((tabs, current)) = shown.get_untracked() {
            turn(state, &tabs, current, &event);
        }
    };
    let buttons = move || {
        let (tabs, current) = shown.get()?;
        Some(tabs.into_iter().map(|tab| button(tab, current)).collect::<Vec<_>>())
    };
    view! {
        <nav>
            <div class="tabs" role="tablist" aria-label="Pages" on:keydown=keys>{buttons}</div>
        </nav>
    }
}

/// Arrows move between tabs, which open at once.
fn turn(state: State, tabs: &[Tab], current: Tab, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let at = tabs.iter().position(|tab| *tab == current).unwrap_or(0);
    let next = match event.key().as_str() {
        "ArrowRight" => (at + 1) % tabs.len().max(1),
        "ArrowLeft" => at.checked_sub(1).unwrap_or(tabs.len().saturating_sub(1)),
        "Home" => 0,
        "End" => tabs.len().saturating_sub(1),
        _ => return,
    };
    let Some(next) = tabs.get(next) else { return };
    event.prevent_default();
    state.change(&Change::to(Choice::Tab, next.name()));
    if let Some(button) = document().get_element_by_id(&state.id(&format!("tab-{}", next.name()))) {
        focus::focus(&button);
    }
}
