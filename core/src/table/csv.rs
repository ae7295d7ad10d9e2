//! One line of CSV by the rules of RFC 4180.

/// Fields joined by commas, with a line feed; quoted where they hold a comma, a quote or a line break.
pub(super) fn line<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = fields.into_iter().map(|f| quote(f.as_ref())).collect();
    quoted.join(",") + "\n"
}

/// The shortest text that reads back as the same number; empty when missing.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| format!("{v}"))
}

fn quote(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_only_where_needed() {
        assert_eq!(
            line(["", "a b", "a,b", "say \"no\"", "two\nlines"]),
            ",a b,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\n"
        );
    }

    #[test]
    fn numbers_read_back() {
        for value in [0.75, 0.1 + 0.2, 1.0, 1e-12, -1.0 / 3.0] {
            assert_eq!(number(Some(value)).parse::<f64>().unwrap(), value);
        }
        assert_eq!(number(Some(0.749998)), "0.749998");
        assert_eq!(number(None), "");
    }
}
