//! Long names, cut in the middle: names of a family differ at their begins and at their ends.

/// The text in at most `most` characters, an ellipsis in the place of its middle.
pub(super) fn middle(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (before, after) = (kept.div_ceil(2), kept / 2);
    let start: String = text.chars().take(before).collect();
    let end: String = text.chars().skip(length - after).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_stay() {
        assert_eq!(middle("rte", 8), "rte");
        assert_eq!(middle("abcdefghij", 10), "abcdefghij");
        assert_eq!(middle("abcdefghijk", 10), "abcde…hijk");
        assert_eq!(middle("日本語の長い名前", 5), "日本…名前");
        assert_eq!(middle("abc", 1), "…");
    }
}
