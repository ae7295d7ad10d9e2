//! Runs a whole study: the store, claims, workers, resume.
