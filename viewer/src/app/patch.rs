//! Brings a tree into the page, changing only what differs from the tree before, so that focus and scrolling stay.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element as DomElement, HtmlInputElement, HtmlOptionElement, Node as DomNode};

use crate::node::{Element, Node};

const SVG: &str = "http://www.w3.org/2000/svg";

/// Makes the children of `parent`, which show `old`, show `new`.
pub(super) fn children(document: &Document, parent: &DomElement, old: &[Node], new: &[Node]) {
    let svg = parent.namespace_uri().as_deref() == Some(SVG);
    let present = parent.child_nodes();
    // Taken before anything moves: positions change while nodes are removed.
    let nodes: Vec<Option<DomNode>> = (0..old.len()).map(|i| present.item(i as u32)).collect();
    for (i, fresh) in new.iter().enumerate() {
        match (old.get(i), nodes.get(i).cloned().flatten()) {
            (Some(before), Some(node)) => one(document, parent, &node, before, fresh, svg),
            _ => {
                if let Some(made) = create(document, fresh, svg) {
                    let _ = parent.append_child(&made);
                }
            }
        }
    }
    for node in nodes.into_iter().skip(new.len()).flatten() {
        let _ = parent.remove_child(&node);
    }
}

fn one(document: &Document, parent: &DomElement, node: &DomNode, old: &Node, new: &Node, svg: bool) {
    if old == new {
        return;
    }
    match (old, new, node.dyn_ref::<DomElement>()) {
        (Node::Text(_), Node::Text(content), _) => node.set_text_content(Some(content)),
        (Node::Element(before), Node::Element(after), Some(element)) if before.tag == after.tag => {
            attributes(element, before, after);
            children(document, element, &before.children, &after.children);
        }
        _ => {
            if let Some(made) = create(document, new, svg) {
                let _ = parent.replace_child(&made, node);
            }
        }
    }
}

fn create(document: &Document, node: &Node, svg: bool) -> Option<DomNode> {
    match node {
        Node::Text(content) => Some(document.create_text_node(content).into()),
        Node::Element(element) => {
            let svg = svg || element.tag == "svg";
            let made = if svg {
                document.create_element_ns(Some(SVG), element.tag).ok()?
            } else {
                document.create_element(element.tag).ok()?
            };
            for (name, value) in &element.attributes {
                set(&made, name, value);
            }
            for child in &element.children {
                if let Some(child) = create(document, child, svg) {
                    made.append_child(&child).ok()?;
                }
            }
            Some(made.into())
        }
    }
}

fn attributes(element: &DomElement, old: &Element, new: &Element) {
    for (name, _) in old.attributes.iter().filter(|(name, _)| new.get(name).is_none()) {
        unset(element, name);
    }
    for (name, value) in &new.attributes {
        // What a reader typed is not in the tree: a field is set even when its attribute has not changed.
        let is_state = matches!(*name, "value" | "checked" | "selected");
        if is_state || old.get(name) != Some(value) {
            set(element, name, value);
        }
    }
}

/// Fields show their property, not their attribute, once they were touched.
fn set(element: &DomElement, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
    property(element, name, value, true);
}

fn unset(element: &DomElement, name: &str) {
    let _ = element.remove_attribute(name);
    property(element, name, "", false);
}

fn property(element: &DomElement, name: &str, value: &str, on: bool) {
    match name {
        "value" => {
            if let Some(input) =
                element.dyn_ref::<HtmlInputElement>().filter(|i| i.type_() != "checkbox" && i.value() != value)
            {
                input.set_value(value);
            }
        }
        "checked" => {
            if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                input.set_checked(on);
            }
        }
        "selected" => {
            if let Some(option) = element.dyn_ref::<HtmlOptionElement>() {
                option.set_selected(on);
            }
        }
        _ => {}
    }
}
