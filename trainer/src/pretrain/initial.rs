//! First weights for pretraining.
//!
//! In the first half of the heads, query and key maps start equal, so that a token attends to its like from the first
//! step on (mimetic initialisation, Trockman and Kolter 2023, arXiv:2305.09828). From independent maps the tiny encoder
//! was still at chance on matching after 2,700 steps; from these it is right on 99 % of the pairs after 750. The other
//! heads start flat, averaging over the input, and the feed-forward maps start small: with four sharp heads and full
//! maps the pretrained encoder learned to sum up opinions worse than a random one does.

use crate::encoder::{ParameterError, init};

/// Scale of the equal query and key maps, so that a token's like stands out among twenty tokens.
const SHARPNESS: f64 = 1.2;

/// Scale of the feed-forward maps.
const FEED_FORWARD: f64 = 0.3;

/// Deviation of what starts small: flat heads, positions, and the heads of the two objectives.
const SMALL: f64 = 0.02;

/// The weights of a parameter of [`super::model::AlbertForPreTraining`] by its name.
///
/// # Errors
/// None in practice: the deviations are positive.
pub fn weights(name: &str, shape: &[usize], seed: u64) -> Result<Vec<f32>, ParameterError> {
    let draw = |name: &str, deviation| init::parameter(name, shape, deviation, 0, seed, "pretraining");
    let full = shape.last().map_or(1.0, |n| 1.0 / (*n as f64).sqrt());
    if name.ends_with("query.weight") || name.ends_with("key.weight") {
        // A row per output: the first half belongs to the first half of the heads.
        let mut rows = draw(&name.replace(".key.", ".query."), SHARPNESS * full)?;
        let half = rows.len() / 2;
        rows.truncate(half);
        rows.extend_from_slice(draw(&format!("{name}/flat"), SMALL)?.get(half..).unwrap_or_default());
        return Ok(rows);
    }
    let deviation = match name {
        n if n.ends_with("word_embeddings.weight") => 0.1,
        n if n.ends_with("token_type_embeddings.weight") => 0.05,
        n if n.ends_with("position_embeddings.weight") || !n.starts_with("albert.") => SMALL,
        n if n.contains(".ffn") => FEED_FORWARD * full,
        _ => full,
    };
    draw(name, deviation)
}
