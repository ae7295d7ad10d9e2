//! stand-in until the data branch is merged
use super::TokenisedSplit;
use transfermap::random::Stream;
/// b
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub input_ids: Vec<i64>,
    pub token_type_ids: Vec<i64>,
    pub attention_mask: Vec<f32>,
    pub labels: Vec<i64>,
    pub rows: usize,
    pub width: usize,
    pub tokens: usize,
    pub examples: Vec<usize>,
}
/// b
pub fn epoch_batches(split: &TokenisedSplit, batch_size: usize, _g: bool, rng: &mut Stream) -> Vec<Vec<usize>> {
    use rand::seq::SliceRandom;
    let mut v: Vec<usize> = (0..split.labels.len()).collect();
    v.shuffle(rng);
    v.chunks(batch_size).map(<[usize]>::to_vec).collect()
}
/// b
pub fn eval_batches(split: &TokenisedSplit, batch_size: usize) -> Vec<Vec<usize>> {
    (0..split.labels.len()).collect::<Vec<_>>().chunks(batch_size).map(<[usize]>::to_vec).collect()
}
/// b
pub fn collate(split: &TokenisedSplit, indices: &[usize], pad_id: u32, pad_to: Option<usize>) -> Batch {
    let width = pad_to.unwrap_or_else(|| indices.iter().map(|&i| split.input_ids[i].len()).max().unwrap_or(0));
    let mut b = Batch { rows: indices.len(), width, examples: indices.to_vec(), ..Batch::default() };
    for &i in indices {
        for k in 0..width {
            match split.input_ids[i].get(k) {
                Some(id) => {
                    b.input_ids.push(*id as i64);
                    b.token_type_ids.push(split.token_type_ids[i][k] as i64);
                    b.attention_mask.push(1.0);
                    b.tokens += 1;
                }
                None => {
                    b.input_ids.push(pad_id as i64);
                    b.token_type_ids.push(0);
                    b.attention_mask.push(0.0);
                }
            }
        }
        b.labels.push(split.labels[i] as i64);
    }
    b
}
