//! The one crate that talks to the proxy.
//!
//! - [`abi`]: hostcalls, each with its status as a `Result`; nothing here panics on what a proxy answers.
//! - [`pairs`]: the ABI's form of a header map.
//! - [`plugin`]: the root context, which holds the configuration.
//! - [`stream`]: the context of one HTTP exchange: a callback is read, given to the engine, and its step applied.
//! - [`telemetry`]: counters and log lines.

pub mod abi;
pub mod pairs;
pub mod plugin;
pub mod stream;
pub mod telemetry;
