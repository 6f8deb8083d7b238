//! Finds credentials in bytes, headers and streams, and rewrites them.
//!
//! This is the engine of the hushgate proxy filter. It does no I/O and knows no proxy: bytes and events go in; bytes,
//! decisions and findings come out.
//!
//! # A stream
//! [`stream::Redactor`] takes chunks of any size and sends what is decided to a [`stream::Sink`]. What is found does
//! not depend on how the stream was cut, and the result has as many bytes as came in.
//!
//! ```
//! use hushgate::{Finding, mask::Style, stream::{Limits, Redactor, Sink, Verdict}};
//!
//! #[derive(Default)]
//! struct Redacted(Vec<u8>);
//!
//! impl Sink for Redacted {
//!     fn found(&mut self, finding: &Finding<'_>) -> Verdict {
//!         println!("{} at {}", finding.rule.id, finding.offset);
//!         Verdict::Replace(Style::Label)
//!     }
//!     fn pass(&mut self, bytes: &[u8]) {
//!         self.0.extend_from_slice(bytes);
//!     }
//!     fn replace(&mut self, bytes: &[u8]) {
//!         self.0.extend_from_slice(bytes);
//!     }
//! }
//!
//! let mut out = Redacted::default();
//! let mut redactor = Redactor::new(Limits::default());
//! redactor.write(b"redis://:correct-horse-", &mut out);
//! redactor.write(b"battery@cache:6379", &mut out);
//! redactor.finish(&mut out);
//! assert_eq!(out.0, b"redis://:*********************@cache:6379");
//! ```
//!
//! # An exchange
//! [`exchange::Exchange`] is one HTTP exchange as a state machine. A proxy's filter tells it what came and does what
//! it says.
//!
//! ```
//! use std::rc::Rc;
//! use hushgate::{config::Config, exchange::{Event, Exchange, Flow}, http::Headers};
//! use hushgate::policy::{Direction, Role};
//!
//! let config = Config::parse(br#"{"responses": "redact"}"#)?;
//! let mut exchange = Exchange::new(Rc::new(config), Role::Inbound);
//!
//! let direction = Direction::Response;
//! let headers: Headers = [(&b":status"[..], &b"200"[..])].into_iter().collect();
//! exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
//!
//! let bytes = b"mysql://app:hunter2-hunter2@db/orders";
//! let step = exchange.on(Event::Body { direction, bytes, end_of_stream: true });
//! assert_eq!(step.flow, Flow::Continue);
//! assert_eq!(step.body.as_deref(), Some(&b"mysql://app:***************@db/orders"[..]));
//! # Ok::<(), hushgate::config::ConfigError>(())
//! ```
//!
//! # A rule
//! Rules are data, and say what is known of a credential.
//!
//! ```
//! use hushgate::rule::{self, Exposure};
//!
//! let rule = rule::find("github.pat").ok_or("no such rule")?;
//! assert_eq!((rule.provider, rule.exposure), ("GitHub", Exposure::Secret));
//! assert!(rule.is_home(b"api.github.com"));
//! # Ok::<(), &str>(())
//! ```

pub mod allow;
mod carrier;
mod coding;
pub mod config;
mod content;
pub mod custom;
#[cfg(test)]
mod drive;
pub mod exchange;
pub mod finders;
mod finding;
pub mod fingerprint;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
pub mod inject;
pub mod known;
pub mod mask;
mod pattern;
pub mod policy;
mod prefix;
pub mod record;
pub mod rule;
mod scan;
pub mod secret;
pub mod store;
pub mod stream;

mod view;

pub use coding::Bounds;
pub use content::Unscanned;
pub use finding::Finding;
