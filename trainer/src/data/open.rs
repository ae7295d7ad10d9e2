//! A file as a stream of UTF-8 lines: gzip is told by its magic bytes, UTF-16 by its mark, which is skipped as that of
//! UTF-8 is. Lines end in a line feed; in a file that has none, in a carriage return.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::encoding::{Decoded, as_windows, unmarked, utf_16};
use super::error::{DataError, visible};

/// The longest line, and the longest record of several lines: what is longer is no row of text.
pub(super) const LONGEST: usize = 64 << 20;

/// Bytes that are looked at to tell what a file is.
const HEAD: u64 = 1 << 16;

const GZIP: &[u8] = &[0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// First bytes of files that are often taken for text.
const NOT_TEXT: [(&[u8], &str, &str); 11] = [
    (b"PAR1", "a Parquet file", "add format = \"parquet\" to the source, or end its name in .parquet"),
    (b"PK\x03\x04", "a zip archive", "unpack it, or compress the file with gzip"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", EXCEL),
    (b"SQLite format 3", "an SQLite database", "write the table as CSV: sqlite3 -header -csv FILE 'select * from t'"),
    (b"\x89HDF", "an HDF5 file", "convert it to Parquet, for example with pandas.read_hdf(f).to_parquet(g)"),
    (b"\x80\x04\x95", "a Python pickle", "convert it to Parquet, for example with pandas.read_pickle(f).to_parquet(g)"),
    (b"BZh", "a bzip2 file", "unpack it, or compress it with gzip"),
    (b"\xfd7zXZ", "an xz file", "unpack it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it, or compress it with gzip"),
    (b"ARROW1", "an Arrow file", "convert it to Parquet, for example with pandas.read_feather(f).to_parquet(g)"),
    (
        b"\xff\xff\xff\xff",
        "an Arrow stream, as the library datasets keeps it",
        "convert it to Parquet, for example with datasets.Dataset.from_file(f).to_parquet(g)",
    ),
];

const EXCEL: &str = "save the sheet as CSV (UTF-8), or write it with pandas.read_excel(f).to_csv(g, index=False)";

/// Lines of a file with their numbers. Memory for one line at a time.
pub(super) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    buffer: Vec<u8>,
    number: usize,
    /// The byte that ends a line.
    end: u8,
}

impl Lines {
    /// Opens `path`, plain or gzipped.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let mut reader = open_file(path)?;
        let failed = |source| io_error(path, 1, source);
        let gzipped = reader.fill_buf().map_err(failed)?.starts_with(GZIP);
        let mut reader: Box<dyn BufRead + Send> =
            if gzipped { Box::new(BufReader::new(MultiGzDecoder::new(reader))) } else { Box::new(reader) };
        let mut head = Vec::new();
        (&mut reader).take(HEAD).read_to_end(&mut head).map_err(failed)?;
        if head.is_empty() {
            return Err(DataError::Empty { path: path.to_owned(), what: "is empty" });
        }
        if let Some(encoding) = utf_16(&head) {
            reader = Box::new(BufReader::new(Decoded::new(Cursor::new(head).chain(reader), encoding)));
            head = Vec::new();
            (&mut reader).take(HEAD).read_to_end(&mut head).map_err(failed)?;
        } else {
            no_text(path, &head)?;
        }
        if head.starts_with(BYTE_ORDER_MARK) {
            head.drain(..BYTE_ORDER_MARK.len());
        }
        let end = if head.contains(&b'\r') && !head.contains(&b'\n') { b'\r' } else { b'\n' };
        let reader = Box::new(Cursor::new(head).chain(reader));
        Ok(Self { path: path.to_owned(), reader, buffer: Vec::new(), number: 0, end })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The next line with its number from 1. Every line ends in `\n`, the last one too.
    pub(super) fn next(&mut self) -> Result<Option<(usize, &str)>, DataError> {
        self.buffer.clear();
        self.number += 1;
        let line = self.number;
        let limit = LONGEST as u64 + 1;
        let read = (&mut self.reader).take(limit).read_until(self.end, &mut self.buffer);
        if read.map_err(|source| io_error(&self.path, line, source))? == 0 {
            return Ok(None);
        }
        if self.buffer.len() > LONGEST {
            return Err(self.row_error(line, "longer than 64 MiB".into(), "give a text file with one row a line"));
        }
        if self.buffer.last() == Some(&self.end) {
            self.buffer.pop();
        }
        self.buffer.push(b'\n');
        match std::str::from_utf8(&self.buffer) {
            Ok(text) => Ok(Some((line, text))),
            Err(at) => Err(DataError::Row {
                path: self.path.clone(),
                line,
                what: format!("not UTF-8 (byte {} of the line)", at.valid_up_to() + 1),
                remedy: format!(
                    "convert the file: `iconv -f windows-1252 -t utf-8 OLD > NEW` if `{}` is a word of it",
                    visible(&as_windows(&self.buffer, at.valid_up_to()))
                ),
            }),
        }
    }

    /// A complaint about a line of this file.
    pub(super) fn row_error(&self, line: usize, what: String, remedy: &str) -> DataError {
        DataError::Row { path: self.path.clone(), line, what, remedy: remedy.into() }
    }
}

/// A file name's ending below `.gz`, in small letters.
pub(super) fn ending(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    Path::new(plain).extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Refuses what is no text by its first bytes.
fn no_text(path: &Path, head: &[u8]) -> Result<(), DataError> {
    let refuse = |what: String, remedy| Err(DataError::Format { path: path.to_owned(), what, remedy });
    let workbook = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx") || e.eq_ignore_ascii_case("xlsm"));
    match NOT_TEXT.iter().find(|(magic, ..)| head.starts_with(magic)) {
        Some((magic, ..)) if workbook && magic.starts_with(b"PK") => refuse("is an Excel workbook".into(), EXCEL),
        Some((_, what, remedy)) => refuse(format!("is {what}"), remedy),
        None => match unmarked(head) {
            Some("utf-16le") => {
                refuse("seems to be UTF-16".into(), "convert it: `iconv -f utf-16le -t utf-8 OLD > NEW`")
            }
            Some(_) => refuse("seems to be UTF-16".into(), "convert it: `iconv -f utf-16be -t utf-8 OLD > NEW`"),
            None => Ok(()),
        },
    }
}

pub(super) fn open_file(path: &Path) -> Result<BufReader<File>, DataError> {
    let found = std::fs::metadata(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => DataError::Missing { path: path.to_owned() },
        _ => io_error(path, 0, source),
    })?;
    if found.is_dir() {
        return Err(DataError::Directory { path: path.to_owned() });
    }
    let file = File::open(path).map_err(|source| io_error(path, 0, source))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

fn io_error(path: &Path, line: usize, source: std::io::Error) -> DataError {
    let remedy = match source.kind() {
        ErrorKind::PermissionDenied => "allow reading it",
        ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            "the compressed data is cut short or damaged: copy the file again"
        }
        _ => "check the disk and the file",
    };
    DataError::Io { path: path.to_owned(), line, source, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn write(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (dir, path)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn lines(path: &Path) -> Result<Vec<String>, DataError> {
        let mut lines = Lines::open(path)?;
        let mut out = Vec::new();
        while let Some((number, text)) = lines.next()? {
            out.push(format!("{number}:{}", text.trim_end()));
        }
        Ok(out)
    }

    fn complaint(path: &Path) -> String {
        lines(path).unwrap_err().to_string()
    }

    #[test]
    fn gzip_is_told_by_its_bytes_not_its_name() {
        let twice = [gzip(b"\xef\xbb\xbfone\n"), gzip(b"two")].concat();
        let (_dir, path) = write("plain.csv", &twice);
        assert_eq!(lines(&path).unwrap(), ["1:one", "2:two"]);
        let (_dir, path) = write("plain.csv.gz", b"one\r\ntwo\r\n");
        assert_eq!(lines(&path).unwrap(), ["1:one", "2:two"]);
    }

    #[test]
    fn utf_16_with_a_mark_and_carriage_returns_alone_are_read() {
        let utf_16: Vec<u8> = "\u{feff}té\r\nx\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_dir, path) = write("a.tsv", &utf_16);
        assert_eq!(lines(&path).unwrap(), ["1:té", "2:x"]);
        let (_dir, path) = write("a.tsv.gz", &gzip(&utf_16));
        assert_eq!(lines(&path).unwrap(), ["1:té", "2:x"]);
        let (_dir, path) = write("a.csv", b"one\rtwo\rthree");
        assert_eq!(lines(&path).unwrap(), ["1:one", "2:two", "3:three"]);
    }

    #[test]
    fn rejects_what_is_no_file() {
        let (dir, path) = write("empty.csv", b"");
        assert!(complaint(&path).ends_with("empty.csv: is empty; give a file with at least one row of data"));
        assert!(complaint(dir.path()).contains("is a folder, not a file; name a data file in it"));
        let absent = complaint(&dir.path().join("absent.csv"));
        assert!(absent.contains("absent.csv: no such file; correct `file`"), "{absent}");
        let below_a_file = complaint(&path.join("x.csv"));
        assert!(below_a_file.contains("no such file"), "{below_a_file}");
        let (_dir, path) = write("empty.csv.gz", &gzip(b""));
        assert!(complaint(&path).contains("is empty"));
    }

    #[test]
    fn rejects_what_is_no_text() {
        let (_dir, path) = write("a.csv", b"a\nb\nna\xefve\n");
        let message = complaint(&path);
        assert!(message.ends_with("a.csv, line 3: not UTF-8 (byte 3 of the line); convert the file: `iconv -f windows-1252 -t utf-8 OLD > NEW` if `naïve` is a word of it"), "{message}");
        let (_dir, path) = write("a.csv", b"PAR1\x15\x04");
        assert!(complaint(&path).contains("is a Parquet file; add format = \"parquet\""));
        let (_dir, path) = write("a.csv", b"PK\x03\x04...");
        assert!(complaint(&path).contains("is a zip archive; unpack it"));
        let (_dir, path) = write("a.xlsx", b"PK\x03\x04...");
        assert!(complaint(&path).contains("is an Excel workbook; save the sheet as CSV"));
        let (_dir, path) = write("data-00000-of-00001.arrow", b"\xff\xff\xff\xff\x10\0\0\0");
        assert!(complaint(&path).contains("is an Arrow stream") && complaint(&path).contains("Dataset.from_file(f)"));
        let (_dir, path) = write("a.csv", b"t\0e\0x\0t\0\n\0");
        assert!(complaint(&path).contains("seems to be UTF-16; convert it: `iconv -f utf-16le"));
    }

    #[test]
    fn rejects_gzip_cut_short() {
        let mut state = 1_u32;
        let noise = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 28 == 0 { b'\n' } else { b'a' + (state >> 24) as u8 % 26 }
        };
        let bytes = gzip(&(0..100_000).map(noise).collect::<Vec<u8>>());
        let (_dir, path) = write("a.csv.gz", &bytes[..bytes.len() / 2]);
        let message = complaint(&path);
        assert!(
            message.contains(", line ") && message.contains("cut short or damaged: copy the file again"),
            "{message}"
        );
    }
}
