//! Policies in the built module: facts are the host's, and only those that a policy asks for are read.

use hushgate_test_wasm::{Host, Message};

use super::{assert_well, host, lines, text};

const FACTS: &str = r#"{"responses": "redact", "trust_source_address": true, "policies": [
    {"name": "cluster", "match": {"clusters": ["internal"]}, "responses": "off"},
    {"name": "route", "match": {"routes": ["admin"]}, "responses": "mask"},
    {"name": "agent", "match": {"uri_sans": ["spiffe://prod/agent"]}, "responses": "report"},
    {"name": "near", "match": {"sources": ["10.0.0.0/8"]}, "responses": "mask"}]}"#;

/// What a client gets of a body, from a host that knows these properties.
fn with(properties: &[(&[&str], &str)], body: &[u8]) -> (Host, String) {
    let host = host(FACTS);
    for (path, value) in properties {
        host.set_property(path, value.as_bytes());
    }
    let outcome = host.exchange(&Message::get("/"), &Message::status(200).body(body));
    assert_well(&host);
    (host, String::from_utf8(outcome.client.body()).unwrap())
}

#[test]
fn facts_are_the_hosts() {
    let body = text("{jwt} ghp_{alnum:30}{check}", 5);
    let whole = String::from_utf8(body.clone()).unwrap();
    let secret = whole.rsplit(' ').next().unwrap().to_owned();
    let end = |properties: &[(&[&str], &str)]| {
        let (_, out) = with(properties, &body);
        out.rsplit(' ').next().unwrap().to_owned()
    };
    assert!(end(&[]).starts_with("[REDACTED:github.pat]"));
    assert_eq!(end(&[(&["xds", "cluster_name"], "internal")]), secret);
    assert!(end(&[(&["xds", "cluster_name"], "internal2")]).starts_with("[REDACTED"));
    assert!(end(&[(&["xds", "route_name"], "admin")]).starts_with("ghp_****"));
    let sans = "spiffe://prod/other,spiffe://prod/agent";
    assert_eq!(end(&[(&["connection", "uri_san_peer_certificate"], sans)]), secret);
    let both: &[(&[&str], &str)] =
        &[(&["xds", "route_name"], "admin"), (&["xds", "cluster_name"], "internal")];
    assert_eq!(end(both), secret, "the first wins");
    assert!(end(&[(&["source", "address"], "10.1.2.3:5")]).starts_with("ghp_****"));
    assert!(end(&[(&["source", "address"], "11.1.2.3:5")]).starts_with("[REDACTED:github.pat]"));
}

#[test]
fn records_and_counters_name_the_policy() {
    let body = text("ghp_{alnum:36}", 6);
    let (host, _) = with(&[(&["xds", "route_name"], "admin")], &body);
    let lines = lines(&host);
    assert!(lines.iter().any(|line| line.ends_with(" policy=route")), "{lines:?}");
    assert_eq!(host.metric("hushgate.policies.request.route"), 1);
    assert_eq!(host.metric("hushgate.policies.response.route"), 1);
}

/// An upgrade is refused before anything goes on.
#[test]
fn upgrades_are_refused_by_policy() {
    let host = host(r#"{"upgrades": {"websocket": "block"}}"#);
    let request =
        Message::get("/ws").header("connection", "upgrade").header("upgrade", "websocket");
    let outcome = host.exchange(&request, &Message::status(101));
    assert_well(&host);
    assert_eq!(outcome.local_reply.map(|reply| reply.status), Some(403));
    assert!(outcome.upstream.headers.is_none(), "nothing has gone on");
}
