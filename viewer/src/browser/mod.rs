//! What only a browser can do: read files and addresses, save files, move the focus.

pub mod download;
pub mod focus;
pub mod load;
