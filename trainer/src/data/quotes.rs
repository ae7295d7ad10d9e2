//! What RFC 4180 does not tell of cells: a backslash that is meant to escape a quote, and quotes in a file without quoting.

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// At the begin of a cell.
    #[default]
    Start,
    /// In a cell without quotes around it.
    Bare,
    /// Between the quotes of a cell.
    Quoted,
    /// Behind a quote in a quoted cell: another doubles it, else it closes the cell.
    Quote,
}

/// Follows the quotes of a record line by line.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    place: Place,
    /// Whether a backslash stands before a quote of a quoted cell.
    backslash: bool,
    /// How many semicolons, tabs and bars it holds.
    others: [usize; 3],
}

/// Separators beside the comma.
pub(super) const OTHERS: [u8; 3] = [b';', b'\t', b'|'];

impl Quotes {
    /// Reads a line of the record; whether a quote in it is escaped with a backslash, which RFC 4180 does not know.
    pub(super) fn read(&mut self, line: &[u8], separator: u8) -> bool {
        let mut before = b'\n';
        for &byte in line {
            for (count, other) in self.others.iter_mut().zip(OTHERS) {
                *count += usize::from(byte == other);
            }
            let ends = byte == separator || byte == b'\n';
            self.place = match (self.place, byte) {
                (Place::Start, b'"') => Place::Quoted,
                (Place::Start | Place::Bare, _) => {
                    if ends {
                        Place::Start
                    } else {
                        Place::Bare
                    }
                }
                (Place::Quoted, b'"') => {
                    self.backslash |= before == b'\\';
                    Place::Quote
                }
                (Place::Quoted, _) => Place::Quoted,
                (Place::Quote, b'"') => Place::Quoted,
                (Place::Quote, b'\r') => Place::Quote,
                (Place::Quote, _) if ends => Place::Start,
                // A quote that closes nothing: RFC 4180 has no such cell.
                (Place::Quote, _) if self.backslash => return true,
                (Place::Quote, _) => Place::Bare,
            };
            before = byte;
        }
        false
    }

    /// Whether a backslash stood before a quote of a quoted cell.
    pub(super) fn backslash(&self) -> bool {
        self.backslash
    }

    /// How many there are of each of [`OTHERS`].
    pub(super) fn others(&self) -> [usize; 3] {
        self.others
    }
}

/// Whether a cell of a file without quoting is written as with it: within quotes, and those inside doubled.
pub(super) fn looks_quoted(cell: &str) -> bool {
    let inner = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"'));
    inner.is_some_and(|inner| inner.contains("\"\"") && !inner.replace("\"\"", "").contains('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(record: &str) -> bool {
        let mut quotes = Quotes::default();
        record.split_inclusive('\n').any(|line| quotes.read(line.as_bytes(), b','))
    }

    #[test]
    fn backslashes_before_quotes_are_told_from_those_at_the_end_of_a_cell() {
        for bad in [
            "\"take it \\\"again\\\"\",neg\n",
            "\"He said \\\"fine, number 8\\\", and left\",\"neg\"\n",
            "\"\\\"Hi\\\", he said\",neg\n",
            "\"he left \\\"\",\"neg\"\n",
            "\"two\nlines \\\"b\\\"\",neg\n",
        ] {
            assert!(escaped(bad), "{bad}");
        }
        for good in [
            "\"C:\\\",neg\n",
            "\"a \\\"\"b\\\"\" c\",neg\r\n",
            "a \\\"b\\\",neg\n",
            "\"back\\nslash\",\"\"\"x\"\"\"\n",
            "\"x\"y,neg\n",
        ] {
            assert!(!escaped(good), "{good}");
        }
    }

    #[test]
    fn cells_that_look_quoted_have_doubled_quotes() {
        assert!(looks_quoted("\"take it \"\"again\"\"\"") && looks_quoted("\"\"\"a\"\" b\""));
        for plain in ["\"open", "\"a\" and \"b\"", "\"whole\"", "a \"\"b\"\"", "\"", "\"\"", ""] {
            assert!(!looks_quoted(plain), "{plain}");
        }
    }
}
