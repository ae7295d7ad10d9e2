//! Text as TOML.

use crate::plain::takes_no_ink;

/// A TOML string; JSON's escapes are among TOML's. What takes no ink is written out.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.chars().map(|c| if takes_no_ink(c) { format!("\\u{:04X}", u32::from(c)) } else { c.into() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_and_hides_nothing() {
        for text in ["a \"quote\" \\ é", "a\u{200b}", "\u{feff}x\u{a0}y"] {
            let written = quoted(text);
            assert!(!written.chars().any(takes_no_ink), "{written}");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
