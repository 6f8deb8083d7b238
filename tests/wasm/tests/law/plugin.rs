//! The plugin as a whole: what it refuses to start with, and what it keeps.

use std::time::Duration;

use hushgate::fingerprint::Fingerprinter;
use hushgate_test_wasm::{Error, Host, Level, LogLine, Message, Profile, built};

use super::{assert_well, host, respond, text};

/// What stands in a wrong configuration's values, and must not be shown.
const PLANTED: &str = "hunter2-hunter2";

fn refusal(config: &str) -> Vec<LogLine> {
    let host = Host::load(built("hushgate_redact"), Profile::envoy()).unwrap();
    match host.configure(config) {
        Err(Error::Refused(lines)) => lines,
        Err(other) => panic!("{config}: {other}"),
        Ok(_) => panic!("{config} is accepted"),
    }
}

#[test]
fn bad_configurations_are_refused_by_name() {
    let cases = [
        ("{", "no valid JSON"),
        ("[]", "want a JSON object"),
        (r#""hunter2-hunter2""#, "want a JSON object"),
        (r#"{"responses": "hunter2-hunter2""#, "no valid JSON"),
        (r#"{"respnses": "redact"}"#, "field \"respnses\""),
        (r#"{"responses": "hunter2-hunter2"}"#, "field \"responses\""),
        (r#"{"responses": ["hunter2-hunter2"]}"#, "field \"responses\""),
        (r#"{"responses": {"certain": "hunter2-hunter2"}}"#, "field \"responses.certain\""),
        (r#"{"responses": {"sure": "hunter2-hunter2"}}"#, "field \"responses.sure\""),
        (r#"{"requests": null}"#, "field \"requests\""),
        (r#"{"role": 7}"#, "field \"role\""),
        (r#"{"coded_bodies": "hunter2-hunter2"}"#, "field \"coded_bodies\""),
        (r#"{"ranges": true}"#, "field \"ranges\""),
        (r#"{"signed_messages": "redact"}"#, "field \"signed_messages\""),
        (r#"{"tail_bytes_max": "hunter2-hunter2"}"#, "field \"tail_bytes_max\""),
        (r#"{"tail_bytes_max": 63}"#, "field \"tail_bytes_max\""),
        (r#"{"open_bytes_max": 1e9}"#, "field \"open_bytes_max\""),
        (r#"{"held_bytes_max": -1}"#, "field \"held_bytes_max\""),
        (r#"{"upgrades": "hunter2-hunter2"}"#, "field \"upgrades\""),
        (r#"{"actions": [{"action": "hunter2-hunter2"}]}"#, "field \"actions[0].action\""),
        (r#"{"policies": [{"name": "hunter2-hunter2 "}]}"#, "field \"policies[0].match\""),
        (
            r#"{"policies": [{"name": "a", "match": {"hosts": ["hunter2-hunter2/"]}}]}"#,
            "field \"policies[0].match.hosts[0]\"",
        ),
        (r#"{"log_records_per_second_max": 0.5}"#, "field \"log_records_per_second_max\""),
    ];
    for (config, reason) in cases {
        let lines = refusal(config);
        let errors: Vec<_> = lines.iter().filter(|line| line.level >= Level::Error).collect();
        assert_eq!(errors.len(), 1, "{config}: {lines:?}");
        assert!(errors[0].text.contains(reason), "{config}: {:?}", errors[0].text);
        assert!(lines.iter().all(|line| !line.text.contains(PLANTED)), "{config} shows a value");
    }
}

#[test]
fn good_configurations_start_quietly() {
    for config in ["", "{}", r#"{"requests": "redact", "responses": {"certain": "mask"}}"#] {
        let host = host(config);
        assert!(host.logs().is_empty(), "{config}: {:?}", host.logs());
        assert_well(&host);
    }
}

/// With a key from the environment `hash` writes fingerprints: the same for the same secret, and those of the records.
#[test]
fn the_environment_has_the_key_of_fingerprints() {
    let load = |key: &str| {
        let host = Host::load(built("hushgate_redact"), Profile::envoy()).unwrap();
        host.set_environment("HUSHGATE_FINGERPRINT_KEY", key);
        host.configure(r#"{"responses": "hash"}"#)
    };
    let body = text("a {jwt} b ghp_{alnum:36} c", 2);
    let host = load("planted-planted-").unwrap();
    let token = &body[body.len() - 42..body.len() - 2];
    let key = Fingerprinter::new(b"planted-planted-").unwrap();
    let label = format!("[REDACTED:github.pat:{}]", key.of(token));
    let out = String::from_utf8(respond(&host, &body, [])).unwrap();
    let lines: Vec<_> = host.logs().into_iter().map(|line| line.text).collect();
    let shown = format!("fingerprint={}", key.of(token));
    assert!(lines.iter().any(|line| line.ends_with(&shown)), "{lines:?}");
    assert!(out.contains(&label), "{out}");
    assert!(load("").unwrap().logs().is_empty(), "no key is no error");
    match load("planted-planted") {
        Err(Error::Refused(lines)) => {
            assert!(lines.iter().any(|line| line.text.contains("want at least 16 bytes")));
            assert!(lines.iter().all(|line| !line.text.contains("planted")), "the key is shown");
        }
        _ => panic!("a key of 15 bytes is accepted"),
    }
}

/// Counters are exact where log lines are limited, and what was not logged is told.
#[test]
fn records_are_limited_and_counters_are_not() {
    let host = host(r#"{"log_records_per_second_max": 3}"#);
    let body = text("{jwt} {jwt} {jwt} {jwt} {jwt}", 1);
    for _ in 0..4 {
        respond(&host, &body, []);
    }
    host.advance(Duration::from_secs(1));
    respond(&host, &body, []);
    assert_eq!(host.metric("hushgate.findings.response.redact.jwt.token"), 25);
    assert_eq!(host.metric("hushgate.log.suppressed"), 19);
    let logs = host.logs();
    assert_eq!(logs.iter().filter(|line| line.text.contains("rule=jwt.token")).count(), 6);
    assert_eq!(logs[3].text, "hushgate suppressed records=17");
}

/// 200 bodies of 1 MiB, one after the other: after a few the module asks for no more memory.
#[test]
fn memory_does_not_grow() {
    let host = host("{}");
    let line = text("{lower:40} {jwt} {lower:7}\n", 1);
    let body = line.iter().copied().cycle().take(1 << 20).collect::<Vec<_>>();
    let response = Message::status(200).body(&body).cut((1..64).map(|piece| piece << 14));
    let send = |count: usize| {
        for _ in 0..count {
            let outcome = host.exchange(&Message::get("/"), &response);
            assert_eq!(outcome.client.body().len(), body.len());
        }
        host.memory_bytes()
    };
    let warm = send(20);
    assert_eq!(send(180), warm);
    assert!(warm < 8 << 20, "{warm} bytes");
    assert_well(&host);
}
