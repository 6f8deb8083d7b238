//! The laws in wasm: what holds of the engine holds of the built module, in a simulated Envoy.
//!
//! The native engine, given the same bytes in one piece, says what is expected; its own tests say
//! that it is right.

mod codings;
mod cuts;
mod held;
mod native;
mod plugin;
mod policies;
mod records;
mod rules;
mod traffic;

use hushgate::rule::{self, Rule, example};
use hushgate_test_wasm::{Host, Message, Profile, built};

use native::Said;

/// Every finding is rewritten, and every record logged.
const REDACT: &str = r#"{"profile": "strict", "log_records_per_second_max": 10000,
    "requests": {"certain": "redact", "likely": "redact", "possible": "redact"},
    "responses": {"certain": "redact", "likely": "redact", "possible": "redact"}}"#;

fn host(config: &str) -> Host {
    let host = Host::load(built("hushgate_redact"), Profile::envoy_holding_headers()).unwrap();
    host.configure(config).unwrap()
}

fn expand(rule: &Rule, template: &str, seed: u64) -> Vec<u8> {
    example::expand(template, rule, seed).unwrap().text
}

/// A text of templates, with no rule's check in it.
fn text(template: &str, seed: u64) -> Vec<u8> {
    expand(rule::find("github.pat").unwrap(), template, seed)
}

/// What a client receives of a response with this body, cut at these places.
fn respond(host: &Host, body: &[u8], cuts: impl IntoIterator<Item = usize>) -> Vec<u8> {
    let response = Message::status(200).body(body).cut(cuts);
    let outcome = host.exchange(&Message::get("/"), &response);
    assert!(outcome.client.complete, "the response did not end");
    outcome.client.body()
}

/// The lines that records have written.
fn lines(host: &Host) -> Vec<String> {
    host.logs().into_iter().map(|line| line.text).collect()
}

/// No call failed, and nothing crashed.
fn assert_well(host: &Host) {
    assert_eq!(host.faults(), Vec::<String>::new());
    assert_eq!(host.crashes(), 0);
}

/// What the native engine makes of a response's body.
fn expected(config: &str, body: &[u8]) -> Said {
    native::respond(config, body, &[])
}
