//! Finds credentials in bytes and streams, and rewrites them.

mod finding;
pub mod mask;
pub mod rule;
mod scan;
pub mod stream;

pub use finding::Finding;
