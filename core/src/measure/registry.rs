//! Every measure there is, one line each, in the order of tables.

use super::{Formula, MeasureInfo};

/// Two lists in one order. The formulae stand apart from the descriptions, so that who reads only descriptions does not
/// link the formulae.
macro_rules! measures {
    ($($family:ident::$measure:ident,)*) => {
        const INFOS: &[&MeasureInfo] = &[$(&super::$family::$measure::INFO),*];
        const FORMULAE: &[Formula] = &[$(super::$family::$measure::FORMULA),*];
    };
}

measures! {
    similarity::text_embedding_cosine,
    similarity::pooler_cosine,
    similarity::mmd,
    similarity::frechet_distance,
    similarity::proxy_a_distance,
    similarity::label_centroid_similarity,
    similarity::otdd,
    similarity::token_jensen_shannon,
    similarity::token_symmetric_kl,
    similarity::token_hellinger,
    similarity::vocabulary_overlap,
    similarity::task2vec,
    similarity::fisher_cosine,
    similarity::gradient_cosine,
    similarity::weight_difference_cosine,
    similarity::linear_cka,
    similarity::unbiased_cka,
    similarity::rsa,
    similarity::notebook_inverse_cosine,
    similarity::notebook_jensen_shannon,
    transferability::logme,
    transferability::leep,
    transferability::nleep,
    transferability::nce,
    transferability::h_score,
    transferability::shrunk_h_score,
    transferability::transrate,
    transferability::gbc,
    transferability::parc,
    transferability::knn,
    transferability::linear_probe,
    transferability::few_step_score,
}

/// Every measure, in the order of tables.
pub fn registry() -> &'static [&'static MeasureInfo] {
    INFOS
}

/// The measure of this name.
pub fn info(name: &str) -> Option<&'static MeasureInfo> {
    INFOS.iter().copied().find(|m| m.name == name)
}

/// How the measure of this name is computed.
pub(super) fn formula(name: &str) -> Option<Formula> {
    INFOS.iter().zip(FORMULAE).find(|(m, _)| m.name == name).map(|(_, formula)| *formula)
}
