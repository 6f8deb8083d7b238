//! The other commands: what they print, and what they refuse.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // All of this file is a test.

mod common;

use common::{Folder, database, repository, token};
use serde_json::Value;

#[test]
fn a_configuration_is_checked_with_line_and_hint() {
    let folder = Folder::new();
    let check = |text: &str| folder.run_with(&["check", "-"], text.as_bytes());
    let good = check("{}");
    assert_eq!(good.code, 0);
    assert!(good.out.contains("certain redact, likely redact, possible report"), "{}", good.out);
    for (text, expected) in [
        ("{\n\"reponses\": \"redact\"}", "-: line 2: field \"reponses\": not known here"),
        ("{\n\"reponses\": \"redact\"}", "did you mean \"responses\"?"),
        (
            "{\"rules\": [\n{\"id\": \"a.b\",\n \"pattern\": \"abcd(\"}]}",
            "line 3: field \"rules[0].pattern\": unclosed group",
        ),
        ("{\"allow\": {\n\"pattern\": []}}", "did you mean \"patterns\"?"),
        ("{", "no valid JSON: EOF while parsing"),
        ("[]", "want a JSON object"),
    ] {
        let run = check(text);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains(expected), "{text}: {}", run.err);
    }
}

const POLICIES: &str = r#"{"responses": "redact",
  "actions": [{"rules": ["github.*"], "places": ["header"], "action": "block"}],
  "policies": [
    {"name": "errors", "match": {"statuses": ["5xx"]}, "responses": "block"},
    {"name": "api", "match": {"clusters": ["api"], "hosts": ["*.example"]},
     "responses": "report", "upgrades": "block"}]}"#;

