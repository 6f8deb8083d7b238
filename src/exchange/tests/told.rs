//! What is told without being done, measured, and left for access logs.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// Where a finding may stand, and what may be in the way of rewriting it.
fn traffic() -> Vec<(Vec<(&'static str, String)>, String)> {
    let plain = |more: &[(&'static str, &str)]| {
        let always = [(":status", "200"), ("content-type", "text/plain")];
        always.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    let mut range: Vec<(&str, String)> = plain(&[]);
    range[0].1 = "206".to_owned();
    vec![
        (plain(&[]), format!("a {} b {} c", github(), jwt())),
        (plain(&[("x-debug", &github())]), "nothing".to_owned()),
        (plain(&[("content-encoding", "gzip")]), "what could be anything".to_owned()),
        (plain(&[("content-digest", "sha-256=:x:")]), github()),
        (plain(&[("content-length", "3000")]), format!("{}{}", github(), "x".repeat(2960))),
        (range, github()),
    ]
}

fn sent(json: &str, headers: &[(&str, String)], body: &str) -> (Sent, Rig) {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, it)| (*name, &**it)).collect();
    let mut rig = Rig::new(json, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    // In pieces: what would wait must not.
    let pieces: Vec<&[u8]> = body.as_bytes().chunks(7).collect();
    let sent = rig.send(Direction::Response, &headers, &pieces, &[]);
    (sent, rig)
}

/// The findings and refusals, without whether they were real.
fn told(rig: &Rig) -> Vec<String> {
    let lines = rig.records.iter().map(ToString::to_string);
    lines.map(|line| line.replace(" dry_run=true", "")).collect()
}

#[test]
fn a_dry_run_changes_nothing_and_tells_the_same() {
    for action in ["report", "redact", "mask", "hash", "block"] {
        for (headers, body) in traffic() {
            let real = format!(r#"{{"responses": "{action}"}}"#);
            let dry = format!(r#"{{"responses": "{action}", "dry_run": true}}"#);
            let (before, real) = sent(&real, &headers, &body);
            let (after, dry) = sent(&dry, &headers, &body);
            assert_eq!((after.text(), after.refused, after.pauses), (&*body, None, 0), "{action}");
            let values: Vec<_> = after.headers.iter().map(|(_, value)| value.clone()).collect();
            let came: Vec<_> = headers.iter().map(|(_, it)| it.as_bytes().to_vec()).collect();
            assert_eq!(values, came, "{action}");
            let (real, dry_told) = (told(&real), told(&dry));
            // What follows a refusal is not looked at; a dry run goes on.
            assert!(real.iter().all(|line| dry_told.contains(line)), "{real:?} {dry_told:?}");
            assert!(before.refused.is_some() || real.len() == dry_told.len(), "{dry_told:?}");
        }
    }
}

#[test]
fn a_dry_run_says_that_it_is_one() {
    let (headers, body) = traffic().swap_remove(0);
    let (_, rig) = sent(r#"{"responses": "block", "dry_run": true}"#, &headers, &body);
    let counters: Vec<_> = rig.records.iter().map(Record::counter).collect();
    let found = |rule: &str| format!("dry_run.findings.response.block.{rule}");
    let refused = "dry_run.refused.response.blocked".to_owned();
    assert_eq!(counters, [found("github.pat"), refused, found("jwt.token")]);
    let (_, rig) = sent(r#"{"responses": "report", "dry_run": true}"#, &headers, &body);
    assert_eq!(rig.records[0].counter(), "findings.response.report.github.pat");
}

/// A dry run asks upstreams for nothing that the client did not.
#[test]
fn a_dry_run_leaves_the_request_alone() {
    let headers = [(":method", "GET"), (":path", "/"), ("accept-encoding", "gzip")];
    let policy =
        r#""policies": [{"name": "all", "match": {"paths": ["/"]}, "responses": "block"}]"#;
    let dry = format!(r#"{{"dry_run": true, {policy}}}"#);
    let real = dry.replace("\"block\"", "\"block\", \"dry_run\": false");
    let trial = format!(r#"{{"responses": "report", {policy}}}"#);
    let trial = trial.replace("\"block\"", "\"block\", \"dry_run\": true");
    for (json, asked) in [
        (REDACT, "identity"),
        (r#"{"dry_run": true}"#, "gzip"),
        (&dry, "gzip"),
        (&real, "identity"),
        (&trial, "gzip"),
    ] {
        let mut rig = Rig::new(json, Role::Inbound);
        let sent = rig.send(Direction::Request, &headers, &[], &[]);
        assert_eq!(sent.header("accept-encoding"), asked, "{json}");
    }
}

#[test]
fn a_dry_run_refuses_no_upgrade() {
    let headers =
        [(":method", "GET"), (":path", "/"), ("connection", "upgrade"), ("upgrade", "websocket")];
    for (json, refused) in [
        (r#"{"upgrades": "block"}"#, vec!["refused.request.upgrade"]),
        (r#"{"upgrades": "block", "dry_run": true}"#, vec!["dry_run.refused.request.upgrade"]),
    ] {
        let mut rig = Rig::new(json, Role::Inbound);
        let sent = rig.send(Direction::Request, &headers, &[], &[]);
        assert_eq!(sent.refused.is_some(), !json.contains("dry_run"), "{json}");
        let counters = rig.records.iter().map(Record::counter);
        let told: Vec<_> = counters.filter(|counter| counter.contains("refused")).collect();
        assert_eq!(told, refused, "{json}");
    }
}

#[test]
fn volumes_are_what_was_looked_at_and_what_waited() {
    let (headers, _) = traffic().swap_remove(0);
    let (clean, half) = ("x".repeat(700), format!("{} {}", "x".repeat(693), "ghp_abc"));
    let (_, rig) = sent("{}", &headers, &clean);
    assert_eq!(rig.exchange.volume(Direction::Request), Volume::default());
    let volume = rig.exchange.volume(Direction::Response);
    assert_eq!(volume.scanned_bytes, 700);
    let (_, rig) = sent("{}", &headers, &half);
    let waited = rig.exchange.volume(Direction::Response);
    assert_eq!(waited.scanned_bytes, half.len() as u64);
    assert!(waited.held_bytes > 0, "{waited:?}");
    let (_, rig) = sent(r#"{"responses": "off"}"#, &headers, &clean);
    assert_eq!(rig.exchange.volume(Direction::Response), Volume::default());
    let (_, rig) = sent(r#"{"responses": "report"}"#, &headers, &half);
    let reported = rig.exchange.volume(Direction::Response);
    assert_eq!((reported.scanned_bytes, reported.held_bytes), (half.len() as u64, 0));
}

/// Whatever the actions are, and with nothing to do for the proxy, the log's path holds no credential and no query.
#[test]
fn the_path_of_a_log_is_redacted_always() {
    // The provider's own hosts may have it: only the log may not.
    let (token, jwt) = (github(), jwt());
    let path = format!("/v1/{token}/x?session={jwt}");
    let headers = [(":method", "GET"), (":path", &*path), (":authority", "api.github.com")];
    for word in ["off", "report", "redact"] {
        let json = format!(r#"{{"requests": "{word}", "filter_state": true}}"#);
        let config = Config::parse(json.as_bytes()).unwrap();
        let mut exchange = Exchange::new(Rc::new(config), Role::Inbound);
        let (direction, headers) = (Direction::Request, map(&headers));
        let step =
            exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: true });
        let shown = String::from_utf8(step.log_path.unwrap()).unwrap();
        assert!(shown.starts_with("/v1/") && shown.ends_with("/x"), "{word}: {shown}");
        assert!(shown.contains("REDACTED") && !shown.contains(&token), "{word}");
        assert_eq!(step.flow, Flow::Continue, "{word}");
    }
    let mut exchange = Exchange::new(Rc::default(), Role::Inbound);
    let (direction, headers) = (Direction::Request, map(&headers));
    let step = exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: true });
    assert_eq!(step.log_path, None, "it is asked for");
}

#[test]
fn a_refused_request_has_a_path_for_the_log_too() {
    let path = format!("/v1/{}", github());
    let json = r#"{"requests": "block", "filter_state": true}"#;
    let config = Config::parse(json.as_bytes()).unwrap();
    let mut exchange = Exchange::new(Rc::new(config), Role::Inbound);
    let headers = map(&[(":method", "GET"), (":path", &path), (":authority", "app.example")]);
    let direction = Direction::Request;
    let step = exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: true });
    assert_eq!(step.flow, Flow::Refuse(Refusal::Blocked(direction)));
    let shown = String::from_utf8(step.log_path.unwrap()).unwrap();
    assert!(shown.starts_with("/v1/") && !path.contains(&shown), "{shown}");
}
