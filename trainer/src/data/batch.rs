//! Which examples go together, and how they are padded.

use rand::seq::SliceRandom;
use transfermap::random::Stream;

use super::TokenisedSplit;
use crate::pretrained::Padding;

/// Examples padded to one width, row by row in flat lists of `rows × width`.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Token ids.
    pub input_ids: Vec<i32>,
    /// Segment ids; 0 where padded.
    pub token_type_ids: Vec<i32>,
    /// 1 where there is a token, 0 where there is padding.
    pub attention_mask: Vec<f32>,
    /// Class indices, one a row.
    pub labels: Vec<i32>,
    /// Number of examples.
    pub rows: usize,
    /// Tokens in a row, padding included.
    pub width: usize,
    /// Tokens in all rows, padding left out.
    pub tokens: usize,
    /// Indices of the examples in their split.
    pub examples: Vec<usize>,
}

/// The batches of one pass over the training examples: every example once, in an order drawn from `rng`; the last
/// batch may be smaller.
///
/// With `group_by_length` a shuffled pass is cut into stretches of up to 50 batches (of a quarter of the batches where
/// there are few, as transformers does it), each is sorted by length, longest first, and cut into batches; then the
/// batches are shuffled, so that length and training time are unrelated (transformers leaves them in falling order).
pub fn epoch_batches(
    split: &TokenisedSplit,
    batch_size: usize,
    group_by_length: bool,
    rng: &mut Stream,
) -> Vec<Vec<usize>> {
    let batch_size = batch_size.max(1);
    let mut order: Vec<usize> = (0..split.len()).collect();
    order.shuffle(rng);
    if !group_by_length {
        return order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    }
    let batches_together = (split.len() / (4 * batch_size)).clamp(1, 50);
    for stretch in order.chunks_mut(batches_together * batch_size) {
        stretch.sort_by_key(|&i| std::cmp::Reverse(length(split, i)));
    }
    let mut batches: Vec<Vec<usize>> = order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    batches.shuffle(rng);
    batches
}

/// Batches for evaluation: every example once, sorted by length, so that little is padded.
pub fn eval_batches(split: &TokenisedSplit, batch_size: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..split.len()).collect();
    order.sort_by_key(|&i| length(split, i));
    order.chunks(batch_size.max(1)).map(<[usize]>::to_vec).collect()
}

fn length(split: &TokenisedSplit, example: usize) -> usize {
    split.input_ids.get(example).map_or(0, Vec::len)
}

