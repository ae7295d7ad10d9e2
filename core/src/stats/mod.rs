//! Statistics of small samples: what verdicts, intervals and correlations are made of.

mod bootstrap;
mod distribution;
mod effect_size;
mod estimate;
mod mcnemar;
mod moderated;
mod moments;
mod multiplicity;
mod paired;
mod power;
mod sign_flip;
#[cfg(test)]
mod tests;
mod welch;

pub use bootstrap::{
    Arms, BootstrapInterval, PopulationError, Resampling, Score, SeedOutcomes, bootstrap_mean, paired_bootstrap,
    population, probability_of_improvement,
};
pub use distribution::{StudentT, digamma, inverse_trigamma, noncentral_t_cdf, trigamma};
pub use effect_size::{
    cohen_d_paired, hedges_g_independent, probability_of_superiority, probability_of_superiority_paired,
};
pub use estimate::identical;
pub use mcnemar::{discordant, mcnemar_p};
pub use moderated::{Family, ModeratedT, Prior, fit_prior, moderate};
pub use moments::{mean, sd};
pub use multiplicity::{benjamini_hochberg, bonferroni, holm};
pub use paired::PairedT;
pub use power::{detectable_ncp, independent_d, paired_d, smallest_detectable, two_sided_power};
pub use sign_flip::{SIGN_FLIP_MAX, sign_flip_p};
pub use welch::Welch;
