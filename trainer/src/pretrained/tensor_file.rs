//! A safetensors file read one tensor at a time, so that several models can be compared in little memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use safetensors::tensor::{Metadata, TensorView};

use super::weights::values;

/// Bytes of the length that stands first.
const LENGTH: usize = 8;

/// A header longer than this is none.
const LONGEST_HEADER: u64 = 100_000_000;

/// An open file whose header is read.
#[derive(Debug)]
pub struct TensorFile {
    file: File,
    /// Where the tensors begin.
    start: u64,
    metadata: Metadata,
}

impl TensorFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// It cannot be read, or it is no safetensors file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut head = vec![0; LENGTH];
        file.read_exact(&mut head)?;
        let mut length = [0; LENGTH];
        length.copy_from_slice(&head);
        let length = u64::from_le_bytes(length);
        let whole = file.metadata()?.len();
        if length > LONGEST_HEADER || length > whole {
            return Err(invalid("not a safetensors file".into()));
        }
        head.resize(LENGTH + length as usize, 0);
        file.read_exact(head.get_mut(LENGTH..).unwrap_or_default())?;
        let metadata = serde_json::from_slice(head.get(LENGTH..).unwrap_or_default())?;
        Ok(Self { file, start: head.len() as u64, metadata })
    }

    /// The values of one tensor.
    ///
    /// # Errors
    /// It is absent, has another shape, holds no floats, or the file is cut short.
    pub fn read(&mut self, name: &str, shape: &[usize]) -> io::Result<Vec<f32>> {
        let info = self.metadata.info(name).ok_or_else(|| invalid(format!("tensor `{name}` is missing")))?;
        if info.shape != shape {
            return Err(invalid(format!("tensor `{name}` has the shape {:?}, not {shape:?}", info.shape)));
        }
        let (begin, end) = info.data_offsets;
        let mut bytes = vec![0; end.saturating_sub(begin)];
        self.file.seek(SeekFrom::Start(self.start + begin as u64))?;
        self.file.read_exact(&mut bytes)?;
        let view = TensorView::new(info.dtype, info.shape.clone(), &bytes).map_err(|e| invalid(e.to_string()))?;
        values(name, &view).map_err(|e| invalid(e.to_string()))
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
