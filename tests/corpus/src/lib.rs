//! One set of cases for every runner: HTTP exchanges, and what must come out of them.
//!
//! The cases are data, in `cases/<theme>.toml`; `README.md` describes the format. A runner is a
//! [`Proxy`]: something that sends an [`Exchange`] through the filter and tells what came out.
//! [`check_theme`] gives it every case of a theme in every way of cutting and ending its messages,
//! and compares.
//!
//! * `case.rs` is a case once it is read; `file.rs` reads it.
//! * `text.rs` expands the templates in a case's texts, `secret.rs` what is planted by them.
//! * `run.rs` says in which ways an exchange is sent, `check.rs` what must hold then.
//!
//! Beside the cases, [`traps`] makes clean documents in which nothing must be found.

mod case;
mod check;
mod file;
mod run;
mod secret;
mod text;
pub mod traps;

pub use case::{Case, InNginx, Listener, Message, Pairs, Refused, Seen};
pub use check::{Outcome, Proxy, Received, check, check_theme};
pub use file::{load, themes};
pub use run::{Cutting, Exchange, Part};
pub use secret::Planted;
