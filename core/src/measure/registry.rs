//! Every measure there is, one line each, in the order of tables.

use super::{Formula, MeasureInfo};

/// Two lists in one order. The formulae stand apart from the descriptions, so that who reads only descriptions does not
/// link the formulae.
macro_rules! measures {
    ($($family:ident::$measure:ident,)*) => {
        const INFOS: &[&MeasureInfo] = &[$(&crate::$family::$measure::INFO),*];
        const FORMULAE: &[Formula] = &[$(crate::$family::$measure::FORMULA),*];
    };
}

measures! {
    similarity::text_embedding_cosine,
    similarity::pooler_cosine,
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
