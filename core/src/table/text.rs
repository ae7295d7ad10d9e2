//! Tables on a terminal.

use super::cut::middle;
use super::{Column, Medium, Table, Value};

/// Columns of text that a note fills.
const WIDTH: usize = 110;

/// Characters of a name in a row, of words that hold several names, and of a name over a column of numbers.
const NAME: usize = 40;
const NAMES: usize = 80;
const HEAD: usize = 30;

/// The characters that a column's cells may have: others give names, and they may be of any length.
fn widest(column: &Column) -> usize {
    match column.name.as_str() {
        "source" | "target" | "task" | "encoder" | "predictor" | "measure" | "block" => NAME,
        "pair" | "with" | "set" | "tasks" | "arm" => NAMES,
        _ => usize::MAX,
    }
}

/// A gain of so many points has the full colour.
const FULL_COLOUR: f64 = 10.0;

impl Table {
    /// The table with aligned columns, below its title and its note. With `colour`, gains that stand with the sign of what
    /// is known of them are blue and losses orange, in the terminal's 256 colours: told apart by every kind of eye.
    pub fn text(&self, colour: bool) -> String {
        let mut out = String::new();
        let caption: Vec<&str> =
            [self.title.as_str(), self.note.as_str()].into_iter().filter(|s| !s.is_empty()).collect();
        if !caption.is_empty() {
            out += &filled(&caption.join(": "));
        }
        let table = self.on(Medium::Terminal);
        // A head that is the column's name may be a task's.
        let head = |c: &Column| if c.head == c.name { middle(&c.head, HEAD) } else { c.head.clone() };
        let heads = table.columns.iter().map(head).collect();
        let rows = table.rows.iter().map(|row| {
            let cells = row.iter().zip(&table.columns);
            cells.map(|(cell, column)| middle(&text_of(&cell.value), widest(column))).collect()
        });
        let lines: Vec<Vec<String>> = std::iter::once(heads).chain(rows).collect();
        let widths: Vec<usize> = (0..table.columns.len())
            .map(|c| lines.iter().filter_map(|line| line.get(c)).map(|s| s.chars().count()).max().unwrap_or(0))
            .collect();
        for (i, line) in lines.iter().enumerate() {
            let mut text = String::from(" ");
            for (c, (cell, column)) in line.iter().zip(&table.columns).enumerate() {
                let value = i.checked_sub(1).and_then(|i| table.rows.get(i)?.get(c)).map(|cell| &cell.value);
                let pad = " ".repeat(widths[c] - cell.chars().count());
                let painted = match value.and_then(colour_of).filter(|_| colour) {
                    Some(colour) => format!("\x1b[38;5;{colour}m{cell}\x1b[0m"),
                    None => cell.clone(),
                };
                text += &if column.is_numeric() { format!(" {pad}{painted} ") } else { format!(" {painted}{pad} ") };
            }
            out += text.trim_end();
            out.push('\n');
        }
        out
    }
}

fn text_of(value: &Value) -> String {
    if *value == Value::Nothing { "·".to_owned() } else { value.text() }
}

fn colour_of(value: &Value) -> Option<u8> {
    let Value::Marked(gain, super::Show::Gain(metric), _) = value else { return None };
    let points = crate::number::scale(*metric) * gain;
    let strong = points.abs() >= FULL_COLOUR / 2.0;
    Some(match (points.abs() < 0.05, points > 0.0) {
        (true, _) => 245,
        (false, true) => [75, 33][usize::from(strong)],
        (false, false) => [215, 208][usize::from(strong)],
    })
}

/// Words in lines of at most [`WIDTH`].
fn filled(words: &str) -> String {
    let (mut out, mut width) = (String::new(), 0);
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out += word;
        width += length;
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::table::Show;

    #[test]
    fn numbers_stand_right_and_words_left() {
        let mut table = Table::new("t", "Gains").words("source").numbers("gain").words("flags");
        table.note = "in points".to_owned();
        let gain = |v: f64| Value::Marked(v, Show::Gain(Metric::Accuracy), "▲");
        table.row(["rte".into(), gain(0.126).into(), "leak".into()]);
        table.row(["sst2 long".into(), Value::Nothing.into(), "".into()]);
        assert_eq!(
            table.text(false),
            "Gains: in points\n  source        gain  flags\n  rte        +12.6 ▲  leak\n  sst2 long        ·\n"
        );
        assert!(table.text(true).contains("\x1b[38;5;33m+12.6 ▲\x1b[0m"));
    }

    #[test]
    fn long_names_do_not_widen_a_table() {
        let long = format!("begin{}end", "x".repeat(300));
        let mut table = Table::new("t", "").words("source").numbers(long.as_str());
        table.row([long.as_str().into(), 1_usize.into()]);
        let text = table.text(false);
        assert!(text.lines().all(|line| line.chars().count() <= NAME + HEAD + 6), "{text}");
        assert!(text.contains("beginx") && text.contains("xend") && text.contains('…'), "{text}");
    }

    #[test]
    fn notes_fill_lines() {
        let text = filled(&"word ".repeat(60));
        assert!(text.lines().all(|line| line.len() <= WIDTH) && text.lines().count() == 3, "{text}");
    }
}
