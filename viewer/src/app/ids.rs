//! Ids are of a document, and a document may hold several viewers: those of the second end in `-2`, and so on.

use std::borrow::Cow;

use crate::node::{Element, Node};

/// Attributes whose value is an id.
const HOLD_AN_ID: [&str; 4] = ["id", "aria-controls", "aria-labelledby", "aria-describedby"];

/// Gives the ids of a viewer's tree, and what refers to them, the viewer's number; the first, 0, keeps its own.
pub(super) fn number(tree: &mut [Node], viewer: usize) {
    if viewer > 0 {
        let end = format!("-{}", viewer + 1);
        tree.iter_mut().for_each(|node| rename(node, &end));
    }
}

fn rename(node: &mut Node, end: &str) {
    let Node::Element(Element { attributes, children, .. }) = node else { return };
    for (name, value) in attributes {
        if HOLD_AN_ID.contains(name) || *name == "href" && value.starts_with('#') {
            value.to_mut().push_str(end);
        } else if let Some(id) = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')')) {
            *value = Cow::Owned(format!("url(#{id}{end})"));
        }
    }
    children.iter_mut().for_each(|child| rename(child, end));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::el;

    #[test]
    fn ids_and_references_go_together_and_nothing_else_changes() {
        let before = || {
            let fill = el("rect").attr("fill", "url(#hatch)").attr("class", "page");
            vec![Node::from(el("div").attr("id", "page").child(fill).child(el("a").attr("href", "#page").text("page")))]
        };
        let mut tree = before();
        number(&mut tree, 0);
        assert_eq!(tree, before());
        number(&mut tree, 1);
        let fill = el("rect").attr("fill", "url(#hatch-2)").attr("class", "page");
        let link = el("a").attr("href", "#page-2").text("page");
        assert_eq!(tree, vec![Node::from(el("div").attr("id", "page-2").child(fill).child(link))]);
    }
}
