//! Tables to paste into a note or an issue.

use super::{Medium, Table};

impl Table {
    /// The table as Markdown, as a page shows it.
    pub fn markdown(&self) -> String {
        let table = self.on(Medium::Page);
        let line = |fields: Vec<String>| format!("| {} |\n", fields.join(" | "));
        let safe = |field: &str| field.replace('|', "\\|").replace(['\n', '\r'], " ");
        let head = line(table.columns.iter().map(|c| safe(&c.head)).collect());
        let rule = table.columns.iter().map(|c| if c.is_numeric() { "---:" } else { "---" }.to_owned());
        let rows = table.rows.iter().map(|row| line(row.iter().map(|c| safe(&c.text())).collect()));
        [head, line(rule.collect())].into_iter().chain(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_escaped_and_numbers_stand_right() {
        let mut table = Table::new("t", "").words("task").numbers("gain");
        table.row(["a|b".into(), "−1.0".into()]);
        assert_eq!(table.markdown(), "| task | gain |\n| --- | ---: |\n| a\\|b | −1.0 |\n");
    }
}
