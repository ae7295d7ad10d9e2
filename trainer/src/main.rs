//! The binary `transfermap`.
fn main() {}
