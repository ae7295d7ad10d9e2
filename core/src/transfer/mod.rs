//! Gains between tasks.
