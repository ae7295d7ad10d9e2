//! How closely two lists of numbers go together: coefficients, ranks, lines with their bands.

mod ranks;

pub use ranks::average_ranks;
