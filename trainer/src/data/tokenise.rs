//! Texts → token ids, as `tokenizers` and transformers' fast tokenizers give them.

use rayon::prelude::*;
use tokenizers::utils::truncation::truncate_encodings;
use tokenizers::{PostProcessor, Tokenizer, TruncationDirection, TruncationParams, TruncationStrategy};

use super::error::DataError;
pub use super::summary::summary;
use super::{Example, TaskData, TokenisedSplit, TokenisedTask};

/// Tokenises all splits of a task: `[CLS] a [SEP]`, or `[CLS] a [SEP] b [SEP]` with token types 0 and 1, as the
/// post-processor of `tokenizer_json` has it.
///
/// Inputs longer than `max_length`, special tokens included, lose tokens at their right ends, pairs by
/// `longest_first` as the fast tokenizers do it: with n tokens left for both texts, the longer text alone is cut while
/// it stays the longer one; else the shorter keeps ⌊n / 2⌋ tokens and the longer ⌈n / 2⌉, and between texts of equal
/// length the odd token goes to the second. (The slow tokenizers of old gave the odd token to the first.)
///
/// Special tokens spelt out in a text (`[MASK]`, `<pad>`) become the special token, as in transformers; so attention
/// masks must come from lengths, never from ids.
///
/// # Errors
/// Bytes that are no tokenizer.json, a tokenizer that adds no special tokens, `max_length` without room for a token.
pub fn tokenise(data: &TaskData, tokenizer_json: &[u8], max_length: usize) -> Result<TokenisedTask, DataError> {
    let tokeniser = Tokeniser::new(tokenizer_json, max_length)?;
    Ok(TokenisedTask {
        labels: data.labels.clone(),
        train: tokeniser.split(&data.train)?,
        validation: tokeniser.split(&data.validation)?,
        test: tokeniser.split(&data.test)?,
    })
}

/// The number of rows that an embedding needs for this tokenizer: its largest id + 1.
///
/// # Errors
/// Bytes that are no tokenizer.json.
pub fn vocab_size(tokenizer_json: &[u8]) -> Result<usize, DataError> {
    Ok(embedding_rows(&parse(tokenizer_json)?))
}

fn parse(tokenizer_json: &[u8]) -> Result<Tokenizer, DataError> {
    Tokenizer::from_bytes(tokenizer_json).map_err(|e| DataError::Tokenizer {
        message: format!("{e}; give the tokenizer.json that `tokenizers` or transformers wrote"),
    })
}

fn embedding_rows(tokenizer: &Tokenizer) -> usize {
    tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1)
}

struct Tokeniser {
    inner: Tokenizer,
    max_length: usize,
    vocab_size: usize,
}

/// One input: token ids, token types, length before truncation.
type Tokens = (Vec<u32>, Vec<u32>, usize);

impl Tokeniser {
    fn new(tokenizer_json: &[u8], max_length: usize) -> Result<Self, DataError> {
        let mut inner = parse(tokenizer_json)?;
        let complaint = |message| Err(DataError::Tokenizer { message });
        let added = |pair| inner.get_post_processor().map_or(0, |p| p.added_tokens(pair));
        if added(false) == 0 || added(true) == 0 {
            return complaint(
                "it adds no special tokens; give one with a post-processor such as `[CLS] $A [SEP] $B:1 [SEP]:1`"
                    .into(),
            );
        }
        if max_length <= added(true) {
            return complaint(format!("max_length = {max_length} leaves no room for text; give at least 8"));
        }
        let vocab_size = embedding_rows(&inner);
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|e| DataError::Tokenizer { message: e.to_string() })?;
        Ok(Self { inner, max_length, vocab_size })
    }

    fn split(&self, examples: &[Example]) -> Result<TokenisedSplit, DataError> {
        let tokens: Vec<Tokens> =
            examples.par_iter().map(|e| self.example(&e.texts)).collect::<tokenizers::Result<_>>().map_err(|e| {
                DataError::Tokenizer { message: format!("{e}; check that the tokenizer has an unknown token") }
            })?;
        let mut split = TokenisedSplit { labels: examples.iter().map(|e| e.label).collect(), ..Default::default() };
        for (ids, types, full_length) in tokens {
            if let Some(id) = ids.iter().find(|id| **id as usize >= self.vocab_size) {
                let message = format!("id {id} is not in its vocabulary; its special tokens and its model disagree");
                return Err(DataError::Tokenizer { message });
            }
            split.input_ids.push(ids);
            split.token_type_ids.push(types);
            split.full_lengths.push(full_length);
        }
        Ok(split)
    }

    fn example(&self, texts: &[String]) -> tokenizers::Result<Tokens> {
        let encode = |text: &String| self.inner.encode(text.as_str(), false);
        let first = texts.first().map_or_else(|| self.inner.encode("", false), encode)?;
        let second = texts.get(1).map(encode).transpose()?;
        let added = self.inner.get_post_processor().map_or(0, |p| p.added_tokens(second.is_some()));
        let full_length = first.len() + second.as_ref().map_or(0, |e| e.len()) + added;
        let params = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: self.max_length - added,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let (mut first, mut second) = truncate_encodings(first, second, &params)?;
        first.take_overflowing();
        if let Some(second) = &mut second {
            second.take_overflowing();
        }
        let whole = self.inner.post_process(first, second, true)?;
        Ok((whole.get_ids().to_vec(), whole.get_type_ids().to_vec(), full_length))
    }
}
