//! Credentials in bodies, paths for logs, dry runs, and both jobs at once.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{answer::through, *};

#[test]
fn a_body_is_set_in_place_once_it_is_there() {
    let binding = json!({"surface": {"json_pointer": {"pointer": "/auth/key"}}, "placeholder": "placeholder-1"});
    let mut rig = Rig::warm(binding, json!({}));
    let body = br#"{"n":1.00, "auth":{"key":"placeholder-1"}, "note":"placeholder-1"}"#;
    let length = body.len().to_string();
    let pairs = [(":method", "POST"), ("content-length", length.as_str())];
    assert_eq!(rig.start(&pairs, false).flow, InjectFlow::Pause);
    assert_eq!(rig.exchange.need(Direction::Request, 10, false), Need::Hold);
    assert_eq!(rig.exchange.need(Direction::Request, body.len(), true), Need::Read(0));
    let step = rig.body(Direction::Request, body, true);
    let expected = format!(r#"{{"n":1.00, "auth":{{"key":"{KEY}"}}, "note":"placeholder-1"}}"#);
    assert_eq!(String::from_utf8_lossy(step.body.as_deref().unwrap()), expected);
    let length = step.headers.iter().find(|edit| edit.name == b"content-length").unwrap();
    assert_eq!(length.values, [expected.len().to_string().into_bytes()]);
    assert!(rig.told().contains("hushgate placeholder place=body action=carry"), "{}", rig.told());

    for (body, reason) in [(&b"{"[..], "body_not_readable"), (b"{}", "surface_missing")] {
        let binding = json!({"surface": {"json_pointer": {"pointer": "/auth/key"}}});
        let mut rig = Rig::warm(binding, json!({}));
        rig.start(&[(":method", "POST")], false);
        let step = rig.body(Direction::Request, body, true);
        assert_eq!(step.flow, InjectFlow::Refuse(Answer { status: 400, reason }));
    }
}

/// Limit - 1, limit, limit + 1 of `body_bytes_max`.
#[test]
fn a_body_that_is_too_long_is_refused() {
    for (len, good) in [(63, true), (64, true), (65, false)] {
        let binding = json!({"surface": {"form_field": {"name": "key"}}});
        let mut rig = Rig::warm(binding, json!({"body_bytes_max": 64}));
        rig.start(&[(":method", "POST")], false);
        let body = format!("a={}", "x".repeat(len - 2));
        let need = rig.exchange.need(Direction::Request, len, false);
        assert_eq!(need, if good { Need::Hold } else { Need::Read(0) });
        let step = rig.body(Direction::Request, body.as_bytes(), true);
        assert_eq!(step.flow == InjectFlow::Continue, good, "{len}");
    }
}

#[test]
fn the_path_for_the_log_has_no_credential() {
    for surface in
        [json!({"query": {"name": "key"}}), json!({"path_segment": {"number": 1, "prefix": "bot"}})]
    {
        let mut rig = Rig::warm(json!({"surface": surface, "accept_url_logging": true}), json!({}));
        let seen = rig.request(&[(":path", "/v1/bot0/send?a=1")]);
        assert!(seen.all(":path").concat().contains(KEY));
        let path = String::from_utf8(seen.path.unwrap()).unwrap();
        assert!(path.contains("REDACTED") && path.contains("a=1") && !path.contains(KEY), "{path}");
    }
}

#[test]
fn a_dry_run_tells_all_and_does_nothing() {
    let mut rig = Rig::warm(json!({}), json!({"dry_run": true}));
    let pairs = [("authorization", "Bearer mine"), ("x-original-url", "/x")];
    for (more, reason) in [
        (("x-a", "1"), "injected"),
        ((":method", "DELETE"), "method_not_bound"),
        ((":path", "/v1/.."), "path_not_canonical"),
    ] {
        let seen = rig.request(&[&pairs[..], &[more]].concat());
        assert_eq!(seen.flow, InjectFlow::Continue);
        assert_eq!(seen.all("authorization"), ["Bearer mine"]);
        assert_eq!(seen.all("x-original-url"), ["/x"]);
        assert_eq!(rig.reasons(), [reason]);
        assert!(rig.told().contains("dry_run=true"));
    }
}

/// Both jobs in one pass: the rules redact, and the needle goes before them whatever their actions say.
#[test]
fn both_jobs_go_together() {
    for (responses, database) in [("redact", false), ("report", true), ("off", true)] {
        let redact = json!({"role": "outbound", "responses": responses, "rules_off": []});
        let mut rig = Rig::warm(json!({}), json!({"redact": redact}));
        let seen = rig.request(&[("x-trace", "1")]);
        assert_eq!(seen.all("authorization"), [bearer()], "our own key is no finding");
        rig.answer(&[("content-type", "text/plain")], false);
        let body = format!("mysql://app:hunter2-hunter2@db/ mysql://app:{KEY}@db/ {KEY}");
        let out = String::from_utf8(through(&mut rig, &[body.as_bytes()])).unwrap();
        assert!(!out.contains(KEY), "{responses}: {out}");
        assert_eq!(out.contains("hunter2-hunter2"), database, "{responses}: {out}");
        assert!(rig.told().contains("hushgate echo place=body credential=stripe"));
        rig.request(&[]);
        rig.answer(&[("content-type", "image/png")], false);
        let out = through(&mut rig, &[KEY.as_bytes()]);
        assert!(!String::from_utf8_lossy(&out).contains(KEY), "what the rules pass is guarded too");
    }
}

/// A policy is a whole configuration, and what must be found of ours is found under each.
#[test]
fn needles_are_looked_for_under_every_policy() {
    let policies = json!([
        {"name": "off", "match": {"paths": ["/v1/charges"], "statuses": [200]}, "responses": "off"},
        {"name": "agent", "match": {"uri_sans": ["spiffe://prod/agent"]}, "responses": "report"},
        {"name": "stripe", "match": {"clusters": ["stripe"]}, "responses": "off"},
    ]);
    for (status, san, policy) in
        [("200", "", "off"), ("201", "spiffe://prod/agent", "agent"), ("201", "", "stripe")]
    {
        let redact = json!({"responses": "redact", "policies": policies});
        let mut rig = Rig::warm(json!({}), json!({"redact": redact}));
        rig.facts.uri_sans.extend((!san.is_empty()).then(|| san.to_owned()));
        rig.request(&[]);
        rig.answer(&[(":status", status), ("content-type", "text/plain")], false);
        let body = format!("mysql://app:hunter2-hunter2@db/ {KEY}");
        let out = String::from_utf8(through(&mut rig, &[body.as_bytes()])).unwrap();
        assert!(!out.contains(KEY) && out.contains("hunter2-hunter2"), "{policy}: {out}");
        assert!(
            rig.told().contains(&format!("policy={policy} direction=response")),
            "{}",
            rig.told()
        );
    }
}
