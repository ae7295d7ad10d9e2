//! A number as people write it into tables: `71.3%`, `71.3 ± 0.8`, `$71.3_{0.8}$`.

/// A cell that holds more than a bare number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell<'t> {
    /// The number, or the mean.
    pub digits: &'t str,
    /// Whether a per cent sign follows it.
    pub percent: bool,
    /// Whether a spread follows it: a standard deviation, an interval's half.
    pub spread: bool,
}

/// Reads a cell that is no bare number; `None` where it is something else.
pub(super) fn read(text: &str) -> Option<Cell<'_>> {
    let text = undressed(text);
    let end = number_end(text)?;
    let (digits, rest) = text.split_at_checked(end)?;
    let rest = rest.trim_start();
    let unsigned = rest.strip_prefix("\\%").or_else(|| rest.strip_prefix('%'));
    let percent = unsigned.is_some();
    let rest = unsigned.unwrap_or(rest).trim();
    if rest.is_empty() {
        return Some(Cell { digits, percent, spread: false });
    }
    let begins = ["±", "+/-", "+-", "\\pm", "(", "_{", "_\\pm", "[", "{\\"].iter().any(|begin| rest.starts_with(begin));
    let letters = rest.replace("\\scriptsize", "").replace("\\small", "").replace("\\tiny", "").replace("\\pm", "");
    let strange = |c: char| !(c.is_ascii_digit() || c.is_whitespace() || "±+-/()[]{}_$%\\.,;–".contains(c));
    let number = letters.chars().any(|c| c.is_ascii_digit());
    // A per cent sign may stand behind the spread: 71.3 ± 0.8 %.
    let percent = percent || rest.ends_with('%');
    (begins && number && !letters.contains(strange)).then_some(Cell { digits, percent, spread: true })
}

/// Without the marks of LaTeX and Markdown around it.
fn undressed(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let before = text;
        for (open, close) in [("$", "$"), ("**", "**"), ("\\textbf{", "}"), ("\\underline{", "}"), ("\\mathbf{", "}")] {
            if let Some(inner) = text.strip_prefix(open).and_then(|t| t.strip_suffix(close)) {
                text = inner.trim();
            }
        }
        if text == before {
            return text;
        }
    }
}

/// Where the number at the begin of a text ends.
fn number_end(text: &str) -> Option<usize> {
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let mut end = usize::from(text.starts_with(['-', '+']));
    let whole = digits(end);
    end += whole;
    let mut decimals = 0;
    if text.as_bytes().get(end) == Some(&b'.') {
        decimals = digits(end + 1);
        end += 1 + decimals;
    }
    (whole + decimals > 0).then_some(end)
}

/// The number with a decimal point, where a cell has a decimal comma: `71,3`.
pub(super) fn with_point(text: &str) -> Option<String> {
    let cell = read(&text.replacen(',', ".", 1)).map(|cell| cell.digits.to_owned())?;
    let (whole, decimals) = text.trim().split_once(',')?;
    let digits = |part: &str| part.bytes().next().is_some_and(|b| b.is_ascii_digit());
    (digits(whole.trim_start_matches(['-', '+'])) && digits(decimals) && cell.contains('.')).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_with_spreads_and_per_cent_signs_are_read() {
        for (text, digits, percent, spread) in [
            ("71.3%", "71.3", true, false),
            ("71.3 %", "71.3", true, false),
            ("71.3\\%", "71.3", true, false),
            ("71.3 ± 0.8", "71.3", false, true),
            ("71.3±.8", "71.3", false, true),
            ("71.3 (0.8)", "71.3", false, true),
            ("71.3 (±0.8)", "71.3", false, true),
            ("71.3+/-0.8", "71.3", false, true),
            ("$71.3_{0.8}$", "71.3", false, true),
            ("$71.3_{\\pm 0.8}$", "71.3", false, true),
            ("**71.3** ", "71.3", false, false),
            ("71.3 [70.1, 72.5]", "71.3", false, true),
            ("71.3% ± 0.8%", "71.3", true, true),
            ("71.3 ± 0.8 %", "71.3", true, true),
            ("-0.5 (0.1)", "-0.5", false, true),
        ] {
            assert_eq!(read(text), Some(Cell { digits, percent, spread }), "{text}");
        }
        for other in ["", "o.5", "five", "71.3 points", "71.3 / 72.5", "1e", "a (0.8)", "71.3 ()", "2024-01-02", "71,3"]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn decimal_commas_are_told() {
        assert_eq!(with_point("71,3").as_deref(), Some("71.3"));
        assert_eq!(with_point("-0,71 ± 0,02").as_deref(), Some("-0.71"));
        for other in ["71.3", "a,b", ",5", "1,"] {
            assert_eq!(with_point(other), None, "{other}");
        }
    }
}
