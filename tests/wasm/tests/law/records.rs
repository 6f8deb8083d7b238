//! What the module tells, in the host's forms: JSON lines, metrics, filter state.

use hushgate_test_wasm::Message;
use serde_json::Value;

use crate::{assert_well, host, lines, respond, text};

/// The records of a module's log.
fn records(json: &str, body: &[u8]) -> Vec<Value> {
    let host = host(json);
    host.set_property(&["connection", "id"], 17u64.to_le_bytes());
    respond(&host, body, [7]);
    assert_well(&host);
    lines(&host).iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_json_record_has_time_and_connection() {
    let found = records(r#"{"log_format": "json"}"#, &text("a {jwt} b", 1));
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["event"], &found[0]["rule"]), (&"finding".into(), &"jwt.token".into()));
    assert_eq!(found[0]["connection"], 17);
    assert!(found[0]["time_ms"].is_u64());
    assert_eq!((&found[0]["offset"], &found[0]["dry_run"]), (&2.into(), &false.into()));
}

#[test]
fn a_dry_run_is_told_in_every_form() {
    let body = text("a {jwt} b", 1);
    let json = r#"{"log_format": "json", "dry_run": true, "responses": "block"}"#;
    let told = records(json, &body);
    let events: Vec<_> = told.iter().map(|it| (&it["event"], &it["dry_run"])).collect();
    let [finding, refused, yes]: [Value; 3] = ["finding".into(), "refused".into(), true.into()];
    assert_eq!(events, [(&finding, &yes), (&refused, &yes)]);
    let host = host(r#"{"dry_run": true}"#);
    assert_eq!(respond(&host, &body, []), body);
    assert!(lines(&host)[0].ends_with(" dry_run=true"));
    assert_eq!(host.metric("hushgate.dry_run.findings.response.redact.jwt.token"), 1);
}

#[test]
fn bytes_are_counted_when_the_stream_ends() {
    let host = host("{}");
    let body = text("{lower:40} and {lower:9}", 1);
    respond(&host, &body, [10, 20]);
    respond(&host, &body, []);
    assert_eq!(host.metric("hushgate.scanned_bytes.response"), 2 * body.len() as u64);
    assert!(!host.metrics().contains_key("hushgate.scanned_bytes.request"), "there was none");
    let stream = host.stream();
    stream.request_headers([(":method", "GET"), (":path", "/"), (":authority", "a.test")], true);
    stream.response_headers([(":status", "200"), ("content-type", "text/plain")], false);
    stream.response_body("ghp_abc", false);
    // The client goes away while something waits.
    drop(stream);
    assert_eq!(host.metric("hushgate.scanned_bytes.response"), 2 * body.len() as u64 + 7);
    assert_eq!(host.metric("hushgate.held_bytes.response"), 7);
    assert_well(&host);
}

/// What an access log can print: nothing unless it is asked for.
#[test]
fn filter_state_is_left_if_asked_for() {
    let body = text("a {jwt} b", 1);
    let state = |json: &str| {
        let host = host(json);
        let stream = host.stream();
        let path = "/files/17?secret=not-to-be-shown";
        stream.request_headers([(":method", "GET"), (":path", path), (":authority", "a")], true);
        stream.response_headers([(":status", "200"), ("content-type", "text/plain")], false);
        stream.response_body(&body, true);
        let property = |name: &str| {
            stream.property(&[name]).map(|value| String::from_utf8(value).expect("text"))
        };
        (property("hushgate_path"), property("hushgate_findings"))
    };
    assert_eq!(state("{}"), (None, None));
    let left = state(r#"{"filter_state": true}"#);
    let wanted = ("/files/17".to_owned(), "jwt.token:redact".to_owned());
    assert_eq!(left, (Some(wanted.0), Some(wanted.1)));
}

/// A message that is not scanned is not measured.
#[test]
fn what_passes_unscanned_has_no_volume() {
    let host = host("{}");
    let response = Message::status(200).header("content-type", "image/png").body(b"png");
    host.exchange(&Message::get("/"), &response);
    assert_eq!(host.metric("hushgate.unscanned.response.media"), 1);
    assert!(!host.metrics().contains_key("hushgate.scanned_bytes.response"));
}