/// Puts examples together, padded on the right.
///
/// # Panics
/// When an index is not in the split.
pub fn collate(split: &TokenisedSplit, indices: &[usize], padding: Padding) -> Batch {
    let width = padding.width(indices.iter().map(|&i| length(split, i)).max().unwrap_or(0));
    let rows = indices.len();
    let mut batch = Batch {
        input_ids: Vec::with_capacity(rows * width),
        token_type_ids: Vec::with_capacity(rows * width),
        attention_mask: Vec::with_capacity(rows * width),
        labels: Vec::with_capacity(rows),
        rows,
        width,
        tokens: 0,
        examples: indices.to_vec(),
    };
    for (row, &i) in indices.iter().enumerate() {
        let ids = &split.input_ids[i];
        batch.input_ids.extend(ids.iter().map(|id| *id as i32));
        batch.token_type_ids.extend(split.token_type_ids[i].iter().map(|id| *id as i32));
        batch.attention_mask.extend(std::iter::repeat_n(1.0, ids.len()));
        batch.labels.push(split.labels[i] as i32);
        batch.tokens += ids.len();
        let end = (row + 1) * width;
        batch.input_ids.resize(end, padding.pad_id as i32);
        batch.token_type_ids.resize(end, 0);
        batch.attention_mask.resize(end, 0.0);
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    const PADDING: Padding = Padding { pad_id: 0, max_length: 1000, to_max_length: false };
    use transfermap::random::stream;

    fn split(n: usize) -> TokenisedSplit {
        let lengths: Vec<usize> = (0..n).map(|i| 3 + (i * 37) % 60).collect();
        TokenisedSplit {
            input_ids: lengths.iter().map(|&l| vec![7; l]).collect(),
            token_type_ids: lengths.iter().map(|&l| vec![1; l]).collect(),
            labels: (0..n).map(|i| i % 3).collect(),
            full_lengths: lengths,
        }
    }

    fn is_every_example_once(batches: &[Vec<usize>], n: usize) -> bool {
        let mut seen: Vec<usize> = batches.concat();
        seen.sort_unstable();
        seen == (0..n).collect::<Vec<_>>()
    }

    fn padding(split: &TokenisedSplit, batches: &[Vec<usize>]) -> usize {
        let batches = batches.iter().map(|b| collate(split, b, PADDING));
        batches.map(|b| b.rows * b.width - b.tokens).sum()
    }

    #[test]
    fn every_example_comes_once_an_epoch() {
        for n in [0, 1, 15, 16, 17, 1001] {
            let split = split(n);
            for grouped in [false, true] {
                let batches = epoch_batches(&split, 16, grouped, &mut stream(1, "t", "order"));
                assert!(is_every_example_once(&batches, n));
                assert_eq!(batches.len(), n.div_ceil(16));
                assert_eq!(batches.iter().filter(|b| b.len() < 16).count(), usize::from(n % 16 != 0));
            }
            assert!(is_every_example_once(&eval_batches(&split, 16), n));
        }
    }

    #[test]
    fn order_follows_the_stream() {
        let split = split(200);
        let draw = |purpose| epoch_batches(&split, 8, true, &mut stream(1, "t", purpose));
        assert_eq!(draw("order/0"), draw("order/0"));
        assert_ne!(draw("order/0"), draw("order/1"));
    }

    #[test]
    fn grouping_pads_less_and_leaves_no_trend() {
        let split = split(2000);
        let plain = epoch_batches(&split, 16, false, &mut stream(1, "t", "order"));
        let grouped = epoch_batches(&split, 16, true, &mut stream(1, "t", "order"));
        assert!(padding(&split, &grouped) * 5 < padding(&split, &plain));
        assert!(padding(&split, &eval_batches(&split, 16)) * 5 < padding(&split, &plain));
        let widths: Vec<usize> = grouped.iter().map(|b| collate(&split, b, PADDING).width).collect();
        let mean = |w: &[usize]| w.iter().sum::<usize>() as f64 / w.len() as f64;
        let (early, late) = widths.split_at(widths.len() / 2);
        assert!((mean(early) - mean(late)).abs() < 12.0, "{} {}", mean(early), mean(late));
    }

    #[test]
    fn padding_carries_no_attention() {
        let split = TokenisedSplit {
            input_ids: vec![vec![2, 9, 3], vec![2, 0, 5, 3, 6, 3]],
            token_type_ids: vec![vec![0, 0, 0], vec![0, 0, 0, 0, 1, 1]],
            labels: vec![1, 0],
            full_lengths: vec![3, 6],
        };
        let batch = collate(&split, &[0, 1], Padding { pad_id: 5, ..PADDING });
        assert_eq!((batch.rows, batch.width, batch.tokens), (2, 8, 9));
        assert_eq!(batch.input_ids, [2, 9, 3, 5, 5, 5, 5, 5, 2, 0, 5, 3, 6, 3, 5, 5]);
        assert_eq!(batch.token_type_ids, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0]);
        assert_eq!(batch.attention_mask.iter().filter(|m| **m == 1.0).count(), 9);
        assert_eq!((batch.labels, batch.examples), (vec![1, 0], vec![0, 1]));
        let width = |indices: &[usize], padding| collate(&split, indices, padding).width;
        assert_eq!(width(&[0], Padding { to_max_length: true, max_length: 20, ..PADDING }), 20);
        assert_eq!(width(&[1], Padding { max_length: 6, ..PADDING }), 6);
        assert_eq!(width(&[], PADDING), 0);
    }
}
