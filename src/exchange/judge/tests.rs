//! Actions, allow lists and replacements, as an exchange carries them out.

use std::rc::Rc;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{
    config::Config,
    exchange::{Event, Exchange},
    fingerprint::Fingerprinter,
    http::Headers,
    policy::{Direction, Role},
    record::Record,
    rule::{self, example},
};

const DIRECTION: Direction = Direction::Response;

fn key() -> Rc<Fingerprinter> {
    Rc::new(Fingerprinter::new(b"a key of the tests").unwrap())
}

fn token(id: &str) -> String {
    let rule = rule::find(id).unwrap();
    let template = example::of(rule).unwrap().found[0];
    let example = example::expand(template, rule, 1).unwrap();
    String::from_utf8(example.secret().to_vec()).unwrap()
}

struct Answer {
    header: Vec<u8>,
    body: Vec<u8>,
    records: Vec<Record>,
}

/// What becomes of a response with this value of a header and this body.
fn answer(json: &str, key: Option<Rc<Fingerprinter>>, header: &str, body: &str) -> Answer {
    let config = Config::parse_with(json.as_bytes(), key).unwrap();
    let mut exchange = Exchange::new(Rc::new(config), Role::Inbound);
    let pairs = [(&b":status"[..], &b"200"[..]), (b"x-debug", header.as_bytes())];
    let headers: Headers = pairs.into_iter().collect();
    let step = exchange.on(Event::Headers {
        direction: DIRECTION,
        headers: &headers,
        end_of_stream: false,
    });
    let edit = step.headers.into_iter().next().map(|edit| edit.values[0].clone());
    let bytes = body.as_bytes();
    let step = exchange.on(Event::Body { direction: DIRECTION, bytes, end_of_stream: true });
    Answer {
        header: edit.unwrap_or_else(|| header.as_bytes().to_vec()),
        body: step.body.unwrap_or_else(|| bytes.to_vec()),
        records: exchange.take_records(),
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_hash_is_the_same_wherever_the_secret_stands() {
    let secret = token("github.pat");
    let hash = format!("[REDACTED:github.pat:{}]**", key().of(secret.as_bytes()));
    let found = answer(r#"{"responses": "hash"}"#, Some(key()), &format!("a {secret}!"), &secret);
    assert_eq!(text(&found.header), format!("a {hash}!"));
    assert_eq!(text(&found.body), hash);
    let shown = format!(" action=hash offset=2 fingerprint={}", key().of(secret.as_bytes()));
    assert!(found.records[0].to_string().ends_with(&shown), "{}", found.records[0]);
}

#[test]
fn a_hash_without_a_key_is_a_label() {
    let secret = token("github.pat");
    let found = answer(r#"{"responses": "hash"}"#, None, "", &secret);
    assert_eq!(text(&found.body), format!("[REDACTED:github.pat]{}", "*".repeat(19)));
    assert!(found.records[0].to_string().ends_with("action=hash offset=0"));
}

#[test]
fn an_open_ended_finding_is_hashed_to_its_label() {
    let secret = token("jwt.token");
    let found = answer(r#"{"responses": "hash"}"#, Some(key()), "", &secret);
    assert!(text(&found.body).starts_with("[REDACTED:jwt.token]***"));
    assert!(!found.records[0].to_string().contains("fingerprint"));
}

#[test]
fn a_template_is_for_headers_and_a_body_keeps_its_length() {
    let json = r#"{"responses": "redact", "replacement": {"template": "<{rule}>"}}"#;
    let json = json.replace('<', "[").replace('>', "]");
    let (pat, jwt) = (token("github.pat"), token("jwt.token"));
    let found = answer(&json, None, &format!("a={pat} b={jwt}, c={pat}; d"), &pat);
    assert_eq!(text(&found.header), "a=[github.pat] b=[jwt.token], c=[github.pat]; d");
    assert_eq!(text(&found.body), format!("[REDACTED:github.pat]{}", "*".repeat(19)));
    let found = answer(&json, None, &pat, "");
    assert_eq!(text(&found.header), "[github.pat]");
    // What stands in a URL's user info is never more than filled up.
    let found = answer(&json, None, "redis://:correct-horse@cache", "");
    assert_eq!(text(&found.header), "redis://:*************@cache");
}

#[test]
fn a_template_in_the_path_is_valid_in_a_url() {
    let json = r#"{"requests": "redact", "replacement": {"template": "[{rule}]"}}"#;
    let config = Config::parse(json.as_bytes()).unwrap();
    let mut exchange = Exchange::new(Rc::new(config), Role::Inbound);
    let path = format!("/x?a={}&b=1", token("github.pat"));
    let pairs = [(&b":method"[..], &b"GET"[..]), (b":path", path.as_bytes())];
    let headers: Headers = pairs.into_iter().collect();
    let direction = Direction::Request;
    let step = exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: true });
    assert_eq!(text(&step.headers[0].values[0]), "/x?a=*github.pat*&b=1");
}

#[test]
fn what_is_allowed_passes_and_is_counted() {
    let secret = token("github.pat");
    let by_fingerprint = format!(r#"{{"fingerprints": ["{}"]}}"#, key().of(secret.as_bytes()));
    for allow in [r#"{"rules": ["github.*"]}"#, r#"{"patterns": ["^ghp_"]}"#, &by_fingerprint] {
        let json = format!(r#"{{"responses": "block", "allow": {allow}}}"#);
        let found = answer(&json, Some(key()), "", &secret);
        assert_eq!(text(&found.body), secret);
        let allowed = Record::Allowed { rule: "github.pat", direction: DIRECTION };
        assert_eq!(found.records, [allowed], "{allow}");
    }
    let json =
        r#"{"responses": "redact", "allow": {"rules": ["gitlab.*"], "patterns": ["^glpat"]}}"#;
    assert!(text(&answer(json, Some(key()), "", &secret).body).starts_with("[REDACTED"));
}

#[test]
fn what_is_off_is_nothing() {
    let secret = token("github.pat");
    let json = r#"{"responses": "redact", "rules_off": ["github.pat"]}"#;
    let found = answer(json, None, "", &secret);
    assert_eq!((text(&found.body), found.records.len()), (secret.as_str(), 0));
}
