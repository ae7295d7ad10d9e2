//! The examples of a task that are probed: a seeded sample of its training set.

use transfermap::random::priority;

use crate::data::TokenisedSplit;

/// At most `examples` of the training examples of `task`, those of the smallest [`priority`] under `data_seed`, in the
/// order of their priorities: so any front part of it is a random sample too. The same for every encoder, model, seed
/// and measure.
pub fn probe_set(train: &TokenisedSplit, examples: usize, data_seed: u64, task: &str) -> TokenisedSplit {
    let mut order: Vec<usize> = (0..train.len()).collect();
    order.sort_by_cached_key(|&i| (priority(data_seed, task, "probe", i as u64), i));
    order.truncate(examples);
    pick(train, &order)
}

/// The examples at these places, in this order; a place beyond the end is left out.
pub(super) fn pick(split: &TokenisedSplit, places: &[usize]) -> TokenisedSplit {
    let mut picked = TokenisedSplit::default();
    for &i in places {
        let parts = (split.input_ids.get(i), split.token_type_ids.get(i), split.labels.get(i));
        let (Some(ids), Some(types), Some(label)) = parts else { continue };
        picked.input_ids.push(ids.clone());
        picked.token_type_ids.push(types.clone());
        picked.labels.push(*label);
        picked.full_lengths.push(split.full_lengths.get(i).copied().unwrap_or(ids.len()));
    }
    picked
}
