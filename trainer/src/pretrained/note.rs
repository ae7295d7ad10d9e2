//! What is said of a model folder that can be used: where its files leave something open, or disagree.

use std::fmt;
use std::path::{Path, PathBuf};

/// A line for the reader, with the file that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub path: PathBuf,
    /// What is to be known.
    pub kind: NoteKind,
}

/// What is to be known of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteKind {
    /// tokenizer_config.json had its way.
    #[error("{found}; tokenizer_config.json says {said} and is used, as transformers does")]
    Adjusted { found: &'static str, said: String },
    /// tokenizer_config.json says something that transformers does not follow, or that this tokenizer cannot do.
    #[error("{found}, and is used; tokenizer_config.json says {said}")]
    Kept { found: &'static str, said: String },
    /// Nothing says it, and transformers has a default of its own.
    #[error(
        "{found}, and is used; tokenizer_config.json does not say {key}, and AutoTokenizer of transformers would take \
         {default}: write \"{key}\": {wanted} there"
    )]
    Unsaid { found: &'static str, key: &'static str, default: bool, wanted: bool },
    /// A vocabulary without a word on case.
    #[error(
        "no tokenizer.json and no do_lower_case in a tokenizer_config.json, so texts are put into lower case, as \
         transformers does; for a cased model write {{\"do_lower_case\": false}} into tokenizer_config.json"
    )]
    LowerCased,
    /// A checkpoint of masked-language modelling.
    #[error(
        "no pooler in it (was it trained by masked-language modelling?); it is drawn anew for every seed, as \
         transformers does"
    )]
    NoPooler,
}

impl Note {
    pub(super) fn new(path: &Path, kind: NoteKind) -> Self {
        Self { path: path.to_owned(), kind }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name alone: notes go into reports, which go elsewhere.
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        write!(f, "{}: {}", name.to_string_lossy(), self.kind)
    }
}
