//! A drawing as a plain tree of elements, so that one piece of code draws it in the browser, in the HTML that stands in a
//! page before any script runs, and in SVG and PNG files.
//!
//! Text and attribute values are data: they are escaped when written, so a name from a report can never become markup.

use std::borrow::Cow;
use std::fmt::Write;

use crate::mark::Mark;

/// An element with its attributes and children, or text.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Element(Element),
    /// Text, unescaped.
    Text(Cow<'static, str>),
}

/// An element. Tag and attribute names are literals of this package, never data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Element {
    pub tag: &'static str,
    /// Attributes in the order given.
    pub attributes: Vec<(&'static str, Cow<'static, str>)>,
    pub children: Vec<Node>,
    /// What it is to a reader who points at it.
    pub mark: Option<Box<Mark>>,
}

/// An element without attributes.
pub fn el(tag: &'static str) -> Element {
    Element { tag, ..Element::default() }
}

pub fn text(content: impl Into<Cow<'static, str>>) -> Node {
    Node::Text(content.into())
}

impl Element {
    #[must_use]
    pub fn attr(self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.with_attribute(name, value.into())
    }

    /// Compiled once, and not into every page: pages are thousands of such calls.
    #[inline(never)]
    fn with_attribute(mut self, name: &'static str, value: Cow<'static, str>) -> Self {
        self.attributes.push((name, value));
        self
    }

    /// Adds an attribute when the condition holds.
    #[must_use]
    pub fn attr_if(self, condition: bool, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        if condition { self.attr(name, value) } else { self }
    }

    /// Adds a length or coordinate, rounded to a hundredth.
    #[must_use]
    pub fn at(self, name: &'static str, value: f64) -> Self {
        self.attr(name, coordinate(value))
    }

    #[must_use]
    pub fn class(self, names: impl Into<Cow<'static, str>>) -> Self {
        self.attr("class", names)
    }

    #[must_use]
    pub fn child(self, child: impl Into<Node>) -> Self {
        self.with_child(child.into())
    }

    #[inline(never)]
    fn with_child(mut self, child: Node) -> Self {
        self.children.push(child);
        self
    }

    /// Adds a child where there is one.
    #[must_use]
    pub fn maybe(mut self, child: Option<impl Into<Node>>) -> Self {
        self.children.extend(child.map(Into::into));
        self
    }

    #[must_use]
    pub fn children<N: Into<Node>>(mut self, children: impl IntoIterator<Item = N>) -> Self {
        self.children.extend(children.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn text(self, content: impl Into<Cow<'static, str>>) -> Self {
        self.child(text(content))
    }

    /// Makes it a mark: something to point at, to reach by keys, to open.
    #[must_use]
    pub fn mark(self, mark: Mark) -> Self {
        Self { mark: Some(Box::new(mark)), ..self }
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_ref())
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

impl Node {
    /// The markup, with everything from outside escaped; valid as HTML and, for an `svg`, as XML.
    pub fn markup(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &mut 0);
        out
    }

    /// The marks in it, in the order of the numbers that [`Self::markup`] gives them.
    pub fn marks(&self) -> Vec<&Mark> {
        self.find_all(&|element| element.mark.is_some()).into_iter().filter_map(|e| e.mark.as_deref()).collect()
    }

    /// All text in it, in reading order.
    pub fn plain_text(&self) -> String {
        match self {
            Self::Text(content) => content.to_string(),
            Self::Element(element) => element.children.iter().map(Self::plain_text).collect::<Vec<_>>().join(" "),
        }
    }

    /// The elements that satisfy a condition, itself included, in document order.
    pub fn find_all(&self, is: &dyn Fn(&Element) -> bool) -> Vec<&Element> {
        let Self::Element(element) = self else { return Vec::new() };
        let own = is(element).then_some(element);
        own.into_iter().chain(element.children.iter().flat_map(|c| c.find_all(is))).collect()
    }

    fn write(&self, out: &mut String, marks: &mut usize) {
        match self {
            Self::Text(content) => escape(content, out),
            Self::Element(element) => {
                let _ = write!(out, "<{}", element.tag);
                for (name, value) in &element.attributes {
                    let _ = write!(out, " {name}=\"");
                    escape(value, out);
                    out.push('"');
                }
                if let Some(mark) = &element.mark {
                    write_mark(mark, *marks, out);
                    *marks += 1;
                }
                if is_void(element.tag) {
                    out.push_str("/>");
                    return;
                }
                out.push('>');
                element.children.iter().for_each(|child| child.write(out, marks));
                let _ = write!(out, "</{}>", element.tag);
            }
        }
    }
}

/// The mark's number, by which the page finds it; and what style sheets and other programs may want to know of it.
fn write_mark(mark: &Mark, number: usize, out: &mut String) {
    let _ = write!(out, " data-mark=\"{number}\" data-tip=\"");
    escape(&mark.tip, out);
    out.push('"');
    if let Some(key) = &mark.key {
        out.push_str(" data-key=\"");
        escape(key, out);
        out.push('"');
    }
    if let Some([row, column]) = mark.place {
        let _ = write!(out, " data-row=\"{row}\" data-column=\"{column}\"");
    }
    if mark.opens.is_some() {
        out.push_str(" data-opens=\"\"");
    }
}

/// Elements without content, in HTML.
fn is_void(tag: &str) -> bool {
    matches!(tag, "br" | "hr" | "img" | "input" | "meta" | "link")
}

/// Characters that XML does not allow even escaped become U+FFFD.
fn escape(content: &str, out: &mut String) {
    for c in content.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// At most two decimals, no trailing zeros, `0` for what is no number: a drawing never breaks on one bad value.
pub fn coordinate(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let rounded = (value * 100.0).round() / 100.0;
    if rounded == 0.0 { "0".to_owned() } else { format!("{rounded}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_escapes_text_and_attributes() {
        let node: Node = el("p").attr("title", "a \"b\" & c").text("<script>alert(1)</script>\u{0}").into();
        assert_eq!(
            node.markup(),
            "<p title=\"a &quot;b&quot; &amp; c\">&lt;script&gt;alert(1)&lt;/script&gt;\u{fffd}</p>"
        );
    }

    #[test]
    fn marks_are_numbered_in_the_order_of_the_document() {
        let mark = |tip: &str| el("g").mark(Mark::new(tip).key("k"));
        let tree: Node = el("svg").child(mark("a").child(mark("<b>"))).child(mark("c").mark(Mark::new("c"))).into();
        assert_eq!(tree.marks().iter().map(|m| m.tip.as_str()).collect::<Vec<_>>(), ["a", "<b>", "c"]);
        assert!(
            tree.markup().contains("<g data-mark=\"1\" data-tip=\"&lt;b&gt;\" data-key=\"k\">"),
            "{}",
            tree.markup()
        );
        assert!(tree.markup().contains("<g data-mark=\"2\" data-tip=\"c\">"));
    }

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        let all = [1.0, 1.005, -0.001, 12.345_678, f64::NAN, f64::INFINITY].map(coordinate);
        assert_eq!(all, ["1", "1", "0", "12.35", "0", "0"]);
    }

    #[test]
    fn finds_elements_in_document_order() {
        let tree: Node = el("g").child(el("rect").class("a")).child(el("g").child(el("rect").class("b"))).into();
        let classes: Vec<_> = tree.find_all(&|e| e.tag == "rect").iter().filter_map(|e| e.get("class")).collect();
        assert_eq!(classes, ["a", "b"]);
    }
}
