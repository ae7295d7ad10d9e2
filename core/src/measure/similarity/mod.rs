//! Measures that compare two tasks, or two models on the same inputs. One measure per file.

pub mod fisher_cosine;
pub mod frechet_distance;
pub mod gradient_cosine;
pub mod label_centroid_similarity;
pub mod linear_cka;
pub mod mmd;
pub mod notebook_inverse_cosine;
pub mod notebook_jensen_shannon;
pub mod otdd;
pub mod pooler_cosine;
#[cfg(test)]
mod properties;
pub mod proxy_a_distance;
pub mod rsa;
pub mod task2vec;
pub mod text_embedding_cosine;
pub mod token_hellinger;
pub mod token_jensen_shannon;
pub mod token_symmetric_kl;
pub mod unbiased_cka;
pub mod vocabulary_overlap;
pub mod weight_difference_cosine;

mod distribution;
mod gaussian;
mod transport;
mod vector;
