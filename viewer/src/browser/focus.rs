//! Where the focus and the window are, and what must not be lost when a drawing changes under them.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FocusOptions, HtmlElement};

/// The number of the mark that an event is about, and its element.
pub fn mark(event: &Event) -> Option<(Element, usize)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-mark]").ok().flatten()?;
    let number = element.get_attribute("data-mark")?.parse().ok()?;
    Some((element, number))
}

/// The element of a mark inside a drawing.
pub fn element_of(drawing: &Element, mark: usize) -> Option<Element> {
    drawing.query_selector(&format!("[data-mark='{mark}']")).ok().flatten()
}

/// Gives the focus to an element, HTML or SVG, where it can have it.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<web_sys::SvgElement>() {
        let _ = element.focus();
    } else if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Puts an element at a place, in pixels; not by an attribute, which the Content-Security-Policy refuses.
pub fn put(element: &HtmlElement, left: f64, top: f64) {
    let style = HtmlElement::style(element);
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
}

/// Brings the top of a page below the tabs into view, and moves the focus to it; a tab that has the focus keeps it, so
/// that arrows lead on.
pub fn page(page: &HtmlElement) {
    let tab = document().active_element().is_some_and(|e| e.get_attribute("role").as_deref() == Some("tab"));
    if !tab {
        let quietly = FocusOptions::new();
        quietly.set_prevent_scroll(true);
        let _ = page.focus_with_options(&quietly);
    }
    if page.get_bounding_client_rect().top() < 0.0 {
        page.scroll_into_view();
    }
}

/// Scrolls the tabs, which may be more than fit, so that the selected one is seen.
pub fn show_tab(viewer: &Element) {
    let selected = viewer.query_selector("[role=tab][aria-selected=true]").ok().flatten();
    let Some(selected) = selected.and_then(|t| t.dyn_into::<HtmlElement>().ok()) else { return };
    let Some(list) = selected.parent_element().and_then(|l| l.dyn_into::<HtmlElement>().ok()) else { return };
    let before = selected.offset_left() - list.offset_left();
    list.set_scroll_left(before - (list.client_width() - selected.offset_width()) / 2);
}

/// The mark that has the focus, and how far drawings are scrolled: what replacing a drawing would lose.
#[derive(Debug, Default)]
pub struct Kept {
    /// Id of the figure, number of the mark.
    mark: Option<(String, usize)>,
    /// Id of the figure, left, top.
    scrolled: Vec<(String, i32, i32)>,
}

impl Kept {
    /// Looks at what is drawn inside an element.
    pub fn of(page: &Element) -> Self {
        let figure = |inside: &Element| inside.closest("figure").ok().flatten().map(|f| f.id());
        let active = document().active_element().filter(|e| page.contains(Some(e)));
        let mark = active.and_then(|e| Some((figure(&e)?, e.get_attribute("data-mark")?.parse().ok()?)));
        let mut scrolled = Vec::new();
        if let Ok(frames) = page.query_selector_all("figure .frame") {
            for i in 0..frames.length() {
                let Some(frame) = frames.item(i).and_then(|f| f.dyn_into::<Element>().ok()) else { continue };
                let (left, top) = (frame.scroll_left(), frame.scroll_top());
                if let Some(id) = figure(&frame).filter(|_| left != 0 || top != 0) {
                    scrolled.push((id, left, top));
                }
            }
        }
        Self { mark, scrolled }
    }

    /// Gives back what was lost.
    pub fn restore(&self) {
        let figure = |id: &str| document().get_element_by_id(id);
        for (id, left, top) in &self.scrolled {
            if let Some(frame) = figure(id).and_then(|f| f.query_selector(".frame").ok().flatten()) {
                frame.set_scroll_left(*left);
                frame.set_scroll_top(*top);
            }
        }
        let lost = document().active_element().is_none_or(|e| e.tag_name() == "BODY");
        if let Some((id, mark)) = self.mark.as_ref().filter(|_| lost)
            && let Some(element) = figure(id).and_then(|f| element_of(&f, *mark))
        {
            focus(&element);
        }
    }
}
