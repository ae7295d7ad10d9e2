//! A table with heads that sort or open definitions, cells that are links, and buttons that copy it.

use std::sync::Arc;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use transfermap::table::Medium;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTableCellElement, HtmlTableRowElement, PointerEvent};

use super::{Link, Term};
use crate::browser::download::{self, Markup};
use crate::choices::Change;
use crate::state::{State, use_state};
use crate::table::{Cell, Column, Kind, Sheet, Sort, Table, Tone};

#[component]
pub fn DataTable(sheet: Sheet) -> impl IntoView {
    data_table::<()>(sheet, None)
}

/// A table with something opened below one of its rows.
pub fn data_table<V: IntoView + 'static>(sheet: Sheet, opened: Option<(usize, V)>) -> impl IntoView {
    let state = use_state();
    let Sheet { table, link_column, links, sorts } = sheet;
    let whole = Arc::new(table);
    let table = Arc::new(whole.on(Medium::Page));
    let tools = Markup::ALL.map(|markup| copy(state, whole.clone(), markup)).into_iter().collect::<Vec<_>>();
    let mut sorts = sorts.into_iter();
    let heads = table.columns.iter().map(|column| head(state, column, sorts.next())).collect::<Vec<_>>();
    let link_at = table.columns.iter().position(|column| column.name == link_column);
    let mut links = links.into_iter();
    let mut opened = opened;
    let opened_at = opened.as_ref().map(|(at, _)| *at);
    let width = table.columns.len().to_string();
    let rows = table.rows.iter().enumerate().map(|(i, cells)| {
        let link = links.next().flatten().zip(link_at);
        let below = opened.take_if(|(at, _)| *at == i).map(|(_, contents)| {
            view! {
                <tr>
                    <td colspan=width.clone()>{contents}</td>
                </tr>
            }
        });
        (row(&table.columns, cells, link), below)
    });
    let rows = rows.collect::<Vec<_>>();
    let note = (!table.note.is_empty()).then(|| view! { <p class="reading">{table.note.clone()}</p> });
    let noted = table.clone();
    view! {
        <div class="table">
            <div class="bar">
                <h3>{table.title.clone()}</h3>
                <span class="tools">{tools}</span>
            </div>
            {note}
            <div class="frame" tabindex="0" role="region" aria-label=table.title.clone()>
                <table id=state.id(&format!("table-{}", table.id))>
                    <caption class="hidden">{table.title.clone()}</caption>
                    <thead>
                        <tr>{heads}</tr>
                    </thead>
                    <tbody on:pointerover=move |event| tell(state, &noted, opened_at, &event) on:pointerout=move |_| state.hush()>
                        {rows}
                    </tbody>
                </table>
            </div>
        </div>
    }
}

fn copy(state: State, table: Arc<Table>, markup: Markup) -> impl IntoView {
    let copied = RwSignal::new(false);
    let words = move || if copied.get() { "Copied" } else { markup.label() };
    let id = table.id.clone();
    view! {
        <button
            type="button"
            class="tool"
            data-copy=markup.name()
            data-table=id
            on:click=move |_| download::table(state, &table, markup, copied)
        >
            {words}
        </button>
    }
}

fn head(state: State, column: &Column, sort: Option<Sort>) -> impl IntoView + use<> {
    let words = column.head.clone();
    let direction = sort.as_ref().and_then(|s| s.sorted).map(|down| if down { "descending" } else { "ascending" });
    let contents = match (sort, column.definition) {
        (Some(Sort { change, sorted }), _) => {
            let mark = sorted.map_or("", |down| if down { " ↓" } else { " ↑" });
            EitherOf3::A(view! {
                <button type="button" class="term" on:click=move |_| state.change(&change)>{format!("{words}{mark}")}</button>
            })
        }
        (None, Some(key)) => EitherOf3::B(view! { <Term key=key words=words /> }),
        (None, None) => EitherOf3::C(words),
    };
    view! { <th scope="col" class=column.is_numeric().then_some("number") aria-sort=direction>{contents}</th> }
}

fn row(columns: &[Column], cells: &[Cell], mut link: Option<(Change, usize)>) -> impl IntoView + use<> {
    let cells = cells.iter().zip(columns).enumerate().map(|(i, (cell, column))| {
        let class = class(cell, column);
        let words = cell.text();
        let contents = match link.take_if(|(_, at)| *at == i) {
            Some((change, _)) => Either::Left(view! { <Link words=words change=change /> }),
            None => Either::Right(words),
        };
        if i == 0 {
            Either::Left(view! { <th scope="row" class=class>{contents}</th> })
        } else {
            Either::Right(view! { <td class=class>{contents}</td> })
        }
    });
    view! { <tr>{cells.collect::<Vec<_>>()}</tr> }
}

/// How a cell stands, and stands out.
fn class(cell: &Cell, column: &Column) -> Option<String> {
    let stands = match column.kind {
        Kind::Numbers | Kind::Intervals => Some("number"),
        Kind::Prose => Some("wrap"),
        Kind::Words => None,
    };
    let tone = cell.tone.map(|tone| match tone {
        Tone::Quiet => "quiet",
        Tone::Good => "helps",
        Tone::Bad => "harms",
        Tone::Warn => "warn",
    });
    let class = [stands, tone].into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!class.is_empty()).then_some(class)
}

/// Tells what else is to be said of the cell that is pointed at.
fn tell(state: State, table: &Table, opened: Option<usize>, event: &PointerEvent) {
    let body = event.current_target().and_then(|t| t.dyn_into::<Element>().ok());
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let cell = target.and_then(|t| t.closest("td, th").ok().flatten()?.dyn_into::<HtmlTableCellElement>().ok());
    let row = cell.as_ref().and_then(|c| c.parent_element()?.dyn_into::<HtmlTableRowElement>().ok());
    let (Some(body), Some(cell), Some(row)) = (body, cell, row) else { return };
    // What is opened below a row may hold a table of its own, which sees to itself.
    if row.parent_element().as_ref() != Some(&body) {
        return;
    }
    let (at, column) = (usize::try_from(row.section_row_index()), usize::try_from(cell.cell_index()));
    let (Ok(at), Ok(column)) = (at, column) else { return };
    let at = if opened.is_some_and(|opened| at > opened) { at - 1 } else { at };
    let note = table.rows.get(at).and_then(|cells| cells.get(column)).and_then(|c| c.note.clone());
    match note {
        Some(note) => state.tell(&cell, note),
        None => state.hush(),
    }
}
