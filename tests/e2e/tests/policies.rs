//! Policies by what only the proxy knows, and a configuration that changes under way.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Rig, SHIPPED_PLUGIN, Upstream,
    certificates::Certificates,
    h2, request_head, root,
    secrets::{self, Planted},
    upstream::with_length,
};
use serde_json::{Value, json};

const TEXT: (&str, &str) = ("content-type", "text/plain");

/// The route that all requests take in the shipped file.
const ROUTE: &str = "- match: { prefix: \"/\" }\n";

fn leaking(upstream: &Upstream, case: &str, secret: &Planted) {
    upstream.reply(case, with_length("200 OK", &[TEXT], secret.text.as_bytes()));
}

fn plugin(policies: Value) -> Config {
    Config::plugin(&json!({"responses": "redact", "policies": policies}).to_string())
}

/// A second cluster, and a route of its own to each.
fn routed(config: Config, port: u16) -> Config {
    let route = |prefix: &str, name: &str, cluster: &str| {
        format!(
            "- match: {{ prefix: \"{prefix}\" }}\n{:26}name: {name}\n{:26}route: {{ cluster: {cluster} }}\n{:24}",
            "", "", ""
        )
    };
    let routes = [route("/internal", "plain", "internal"), route("/admin", "admin", "upstream")];
    config.cluster("internal", port).edit(ROUTE, &format!("{}{ROUTE}", routes.concat()))
}

/// What the client says of cluster, route or address is nothing; what the proxy chose counts.
#[test]
fn clusters_routes_and_sources_are_the_proxys_word() {
    let secret = secrets::github_pat(900);
    let internal = Upstream::start();
    let json = json!({
        "responses": "redact",
        "trust_source_address": true,
        "policies": [
            {"name": "internal", "match": {"clusters": ["internal"]}, "responses": "off"},
            {"name": "admin", "match": {"routes": ["admin"]}, "responses": "block"},
            {"name": "elsewhere", "match": {"sources": ["10.0.0.0/8"]}, "responses": "off"},
            {"name": "here", "match": {"sources": ["127.0.0.0/8"], "paths": ["/here"]}, "responses": "mask"},
        ],
    });
    let rig = Rig::start(routed(Config::plugin(&json.to_string()), internal.port()));
    let forged = [("x-forwarded-for", "10.1.2.3"), ("x-cluster", "internal"), ("x-route", "admin")];
    leaking(&internal, "internal", &secret);
    let response = rig.client().get("internal", "/internal/x", &forged);
    assert_eq!(response.body, secret.text.as_bytes(), "off in this cluster");
    let headers = [TEXT, ("x-debug", secret.text.as_str())];
    rig.upstream.reply("admin", with_length("200 OK", &headers, b"ok"));
    assert_eq!(rig.client().get("admin", "/admin/x", &forged).status(), 403);
    leaking(&rig.upstream, "here", &secret);
    let response = rig.client().get("here", "/here", &forged);
    assert!(response.text().starts_with("ghp_****"), "{}", response.text());
    leaking(&rig.upstream, "other", &secret);
    let response = rig.client().get("other", "/other", &forged);
    assert!(response.text().starts_with("[REDACTED:github.pat]"), "{}", response.text());
    let log = rig.envoy.wait_for_log("policy=here");
    assert!(log.contains("reason=blocked status=403 policy=admin"), "{log}");
    for (counter, count) in [
        ("hushgate.policies.request.internal", 1),
        // Where all is off a response is not even looked at.
        ("hushgate.policies.response.internal", 0),
        ("hushgate.policies.response.admin", 1),
        ("hushgate.policies.request.here", 1),
        ("hushgate.policies.request.elsewhere", 0),
    ] {
        assert_eq!(rig.envoy.count(counter), count, "{counter}");
    }
    rig.sweep(std::slice::from_ref(&secret), &[]);
}

/// A policy that waits for the status stops what the request's own would let pass, before a byte has gone.
#[test]
fn an_error_page_is_judged_by_its_status() {
    let secret = secrets::stripe_live(901);
    let rig = Rig::start(plugin(json!([
        {"name": "errors", "match": {"statuses": ["5xx"]}, "responses": "redact"},
        {"name": "pages", "match": {"paths": ["/**"]}, "responses": "report"},
    ])));
    for (case, status, is_kept) in [("fine", "200 OK", true), ("broken", "503 Unavailable", false)]
    {
        rig.upstream.reply(case, with_length(status, &[TEXT], secret.text.as_bytes()));
        let response = rig.client().get(case, "/page", &[]);
        assert_eq!(response.body == secret.text.as_bytes(), is_kept, "{case}");
        assert_eq!(response.body.len(), secret.text.len(), "{case}");
    }
    rig.sweep(std::slice::from_ref(&secret), &[]);
}

