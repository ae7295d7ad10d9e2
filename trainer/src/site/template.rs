//! The viewer's page with its three gaps: the title, what stands in it before any script runs, and the report.

/// A page cut at its gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    before_title: String,
    before_page: String,
    before_report: String,
    end: String,
}

impl Template {
    /// Cuts a page; `None` when the marks of www/index.html are not in it.
    pub(super) fn new(html: &str) -> Option<Self> {
        let (before_title, rest) = html.split_once("<title>")?;
        let (_, rest) = rest.split_once("</title>")?;
        let (before_page, rest) = rest.split_once("<!-- page -->")?;
        let (_, rest) = rest.split_once("<!-- /page -->")?;
        let (before_report, end) = rest.split_once("<!-- report -->")?;
        let [before_title, before_page, before_report, end] =
            [before_title, before_page, before_report, end].map(str::to_owned);
        Some(Self { before_title, before_page, before_report, end })
    }

    /// The page with a title (text), more of the head, the page and the reports (markup).
    pub(super) fn fill(&self, title: &str, head: &str, page: &str, reports: &str) -> String {
        [
            &self.before_title,
            "<title>",
            &escape(title),
            "</title>",
            head,
            &self.before_page,
            page,
            &self.before_report,
            reports,
            &self.end,
        ]
        .concat()
    }
}

/// Text as the value of an attribute or between tags.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// JSON that may stand in a script element: `<` occurs within strings only, and there it can be written as an escape.
pub(super) fn json_in_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_the_gaps_and_escapes_the_title() {
        let html = "<head><title>x</title></head><!-- page -->start<!-- /page --></div><!-- report --><script>";
        let filled = Template::new(html).unwrap().fill("a <b> & c", "<meta>", "PAGE", "REPORT");
        assert_eq!(filled, "<head><title>a &lt;b&gt; &amp; c</title><meta></head>PAGE</div>REPORT<script>");
        assert_eq!(Template::new("<title></title>"), None);
    }

    #[test]
    fn json_keeps_its_meaning_in_a_script() {
        let json = r#"{"name":"</script><!-- <b>"}"#;
        let safe = json_in_script(json);
        assert!(!safe.contains('<'), "{safe}");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&safe), value(json));
    }
}