/// Of a policy only what is other there is printed.
#[test]
fn policies_are_printed() {
    let folder = Folder::new();
    let run = folder.run_with(&["check", "-"], POLICIES.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    let (base, policies) = run.out.split_once("policy errors\n").unwrap();
    for line in [
        "upgrades         websocket pass, connect pass, other pass\n",
        "action           block rules github.*; exposures secret; confidences likely, certain; places header\n",
    ] {
        assert!(base.contains(line), "{line}{base}");
    }
    let (errors, api) = policies.split_once("policy api\n").unwrap();
    assert!(errors.starts_with("  match      {\"statuses\":[\"5xx\"]}\n"), "{errors}");
    assert!(errors.contains("responses  certain block, likely block, possible report\n"));
    assert!(!errors.contains("upgrades") && !errors.contains("requests"), "{errors}");
    assert!(api.contains("responses  certain report, likely report, possible report\n"), "{api}");
    assert!(api.contains("  upgrades         websocket block, connect block, other block\n"));
    for (from, to, expected) in [
        ("\"hosts\"", "\"host\"", "line 5: field \"policies[1].match.host\""),
        ("\"hosts\"", "\"host\"", "did you mean \"hosts\"?"),
        ("\"places\"", "\"place\"", "line 2: field \"actions[0].place\""),
    ] {
        let run = folder.run_with(&["check", "-"], POLICIES.replace(from, to).as_bytes());
        assert!(run.code == 2 && run.err.contains(expected), "{expected}: {}", run.err);
    }
}

#[test]
fn an_exchange_is_explained_with_its_policy() {
    let folder = Folder::new();
    folder.write("p.json", POLICIES);
    let explain = |status: &str, more: &[&str]| {
        let exchange = format!(
            "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n\
             HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n\r\nkey: {}",
            token(5)
        );
        let arguments = [&["explain", "-", "--config", "p.json"], more].concat();
        folder.run_with(&arguments, exchange.as_bytes()).out
    };
    let plain = explain("200 OK", &[]);
    assert!(plain.contains("  response: certain redact") && !plain.contains("policy"), "{plain}");
    let errors = explain("503 Unavailable", &[]);
    assert!(errors.contains("possible report, but for actions (policy errors)\n"), "{errors}");
    assert!(errors.contains("refused with 403: blocked"), "{errors}");
    let api = explain("200 OK", &["--cluster", "api"]);
    assert!(api.contains("  response: certain report"), "{api}");
    assert!(api.contains("(policy api)\n"), "{api}");
}

/// What is wrong is named; what stands there is not shown.
#[test]
fn errors_show_no_value() {
    let folder = Folder::new();
    let secret = token(1);
    for text in [
        format!(r#"{{"profile": "{secret}"}}"#),
        format!(r#"{{"known_values": {{"values": ["{secret}", 7]}}}}"#),
        format!(r#"{{"rules": [{{"id": "a.b", "pattern": "({secret}"}}]}}"#),
        format!(r#"{{"role": "auto" "{secret}"}}"#),
    ] {
        let run = folder.run_with(&["check", "-"], text.as_bytes());
        assert_eq!(run.code, 2);
        assert!(!run.err.contains(&secret[4..]), "{}", run.err);
    }
}

#[test]
fn configurations_of_envoy_are_checked() {
    let folder = Folder::new();
    let shipped = repository("envoy/redact.yaml");
    let run = folder.run(&["check", "--envoy", shipped.to_str().unwrap()]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let text = std::fs::read_to_string(shipped)
        .unwrap()
        .replace("failure_policy: FAIL_RELOAD", "failure_policy: FAIL_OPEN");
    folder.write("e.yaml", text);
    let run = folder.run(&["check", "--envoy", "e.yaml"]);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("e.yaml:") && run.out.contains(": fail-open: "), "{}", run.out);
    assert_eq!(folder.run_with(&["check", "--envoy", "-"], b"a: b").code, 2);
}

/// The other filters' configurations are read as those filters read them.
#[test]
fn configurations_of_injection_are_checked() {
    let folder = Folder::new();
    let good = r#"{"stores": {"env": {"kind": "static"}},
        "credentials": [{"name": "k", "store": "env", "reference": {"value_env": "K"}}],
        "bindings": [{"name": "b", "credential": "k", "workload": "any", "cluster": "api",
            "authority": "API.example:443", "methods": ["GET"], "paths": ["/**"],
            "surface": "bearer"}]}"#;
    let check = |filter: &str, text: &str| {
        folder.run_with(&["check", "--filter", filter, "-"], text.as_bytes())
    };
    let run = check("inject", good);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in [
        "binding b\n",
        "  credential  k of env\n",
        "  authority   api.example",
        "1 binding, 1 credential, 1 store",
    ] {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    let run = check("inject", &good.replace("value_env", "value_enf"));
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("line 2: field \"credentials[0].reference.value_enf\"")
            && run.err.contains("did you mean \"value_env\"?"),
        "{}",
        run.err
    );
    for shipped in ["inject", "edge"] {
        let path = repository(&format!("envoy/{shipped}.yaml"));
        let run = folder.run(&["check", "--envoy", path.to_str().unwrap()]);
        // The upstream of a trial is on this machine.
        assert_eq!(run.out.lines().count(), 1, "{}", run.out);
        assert!(run.out.contains(": no-tls: "), "{}", run.out);
    }
    let both = good.replacen('{', r#"{"redact": {"profile": "quiet"}, "#, 1);
    assert_eq!((check("edge", &both).code, check("inject", &both).code), (0, 2));
    // A list of fingerprints needs a key, which a proxy has.
    assert_eq!(check("redact", r#"{"allow": {"fingerprints": ["0123456789abcdef"]}}"#).code, 0);
}

#[test]
fn printed_configurations_are_right() {
    let folder = Folder::new();
    folder
        .write("h.json", "{\"profile\": \"quiet\",\n \"allow\": {\"patterns\": [\"^it's\\\\d\"]}}");
    let print = |proxy: &str| folder.run(&["config", proxy, "--config", "h.json"]);
    let envoy = print("envoy");
    let checked = folder.run_with(&["check", "--envoy", "-"], envoy.out.as_bytes());
    assert_eq!((checked.code, checked.out.as_str()), (0, ""));
    assert!(
        envoy.out.contains(r#"value: '{"allow":{"patterns":["^it''s\\d"]},"profile":"quiet"}'"#),
        "{}",
        envoy.out
    );
    for proxy in ["istio", "envoy-gateway"] {
        assert!(
            print(proxy)
                .out
                .contains(r#"onfig: {"allow":{"patterns":["^it's\\d"]},"profile":"quiet"}"#)
        );
    }
    let nginx = print("nginx");
    assert!(
        nginx.out.contains(
            r#"hushgate_redact '{"host":"nginx","allow":{"patterns":["^it\'s\\\\d"]},"profile":"quiet"}';"#
        ),
        "{}",
        nginx.out
    );
    folder.write("h.json", "{\"a\": 1}");
    assert_eq!(print("envoy").code, 2);
}

#[test]
fn rules_are_listed_shown_and_tried() {
    let folder = Folder::new();
    let all = folder.run(&["rules", "list"]);
    assert_eq!(all.out.lines().count(), hushgate::rule::builtin().len());
    let json = folder.run(&["rules", "list", "--json", "github.*"]);
    for line in json.out.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["labels"]["provider"], "GitHub");
    }
    assert!(
        folder
            .run(&["rules", "show", "github.pat"])
            .out
            .contains("found in     ghp_{alnum:30}{check}")
    );
    let unknown = folder.run(&["rules", "show", "github.pta"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean github.pat?"), "{}", unknown.err);
    let rule = |example: &str| {
        format!(
            r#"{{"rules": [{{"id": "acme.key", "pattern": "acme-[0-9]{{8}}", "examples": ["{example}"]}}]}}"#
        )
    };
    let good = folder.run_with(&["rules", "test", "-"], rule("a <<acme-01234567>>").as_bytes());
    assert_eq!(
        (good.code, good.out.as_str()),
        (0, "acme.key: 1 example as they should be\n1 rule, none of them wrong\n")
    );
    let bad = folder.run_with(&["rules", "test", "-"], rule("acme-0123456").as_bytes());
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("rules[0].examples[0]"), "{}", bad.err);
}

/// Every form that the documentation of gitleaks names, and what becomes of it.
#[test]
fn rules_of_gitleaks_are_carried_over() {
    let folder = Folder::new();
    let toml = include_str!("gitleaks.toml");
    let run = folder.run_with(&["rules", "convert", "-"], toml.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    let config: Value = serde_json::from_str(&run.out).unwrap();
    let ids: Vec<_> = config["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert_eq!(
        ids,
        [
            "acme.api_key",
            "acme.two_groups",
            "gitleaks.github_pat",
            "short.secret",
            "acme.named",
            "gitleaks.known_value"
        ]
    );
    assert_eq!(
        config["rules"][0]["pattern"],
        r"(?i)\b(?:acme(?:-|_)key)\s*=\s*(?P<secret>[a-z0-9]{20})\b"
    );
    assert_eq!(config["rules"][0]["confidence"], "possible");
    assert_eq!(config["rules_off"], serde_json::json!(["github.pat"]));
    assert_eq!(config["allow"]["patterns"], serde_json::json!(["^acme-test-", "(?i)ex\\.ample"]));
    let notes: Vec<&str> =
        run.err.lines().map(|line| line.strip_prefix("hushgate: ").unwrap()).collect();
    let expected = include_str!("gitleaks.notes");
    assert_eq!(notes.join("\n") + "\n", expected);
    // It is a configuration, and its rules find what they are for.
    folder.write("h.json", &run.out);
    assert_eq!(folder.run(&["check", "h.json"]).code, 0);
    folder.write("x/a", "ACME-KEY = 0123456789abcdefghij\n");
    let found = folder.run(&["scan", "--config", "h.json", "x"]);
    assert_eq!(found.out, "x/a:1:12: acme.api_key possible: ACME-KEY = ***\n");
    assert_eq!(folder.run_with(&["rules", "convert", "-"], b"a = [").code, 2);
}

#[test]
fn an_exchange_is_explained_from_har_and_from_text() {
    let folder = Folder::new();
    let (asked, told) = (token(2), token(3));
    let har = serde_json::json!({"log": {"entries": [{
        "request": {"method": "POST", "url": format!("https://api.example/x?t={asked}#f"), "headers": [
            {"name": "Content-Type", "value": "text/plain"}], "postData": {"text": "abc"}},
        "response": {"status": 200, "headers": [
            {"name": "content-encoding", "value": "gzip"}, {"name": "Content-Type", "value": "text/plain"}],
            "content": {"text": format!("key: {told}")}},
    }]}});
    let text = format!(
        "POST /x?t={asked} HTTP/1.1\r\nHost: api.example\r\nContent-Type: text/plain\r\n\r\nabc\n\
         HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nkey: {told}"
    );
    folder.write("h.har", har.to_string());
    folder.write("h.txt", text);
    for file in ["h.har", "h.txt"] {
        let run = folder.run(&["explain", file, "--result"]);
        assert_eq!(run.code, 0, "{}", run.err);
        for line in [
            "    github.pat (certain) in the path at byte 5: report\n",
            "    github.pat (certain) in the body at byte 5: redact\n",
            "      key: [REDACTED:github.pat]*******************\n",
            "  response: certain redact, likely redact, possible report\n",
        ] {
            assert!(run.out.contains(line), "{file}: {line}{}", run.out);
        }
        assert!(!run.out.contains(&asked[8..]) && !run.out.contains(&told[8..]), "{}", run.out);
        let blocked = folder.run(&["explain", file, "--role", "outbound"]);
        assert!(blocked.out.contains("refused with 403: blocked"), "{}", blocked.out);
    }
    assert_eq!(folder.run_with(&["explain", "-"], b"nothing").code, 2);
    assert_eq!(folder.run_with(&["explain", "-"], b"{}").code, 2);
}

#[test]
fn help_for_a_history_names_what_to_revoke() {
    let folder = Folder::new();
    folder.write("a", format!("{}\n{}\n", database(4), token(4)));
    let json = folder.run(&["scan", "--format", "json"]).out;
    let run = folder.run_with(&["scrub-help"], json.as_bytes());
    assert_eq!(run.code, 0);
    let place = |text: &str| run.out.find(text).unwrap_or_else(|| panic!("{text}: {}", run.out));
    assert!(place("1. Revoke") < place("Change the password"));
    assert!(place("Revoke it at GitHub") < place("git filter-repo"));
    assert_eq!(folder.run_with(&["scrub-help"], b"").out, "No findings: nothing to do.\n");
    assert_eq!(folder.run_with(&["scrub-help"], b"x").code, 2);
}

#[test]
fn completions_and_manual_pages_are_generated() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = folder.run(&["completions", shell]);
        assert!(run.code == 0 && run.out.contains("scrub-help"), "{shell}");
    }
    assert!(folder.run(&["man"]).out.contains(".TH hushgate 1"));
    assert_eq!(folder.run(&["man", "--folder", "new/man1"]).code, 0);
    assert!(folder.read("new/man1/hushgate-scan.1").contains("baseline"));
    assert!(folder.path("new/man1/hushgate-rules-convert.1").exists());
}
