//! Batches of texts that are used once: sentences with masked words, and pairs that match or not.

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::RngCore;
use tokenizers::Tokenizer;
use transfermap::random::stream;

use crate::data::generated::{corpus, matching_pairs};
use crate::encoder::Inputs;

/// Sentences with masked words in a step.
const SENTENCES: usize = 16;

/// Pairs in a step.
const PAIRS: usize = 32;

/// `[MASK]`, and the first id that is a word.
const MASK: i32 = 4;
const FIRST_WORD: i32 = 5;

/// Token ids and segment ids.
type Encoded = (Vec<i32>, Vec<i32>);

/// Everything that will be read, tokenised.
pub struct Texts {
    sentences: Vec<Encoded>,
    pairs: Vec<(Encoded, bool)>,
    vocabulary: usize,
    seed: u64,
}

/// Sentences in which some words are hidden.
pub struct Masked<B: Backend> {
    /// What the model sees.
    pub inputs: Inputs<B>,
    /// Where words are asked for, counted through the whole batch.
    pub positions: Tensor<B, 1, Int>,
    /// The words that stood there.
    pub words: Tensor<B, 1, Int>,
}

/// Pairs and whether they match.
pub struct Pairs<B: Backend> {
    /// What the model sees.
    pub inputs: Inputs<B>,
    /// 1 where they match.
    pub matches: Tensor<B, 1, Int>,
}

impl Texts {
    /// The texts of so many steps.
    ///
    /// # Errors
    /// The tokenizer does not load or does not know a text.
    pub fn new(tokenizer_json: &str, steps: u64, seed: u64) -> Result<Self, tokenizers::Error> {
        let tokenizer = Tokenizer::from_bytes(tokenizer_json)?;
        let wide = |ids: &[u32]| ids.iter().map(|i| *i as i32).collect::<Vec<_>>();
        let encode = |input: tokenizers::EncodeInput<'_>| -> Result<Encoded, tokenizers::Error> {
            let encoding = tokenizer.encode(input, true)?;
            Ok((wide(encoding.get_ids()), wide(encoding.get_type_ids())))
        };
        let steps = usize::try_from(steps)?;
        Ok(Self {
            sentences: corpus(steps * SENTENCES, seed)
                .into_iter()
                .map(|t| encode(t.into()))
                .collect::<Result<_, _>>()?,
            pairs: matching_pairs(steps * PAIRS, seed)
                .into_iter()
                .map(|(first, second, matches)| Ok((encode((first, second).into())?, matches)))
                .collect::<Result<_, tokenizers::Error>>()?,
            vocabulary: tokenizer.get_vocab_size(true),
            seed,
        })
    }

    /// Number of tokens.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// The sentences of a step. As in BERT 15 % of the words are asked for: of these 80 % are masked, 10 % replaced by
    /// any word, 10 % left.
    pub fn masked<B: Backend>(&self, step: u64, device: &B::Device) -> Masked<B> {
        let mut random = stream(self.seed, "pretraining", &format!("mask/{step}"));
        let mut percent = move || (i64::from(random.next_u32() >> 8) * 100) >> 24;
        let mut rows: Vec<Encoded> = part(&self.sentences, step, SENTENCES).to_vec();
        let sequence = longest(&rows);
        let (mut positions, mut words) = (Vec::new(), Vec::new());
        let mut any = stream(self.seed, "pretraining", &format!("replacement/{step}"));
        for (row, (ids, _)) in rows.iter_mut().enumerate() {
            for (column, id) in ids.iter_mut().enumerate() {
                if *id < FIRST_WORD || percent() >= 15 {
                    continue;
                }
                positions.push((row * sequence + column) as i32);
                words.push(*id);
                match percent() {
                    0..80 => *id = MASK,
                    80..90 => *id = FIRST_WORD + (any.next_u32() % (self.vocabulary as u32 - FIRST_WORD as u32)) as i32,
                    _ => {}
                }
            }
        }
        Masked { inputs: inputs(&rows, device), positions: integers(positions, device), words: integers(words, device) }
    }

    pub fn pairs<B: Backend>(&self, step: u64, device: &B::Device) -> Pairs<B> {
        let pairs = part(&self.pairs, step, PAIRS);
        let rows: Vec<Encoded> = pairs.iter().map(|(encoded, _)| encoded.clone()).collect();
        let matches = pairs.iter().map(|(_, m)| i32::from(*m)).collect();
        Pairs { inputs: inputs(&rows, device), matches: integers(matches, device) }
    }
}

fn part<T>(items: &[T], step: u64, size: usize) -> &[T] {
    let start = usize::try_from(step).unwrap_or(usize::MAX).saturating_mul(size);
    items.get(start..start + size).unwrap_or_default()
}

fn longest(rows: &[Encoded]) -> usize {
    rows.iter().map(|(ids, _)| ids.len()).max().unwrap_or(0)
}

fn integers<B: Backend>(values: Vec<i32>, device: &B::Device) -> Tensor<B, 1, Int> {
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

/// Padded to the longest, padding masked.
fn inputs<B: Backend>(rows: &[Encoded], device: &B::Device) -> Inputs<B> {
    let shape = [rows.len(), longest(rows)];
    let pad = |list: &dyn Fn(&Encoded) -> Vec<i32>| -> Vec<i32> {
        rows.iter().flat_map(|row| list(row).into_iter().chain(std::iter::repeat(0)).take(shape[1])).collect()
    };
    let mask: Vec<f32> = pad(&|(ids, _)| vec![1; ids.len()]).into_iter().map(|m| m as f32).collect();
    Inputs {
        input_ids: pad(&|(ids, _)| ids.clone()),
        token_type_ids: pad(&|(_, t)| t.clone()),
        attention_mask: Tensor::from_data(TensorData::new(mask, shape), device),
    }
}
