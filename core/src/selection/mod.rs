//! How good a predictor is at choosing source tasks, and what it recommends.
