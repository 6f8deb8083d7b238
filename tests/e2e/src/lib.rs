//! The harness for tests against a real Envoy.
//!
//! A test has three parties, all in this process except Envoy itself:
//!
//! - [`Upstream`] (HTTP/1.1) or [`h2::Upstream`]: answers as the test says, byte by byte, and keeps
//!   what it received;
//! - [`Envoy`]: the pinned binary, running `envoy/redact.yaml` with free ports put in ([`Config`]);
//! - [`Client`] (HTTP/1.1), [`h2::Client`], or the real [`curl`](curl::run).
//!
//! A request names its answer in an `x-case` header, so tests that run at the same time share one
//! Envoy. [`secrets`] plants credentials that are built when the test runs, and [`sweep`] checks
//! that none of them shows up in what Envoy prints.

pub mod certificates;
mod child;
pub mod client;
pub mod coding;
mod config;
pub mod curl;
pub mod delivery;
mod envoy;
pub mod h2;
mod head;
pub mod module;
pub mod pace;
mod pry;
pub mod relay;
mod rig;
pub mod secrets;
pub mod stream;
pub mod sweep;
pub mod upstream;
pub mod vault;
pub mod vaulted;
pub mod version;
mod wire;

pub use client::{Client, Response, request_head};
pub use config::{Config, SHIPPED_PLUGIN, root};
pub use envoy::{Envoy, Refusal};
pub use head::Head;
pub use pry::shared;
pub use rig::Rig;
pub use upstream::{Request, Upstream};
pub use wire::{Wire, chunk};

use std::time::Duration;

/// How long anything may take before a test gives up. A safety net for a hung test, far above what
/// the slowest machine needs; no test measures time against it.
pub const PATIENCE: Duration = Duration::from_secs(120);
