//! How closely two lists of numbers go together: coefficients, ranks, lines with their bands.
