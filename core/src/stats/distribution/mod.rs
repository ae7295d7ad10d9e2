//! The distributions behind tests of few runs, accurate far into the tails: Bonferroni over thousands of pairs and
//! families with a tight prior ask for p values that ordinary tables end long before.

mod noncentral_t;
mod polygamma;
mod student_t;

pub(super) use noncentral_t::average_over_chi;
pub use noncentral_t::noncentral_t_cdf;
pub use polygamma::{digamma, inverse_trigamma, trigamma};
pub use student_t::StudentT;

#[cfg(test)]
mod tests;
