#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use serde_json::{Value, json};

use super::*;
use crate::inject::{Reason, testing};

fn error(json: &Value) -> String {
    let parsed = InjectConfig::parse(json.to_string().as_bytes(), Some(testing::fingerprinter()));
    parsed.err().map(|error| error.to_string()).unwrap_or_default()
}

fn of_binding(binding: Value) -> String {
    error(&testing::json(json!({}), binding, json!({})))
}

fn of_credential(credential: Value) -> String {
    error(&testing::json(credential, json!({}), json!({})))
}

fn of_top(top: Value) -> String {
    error(&testing::json(json!({}), json!({}), top))
}

#[test]
fn a_small_configuration_has_safe_defaults() {
    let config = testing::config(&testing::json(json!({}), json!({}), json!({})));
    assert_eq!((config.unbound, config.set_cookie), (Unbound::Refuse, SetCookie::Remove));
    assert_eq!((config.coded_bodies, config.ranges), (Unscannable::Refuse, Unscannable::Refuse));
    assert!(!config.dry_run && config.redact.is_none());
    let credential = &config.credentials[0];
    assert_eq!(credential.on_failure, OnFailure::Refuse);
    assert!(credential.trim_newline && credential.needle == Forms::Every);
    let binding = &config.bindings[0];
    assert_eq!((binding.occurrences_max, binding.placeholder_elsewhere), (1, Elsewhere::Carry));
    assert!(!binding.accept_no_echo_guard);
}

#[test]
fn unknown_fields_are_named() {
    for (error, field) in [
        (of_top(json!({"bindngs": []})), "bindngs"),
        (of_credential(json!({"ttl": 1})), "credentials[0].ttl"),
        (of_binding(json!({"host": "x"})), "bindings[0].host"),
        (of_binding(json!({"surface": {"hedder": {}}})), "bindings[0].surface.hedder"),
        (
            of_binding(json!({"surface": {"header": {"nam": "x"}}})),
            "bindings[0].surface.header.nam",
        ),
        (of_binding(json!({"workload": {"ip": "x"}})), "bindings[0].workload.ip"),
        (of_top(json!({"redact": {"responces": "redact"}})), "redact.responces"),
    ] {
        assert!(
            error.starts_with(&format!("configuration: field {field:?}: not known")),
            "{error}"
        );
    }
}

#[test]
fn every_part_of_a_binding_must_be_said() {
    for field in
        ["name", "credential", "workload", "cluster", "authority", "methods", "paths", "surface"]
    {
        let mut json = testing::json(json!({}), json!({}), json!({}));
        json["bindings"][0].as_object_mut().unwrap().remove(field);
        let expected = format!("configuration: field \"bindings[0].{field}\": is missing");
        assert_eq!(error(&json), expected);
    }
    for (field, value) in [
        ("methods", json!([])),
        ("paths", json!([])),
        ("methods", json!(["CONNECT"])),
        ("methods", json!(["get"])),
        ("paths", json!(["/v1/../x"])),
        ("cluster", json!("")),
        ("authority", json!("user@host")),
        ("authority", json!("*")),
        ("workload", json!("all")),
        ("workload", json!({})),
        ("workload", json!({"uri_san": "spiffe://a,spiffe://b"})),
    ] {
        assert!(of_binding(json!({field: value.clone()})).contains(field), "{field} {value}");
    }
}

#[test]
fn what_is_named_must_exist_once() {
    assert!(of_binding(json!({"credential": "other"})).contains("no such credential"));
    assert!(of_credential(json!({"store": "other"})).contains("no such store"));
    let mut json = testing::json(json!({}), json!({}), json!({}));
    let again = json["bindings"][0].clone();
    json["bindings"].as_array_mut().unwrap().push(again);
    assert!(error(&json).contains("bindings[1].name"));
}

/// A URL is logged, so that a credential in it needs an explicit word.
#[test]
fn urls_need_a_word() {
    for surface in [json!({"query": {"name": "key"}}), json!({"path_segment": {"number": 0}})] {
        assert!(
            of_binding(json!({"surface": surface})).contains("accept_url_logging"),
            "{surface}"
        );
        let no = json!({"surface": surface, "accept_url_logging": false});
        assert!(of_binding(no).contains("accept_url_logging"));
        assert_eq!(of_binding(json!({"surface": surface, "accept_url_logging": true})), "");
    }
}

#[test]
fn no_credential_stands_in_a_header_that_others_show_or_that_frames() {
    for name in [
        "User-Agent",
        "origin",
        "referer",
        "x-request-id",
        "X_Request_Id",
        "x-forwarded-for",
        "forwarded",
        "via",
        "traceparent",
        "sec-fetch-site",
        "host",
        "cookie",
        "content-length",
        "connection",
        "transfer-encoding",
        ":path",
        "a b",
    ] {
        let error = of_binding(json!({"surface": {"header": {"name": name}}}));
        assert!(error.contains("surface.header.name"), "{name}: {error}");
    }
    assert_eq!(
        of_binding(json!({"surface": {"header": {"name": "X-Api-Key", "prefix": "k "}}})),
        ""
    );
}

/// An address can be forged, so that it needs an explicit word.
#[test]
fn source_addresses_need_a_word() {
    let json =
        |top: Value| testing::json(json!({}), json!({"workload": {"source": "10.0.0.0/8"}}), top);
    assert!(error(&json(json!({}))).contains("trust_source_address"));
    assert!(error(&json(json!({"trust_source_address": false}))).contains("trust_source_address"));
    assert_eq!(error(&json(json!({"trust_source_address": true}))), "");
}

