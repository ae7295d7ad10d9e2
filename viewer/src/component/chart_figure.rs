//! A chart as a figure: its title, what it means, its files, and a drawing whose marks answer pointer and keys.
//!
//! A drawing is thousands of elements that never change by themselves, so it enters the page as markup that
//! [`crate::node`] wrote, which escapes every word of it. What its marks say and open stays here, as data; an element
//! holds its mark's number and nothing else that counts.

use std::sync::Arc;

use leptos::either::Either;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDivElement, KeyboardEvent};

use super::Term;
use crate::browser::download::{self, Format};
use crate::browser::focus;
use crate::chart::Chart;
use crate::mark::Mark;
use crate::state::{State, use_state};

#[component]
pub fn ChartFigure(chart: Chart) -> impl IntoView {
    let state = use_state();
    let drawn = chart.drawn();
    let markup = drawn.markup();
    let marks: Marks = drawn.marks().into_iter().cloned().collect::<Vec<_>>().into();
    let host = NodeRef::<Div>::new();
    link(state, host, marks.clone());
    come_back(state, host, marks.clone());
    let (title, reading, definition) = (chart.title.clone(), chart.reading.clone(), chart.definition);
    let id = state.id(&format!("chart-{}", chart.id));
    let chart = Arc::new(chart);
    let tools = Format::ALL.map(|format| {
        let chart = chart.clone();
        view! {
            <button
                type="button"
                class="tool"
                data-download=format.name()
                data-chart=chart.id.clone()
                aria-label=format!("Download “{}” as {}", chart.title, format.label())
                on:click=move |_| download::chart(state, &chart, format)
            >
                {format.label()}
            </button>
        }
    });
    let label = format!("What is shown: {title}");
    let (clicked, pressed, shown) = (marks.clone(), marks.clone(), marks);
    let focused = shown.clone();
    view! {
        <figure class="chart" id=id>
            <figcaption class="bar">
                <span>
                    <h3>{title}</h3>
                    <Term key=definition words="?".to_owned() class="define" label=label />
                </span>
                <span class="tools">{tools.into_iter().collect::<Vec<_>>()}</span>
            </figcaption>
            {reading.map(|reading| view! { <p class="reading">{reading}</p> })}
            <div
                class="drawing"
                node_ref=host
                inner_html=markup
                on:click=move |event| open(state, &clicked, &event)
                on:keydown=move |event| press(state, &pressed, &event)
                on:pointerover=move |event| over(state, &shown, &event)
                on:pointerout=move |_| state.hush()
                on:focusin=move |event| over(state, &focused, &event)
                on:focusout=move |_| state.hush()
            ></div>
        </figure>
    }
}

/// A chart, or the sentence that says why there is none.
#[component]
pub fn ChartOrWhy(chart: Result<Chart, String>) -> impl IntoView {
    match chart {
        Ok(chart) => Either::Left(view! { <ChartFigure chart=chart /> }),
        Err(why) => Either::Right(view! { <p>{why}</p> }),
    }
}

/// Charts beside each other, where the screen is wide enough.
#[component]
pub fn Beside(charts: Vec<Chart>) -> impl IntoView {
    let charts = charts.into_iter().map(|chart| view! { <ChartFigure chart=chart /> }).collect::<Vec<_>>();
    (!charts.is_empty()).then(|| view! { <div class="beside">{charts}</div> })
}

type Marks = Arc<[Mark]>;

/// The mark that an event is about.
fn about<'a>(marks: &'a Marks, event: &Event) -> Option<(Element, usize, &'a Mark)> {
    let (element, number) = focus::mark(event)?;
    Some((element, number, marks.get(number)?))
}

fn open(state: State, marks: &Marks, event: &Event) {
    if let Some(change) = about(marks, event).and_then(|(_, _, mark)| mark.opens.as_ref()) {
        state.hush();
        state.change(change);
    }
}

fn over(state: State, marks: &Marks, event: &Event) {
    match about(marks, event) {
        Some((element, _, mark)) => {
            state.tell(&element, mark.tip.clone());
            state.linked.set(mark.key.clone());
        }
        None => state.hush(),
    }
}

/// Enter and Space open; arrows lead from cell to cell.
fn press(state: State, marks: &Marks, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some((element, number, mark)) = about(marks, event) else { return };
    let handled = match (event.key().as_str(), mark.place) {
        ("Enter" | " ", _) => {
            open(state, marks, event);
            mark.opens.is_some()
        }
        (key, Some(place)) => go(marks, &element, number, place, key),
        _ => false,
    };
    if handled {
        event.prevent_default();
    }
}

/// Moves within a grid; whether the key is one that does.
fn go(marks: &Marks, from: &Element, number: usize, [row, column]: [usize; 2], key: &str) -> bool {
    let last = || marks.iter().filter_map(|m| m.place).filter(|p| p[0] == row).map(|p| p[1]).max().unwrap_or(column);
    let next = match key {
        "ArrowUp" => row.checked_sub(1).map(|row| [row, column]),
        "ArrowDown" => Some([row + 1, column]),
        "ArrowLeft" => column.checked_sub(1).map(|column| [row, column]),
        "ArrowRight" => Some([row, column + 1]),
        "Home" => Some([row, 0]),
        "End" => Some([row, last()]),
        _ => return false,
    };
    let found = next.and_then(|place| marks.iter().position(|m| m.place == Some(place))).filter(|at| *at != number);
    let drawing = from.closest(".drawing").ok().flatten();
    if let Some(cell) = found.zip(drawing).and_then(|(at, drawing)| focus::element_of(&drawing, at)) {
        give_focus(&cell);
    }
    true
}

/// Gives the focus to a cell, which from now on is the one of its grid that Tab comes to.
fn give_focus(cell: &Element) {
    let grid = cell.closest("[role=grid]").ok().flatten();
    if let Some(before) = grid.and_then(|g| g.query_selector("[role=gridcell][tabindex='0']").ok().flatten()) {
        let _ = before.set_attribute("tabindex", "-1");
    }
    let _ = cell.set_attribute("tabindex", "0");
    focus::focus(cell);
}

/// Shows which marks belong to the pair that is pointed at, here or in another chart.
fn link(state: State, host: NodeRef<Div>, marks: Marks) {
    Effect::new(move |before: Option<Option<String>>| {
        let key = state.linked.get();
        let before = before.flatten();
        if let Some(host) = host.get_untracked().filter(|_| key != before) {
            toggle(&host, &marks, before.as_deref(), false);
            toggle(&host, &marks, key.as_deref(), true);
        }
        key
    });
}

fn toggle(host: &HtmlDivElement, marks: &Marks, key: Option<&str>, on: bool) {
    let Some(key) = key else { return };
    for (number, _) in marks.iter().enumerate().filter(|(_, mark)| mark.key.as_deref() == Some(key)) {
        if let Some(element) = focus::element_of(host, number) {
            let _ = element.class_list().toggle_with_force("linked", on);
        }
    }
}

/// Gives the focus back to the cell that the reader came from.
fn come_back(state: State, host: NodeRef<Div>, marks: Marks) {
    Effect::new(move |_| {
        let Some(key) = state.return_to.get() else { return };
        let is_it = |mark: &Mark| mark.place.is_some() && mark.key.as_ref() == Some(&key);
        let cell = marks.iter().position(is_it).zip(host.get_untracked());
        if let Some(cell) = cell.and_then(|(at, host)| focus::element_of(host.unchecked_ref(), at)) {
            state.return_to.set(None);
            give_focus(&cell);
        }
    });
}
