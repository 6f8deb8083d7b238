//! Every field, every error, no value shown.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    custom::Definition,
    fingerprint::Fingerprint,
    known::KnownFingerprint,
    policy::{Action, Place},
    rule::{Confidence, Exposure, Kind, Severity},
    secret::Secret,
};

fn lasting_key() -> Rc<Fingerprinter> {
    Rc::new(Fingerprinter::new(b"a key of the tests").unwrap())
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// What the configuration of the test below says of one custom rule.
fn acme() -> Definition {
    Definition {
        id: "acme.key".to_owned(),
        title: "Acme key".to_owned(),
        pattern: r"acme_([a-f0-9]{8})\b".to_owned(),
        keywords: vec!["acme".to_owned()],
        length_max: 64,
        kind: Kind::ApiKey,
        severity: Severity::Critical,
        exposure: Exposure::Secret,
        confidence: Confidence::Certain,
        examples: vec!["acme_<<0123abcd>>".to_owned()],
        negative_examples: vec!["acme_0123abcde".to_owned()],
    }
}

fn error(json: &str) -> String {
    Config::parse(json.as_bytes()).unwrap_err().to_string()
}

#[test]
fn nothing_is_the_default() {
    for json in ["", " \n", "{}"] {
        assert_eq!(Config::parse(json.as_bytes()), Ok(Config::default()), "{json:?}");
    }
}

#[test]
fn every_field_is_read() {
    let json = r#"{"role": "outbound", "requests": {"certain": "block", "likely": "mask"},
        "responses": "redact", "coded_bodies": "pass", "ranges": "pass",
        "oversize_bodies": {"requests": "pass"}, "host_errors": {"responses": "pass"},
        "held_tails": "refuse",
        "actions": [{"rules": ["acme.*"], "places": ["header"], "action": "block"}],
         "upgrades": {"connect": "block"}, "trust_source_address": true, "policies": [],
        "accept_encoding": "scannable", "hold_headers": true, "decoded_bytes_max": 65536,
        "decoded_ratio_max": 2, "signed_messages": "report", "tail_bytes_max": 4096, "open_bytes_max": 8192,
        "host": "envoy", "held_bytes_max": 65536, "block_held_bytes_max": 0, "log_records_per_second_max": 1, "profile": "strict",
            "log_format": "json", "filter_state": true, "dry_run": true,
            "rules": [{"id": "acme.key", "title": "Acme key", "pattern": "acme_([a-f0-9]{8})\\b",
                "keywords": ["acme"], "length_max": 64, "kind": "api_key", "severity": "critical",
                "exposure": "secret", "confidence": "certain", "examples": ["acme_<<0123abcd>>"],
                "negative_examples": ["acme_0123abcde"]}],
            "rules_off": ["jwt.token", "acme.*"],
            "allow": {"rules": ["github.*"], "fingerprints": ["0123456789abcdef"],
                "patterns": ["^planted"]},
            "known_values": {"values": ["planted-value"], "fingerprints": ["0123456789abcdef:40"]},
            "replacement": {"template": "gone:{rule}"}}"#;
    let key = lasting_key();
    let config = Config::parse_with(json.as_bytes(), Some(Rc::clone(&key))).unwrap();
    let requests =
        Actions { certain: Action::Block, likely: Action::Mask, possible: Action::Report };
    let entries = vec![Entry {
        rules: vec![selector("acme.*")],
        exposures: vec![Exposure::Secret],
        confidences: vec![Confidence::Likely, Confidence::Certain],
        places: vec![Place::Header],
        ..Entry::of(Action::Block)
    }];
    let rules = CustomRules::new(vec![acme()]).unwrap();
    let expected = Config {
        host: Host::Envoy,
        overrides: Rc::new(Overrides::new(entries.clone(), rules.rules())),
        entries,
        upgrades: Upgrades { connect: UpgradeWord::Block, ..Upgrades::default() },
        trusts_source_address: true,
        policies: Rc::default(),
        policy: None,
        role: Some(Role::Outbound),
        requests: Some(requests),
        responses: Some(Actions::of(Action::Redact)),
        coded_bodies: Failure::both(Unscannable::Pass),
        oversize_bodies: Failure {
            requests: Unscannable::Pass,
            responses: Unscannable::Refuse,
            names_requests: true,
        },
        host_errors: Failure {
            requests: Unscannable::Refuse,
            responses: Unscannable::Pass,
            names_requests: false,
        },
        held_tails: Failure::both(HeldTail::Refuse),
        accept_encoding: AcceptEncoding::Scannable,
        hold_headers: true,
        bounds: Bounds { decoded_bytes_max: 65_536, decoded_ratio_max: 2 },
        ranges: Unscannable::Pass,
        signed_messages: SignedMessages::Report,
        limits: Limits { tail_bytes_max: 4096, open_bytes_max: 8192 },
        held_bytes_max: 65_536,
        block_held_bytes_max: 0,
        log_records_per_second_max: 1,
        log_format: LogFormat::Json,
        filter_state: true,
        dry_run: true,
        profile: Profile::Strict,
        rules_off: ["jwt.token", "acme.*"].map(selector).into(),
        rules: Some(Rc::new(rules)),
        allow: Rc::new(
            Allow::new(
                vec![selector("github.*")],
                vec![Fingerprint::parse("0123456789abcdef").unwrap()],
                vec!["^planted".to_owned()],
            )
            .unwrap(),
        ),
        known_values: Some(Rc::new(
            KnownValues::new(
                vec![Secret::from("planted-value".to_owned())],
                vec![KnownFingerprint::parse("0123456789abcdef:40").unwrap()],
                Some(Rc::clone(&key)),
            )
            .unwrap(),
        )),
        template: Some(Rc::new(Template::parse("gone:{rule}").unwrap())),
        fingerprinter: Some(key),
        needles: None,
        is_behind_injection: false,
    };
    assert_eq!(config, expected);
    let shown = format!("{config:?}");
    assert!(!shown.contains("planted") && !shown.contains("a-f0-9"), "{shown}");
    let fields: Map<String, Value> = serde_json::from_str(json).unwrap();
    assert!(FIELDS.iter().all(|field| fields.contains_key(*field)));
}