#[test]
fn surfaces_are_read() {
    let surface = |json: Value| {
        let binding = json!({"surface": json, "accept_url_logging": true});
        testing::config(&testing::json(json!({}), binding, json!({}))).bindings[0].surface.name()
    };
    for (json, name) in [
        (json!("bearer"), "bearer"),
        (json!({"basic": {"user": "me"}}), "basic"),
        (json!({"basic": {"password": ""}}), "basic"),
        (json!({"header": {"name": "x-api-key"}}), "header"),
        (json!({"query": {"name": "key"}}), "query"),
        (json!({"cookie": {"name": "sid"}}), "cookie"),
        (json!({"path_segment": {"number": 0, "prefix": "bot"}}), "path_segment"),
        (json!({"json_pointer": {"pointer": "/a/key", "prefix": "k "}}), "json_pointer"),
        (json!({"form_field": {"name": "key"}}), "form_field"),
    ] {
        assert_eq!(surface(json), name);
    }
    for json in [
        json!("basic"),
        json!({"basic": {}}),
        json!({"basic": {"user": "a", "password": "b"}}),
        json!({"basic": {"user": "a:b"}}),
        json!({"query": {}}),
        json!({"query": {"name": ""}}),
        json!({"path_segment": {"number": 64}}),
        json!({"json_pointer": {"pointer": "a"}}),
        json!({"header": {"name": "a"}, "query": {"name": "b"}}),
    ] {
        assert!(
            of_binding(json!({"surface": json, "accept_url_logging": true})).contains("surface")
        );
    }
}

#[test]
fn claims_are_asked_for_once() {
    let jwt = |value: &str| json!({"jwt": {"payload": "jwt", "claim": "sub", "value": value}});
    let mut json = testing::json(json!({}), json!({"workload": jwt("a")}), json!({}));
    let mut again = json["bindings"][0].clone();
    (again["name"], again["workload"]) = (json!("other"), jwt("b"));
    json["bindings"].as_array_mut().unwrap().push(again);
    let config = testing::config(&json);
    assert_eq!(config.claims.len(), 1);
    assert!(of_binding(json!({"workload": {"jwt": {"claim": "sub"}}})).contains("payload"));
}

/// Limit - 1, limit, limit + 1 of what is counted or measured.
#[test]
fn limits_are_kept() {
    for (field, min, max) in [
        ("refresh_after_ms", 100, 86_400_000),
        ("forced_refresh_min_ms", 100, 86_400_000),
        ("negative_ms", 100, 86_400_000),
        ("grace_ms", 0, 2_592_000_000_u64),
    ] {
        let good = |value: u64| {
            of_credential(json!({field: value, "max_stale_ms": 2_592_000_000_u64})).is_empty()
        };
        assert!(good(min) && good(min + 1) && good(max - 1) && good(max), "{field}");
        assert!(!good(max + 1) && (min == 0 || !good(min - 1)), "{field}");
    }
    assert!(of_credential(json!({"max_stale_ms": 299_999})).contains("refresh_after_ms"));
    assert_eq!(of_credential(json!({"max_stale_ms": 300_000})), "");
    for (count, good) in [(64, true), (65, false)] {
        let paths: Vec<String> = (0..count).map(|number| format!("/{number}")).collect();
        assert_eq!(of_binding(json!({"paths": paths})).is_empty(), good, "{count}");
    }
    for (count, good) in [(31, true), (32, true), (33, false)] {
        let tokens: Vec<Value> = (0..count)
            .map(|it| json!({"name": "h", "value": format!("honeytoken-{it}")}))
            .collect();
        assert_eq!(of_top(json!({"honeytokens": tokens})).is_empty(), good, "{count}");
    }
    for (len, good) in [(7, false), (8, true), (512, true), (513, false)] {
        let error = of_binding(json!({"placeholder": "p".repeat(len)}));
        assert_eq!(error.is_empty(), good, "{len}");
    }
}

#[test]
fn fingerprints_need_a_key_that_lasts() {
    let json = testing::json(json!({"retired": ["0123456789abcdef"]}), json!({}), json!({}));
    assert_eq!(error(&json), "");
    let without = InjectConfig::parse(json.to_string().as_bytes(), None).unwrap_err().to_string();
    assert!(without.contains("credentials[0].retired"), "{without}");
}

/// An error names the field and never what stood there.
#[test]
fn no_error_shows_a_value() {
    let planted = "planted/value";
    for error in [
        of_top(json!({"unbound": planted})),
        of_top(json!({"honeytokens": [{"name": planted, "value": "x"}]})),
        of_binding(json!({"authority": planted})),
        of_binding(json!({"paths": [planted]})),
        of_binding(json!({"placeholder": "planted\u{e9}"})),
        of_credential(json!({"name": planted})),
    ] {
        assert!(!error.is_empty() && !error.contains("planted"), "{error}");
    }
}

/// The page names what there is.
#[test]
fn every_word_is_documented() {
    let page = include_str!("../../../docs/injection.md");
    let fields = [FIELDS, credential::FIELDS, binding::FIELDS, surface::KINDS].concat();
    for name in fields {
        let is_there = page.contains(&format!("`{name}`")) || page.contains(&format!("\"{name}\""));
        assert!(is_there, "docs/injection.md does not name {name}");
    }
    for reason in Reason::ALL {
        assert!(page.contains(&format!("`{}`", reason.name())), "{reason} is not documented");
    }
}

#[test]
fn nginx_is_refused() {
    let json = br#"{"host": "nginx", "credentials": [], "bindings": []}"#;
    let error = InjectConfig::parse(json, None).unwrap_err().to_string();
    assert_eq!(error, "configuration: field \"host\": nginx cannot inject yet");
}
