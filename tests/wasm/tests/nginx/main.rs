//! NGINX with ngx_wasm_module, simulated: the host behaves as it was measured, and the filter keeps its promises there.
//!
//! Each quirk has a test of the host (`quirks.rs`), and one of the guard that answers it (`guards.rs`), which fails without
//! it; `closed.rs` goes through every path by which a secret could get out, `laws.rs` through every cut.

mod closed;
mod guards;
mod laws;
mod quirks;

use hushgate::rule::{self, example};
use hushgate_test_wasm::{Host, Message, Profile, built};

/// The redacting module, with these fields of its configuration beside the host.
fn nginx(fields: &str) -> Host {
    let comma = if fields.is_empty() { "" } else { ", " };
    let host = Host::load(built("hushgate_redact"), Profile::nginx()).unwrap();
    host.configure(format!(r#"{{"host": "nginx"{comma}{fields}}}"#)).unwrap()
}

/// A made-up token that is found.
fn secret() -> Vec<u8> {
    example::expand("ghp_{alnum:36}", rule::find("github.pat").unwrap(), 7).unwrap().text
}

/// A text with the token in it.
fn with_secret(before: &str, after: &str) -> Vec<u8> {
    [before.as_bytes(), &secret(), after.as_bytes()].concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn get() -> Message {
    Message::get("/")
}

fn assert_well(host: &Host) {
    assert_eq!(host.faults(), Vec::<String>::new());
    assert_eq!(host.crashes(), 0);
}