#[test]
fn errors_name_field_and_reason() {
    assert!(error("{").starts_with("configuration: no valid JSON: EOF while parsing"));
    assert_eq!(error("[]"), "configuration: want a JSON object, such as {}");
    assert!(
        error(r#"{"request": "redact"}"#)
            .starts_with("configuration: field \"request\": not known here; known are host, role")
    );
    assert_eq!(
        error(r#"{"role": 7}"#),
        "configuration: field \"role\": want one of \"auto\", \"inbound\", \"outbound\""
    );
    assert_eq!(
        error(r#"{"hold_headers": "yes"}"#),
        "configuration: field \"hold_headers\": want true or false"
    );
    assert_eq!(
        error(r#"{"accept_encoding": "gzip"}"#),
        "configuration: field \"accept_encoding\": want one of \"identity\", \"scannable\", \"keep\""
    );
    for (field, value, range) in [
        ("decoded_bytes_max", 65_535_u64, "65536 to 4000000000"),
        ("decoded_bytes_max", 4_000_000_001, "65536 to 4000000000"),
        ("decoded_ratio_max", 1, "2 to 1000000"),
        ("decoded_ratio_max", 1_000_001, "2 to 1000000"),
    ] {
        let expected =
            format!("configuration: field \"{field}\": want a whole number from {range}");
        assert_eq!(error(&format!(r#"{{"{field}": {value}}}"#)), expected);
    }
    assert!(
        error(r#"{"responses": {"sure": "redact"}}"#)
            .starts_with("configuration: field \"responses.sure\": not known here")
    );
    assert!(
        error(r#"{"responses": {"certain": true}}"#)
            .starts_with("configuration: field \"responses.certain\": want one of")
    );
    assert_eq!(
        error(r#"{"held_bytes_max": -1}"#),
        "configuration: field \"held_bytes_max\": want a whole number from 4096 to 16777216"
    );
}

/// The field and the reason of a configuration's error.
fn field_and_reason(json: &str) -> (String, String) {
    let shown = error(json);
    let rest = shown.strip_prefix("configuration: field \"").unwrap();
    let (field, reason) = rest.split_once("\": ").unwrap();
    (field.to_owned(), reason.to_owned())
}

#[test]
fn errors_in_lists_name_the_entry() {
    let rule = r#"{"id": "acme.key", "pattern": "acme_[0-9]{8}"}"#;
    let cases = [
        (r#"{"profile": "loud"}"#, "profile", "want one of"),
        (r#"{"rules": {}}"#, "rules", "want a list"),
        (r#"{"rules": ["planted"]}"#, "rules[0]", "want an object with id, title, pattern"),
        (r#"{"rules": [{"pattern": "planted"}]}"#, "rules[0].id", "is missing"),
        (r#"{"rules": [{"id": "acme.key"}]}"#, "rules[0].pattern", "is missing"),
        (
            r#"{"rules": [RULE, {"id": "a.b", "pattern": "planted("}]}"#,
            "rules[1].pattern",
            "unclosed group, at byte 7",
        ),
        (
            r#"{"rules": [{"id": "a.b", "pattern": "planted", "kinds": 1}]}"#,
            "rules[0].kinds",
            "not known here",
        ),
        (
            r#"{"rules": [{"id": "a.b", "pattern": "planted", "kind": "x"}]}"#,
            "rules[0].kind",
            "want one of \"api_key\"",
        ),
        (
            r#"{"rules": [{"id": "a.b", "pattern": "planted", "length_max": 1}]}"#,
            "rules[0].length_max",
            "want a whole",
        ),
        (
            r#"{"rules": [{"id": "a.b", "pattern": "planted", "keywords": "x"}]}"#,
            "rules[0].keywords",
            "want a list",
        ),
        (
            r#"{"rules": [{"id": "a.b", "pattern": "planted", "examples": ["planter"]}]}"#,
            "rules[0].examples[0]",
            "the rule does not find the secret there",
        ),
        (
            r#"{"tail_bytes_max": 511, "rules": [RULE]}"#,
            "rules",
            "one may be longer than tail_bytes_max",
        ),
        (r#"{"rules_off": ["jwt.token", 1]}"#, "rules_off[1]", "want a text"),
        (r#"{"rules_off": ["planted"]}"#, "rules_off[0]", "want a rule's id, or vendor.*"),
        (r#"{"rules_off": ["jwt.token", "planted.key"]}"#, "rules_off[1]", "there is no such rule"),
        (r#"{"allow": {"rules": ["planted.*"]}}"#, "allow.rules[0]", "there is no such rule"),
        (r#"{"allow": []}"#, "allow", "want an object with rules, fingerprints, patterns"),
        (r#"{"allow": {"pattern": []}}"#, "allow.pattern", "not known here"),
        (
            r#"{"allow": {"patterns": ["a", "b", "planted["]}}"#,
            "allow.patterns[2]",
            "unclosed character class",
        ),
        (
            r#"{"allow": {"fingerprints": ["planted"]}}"#,
            "allow.fingerprints[0]",
            "want a fingerprint of 16",
        ),
        (
            r#"{"allow": {"fingerprints": ["0123456789abcdef"]}}"#,
            "allow.fingerprints",
            "want a fingerprint key",
        ),
        (
            r#"{"known_values": {"values": ["planted-value", "planted"]}}"#,
            "known_values.values[1]",
            "want 8 to 4096 bytes",
        ),
        (r#"{"known_values": {"values": [7]}}"#, "known_values.values[0]", "want a text"),
        (
            r#"{"known_values": {"fingerprints": ["0123456789abcdef"]}}"#,
            "known_values.fingerprints",
            "want a fingerprint key",
        ),
        (
            r#"{"known_values": {"fingerprints": ["planted"]}}"#,
            "known_values.fingerprints[0]",
            "want a fingerprint",
        ),
        (
            r#"{"replacement": "planted"}"#,
            "replacement",
            "want \"label\", or an object with template",
        ),
        (r#"{"replacement": {"template": "plan<ted"}}"#, "replacement.template", "want letters"),
        (r#"{"replacement": {}}"#, "replacement.template", "want a text"),
    ];
    for (json, field, reason) in cases {
        let (found, why) = field_and_reason(&json.replace("RULE", rule));
        assert_eq!(found, field, "{json}: {why}");
        assert!(why.starts_with(reason), "{json}: {why}");
        assert!(!why.contains("plan"), "{json}: {why}");
    }
}

#[test]
fn lists_of_nothing_are_nothing() {
    let json = r#"{"profile": "default", "rules": [], "rules_off": [], "allow": {}, "known_values": {},
        "replacement": "label"}"#;
    assert_eq!(Config::parse(json.as_bytes()), Ok(Config::default()));
}

#[test]
fn an_ephemeral_key_makes_no_list_mean_anything() {
    let ephemeral = Rc::new(Fingerprinter::ephemeral(b"a key of the tests").unwrap());
    for json in [
        r#"{"allow": {"fingerprints": ["0123456789abcdef"]}}"#,
        r#"{"known_values": {"fingerprints": ["0123456789abcdef"]}}"#,
    ] {
        assert!(Config::parse_with(json.as_bytes(), Some(Rc::clone(&ephemeral))).is_err());
        assert!(Config::parse_with(json.as_bytes(), Some(lasting_key())).is_ok());
    }
    let config = Config::parse_with(b"", Some(Rc::clone(&ephemeral))).unwrap();
    assert_eq!(config.fingerprinter, Some(ephemeral));
}

#[test]
fn errors_show_no_value() {
    let planted = "hunter2-hunter2";
    for field in FIELDS {
        for value in [format!("\"{planted}\""), format!("{{\"certain\": \"{planted}\"}}")] {
            let shown = error(&format!("{{\"{field}\": {value}}}"));
            assert!(!shown.contains(planted) && shown.contains(field), "{shown}");
        }
    }
    assert!(!error(&format!("{{\"role\": \"{planted}\" \"{planted}\"}}")).contains(planted));
}

#[test]
fn limits_have_bounds() {
    for (field, min, max) in [("tail_bytes_max", 64, 65_536), ("held_bytes_max", 4_096, 16_777_216)]
    {
        for (number, good) in [
            (min - 1, false),
            (min, true),
            (min + 1, true),
            (max - 1, true),
            (max, true),
            (max + 1, false),
        ] {
            let json = format!("{{\"{field}\": {number}}}");
            assert_eq!(Config::parse(json.as_bytes()).is_ok(), good, "{json}");
        }
    }
}

#[test]
fn upgrades_are_a_word_or_an_object() {
    let read = |json: &str| Config::parse(json.as_bytes()).unwrap().upgrades;
    let block = UpgradeWord::Block;
    let all = Upgrades { websocket: block, connect: block, other: block };
    assert_eq!(read(r#"{"upgrades": "block"}"#), all);
    let one = Upgrades { websocket: block, ..Upgrades::default() };
    assert_eq!(read(r#"{"upgrades": {"websocket": "block"}}"#), one);
    assert_eq!(
        error(r#"{"upgrades": "refuse"}"#),
        "configuration: field \"upgrades\": want one of \"pass\", \"block\", or an object with \
         websocket, connect, other"
    );
    assert!(error(r#"{"upgrades": {"websockets": "block"}}"#).contains("upgrades.websockets"));
}

#[test]
fn actions_name_field_and_reason() {
    let error = |entry: &str| error(&format!(r#"{{"actions": [{{"action": "off"}}, {entry}]}}"#));
    for (entry, message) in [
        ("{}", "\"actions[1].action\": is missing"),
        (r#"{"action": "stop"}"#, "\"actions[1].action\": want one of \"off\""),
        (
            r#"{"action": "off", "rule": []}"#,
            "\"actions[1].rule\": not known here; known are rules",
        ),
        (r#"{"action": "off", "rules": []}"#, "\"actions[1].rules\": want at least one entry"),
        (r#"{"action": "off", "rules": ["githb.pat"]}"#, "\"actions[1].rules[0]\": there is no"),
        (
            r#"{"action": "off", "places": ["query"]}"#,
            "\"actions[1].places[0]\": want one of \"path\"",
        ),
        (r#"{"action": "off", "kinds": ["pin"]}"#, "\"actions[1].kinds[0]\": want one of"),
        (r#"{"action": "redact"}"#, "\"actions[1].directions\": is missing: \"redact\" changes"),
        (r#"{"action": "hash"}"#, "\"actions[1].directions\": is missing"),
    ] {
        assert!(error(entry).contains(message), "{entry}: {}", error(entry));
    }
    let many = vec![r#"{"action": "off"}"#; crate::policy::ENTRIES_MAX];
    let list = |entries: &[&str]| format!(r#"{{"actions": [{}]}}"#, entries.join(", "));
    assert!(Config::parse(list(&many).as_bytes()).is_ok());
    let error = super::tests::error(&list(&[&many[..], &many[..1]].concat()));
    assert!(error.contains("\"actions\": want at most 64 entries"), "{error}");
}

/// As a single word: what is public, an identifier or merely possible is stopped only where the entry says so.
#[test]
fn an_entry_that_stops_findings_is_for_secrets() {
    let entries = |json: &str| Config::parse(json.as_bytes()).unwrap().entries;
    let [report, block] =
        &entries(r#"{"actions": [{"action": "report"}, {"action": "block"}]}"#)[..]
    else {
        panic!("two entries")
    };
    assert_eq!(*report, Entry::of(Action::Report));
    assert_eq!(block.exposures, [Exposure::Secret]);
    assert_eq!(block.confidences, [Confidence::Likely, Confidence::Certain]);
    let json = r#"{"actions": [{"action": "block", "exposures": ["public"], "confidences": ["possible"]}]}"#;
    let [stated] = &entries(json)[..] else { panic!("one entry") };
    assert_eq!(stated.exposures, [Exposure::Public]);
    assert_eq!(stated.confidences, [Confidence::Possible]);
}

#[test]
fn nginx_is_asked_for_nothing_that_it_does_not_have() {
    assert_eq!(Config::parse(br#"{"host": "nginx"}"#).unwrap().host, Host::Nginx);
    let near = r#"{"host": "nginx", "trust_source_address": true, "policies": [{"name": "a",
        "match": {"sources": ["10.0.0.0/8"], "hosts": ["a.test"]}, "responses": "block"}]}"#;
    assert!(Config::parse(near.as_bytes()).is_ok());
    for field in ["hold_headers", "filter_state"] {
        let message = error(&format!(r#"{{"host": "nginx", "{field}": true}}"#));
        assert_eq!(message, format!("configuration: field {field:?}: the host nginx cannot do it"));
    }
    for condition in ["clusters", "routes"] {
        let message = error(&format!(
            r#"{{"host": "nginx", "policies": [{{"name": "a", "match": {{"{condition}": ["a"]}}, "responses": "block"}}]}}"#
        ));
        assert!(message.contains("knows no clusters"), "{message}");
    }
}
