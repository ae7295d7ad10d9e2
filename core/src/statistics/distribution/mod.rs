//! The distributions behind tests of few runs: statrs', and what it does not have, or not with nine digits far into the
//! tails, where Bonferroni over thousands of pairs asks for them.

mod noncentral_t;
mod polygamma;
mod student_t;

pub(super) use noncentral_t::average_over_chi;
pub use noncentral_t::noncentral_t_cdf;
pub use polygamma::{digamma, inverse_trigamma, trigamma};
pub use student_t::StudentT;

#[cfg(test)]
mod tests;
