//! The one crate that talks to the proxy.
//!
//! - [`abi`]: hostcalls, each with its status as a `Result`; nothing here panics on what a proxy answers.
//! - `raw`: how hostcalls are declared.
//! - [`pairs`]: the ABI's form of a header map.
//! - `facts`: what the proxy knows of a request.
//! - `key`: the key of fingerprints.
//! - [`plugin`]: the root context, which holds the configuration.
//! - [`message`]: a message in the proxy, by its direction.
//! - `outlet`: how a message goes on, and how it is stopped, in each proxy.
//! - [`stream`]: the context of one HTTP exchange: a callback is read, given to the engine, and its step applied.
//! - [`telemetry`]: counters and log lines; `state`: what a stream leaves for the access log.
//! - [`inject`]: a plugin that injects, with [`calls`], the hostcalls that only it makes.

pub mod abi;
pub mod calls;
mod facts;
pub mod inject;
mod key;
pub mod message;
mod outlet;
pub mod pairs;
pub mod plugin;
mod raw;
mod state;
pub mod stream;
pub mod telemetry;
