//! A tokenizer.json out of the files of old: vocab.txt as transformers' BertTokenizer reads it, vocab.json with merges.txt
//! as its RobertaTokenizer does. What is in sentencepiece's format is left to transformers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokenizers::models::bpe::BPE;
use tokenizers::models::wordpiece::WordPiece;

use super::settings::Settings;
use super::special::SpecialTokens;
use crate::pretrained::error::{FileFault, PretrainedError};
use crate::pretrained::files;

/// Pieces and their ids.
type Vocabulary = BTreeMap<String, u32>;

/// Files of sentencepiece, by the names that transformers gives them.
const SENTENCEPIECE: [&str; 4] = ["spiece.model", "spm.model", "sentencepiece.bpe.model", "tokenizer.model"];

/// A tokenizer.json, and the file that it was made of.
pub struct Converted {
    pub tokenizer: Value,
    pub path: PathBuf,
    /// Whether it was made of a vocabulary that says nothing of case.
    pub has_case: bool,
}

/// The tokenizer of a folder without tokenizer.json.
///
/// # Errors
/// There is nothing to make it of, or not all of it.
pub fn convert(folder: &Path, settings: &Settings) -> Result<Converted, PretrainedError> {
    let [vocab_txt, vocab_json, merges] = ["vocab.txt", "vocab.json", "merges.txt"].map(|name| folder.join(name));
    if let Some(bytes) = files::optional(&vocab_txt)? {
        let tokenizer = word_piece(folder, &bytes, settings).map_err(|why| why.told(folder, &vocab_txt))?;
        return Ok(Converted { tokenizer, path: vocab_txt, has_case: true });
    }
    if vocab_json.is_file() && merges.is_file() {
        let tokenizer =
            byte_pairs(folder, &vocab_json, &merges, settings).map_err(|why| why.told(folder, &vocab_json))?;
        return Ok(Converted { tokenizer, path: vocab_json, has_case: false });
    }
    let path = folder.join("tokenizer.json");
    let lonely = ["vocab.json", "merges.txt"].into_iter().chain(SENTENCEPIECE);
    let fault = match lonely.into_iter().find(|name| folder.join(name).is_file()) {
        Some(found) => FileFault::NotConverted { found, folder: folder.to_owned() },
        None => FileFault::Missing {
            remedy: "copy it from the checkpoint, or give `tokenizer = \"path/to/tokenizer.json\"` where it is elsewhere",
        },
    };
    Err(files::fault(&path, fault))
}

/// Why a vocabulary makes no tokenizer.
enum Trouble {
    File(PretrainedError),
    Vocabulary(String),
}

impl Trouble {
    fn told(self, folder: &Path, path: &Path) -> PretrainedError {
        match self {
            Self::File(error) => error,
            Self::Vocabulary(reason) => {
                files::fault(path, FileFault::NotAVocabulary { reason, folder: folder.to_owned() })
            }
        }
    }
}

impl From<PretrainedError> for Trouble {
    fn from(error: PretrainedError) -> Self {
        Self::File(error)
    }
}

impl From<tokenizers::Error> for Trouble {
    fn from(error: tokenizers::Error) -> Self {
        Self::Vocabulary(error.to_string())
    }
}

/// The id of a token that the tokenizer cannot do without.
fn id(vocabulary: &Vocabulary, token: &str) -> Result<u32, Trouble> {
    let missing = || Trouble::Vocabulary(format!("holds no `{token}`, which the tokenizer needs"));
    vocabulary.get(token).copied().ok_or_else(missing)
}

fn word_piece(folder: &Path, bytes: &[u8], settings: &Settings) -> Result<Value, Trouble> {
    let vocabulary: Vocabulary = WordPiece::read_bytes(bytes)?.into_iter().collect();
    let special = SpecialTokens::read(
        folder,
        settings,
        &[
            ("unk_token", "[UNK]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
    )?;
    let (unk, cls, sep) = (special.text("unk_token"), special.text("cls_token"), special.text("sep_token"));
    id(&vocabulary, unk)?;
    let (cls_id, sep_id) = (id(&vocabulary, cls)?, id(&vocabulary, sep)?);
    let token = |text: &str, segment: u32| json!({ "SpecialToken": { "id": text, "type_id": segment } });
    let text = |name: &str, segment: u32| json!({ "Sequence": { "id": name, "type_id": segment } });
    let known = |text: &str, id: u32| json!({ "id": text, "ids": [id], "tokens": [text] });
    Ok(json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": special.added_tokens(&vocabulary),
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": settings.flag("tokenize_chinese_chars").unwrap_or(true),
            "strip_accents": settings.flag("strip_accents"),
            "lowercase": settings.flag("do_lower_case").unwrap_or(true),
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [token(cls, 0), text("A", 0), token(sep, 0)],
            "pair": [token(cls, 0), text("A", 0), token(sep, 0), text("B", 1), token(sep, 1)],
            "special_tokens": { cls: known(cls, cls_id), sep: known(sep, sep_id) },
        },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": unk, "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    }))
}

fn byte_pairs(folder: &Path, vocab_json: &Path, merges: &Path, settings: &Settings) -> Result<Value, Trouble> {
    let (vocabulary, merges) = BPE::read_file(&vocab_json.to_string_lossy(), &merges.to_string_lossy())?;
    let vocabulary: Vocabulary = vocabulary.into_iter().collect();
    // As texts, which the tokenizers of every version read; no piece of bytes holds a space.
    let merges: Vec<String> = merges.into_iter().map(|(left, right)| format!("{left} {right}")).collect();
    let special = SpecialTokens::read(
        folder,
        settings,
        &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("sep_token", "</s>"),
            ("cls_token", "<s>"),
            ("unk_token", "<unk>"),
            ("pad_token", "<pad>"),
            ("mask_token", "<mask>"),
        ],
    )?;
    let (cls, sep) = (special.text("cls_token"), special.text("sep_token"));
    let (cls_id, sep_id) = (id(&vocabulary, cls)?, id(&vocabulary, sep)?);
    let prefix = settings.flag("add_prefix_space").unwrap_or(false);
    Ok(json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": special.added_tokens(&vocabulary),
        "normalizer": null,
        "pre_tokenizer": {
            "type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": true,
        },
        "post_processor": {
            "type": "RobertaProcessing", "sep": [sep, sep_id], "cls": [cls, cls_id], "trim_offsets": true,
            "add_prefix_space": prefix,
        },
        "decoder": { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true },
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocabulary, "merges": merges,
        },
    }))
}
