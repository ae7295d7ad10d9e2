//! What each viewer of the document shows, for the next change and for downloads.

use std::cell::RefCell;
use std::rc::Rc;

use crate::node::Node;
use crate::page::Page;

/// The tree that was drawn last, and its page.
#[derive(Clone, Default)]
pub(super) struct Drawn(pub(super) Rc<RefCell<(Vec<Node>, Page)>>);

thread_local! {
    /// By the element that holds it: a document may hold several viewers.
    static DRAWN: RefCell<Vec<(web_sys::Node, Drawn)>> = const { RefCell::new(Vec::new()) };
}

impl Drawn {
    /// Lets [`shown_around`] find it in this element.
    pub(super) fn remember(&self, host: web_sys::Node) {
        DRAWN.with_borrow_mut(|all| all.push((host, self.clone())));
    }
}

/// The page that is shown in the viewer around an element.
pub(super) fn shown_around(inside: &web_sys::Node) -> Option<Page> {
    DRAWN.with_borrow(|all| {
        all.iter().find(|(host, _)| host.contains(Some(inside))).map(|(_, drawn)| drawn.0.borrow().1.clone())
    })
}
