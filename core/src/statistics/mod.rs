//! Statistics of small samples: what verdicts, intervals and correlations are made of. All of it takes plain numbers.
//!
//! Here stand the tests over seeds and over test examples. [`correlation`] compares two lists, [`dyadic`] compares two
//! task × task matrices, whose cells are not independent, and [`variance`] asks where the variance of a map of gains
//! comes from.

mod bootstrap;
pub mod correlation;
mod distribution;
pub mod dyadic;
mod effect_size;
mod estimate;
mod interval;
mod mcnemar;
mod mixed;
mod moderated;
mod moments;
mod multiplicity;
mod paired;
mod pooled;
mod power;
mod race;
mod sign_flip;
mod signed_rank;
#[cfg(test)]
mod tests;
mod two_way;
pub mod variance;
mod welch;

pub use bootstrap::{PopulationError, Predicted, Resampling, paired_bootstrap, population, probability_of_improvement};
pub use distribution::{StudentT, digamma, inverse_trigamma, noncentral_t_cdf, trigamma};
pub use effect_size::{cohen_d_paired, probability_of_superiority};
pub use estimate::identical;
pub use interval::Interval;
pub use mcnemar::{discordant, mcnemar_p};
pub use mixed::RandomIntercept;
pub use moderated::{Family, ModeratedT, Prior, fit_prior, moderate};
pub use moments::{mean, median, quantile, rounded, sd};
pub use multiplicity::{benjamini_hochberg, holm};
pub use paired::PairedT;
pub use pooled::{CommonVariance, Pooled, PooledT, contrast, pool};
pub use power::{detectable_ncp, smallest_detectable};
pub use race::{Race, raced};
pub use sign_flip::{SIGN_FLIP_MAX, sign_flip_p};
pub use signed_rank::signed_rank_p;
pub use two_way::two_way_interval;
pub use welch::Welch;