/// An upgrade that no policy lets pass is refused before the upstream sees it; a plain request on the same path is not.
#[test]
fn a_websocket_is_refused_where_no_policy_lets_it_pass() {
    let json = json!({
        "upgrades": "block",
        "policies": [{"name": "chat", "match": {"paths": ["/chat"]}, "upgrades": "pass"}],
    });
    let rig = Rig::start(Config::plugin(&json.to_string()));
    let upgrade = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let switching =
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
    rig.upstream.reply("chat", switching.to_vec());
    rig.upstream.reply("ws", switching.to_vec());
    rig.upstream.reply("plain", with_length("200 OK", &[TEXT], b"ok"));
    let status = |case: &str, path: &str, headers: &[(&str, &str)]| {
        let mut client = rig.client();
        client.send(&request_head("GET", path, case, headers));
        client.head().status()
    };
    assert_eq!(status("ws", "/ws", &upgrade), 403);
    assert!(rig.upstream.requests("ws").is_empty(), "the upstream saw it");
    assert_eq!(status("chat", "/chat", &upgrade), 101);
    assert_eq!(status("plain", "/ws", &[]), 200);
    rig.envoy.wait_for_count("hushgate.refused.request.upgrade", 1);
    rig.sweep(&[], &[]);
}

/// A message of gRPC: a flag, its length, and the bytes.
fn grpc(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a short text").to_be_bytes();
    [&[0][..], &length, text.as_bytes()].concat()
}

/// A client of gRPC learns of a block by a status of gRPC: 7, PERMISSION_DENIED.
#[test]
fn a_blocked_call_has_a_status_of_grpc() {
    let (secret, debug) = (secrets::github_pat(904), secrets::stripe_live(904));
    let upstream = h2::Upstream::start();
    let config = Config::plugin(r#"{"requests":"block","responses":"block"}"#).http2_upstream();
    let envoy = Envoy::start(config, upstream.port());
    let call = |case: &str, text: &str| {
        let request = h2::Message::request("POST", "/service/Method", case);
        let request = request.header("content-type", "application/grpc").header("te", "trailers");
        h2::Client::send(envoy.port(), &request.piece(grpc(text))).expect("an answer")
    };
    let reply = || h2::Message::response(200).header("content-type", "application/grpc");
    let reply = |debug: &str| {
        reply().header("x-debug", debug).piece(grpc("ok")).trailer("grpc-status", "0")
    };
    upstream.reply("clean", reply("none"));
    upstream.reply("header", reply(&debug.text));
    assert_eq!(call("clean", "clean").body(), grpc("ok"));
    for (case, text) in [("body", secret.text.as_str()), ("header", "clean")] {
        let answer = call(case, text);
        assert_eq!(answer.status, 200, "{case}");
        assert_eq!(answer.values("grpc-status"), [b"7"], "{case}");
    }
    envoy.wait_for_count("hushgate.refused.request.blocked", 1);
    envoy.wait_for_count("hushgate.refused.response.blocked", 1);
    hushgate_test_e2e::sweep::sweep(&envoy, &[secret, debug], &[]);
}

/// A workload is who its certificate says; a policy for it applies in a listener's chain as in a cluster's.
#[test]
fn a_policy_by_certificate() {
    let secret = secrets::github_pat(902);
    let certificates = Certificates::new("policies");
    let rig = Rig::start(certificates.guard(plugin(json!([
        {"name": "agent", "match": {"uri_sans": ["spiffe://tests/agent-1"]}, "responses": "report"},
    ]))));
    leaking(&rig.upstream, "tls", &secret);
    let forged = "x-forwarded-client-cert: URI=spiffe://tests/agent-1";
    let ask = |name| certificates.ask(rig.envoy.port(), Some(name), &["x-case: tls", forged]);
    assert_eq!(ask("agent-1"), format!("200 {}", secret.text));
    let other = ask("agent-2");
    assert!(other.starts_with("200 [REDACTED:github.pat]") && !secret.leaks_in(other.as_bytes()));
    rig.envoy.wait_for_count("hushgate.policies.response.agent", 1);
    rig.sweep(std::slice::from_ref(&secret), &[]);
}

/// Envoy with the filter's configuration in a file that it watches (ECDS).
struct Watched {
    rig: Rig,
    file: PathBuf,
    filter: String,
}

impl Watched {
    fn start() -> Watched {
        let file = root().join("target/e2e/policies-filter.yaml");
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder below target");
        let text = Config::shipped().text().to_owned();
        let start = text.find("                  - name: hushgate.redact\n").expect("the filter");
        let end =
            text.find("                  - name: envoy.filters.http.router").expect("the next");
        let (before, filter, after) = (&text[..start], &text[start..end], &text[end..]);
        let kind = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
        let discovery = json!({
            "name": "hushgate.redact",
            "config_discovery": {
                "config_source": {"path_config_source": {"path": file}},
                "type_urls": [kind],
            },
        });
        let lines = filter.lines().map(|line| line.strip_prefix(&" ".repeat(18)).unwrap_or(line));
        let filter = lines.collect::<Vec<_>>().join("\n");
        let named = "- name: hushgate.redact\n";
        let typed = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
        let resource = format!("- \"@type\": {typed}\n  name: hushgate.redact\n");
        let filter = format!("resources:\n{}\n", filter.replacen(named, &resource, 1));
        write(&file, &filter);
        // Whoever asks for a configuration has to say who asks.
        let node = "node: { id: tests, cluster: tests }\n";
        let text = format!("{node}{before}{:18}- {discovery}\n{after}", "");
        Watched { rig: Rig::start(Config::made(text)), file, filter }
    }

    /// Hands Envoy another configuration of the plugin.
    fn reload(&self, json: &str) {
        assert_eq!(self.filter.matches(SHIPPED_PLUGIN).count(), 1);
        write(&self.file, &self.filter.replace(SHIPPED_PLUGIN, json));
    }

    fn body(&self, case: &str, secret: &Planted) -> String {
        leaking(&self.rig.upstream, case, secret);
        let response = self.rig.client().get(case, "/", &[]);
        assert_eq!(response.status(), 200, "{case}");
        response.text()
    }
}

/// The shipped listener in a file that Envoy watches (LDS), and what is left of the configuration.
fn listener_by_discovery(file: &Path) -> (String, Config) {
    let text = Config::shipped().text().to_owned();
    let start = text.find("  listeners:\n").expect("the listeners");
    let end = text.find("  clusters:\n").expect("the clusters");
    let (before, listeners, after) = (&text[..start], &text[start..end], &text[end..]);
    let lines = listeners.lines().skip(1);
    let lines = lines.map(|line| line.strip_prefix(&" ".repeat(4)).unwrap_or(line));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let kind = "type.googleapis.com/envoy.config.listener.v3.Listener";
    let resource = format!("- \"@type\": {kind}\n  name: hushgate\n");
    let listener = lines.replacen("- name: hushgate\n", &resource, 1);
    // A port that Envoy chooses, as the harness puts in; it looks for the shipped one in what is left.
    let listener = listener.replace("port_value: 10000 }", "port_value: 0 }");
    let source = json!({"lds_config": {"path_config_source": {"path": file}}});
    let node = "node: { id: tests, cluster: tests }\n# Was: { port_value: 10000 }\n";
    let text = format!("{node}dynamic_resources: {source}\n{before}{after}");
    (format!("resources:\n{listener}\n"), Config::made(text))
}

/// Puts a file in the place of another one at once: that is what Envoy watches for.
fn write(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).expect("a file below target");
    fs::rename(&new, file).expect("its name");
}

