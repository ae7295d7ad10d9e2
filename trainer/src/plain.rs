//! Text stays text: what a file holds cannot move the cursor, ring the bell or hide a word of the terminal that it is
//! shown on. Control characters are written out, `\x1b`; of the program's own there are only line feeds, tabs and the
//! colours of its tables.

use std::io::{self, Write};

/// The colours of tables; see `transfermap::table::Table::text`.
const COLOURS: [&str; 6] =
    ["\x1b[38;5;75m", "\x1b[38;5;33m", "\x1b[38;5;215m", "\x1b[38;5;208m", "\x1b[38;5;245m", "\x1b[0m"];

/// A text in which control characters are written out.
pub fn plain(text: &str) -> String {
    escaped(text, false)
}

/// Spaces that are not the usual one, and characters without a width.
pub fn takes_no_ink(c: char) -> bool {
    matches!(c,
        '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}')
}

fn escaped(text: &str, colours: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if colours && let Some(colour) = COLOURS.iter().find(|colour| rest.starts_with(**colour)) {
            out += colour;
            rest = rest.get(colour.len()..).unwrap_or_default();
            continue;
        }
        match c {
            '\n' | '\t' => out.push(c),
            c if u32::from(c) < 0x100 && c.is_control() => out += &format!("\\x{:02x}", u32::from(c)),
            // What turns the direction of writing, or has no width, makes a name look like another one.
            '\u{ad}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                out.extend(c.escape_unicode())
            }
            c => out.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// A writer to a terminal, line by line.
pub struct Plain<W: Write> {
    inner: W,
    /// Whether the colours of tables pass.
    colours: bool,
    line: Vec<u8>,
}

impl<W: Write> Plain<W> {
    /// Writes to `inner`.
    pub fn new(inner: W, colours: bool) -> Self {
        Self { inner, colours, line: Vec::new() }
    }

    fn pass(&mut self, upto: usize) -> io::Result<()> {
        let rest = self.line.split_off(upto);
        let line = std::mem::replace(&mut self.line, rest);
        self.inner.write_all(escaped(&String::from_utf8_lossy(&line), self.colours).as_bytes())
    }
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|b| *b == b'\n') {
            self.pass(end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = self.line.len();
        self.pass(rest)?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out_and_words_are_not() {
        assert_eq!(plain("a\x1b[2Jb\x07\r\n\tc\u{9b}31m"), "a\\x1b[2Jb\\x07\\x0d\n\tc\\x9b31m");
        assert_eq!(plain("日本 é −1.0 ▲"), "日本 é −1.0 ▲");
        assert_eq!(plain("rte\u{202e}tss"), "rte\\u{202e}tss");
    }

    #[test]
    fn a_writer_keeps_the_program_s_colours_where_they_are_wanted() {
        let written = |colours| {
            let mut out = Vec::new();
            let mut plain = Plain::new(&mut out, colours);
            for part in ["\x1b[38;5;", "33m+1\x1b[0m \x1b[31m", "é\n", "end"] {
                plain.write_all(part.as_bytes()).unwrap();
            }
            plain.flush().unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(true), "\x1b[38;5;33m+1\x1b[0m \\x1b[31mé\nend");
        assert_eq!(written(false), "\\x1b[38;5;33m+1\\x1b[0m \\x1b[31mé\nend");
    }
}
