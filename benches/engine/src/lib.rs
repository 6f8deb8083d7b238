//! What the benchmarks share.
//!
//! - [`corpus`]: clean traffic, 16 MiB of each kind; [`hostile`]: inputs built to hurt.
//! - [`baseline`]: the same rules as an Aho-Corasick automaton and as a `RegexSet`.
//! - [`pump`]: an input through the engine, in chunks.
//! - `benches/engine.rs` measures natively, `v8` (wasm only) is what Node calls, and `src/bin/` holds the
//!   upstream and the body maker of the benchmark through a proxy.

#[cfg(not(target_arch = "wasm32"))]
pub mod baseline;
pub mod corpus;
pub mod hostile;
pub mod pump;
#[cfg(target_arch = "wasm32")]
pub mod v8;