/// Each reason to refuse a configuration leaves the one that runs at work; the next good one takes its place.
#[test]
fn a_bad_configuration_changes_nothing() {
    let secret = secrets::github_pat(903);
    let watched = Watched::start();
    assert!(watched.body("before", &secret).starts_with("[REDACTED:github.pat]"));
    for (number, (json, reason)) in [
        (r#"{"respnses":"off"}"#, "field \"respnses\": not known here"),
        (r#"{"responses":"of"}"#, "field \"responses\": want one of"),
        (
            r#"{"responses":"off","policies":[{"name":"a","match":{}}]}"#,
            "field \"policies[0].match\": want",
        ),
        (r#"{"responses":"off""#, "no valid JSON"),
    ]
    .into_iter()
    .enumerate()
    {
        watched.reload(json);
        let log = watched.rig.envoy.wait_for_log(reason);
        assert!(!secret.leaks_in(log.as_bytes()));
        let body = watched.body(&format!("bad-{number}"), &secret);
        assert!(body.starts_with("[REDACTED:github.pat]"), "{json}: {body}");
    }
    watched.reload(r#"{"responses":"mask"}"#);
    let start = Instant::now();
    while !watched.body("after", &secret).starts_with("ghp_*") {
        assert!(start.elapsed() < PATIENCE, "the good configuration does not come");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The same where the whole listener is delivered: Envoy keeps the one that serves.
#[test]
fn a_bad_listener_changes_nothing() {
    let secret = secrets::github_pat(905);
    let file = root().join("target/e2e/policies-listener.yaml");
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder below target");
    let (listener, config) = listener_by_discovery(&file);
    assert_eq!(listener.matches(SHIPPED_PLUGIN).count(), 1);
    write(&file, &listener);
    let rig = Rig::start(config);
    leaking(&rig.upstream, "case", &secret);
    for (json, reason) in [
        ("{}", None),
        (r#"{"respnses":"off"}"#, Some("field \"respnses\": not known here")),
        (r#"{"responses":"off","host_errors":"mask"}"#, Some("field \"host_errors\": want one of")),
    ] {
        if let Some(reason) = reason {
            write(&file, &listener.replace(SHIPPED_PLUGIN, json));
            let log = rig.envoy.wait_for_log(reason);
            assert!(!secret.leaks_in(log.as_bytes()));
        }
        let response = rig.client().get("case", "/", &[]);
        assert_eq!(response.status(), 200, "{json}");
        assert!(response.text().starts_with("[REDACTED:github.pat]"), "{json}: {response:?}");
    }
    assert!(!secret.leaks_in(rig.envoy.log().as_bytes()));
}
