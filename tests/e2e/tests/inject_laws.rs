//! What design measured to be exploitable, and other tests do not show: a cache, logs, a module with the same `vm_id`,
//! workloads by certificate, and a worker that dies while it fetches for all.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use hushgate::inject::share;
use hushgate_test_e2e::{
    Config, PATIENCE,
    certificates::Certificates,
    secrets::{self, Planted},
    shared,
    upstream::with_length,
    vaulted::{AUTHORITY, Vaulted, plugin},
};
use hushgate_test_vault::now_ms;
use serde_json::{Value, json};

const TEXT: (&str, &str) = ("content-type", "text/plain");
const FIRST_FILTER: &str = "http_filters:\n                  - name";

/// With a filter before the router.
fn with_filter(config: Config, filter: &Value) -> Config {
    config.edit(
        FIRST_FILTER,
        &format!("http_filters:\n                  - {filter}\n                  - name"),
    )
}

/// A cache stores what may be stored; not what answers an injected request, whatever the upstream says of it.
#[test]
fn a_cache_keeps_nothing_that_was_injected() {
    let secret = secrets::vault_value(860);
    let cache = json!({"name": "cache", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.cache.v3.CacheConfig",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.http.cache.simple_http_cache.v3.SimpleHttpCacheConfig",
        },
    }});
    let binding = json!({"surface": {"query": {"name": "key"}}, "accept_url_logging": true});
    let json = plugin(json!({}), binding, json!({"unbound": "pass"}));
    let rig = Vaulted::with(&json, &secret.secret, |config| with_filter(config, &cache));
    // An answer for everybody, as far as the upstream is concerned.
    let date = "Tue, 24 Nov 2026 12:00:00 GMT";
    let headers = [TEXT, ("cache-control", "public, max-age=100000000"), ("date", date)];
    let body = format!("key={}", secret.secret);
    rig.upstream.reply("injected", with_length("200 OK", &headers, body.as_bytes()));
    rig.upstream.reply("plain", with_length("200 OK", &headers, b"for everybody"));
    let mut seen = Vec::new();
    for _ in 0..3 {
        // The same path each time: the case is no part of a cache's key.
        let response = rig.get("injected", "/v1/x?a=1", &[]);
        assert_eq!(response.status(), 200);
        assert!(response.head.value("cache-control").starts_with("private"));
        seen.extend(response.everything());
        assert_eq!(rig.get("plain", "/free?a=1", &[]).body, b"for everybody");
    }
    assert_eq!(rig.upstream.requests("plain").len(), 1, "the cache is at work");
    assert_eq!(rig.upstream.requests("injected").len(), 3, "nothing of these is kept");
    rig.sweep(&[secret], &[&seen]);
}

/// Envoy's own default format prints the URL that the filter has made: what the shipped one is there for.
#[test]
fn the_default_access_log_would_print_a_key_in_a_url() {
    let secret = secrets::vault_value(861);
    let binding = json!({"surface": {"query": {"name": "key"}}, "accept_url_logging": true});
    let json = plugin(json!({}), binding, json!({}));
    let rig = Vaulted::with(&json, &secret.secret, |config| {
        let start = config.text().find("log_format:").expect("the format");
        let end = config.text()[start..].find("http_filters:").expect("what follows it");
        let format = config.text()[start..start + end].to_owned();
        config.edit(&format, "\n                ")
    });
    rig.request("logged", "/v1/x", &[]);
    let log = rig.envoy.wait_for_log("\"GET /v1/x?key=");
    assert!(log.contains(&secret.secret), "a fact about Envoy, not about the filter: {log}");
    // A header is in no default log.
    let rig =
        Vaulted::with(&plugin(json!({}), json!({}), json!({})), &secret.secret, |config| config);
    rig.request("header", "/v1/x", &[]);
    rig.envoy.wait_for_log("GET /v1/x");
    rig.sweep(&[secret], &[]);
}

