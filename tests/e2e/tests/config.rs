//! The shipped file, and configurations that Envoy must refuse.

use std::collections::BTreeSet;

use hushgate_test_e2e::{
    Config, Envoy, Rig, SHIPPED_PLUGIN, module, root,
    secrets::{self, Planted},
    sweep::assert_no_errors,
    upstream::with_length,
};

#[test]
fn the_shipped_file_is_valid() {
    let done = Envoy::validate(Config::shipped());
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{text}");
    assert_no_errors(&text);
}

#[test]
fn an_empty_configuration_is_valid() {
    for plugin in ["{}", ""] {
        let done = Envoy::validate(Config::plugin(plugin));
        let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert!(done.status.success(), "{plugin:?}: {text}");
    }
}

/// Envoy refuses to start; the log names the field, and shows no value, not even one that stands
/// where a name or a word belongs.
fn assert_refused(plugin: &str, named: &str, planted: &[Planted]) {
    let Err(refusal) = Envoy::try_start(Config::plugin(plugin), 1) else {
        panic!("Envoy accepted a configuration it should refuse (about {named})");
    };
    let errors: Vec<&str> = refusal
        .log
        .lines()
        .filter(|line| line.contains("][error][wasm]") && line.contains("hushgate"))
        .filter(|line| line.contains("wasm log"))
        .collect();
    assert_eq!(errors.len(), 1, "one line says why, for {named}: {errors:#?}");
    assert!(errors[0].contains(named), "{named:?} is not in: {}", errors[0]);
    for secret in planted {
        assert!(!secret.leaks_in(refusal.log.as_bytes()), "{} is in the log", secret.name);
    }
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    let secret = secrets::github_pat(400);
    let plugin = format!(r#"{{"responses":"redact","respnses":"{}"}}"#, secret.text);
    assert_refused(&plugin, "respnses", &[secret]);
}

#[test]
fn a_bad_type_is_refused_by_the_fields_name() {
    assert_refused(r#"{"requests":17}"#, "requests", &[]);
    assert_refused(r#"{"responses":["redact"]}"#, "responses", &[]);
}

#[test]
fn an_unknown_word_is_refused_without_showing_it() {
    let secret = secrets::stripe_live(401);
    let plugin = format!(r#"{{"responses":"{}"}}"#, secret.text);
    assert_refused(&plugin, "responses", &[secret]);
}

#[test]
fn bad_json_is_refused_without_showing_it() {
    let secret = secrets::gitlab_pat(402);
    let plugin = format!(r#"{{"responses": {} "#, secret.text);
    assert_refused(&plugin, "JSON", &[secret]);
}

#[test]
fn json_of_another_kind_is_refused() {
    for plugin in ["[]", "17", "null", "\"redact\""] {
        let refused = Envoy::try_start(Config::plugin(plugin), 1).is_err();
        assert!(refused, "{plugin} was accepted");
    }
}

/// Each word for responses, seen from the client.
#[test]
fn the_words_do_what_they_say() {
    let secret = secrets::github_pat(403);
    let body = format!("key: {}\n", secret.text).into_bytes();
    for word in ["redact", "mask", "block", "report", "off"] {
        let rig = Rig::start(Config::plugin(&format!(r#"{{"responses":"{word}"}}"#)));
        rig.upstream.reply("word", with_length("200 OK", &[("content-type", "text/plain")], &body));
        let mut client = rig.client();
        client.send(&hushgate_test_e2e::request_head("GET", "/", "word", &[]));
        let response = client.response();
        match word {
            "redact" | "mask" => assert_eq!(response.body.len(), body.len(), "{word}"),
            // Headers that have already gone cannot become a 403: then the body is cut off.
            "block" => assert!(response.status() == 403 || response.truncated, "{word}"),
            _ => assert_eq!(response.body, body, "{word}"),
        }
        let passes = ["report", "off"].contains(&word);
        assert_eq!(secret.leaks_in(&response.everything()), passes, "{word}");
        let counted = rig.envoy.count("hushgate.findings.response.");
        assert_eq!(counted, u64::from(word != "off"), "{word}");
        rig.sweep(std::slice::from_ref(&secret), &[]);
    }
}

/// What the SDK brings into every module, for things that this filter does not do.
const SDK_ONLY: [&str; 33] = [
    "proxy_call_foreign_function",
    "proxy_close_stream",
    "proxy_continue_stream",
    "proxy_dequeue_shared_queue",
    "proxy_done",
    "proxy_enqueue_shared_queue",
    "proxy_get_header_map_value",
    "proxy_get_shared_data",
    "proxy_get_status",
    "proxy_grpc_call",
    "proxy_grpc_cancel",
    "proxy_grpc_close",
    "proxy_grpc_send",
    "proxy_grpc_stream",
    "proxy_http_call",
    "proxy_on_downstream_connection_close",
    "proxy_on_downstream_data",
    "proxy_on_foreign_function",
    "proxy_on_grpc_close",
    "proxy_on_grpc_receive",
    "proxy_on_grpc_receive_initial_metadata",
    "proxy_on_grpc_receive_trailing_metadata",
    "proxy_on_http_call_response",
    "proxy_on_new_connection",
    "proxy_on_queue_ready",
    "proxy_on_tick",
    "proxy_on_upstream_connection_close",
    "proxy_on_upstream_data",
    "proxy_register_shared_queue",
    "proxy_resolve_shared_queue",
    "proxy_set_header_map_pairs",
    "proxy_set_shared_data",
    "proxy_set_tick_period_milliseconds",
];

/// What the standard library links in and may well fail at: no stdio, clock or exit. The environment has the key of fingerprints.
const WASI_DENIED: [&str; 4] = ["clock_time_get", "fd_write", "proc_exit", "sched_yield"];

/// A callback that is missing from the list is never called, without a word: bodies would pass
/// unscanned. A function that is listed and not needed is reach without a reason.
#[test]
fn the_capabilities_are_exactly_what_the_module_uses() {
    let names = module::names(&root().join("dist/hushgate_redact.wasm"));
    let callbacks = names.exports.into_iter().filter(|name| name.starts_with("proxy_on_"));
    // How memory is handed over; not a capability.
    let callbacks = callbacks.filter(|name| name != "proxy_on_memory_allocate");
    let callbacks = callbacks.filter(|name| !SDK_ONLY.contains(&name.as_str()));
    let imports = names.imports.into_iter();
    let imports = imports.filter(|name| !SDK_ONLY.contains(&name.as_str()));
    let imports = imports.filter(|name| !WASI_DENIED.contains(&name.as_str()));
    let used: BTreeSet<String> = imports.chain(callbacks).collect();
    let listed = listed_capabilities();
    let missing: Vec<_> = used.difference(&listed).collect();
    let needless: Vec<_> = listed.difference(&used).collect();
    assert!(missing.is_empty(), "not in envoy/redact.yaml: {missing:?}");
    assert!(needless.is_empty(), "in envoy/redact.yaml without need: {needless:?}");
}

fn listed_capabilities() -> BTreeSet<String> {
    let config = Config::shipped();
    let (_, list) = config.text().split_once("allowed_capabilities:\n").expect("the list");
    let lines = list.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.map_while(|line| line.strip_suffix(": {}")).map(str::to_owned).collect()
}

/// What the file says about itself is what it does.
#[test]
fn the_shipped_file_keeps_its_promises() {
    let text = Config::shipped().text().to_owned();
    for promise in [
        SHIPPED_PLUGIN,
        "failure_policy: FAIL_RELOAD",
        "allow_on_headers_stop_iteration: true",
        "vm_id: hushgate.redact",
        "use_remote_address: true",
    ] {
        assert_eq!(text.matches(promise).count(), 1, "{promise}");
    }
    assert!(!text.contains("0.0.0.0"), "it listens on loopback only");
}

/// The access log is where query strings usually leak.
#[test]
fn the_access_log_has_no_query_string() {
    let rig = Rig::start(Config::shipped());
    rig.upstream.reply("logged", with_length("200 OK", &[], b"ok"));
    rig.client().get("logged", "/some/path?marker=in-the-query", &[]);
    let log = rig.envoy.wait_for_log("GET /some/path");
    assert!(!log.contains("in-the-query"));
}
