//! Text that is no UTF-8: UTF-16 is told by its mark and decoded, anything else is shown as Windows would read it.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that are decoded at once.
const PIECE: usize = 1 << 13;

/// UTF-16 where the first bytes are its byte-order mark.
pub(super) fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-16 without a mark: where every other byte is zero; its name for iconv.
pub(super) fn unmarked(head: &[u8]) -> Option<&'static str> {
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match (5 * odd > head.len(), 5 * even > head.len()) {
        (true, false) => Some("utf-16le"),
        (false, true) => Some("utf-16be"),
        _ => None,
    }
}

/// The word around byte `at` of a line as Windows-1252 reads it.
pub(super) fn as_windows(line: &[u8], at: usize) -> String {
    let inside = |b: &&u8| b.is_ascii_alphanumeric() || !b.is_ascii();
    let (before, after) = line.split_at_checked(at).unwrap_or((line, &[]));
    let start = at - before.iter().rev().take(20).take_while(inside).count();
    let end = at + after.iter().take(20).take_while(inside).count();
    WINDOWS_1252.decode_without_bom_handling(line.get(start..end).unwrap_or_default()).0.into_owned()
}

/// A whole file as UTF-8, where it is UTF-16 with a mark; as it is otherwise.
///
/// # Errors
/// It ends within a character, or holds half of one.
pub fn utf_8(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let Some(encoding) = utf_16(&bytes) else { return Ok(bytes) };
    let mut text = Vec::with_capacity(bytes.len());
    Decoded::new(bytes.as_slice(), encoding).read_to_end(&mut text)?;
    Ok(text)
}

/// A reader's bytes as UTF-8, without the mark.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    text: String,
    at: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self { inner, decoder: encoding.new_decoder_with_bom_removal(), text: String::new(), at: 0, ended: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            let mut bytes = [0; PIECE];
            let read = self.inner.read(&mut bytes)?;
            self.ended = read == 0;
            (self.text, self.at) = (String::new(), 0);
            self.text.reserve(self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * PIECE));
            let piece = bytes.get(..read).unwrap_or_default();
            let (.., malformed) = self.decoder.decode_to_string(piece, &mut self.text, self.ended);
            if malformed {
                return Err(io::Error::other("it is UTF-16 with half a character in it"));
            }
        }
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16_of(text: &str, little: bool) -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn utf_16_is_decoded_whatever_its_order_and_length() {
        // Characters of one, two, three and four bytes, over several pieces.
        let text = "aé日😀\n".repeat(5000);
        for little in [true, false] {
            assert_eq!(utf_8(utf_16_of(&text, little)).unwrap(), text.as_bytes());
        }
        assert_eq!(utf_8(b"plain".to_vec()).unwrap(), b"plain");
        assert!(utf_8(vec![0xff, 0xfe, b'a']).is_err(), "ends within a character");
        assert!(utf_8(vec![0xff, 0xfe, 0x3d, 0xd8, b'a', 0]).is_err(), "half a pair");
    }

    #[test]
    fn utf_16_without_a_mark_is_told_by_its_zeros() {
        assert_eq!(unmarked(b"t\0e\0x\0t\0"), Some("utf-16le"));
        assert_eq!(unmarked(b"\0t\0e\0x\0t"), Some("utf-16be"));
        assert_eq!(unmarked(b"text,label\na,b\n"), None);
    }

    #[test]
    fn windows_1252_has_quotes_and_dashes_that_latin_1_lacks() {
        assert_eq!(as_windows(b"a na\xefve man", 4), "naïve");
        assert_eq!(as_windows(b"it\x92s", 2), "it\u{2019}s");
        assert_eq!(as_windows(b"\x80 5", 0), "€");
    }
}
