//! Policies as they are read: what they change, what they keep, what is refused.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    config::Unscannable,
    policy::{Action, Actions, Asks, Direction, Entry},
};

fn read(policies: &str) -> Config {
    let json = format!(r#"{{"responses": "redact", "profile": "strict", "policies": {policies}}}"#);
    Config::parse(json.as_bytes()).unwrap()
}

fn error(policies: &str) -> String {
    let json = format!(r#"{{"policies": {policies}}}"#);
    Config::parse(json.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_policy_changes_what_it_names_and_keeps_the_rest() {
    let config = read(
        r#"[{"name": "admin", "match": {"paths": ["/admin/**"], "statuses": [200, "5xx"]},
             "responses": "block", "ranges": "pass", "tail_bytes_max": 4096}]"#,
    );
    let [policy] = config.policies.list() else { panic!("one policy") };
    assert_eq!((policy.name, policy.config.policy), ("admin", Some("admin")));
    assert_eq!(policy.config.responses, Some(Actions::of(Action::Block)));
    assert_eq!(policy.config.ranges, Unscannable::Pass);
    assert_eq!(policy.config.limits.tail_bytes_max, 4_096);
    let back = Config {
        responses: config.responses,
        ranges: config.ranges,
        limits: config.limits,
        policies: config.policies.clone(),
        policy: None,
        ..policy.config.as_ref().clone()
    };
    assert_eq!(back, config);
}

/// What is written first in the file counts for policies, wherever they stand.
#[test]
fn the_order_of_fields_means_nothing() {
    let policies =
        r#""policies": [{"name": "a", "match": {"methods": ["GET"]}, "requests": "off"}]"#;
    for json in [
        format!(r#"{{{policies}, "responses": "block"}}"#),
        format!(r#"{{"responses": "block", {policies}}}"#),
    ] {
        let config = Config::parse(json.as_bytes()).unwrap();
        let [policy] = config.policies.list() else { panic!("one policy") };
        assert_eq!(policy.config.responses, Some(Actions::of(Action::Block)));
    }
}

#[test]
fn only_facts_that_are_asked_for_are_read() {
    assert!(!read("[]").policies.asks().is_any());
    let config = read(
        r#"[{"name": "a", "match": {"clusters": ["app"]}}, {"name": "b", "match": {"uri_sans": ["spiffe://a"]}}]"#,
    );
    let asks = Asks { cluster: true, uri_sans: true, ..Asks::default() };
    assert_eq!(config.policies.asks(), asks);
    assert!(config.policies.asks().is_any());
}

/// The preset's actions go behind the policy's own, and before what holds everywhere.
#[test]
fn a_preset_brings_its_actions() {
    let actions = |more: &str| {
        let json = format!(
            r#"{{"actions": [{{"action": "block", "rules": ["aws.*"]}}],
                "policies": [{{"name": "in", "match": {{"preset": "sign_in"}}{more}}}]}}"#
        );
        let config = Config::parse(json.as_bytes()).unwrap();
        let [policy] = config.policies.list() else { panic!("one policy") };
        policy.config.entries.clone()
    };
    let preset = Preset::SignIn.actions();
    let own = actions("");
    assert_eq!(own.get(..preset.len()), Some(&preset[..]));
    assert_eq!(own.last().map(|entry| entry.action), Some(Action::Block));
    assert_eq!(own.len(), preset.len() + 1);
    let stated = actions(r#", "actions": [{"action": "off"}]"#);
    assert_eq!(stated.first(), Some(&Entry::of(Action::Off)));
    assert_eq!(stated.get(1..), Some(&preset[..]));
}

#[test]
fn errors_name_field_and_reason() {
    for (policies, message) in [
        ("{}", "\"policies\": want a list"),
        (r#"[{"match": {"methods": ["GET"]}}]"#, "\"policies[0].name\": is missing"),
        (r#"[{"name": "a"}]"#, "\"policies[0].match\": is missing"),
        (r#"[{"name": "A b", "match": {}}]"#, "\"policies[0].name\": want 1 to 64 of a-z"),
        (r#"[{"name": "a", "match": {}}]"#, "\"policies[0].match\": want at least one condition"),
        (
            r#"[{"name": "a", "match": {"host": []}}]"#,
            "match.host\": not known here; known are preset",
        ),
        (r#"[{"name": "a", "match": {"hosts": []}}]"#, "match.hosts\": want at least one entry"),
        (
            r#"[{"name": "a", "match": {"hosts": ["A.b"]}}]"#,
            "match.hosts[0]\": want a host in lower",
        ),
        (r#"[{"name": "a", "match": {"paths": ["v1"]}}]"#, "match.paths[0]\": want a canonical"),
        (r#"[{"name": "a", "match": {"methods": ["get"]}}]"#, "match.methods[0]\": want a method"),
        (r#"[{"name": "a", "match": {"clusters": [""]}}]"#, "match.clusters[0]\": want 1 to 2048"),
        (r#"[{"name": "a", "match": {"uri_sans": ["a"]}}]"#, "match.uri_sans[0]\": want a URI"),
        (r#"[{"name": "a", "match": {"statuses": [600]}}]"#, "match.statuses[0]\": want a status"),
        (
            r#"[{"name": "a", "match": {"preset": "login"}}]"#,
            "match.preset\": want one of \"token_end",
        ),
        (
            r#"[{"name": "a", "match": {"request_content_types": ["text"]}}]"#,
            "match.request_content_types[0]\": want a media type",
        ),
        (
            r#"[{"name": "a", "match": {"sources": ["10.0.0.0/8"]}}]"#,
            "match.sources\": want trust_source_address: true",
        ),
        (
            r#"[{"name": "a", "match": {"statuses": [200]}, "requests": "block"}]"#,
            "\"policies[0].requests\": cannot wait for match.statuses",
        ),
        (
            r#"[{"name": "a", "match": {"methods": ["GET"]}, "role": "inbound"}]"#,
            "\"policies[0].role\": not known here; known are name, match, requests",
        ),
        (
            r#"[{"name": "a", "match": {"methods": ["GET"]}, "responses": "stop"}]"#,
            "\"policies[0].responses\": want one of",
        ),
        (
            r#"[{"name": "a", "match": {"methods": ["GET"]}, "rules_off": ["x.y"]}]"#,
            "\"policies[0].rules_off[0]\": there is no such rule",
        ),
        (
            r#"[{"name": "a", "match": {"methods": ["GET"]}, "actions": [{"action": "mask"}]}]"#,
            "\"policies[0].actions[0].directions\": is missing",
        ),
        (
            r#"[{"name": "a", "match": {"methods": ["GET"]}}, {"name": "a", "match": {"methods": ["PUT"]}}]"#,
            "\"policies[1].name\": is the name of an earlier policy",
        ),
    ] {
        let error = error(policies);
        assert!(error.contains(message), "{policies}: {error}");
    }
    let policy =
        |number: usize| format!(r#"{{"name": "p{number}", "match": {{"methods": ["GET"]}}}}"#);
    let list = |count: usize| {
        let policies: Vec<String> = (0..count).map(policy).collect();
        format!(r#"{{"policies": [{}]}}"#, policies.join(", "))
    };
    assert!(Config::parse(list(POLICIES_MAX).as_bytes()).is_ok());
    let many = Config::parse(list(POLICIES_MAX + 1).as_bytes()).unwrap_err().to_string();
    assert!(many.contains("\"policies\": want at most 64 policies"), "{many}");
}

/// A limit of a policy is held against the rules that it inherits.
#[test]
fn a_policy_is_checked_as_a_whole() {
    let json = r#"{"rules": [{"id": "acme.key", "pattern": "acme_[a-f0-9]{64}", "length_max": 128}],
        "policies": [{"name": "a", "match": {"methods": ["GET"]}, "tail_bytes_max": 64}]}"#;
    let error = Config::parse(json.as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains("\"policies[0].rules\": one may be longer than tail_bytes_max"),
        "{error}"
    );
}

#[test]
fn roles_still_decide_what_nobody_states() {
    let config = read(r#"[{"name": "a", "match": {"methods": ["GET"]}, "responses": "off"}]"#);
    let [policy] = config.policies.list() else { panic!("one policy") };
    let role = crate::policy::Role::Outbound;
    assert_eq!(
        policy.config.actions(role, Direction::Request),
        Actions::of_role(role, Direction::Request)
    );
}
