//! The page's program. Its exports, `start` and `mount`, are the library's; it does nothing by itself.
//!
//! A program and not a `cdylib`: cargo gives a library that is both no name of its own, so that builds with other
//! features wrote over each other.

use transfermap_viewer as _;

fn main() {}