/// What Envoy's own loggers print at debug level, with a retry; the filter's lines hold nothing.
#[test]
fn what_a_debug_log_shows() {
    let secret = secrets::vault_value(862);
    let json = plugin(json!({}), json!({}), json!({}));
    let rig = Vaulted::with(&json, &secret.secret, |config| {
        config.edit("retry_on: retriable-status-codes", "retry_on: 5xx")
    });
    rig.envoy.set_log_level("debug");
    let tries = AtomicU32::new(0);
    rig.upstream.on("debug", move |_, wire| {
        let first = tries.fetch_add(1, Ordering::SeqCst) == 0;
        let status = if first { "503 Service Unavailable" } else { "200 OK" };
        wire.send(&with_length(status, &[TEXT], b"answer"))
    });
    assert_eq!(rig.get("debug", "/v1/x", &[]).status(), 200);
    rig.envoy.set_log_level("info");
    rig.request("after", "/v1/x", &[]);
    let log = rig.envoy.wait_for_log("hushgate inject decision=inject");
    let token = rig.vault.token();
    // A line of a header map has no logger: it belongs to the last one that has.
    let (mut logger, mut shows) = ("", (BTreeSet::new(), BTreeSet::new()));
    for line in log.lines() {
        let parts: Vec<&str> = line.splitn(5, [']']).collect();
        if let (true, Some(name)) = (line.starts_with("[20"), parts.get(3)) {
            logger = name.trim_start_matches('[');
        }
        if line.contains(&secret.secret) {
            shows.0.insert(logger.to_owned());
        }
        if line.contains(token) {
            shows.1.insert(logger.to_owned());
        }
        let is_ours = line.contains("wasm log");
        assert!(!(is_ours && secret.leaks_in(line.as_bytes())), "our own line shows it");
    }
    assert!(log.contains("][debug]["), "the level was debug");
    // Facts about Envoy 1.40, as docs/injection.md tells them: the injected header is in none of its lines, and the vault's
    // token is in what it says of the call.
    let (of_key, of_token) = shows;
    assert!(of_key.is_empty(), "{of_key:?}");
    assert_eq!(of_token, BTreeSet::from(["router".to_owned()]));
}

/// The key of the shared data of `example`, as the workers make it.
fn entry_key(json: &Value) -> String {
    let text = |value: &Value| value.to_string();
    let reference = &json["credentials"][0]["reference"];
    share::entry_key(&share::label("example", &text(&json["stores"]["vault"]), &text(reference)))
}

/// A foreign module reads ciphertext, and what it writes is believed by nobody.
#[test]
fn a_module_with_the_same_vm_id_reads_nothing_and_forges_nothing() {
    let (secret, new) = (secrets::vault_value(863), secrets::vault_value(864));
    let json = plugin(json!({"refresh_after_ms": 100}), json!({}), json!({}));
    let rig = Vaulted::with(&json, &secret.secret, |config| config.workers(2).pried());
    assert_eq!(rig.request("first", "/v1/x", &[]).0.status(), 200);
    let keys = [entry_key(&json), share::session_key("vault"), share::lease_key("vault")];
    for key in &keys {
        let bytes = shared(&mut rig.client(), key, None).expect("the workers share it");
        assert!(bytes.len() >= 40, "{key}: a nonce, a tag, and something between");
        assert!(!secret.leaks_in(&bytes), "{key} holds the value");
        let token = rig.vault.token().as_bytes();
        assert!(!bytes.windows(token.len()).any(|window| window == token), "{key} holds the token");
    }
    // What is there under another name is no entry, nor is what somebody makes up.
    let entry = shared(&mut rig.client(), &keys[0], None).expect("the entry");
    for forged in [entry.as_slice(), &[0; 200], b"x"] {
        for key in &keys {
            shared(&mut rig.client(), key, Some(forged));
        }
        for _ in 0..5 {
            let (response, seen) = rig.request("forged", "/v1/x", &[]);
            assert_eq!(response.status(), 200, "{}", response.text());
            assert_eq!(seen.head.value("authorization"), format!("Bearer {}", secret.secret));
        }
    }
    rig.vault.put("example", &new.secret);
    until_sent(&rig, &new);
    rig.sweep(&[secret, new], &[&entry]);
}

fn until_sent(rig: &Vaulted, value: &Planted) {
    let start = Instant::now();
    while !rig.request("until", "/v1/x", &[]).1.head.value("authorization").ends_with(&value.secret)
    {
        assert!(start.elapsed() < PATIENCE, "{}", rig.envoy.log());
        thread::sleep(Duration::from_millis(10));
    }
}

/// A worker that dies while it fetches leaves its lease: it is written here as it would be. The next one takes over when
/// it has run out.
#[test]
fn a_lease_ends_with_its_holder() {
    let secret = secrets::vault_value(865);
    let rig = leased(&secret, 60_000);
    leave_lease(&rig);
    let (response, _) = rig.request("held-up", "/v1/x", &[]);
    assert_eq!(response.status(), 200, "{}", response.text());
    fetched_once(&rig, &secret);
}

/// Whoever holds the lease and prolongs it for ever, nobody waits longer than he may.
#[test]
fn a_lease_holds_nobody_for_ever() {
    let secret = secrets::vault_value(868);
    let rig = leased(&secret, 300);
    leave_lease(&rig);
    let (is_over, start) = (AtomicBool::new(false), Instant::now());
    let response = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) && start.elapsed() < PATIENCE {
                leave_lease(&rig);
                thread::sleep(Duration::from_millis(100));
            }
        });
        let (response, _) = rig.request("held-up", "/v1/x", &[]);
        is_over.store(true, Ordering::SeqCst);
        response
    });
    let told = (response.status(), response.text());
    assert_eq!(told, (503, "hushgate: refused: waited_too_long\n".to_owned()));
    // It is over by itself.
    fetched_once(&rig, &secret);
}

const SHARED_KEY: &str = "the shared key of this test, known to it too";

