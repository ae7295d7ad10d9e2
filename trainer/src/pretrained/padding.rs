//! How far the inputs of an encoder are padded.

/// How inputs are brought to one width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Padding {
    /// The padding id.
    pub pad_id: u32,
    /// Tokens of the longest input that there may be.
    pub max_length: usize,
    /// Whether every batch is as wide as that.
    pub to_max_length: bool,
}

/// Widths are multiples of this: the tiles of a GPU's products are, and so are its vectors.
const GRAIN: usize = 8;

impl Padding {
    /// The width of a batch whose longest input has so many tokens.
    pub fn width(self, longest: usize) -> usize {
        let wanted = if self.to_max_length { self.max_length } else { longest.next_multiple_of(GRAIN) };
        wanted.min(self.max_length).max(longest)
    }
}
