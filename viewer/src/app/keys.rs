//! The keyboard: arrows in matrices and tabs, Enter and Space on drawn marks, Escape.

use leptos::prelude::ReadUntracked;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, SvgElement};

use super::nearest::nearest;
use super::state::State;
use super::{definition, tip};

/// Answers a key.
pub(super) fn press(state: State, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let handled = match event.key().as_str() {
        "Escape" => escape(state),
        "Enter" | " " => activate(state, event),
        key => cell(event, key) || tab(state, event, key),
    };
    if handled {
        event.prevent_default();
    }
}

/// Closes what is open; on the page of a pair, goes back to the map.
fn escape(state: State) -> bool {
    if definition::close() {
        return true;
    }
    tip::hide();
    let pair = state.choices.read_untracked().is("tab", "pair");
    if pair {
        state.change("tab=map");
    }
    pair
}

/// Buttons do this themselves.
fn activate(state: State, event: &KeyboardEvent) -> bool {
    let Some((element, change)) = nearest(event, "data-set") else { return false };
    let drawn = element.dyn_ref::<SvgElement>().is_some();
    if drawn {
        state.change(&change);
    }
    drawn
}

/// Moves within a matrix; the cell that has the focus is the one that Tab comes back to.
fn cell(event: &KeyboardEvent, key: &str) -> bool {
    let Some((cell, row)) = nearest(event, "data-row") else { return false };
    let position = |name: &str| cell.get_attribute(name).and_then(|v| v.parse::<i32>().ok());
    let (Some(row), Some(column)) = (row.parse::<i32>().ok(), position("data-column")) else { return false };
    let Some(grid) = cell.closest("[role=grid]").ok().flatten() else { return false };
    let at = |row: i32, column: i32| {
        grid.query_selector(&format!("[data-row='{row}'][data-column='{column}']")).ok().flatten()
    };
    let (down, right) = match key {
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "Home" => (0, -column),
        "End" => (0, last(&grid, row) - column),
        _ => return false,
    };
    if let Some(next) = at(row + down, column + right).and_then(|n| n.dyn_into::<SvgElement>().ok()) {
        focus(&grid, &next);
    }
    true
}

/// Gives the focus to a cell, which from now on is the one of its matrix that Tab comes to.
fn focus(grid: &Element, cell: &SvgElement) {
    if let Some(before) = grid.query_selector("[role=gridcell][tabindex='0']").ok().flatten() {
        let _ = before.set_attribute("tabindex", "-1");
    }
    let _ = cell.set_attribute("tabindex", "0");
    let _ = cell.focus();
}

/// Gives the focus to the first cell of a pair inside an element; whether there is one.
pub(super) fn focus_cell(inside: &Element, key: &str) -> bool {
    let Ok(cells) = inside.query_selector_all("[role=gridcell][data-key]") else { return false };
    for i in 0..cells.length() {
        let Some(cell) = cells.item(i).and_then(|c| c.dyn_into::<SvgElement>().ok()) else { continue };
        if cell.get_attribute("data-key").as_deref() == Some(key)
            && let Some(grid) = cell.closest("[role=grid]").ok().flatten()
        {
            focus(&grid, &cell);
            return true;
        }
    }
    false
}

/// The last column of a row.
fn last(grid: &Element, row: i32) -> i32 {
    let cells = grid.query_selector_all(&format!("[data-row='{row}']"));
    cells.map_or(0, |c| i32::try_from(c.length()).unwrap_or(i32::MAX)) - 1
}

/// Moves between tabs, which open at once.
fn tab(state: State, event: &KeyboardEvent, key: &str) -> bool {
    let Some((current, _)) = nearest(event, "aria-selected") else { return false };
    let next = match key {
        "ArrowRight" => current.next_element_sibling().or_else(|| current.parent_element()?.first_element_child()),
        "ArrowLeft" => current.previous_element_sibling().or_else(|| current.parent_element()?.last_element_child()),
        "Home" => current.parent_element().and_then(|p| p.first_element_child()),
        "End" => current.parent_element().and_then(|p| p.last_element_child()),
        _ => return false,
    };
    let Some(next) = next.and_then(|n| n.dyn_into::<HtmlElement>().ok()) else { return false };
    if let Some(change) = next.get_attribute("data-set") {
        state.change(&change);
    }
    let _ = next.focus();
    true
}
