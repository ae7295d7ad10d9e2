//! Tables for programs: CSV by RFC 4180, lines end in `\n`.

use super::{Kind, Medium, Table};

impl Table {
    /// The table as CSV: numbers with all their digits, a missing one as an empty field, an interval as its two ends. Words
    /// that a spreadsheet would take for a formula begin with an apostrophe, which it does not show.
    pub fn csv(&self) -> String {
        let table = self.on(Medium::Csv);
        let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        // Writing to memory does not fail.
        let _ = writer.write_record(table.columns.iter().flat_map(|column| match column.kind {
            Kind::Intervals => vec![format!("{}_low", column.name), format!("{}_high", column.name)],
            _ => vec![no_formula(column.name.clone())],
        }));
        for row in &table.rows {
            let cells = row.iter().zip(&table.columns).flat_map(|(cell, column)| {
                let mut fields = cell.value.fields();
                fields = fields.into_iter().map(no_formula).collect();
                fields.resize(if column.kind == Kind::Intervals { 2 } else { 1 }, String::new());
                fields
            });
            let _ = writer.write_record(cells);
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// A field that no spreadsheet computes: names may come from anywhere.
fn no_formula(field: String) -> String {
    let computed = field.starts_with(['=', '+', '-', '@', '\t', '\r']) && field.parse::<f64>().is_err();
    if computed { format!("'{field}") } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::table::{Show, Value};

    #[test]
    fn no_word_is_a_formula() {
        for (field, written) in
            [("=1+1", "'=1+1"), ("@x", "'@x"), ("-a", "'-a"), ("\tx", "'\tx"), ("+1e3 x", "'+1e3 x")]
        {
            assert_eq!(no_formula(field.to_owned()), written);
        }
        for field in ["-0.25", "+1", "-1e-300", "-inf", "", "a=b"] {
            assert_eq!(no_formula(field.to_owned()), field);
        }
    }

    #[test]
    fn quotes_only_where_needed_and_splits_intervals() {
        let rows = [("say \"no\"", Some(0.5), Some([-0.1, 0.25])), ("a,b\nc", None, None)];
        let table = Table::of(&rows, "t", "")
            .words("name", |r| r.0)
            .numbers("gain", |r| Value::number(r.1, Show::Plain(1)))
            .intervals("gain", |r| r.2.map(Into::into), |_| Show::Gain(Metric::Accuracy))
            .words("page", |_| "x")
            .on(&[Medium::Page])
            .noted("");
        assert_eq!(table.csv(), "name,gain,gain_low,gain_high\n\"say \"\"no\"\"\",0.5,-0.1,0.25\n\"a,b\nc\",,,\n");
    }
}
