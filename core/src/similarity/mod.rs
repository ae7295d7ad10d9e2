//! Measures that compare two tasks, or two models on the same inputs. One measure per file.

pub mod pooler_cosine;
pub mod text_embedding_cosine;

mod vector;
