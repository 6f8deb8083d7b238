//! A simulated proxy-wasm host for tests.
//!
//! It loads a built `.wasm` module, hands it headers, bodies and trailers in the way a proxy does,
//! and keeps what would have reached the upstream and the client. It needs no network, no clock and
//! no other process, so a test can walk through every way of cutting a body in a moment.
//!
//! ```no_run
//! use hushgate_test_wasm::{Host, Profile, built};
//!
//! let host = Host::load(built("hushgate_redact"), Profile::envoy()).unwrap();
//! let host = host.configure(r#"{"responses":"redact"}"#).unwrap();
//! let stream = host.stream();
//! stream.request_headers([(":method", "GET"), (":path", "/"), (":authority", "a.test")], true);
//! stream.response_headers([(":status", "200")], false);
//! stream.response_body(b"first half, ", false);
//! stream.response_body(b"second half", true);
//! assert_eq!(stream.client_received().body(), b"first half, second half");
//! ```
//!
//! A tour of the files:
//!
//! * [`Host`] (`host.rs`) is one plugin in one worker: its configuration, logs, metrics and clock.
//! * [`Stream`] (`stream.rs`) is one HTTP exchange, event by event; [`Message`] and
//!   [`Host::exchange`] (`exchange.rs`) run a whole one.
//! * `drive.rs` decides what a callback's answer means: what is held, flushed, refused or cut.
//!   `half.rs` is the state of one direction, `buffer.rs` its body.
//! * `hostcalls/` are the calls a module may make, one family a file; `wasi.rs` the few of WASI.
//! * `state.rs` is what those calls see, `world.rs` what outlives a crashed instance.
//! * `vm.rs` instantiates and calls the module, `memory.rs` reads and writes its memory.
//! * [`Profile`] (`profile.rs`) says which proxy is imitated; `nginx.rs` drives as NGINX does.
//!
//! What is *not* imitated: threads (one worker only), flow control, gRPC calls, TCP filters.

mod buffer;
mod drive;
mod exchange;
mod half;
mod host;
mod hostcalls;
mod map;
mod memory;
mod module;
mod nginx;
mod profile;
mod received;
mod reply;
mod state;
mod status;
mod stream;
mod vm;
mod wasi;
mod world;

pub use exchange::{End, Message, Outcome};
pub use host::Host;
pub use map::Headers;
pub use module::{Error, built};
pub use profile::Profile;
pub use received::Received;
pub use reply::LocalReply;
pub use state::Direction;
pub use status::Status;
pub use stream::Stream;
pub use world::{HttpCall, Level, LogLine};