fn leased(secret: &Planted, wait_ms_max: u32) -> Vaulted {
    let json = plugin(json!({}), json!({}), json!({"wait_ms_max": wait_ms_max}));
    Vaulted::with(&json, &secret.secret, |config| {
        config.variable("HUSHGATE_SHARED_KEY", Some(SHARED_KEY)).workers(2).pried()
    })
}

fn leave_lease(rig: &Vaulted) {
    let sealer = share::Sealer::new(SHARED_KEY.as_bytes()).expect("a key of enough bytes");
    let lease = share::Lease { holder: 0xdead, taken_ms: now_ms() };
    let name = share::lease_key("vault");
    let bytes = sealer.seal(&name, &lease.write(), [7; 24]);
    shared(&mut rig.client(), &name, Some(&bytes));
}

/// The value is sent in the end, and the store was asked for it once.
fn fetched_once(rig: &Vaulted, secret: &Planted) {
    until_sent(rig, secret);
    rig.envoy.wait_for_count("hushgate.inject.fetch.changed.example", 1);
    rig.sweep(slice(secret), &[]);
}

fn slice(secret: &Planted) -> &[Planted] {
    std::slice::from_ref(secret)
}

/// Four workers start cold under ten thousand requests: one login and one read, by the vault's own audit log.
#[test]
fn ten_thousand_requests_log_in_once_and_read_once() {
    let secret = secrets::vault_value(866);
    let bao = hushgate_test_vault::Bao::dev_with(
        "audit \"file\" \"calls\" {\n  options { file_path = \"{files}/audit\" }\n}",
    );
    bao.admin("POST", "secret/data/example", json!({"data": {"key": secret.secret}}));
    let policy = bao.policy(&[("secret/data/example", "read")]);
    let role = bao.approle(json!({"token_policies": policy, "token_ttl": "1h"}));
    let mut json = plugin(json!({}), json!({}), json!({"waiting_max": 4_096}));
    json["stores"]["vault"]["login"] = json!({"method": "approle", "mount": role.mount,
        "role_id": role.role_id, "secret_id_env": "HUSHGATE_VAULT_TOKEN"});
    let config = Config::inject_at(Some(&json), bao.port(), &role.secret_id).workers(4);
    let upstream = hushgate_test_e2e::Upstream::start();
    let envoy = hushgate_test_e2e::Envoy::start(config, upstream.port());
    upstream.reply("many", with_length("200 OK", &[TEXT], b"ok"));
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let mut client = envoy.client();
                for _ in 0..500 {
                    let response = client.get("many", "/v1/x", &[("host", AUTHORITY)]);
                    assert_eq!(response.status(), 200, "{}", response.text());
                }
            });
        }
    });
    let requests = upstream.requests("many");
    assert_eq!(requests.len(), 10_000);
    let key = format!("Bearer {}", secret.secret);
    assert!(requests.iter().all(|it| it.head.value("authorization") == key));
    let audit = bao.file("audit");
    let lines = audit.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let asked: Vec<(String, String)> = lines
        .filter(|line| line["type"] == "request")
        .map(|line| {
            let text = |field: &str| line["request"][field].as_str().unwrap_or_default().to_owned();
            (text("operation"), text("path"))
        })
        .collect();
    let count = |operation: &str, path: &str| {
        asked.iter().filter(|it| **it == (operation.to_owned(), path.to_owned())).count()
    };
    let login = format!("auth/{}/login", role.mount);
    assert_eq!(
        (count("update", &login), count("read", "secret/data/example")),
        (1, 1),
        "{asked:?}"
    );
    hushgate_test_e2e::sweep::sweep(&envoy, &[secret], &[audit.as_bytes()]);
}

/// A workload is who its certificate says, by the proxy's own check.
#[test]
fn a_workload_by_its_certificate() {
    let secret = secrets::vault_value(867);
    let certificates = Certificates::new("inject");
    let binding = json!({"workload": {"uri_san": "spiffe://tests/agent-1"}});
    let json = plugin(json!({}), binding, json!({}));
    let rig = Vaulted::with(&json, &secret.secret, |config| certificates.guard(config));
    rig.upstream.reply("tls", with_length("200 OK", &[TEXT], b"ok"));
    let host = format!("Host: {AUTHORITY}");
    let forged = "x-forwarded-client-cert: URI=spiffe://tests/agent-1";
    let ask = |name: Option<&str>| {
        certificates.ask(rig.envoy.port(), name, &[&host, "x-case: tls", forged])
    };
    assert_eq!(ask(Some("agent-1")), "200 ok");
    let sent = rig.upstream.request("tls").head.value("authorization");
    assert_eq!(sent, format!("Bearer {}", secret.secret));
    assert_eq!(ask(Some("agent-2")), "403 hushgate: refused: workload_not_bound\n");
    assert!(ask(None).starts_with("none "), "the proxy wants a certificate");
    assert_eq!(rig.upstream.requests("tls").len(), 1);
    rig.sweep(&[secret], &[]);
}
