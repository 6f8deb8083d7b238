//! Injection over time: rotation, refused keys, a dead vault, several workers.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Response, Upstream, request_head,
    secrets::{self, Planted},
    upstream::with_length,
    vault::Vault,
    vaulted::{AUTHORITY, Vaulted, plugin},
    version,
};
use serde_json::{Value, json};

const TEXT: (&str, &str) = ("content-type", "text/plain");

fn start(credential: Value, secret: &Planted) -> Vaulted {
    Vaulted::start(&plugin(credential, json!({}), json!({})), &secret.secret)
}

/// Asks until the answer is as wanted.
fn until(rig: &Vaulted, case: &str, wanted: impl Fn(&Response, &str) -> bool) -> Response {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let (response, seen) = rig.request(case, "/v1/x", &[]);
        if wanted(&response, &seen.head.value("authorization")) {
            return response;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{case}: it never came to that; Envoy's log:\n{}", rig.envoy.log());
}

#[test]
fn a_new_version_is_used_after_a_while_and_the_old_one_is_still_redacted() {
    let (old, new) = (secrets::vault_value(720), secrets::vault_value(721));
    let rig = start(json!({"refresh_after_ms": 200}), &old);
    until(&rig, "old", |_, sent| sent.contains(&old.secret));
    rig.vault.put("example", &new.secret);
    until(&rig, "new", |response, sent| {
        assert_eq!(response.status(), 200, "no request fails for it");
        sent.contains(&new.secret)
    });
    let body = format!("{} {}", old.secret, new.secret);
    rig.upstream.reply("both", with_length("200 OK", &[TEXT], body.as_bytes()));
    let response = rig.get("both", "/v1/x", &[]);
    assert_eq!(response.body.len(), body.len());
    rig.sweep(&[old, new], &[&response.everything()]);
}

/// The upstream refuses the old key: the store is asked once, and Envoy's own retry has the new one.
#[test]
fn a_refused_key_is_replaced_before_the_retry() {
    if !version::retries_what_was_held() {
        return;
    }
    let (old, new) = (secrets::vault_value(722), secrets::vault_value(723));
    let rig = start(json!({}), &old);
    let good = Arc::new(Mutex::new(old.secret.clone()));
    let accepted = Arc::clone(&good);
    rig.upstream.on("revoked", move |request, wire| {
        let is_good = request.head.value("authorization").ends_with(&*accepted.lock().expect("it"));
        let status = if is_good { "200 OK" } else { "401 Unauthorized" };
        wire.send(&with_length(status, &[TEXT], b"answer"))
    });
    assert_eq!(rig.get("revoked", "/v1/x", &[]).status(), 200);
    rig.vault.put("example", &new.secret);
    (*good.lock().expect("it")).clone_from(&new.secret);
    let response = rig.get("revoked", "/v1/x", &[]);
    assert_eq!(response.status(), 200, "{}", rig.envoy.log());
    let sent: Vec<_> =
        rig.upstream.requests("revoked").iter().map(|it| it.head.value("authorization")).collect();
    assert_eq!(sent.len(), 3, "one before, one refused, one again");
    assert!(sent[1].ends_with(&old.secret) && sent[2].ends_with(&new.secret));
    assert_eq!(rig.envoy.count("replaced_on_sight"), 0, "nobody but the filter had the old key");
    // A key that stays wrong: one more refresh at most, since the last one was just now.
    let calls = rig.envoy.count("cluster.vault.upstream_rq_total");
    *good.lock().expect("it") = "another".to_owned();
    for _ in 0..5 {
        assert_eq!(rig.get("revoked", "/v1/x", &[]).status(), 401);
    }
    assert_eq!(rig.envoy.count("cluster.vault.upstream_rq_total"), calls, "not provoked");
    rig.sweep(&[old, new], &[]);
}

#[test]
fn a_dead_vault_is_survived_for_a_while_then_refused_and_recovered_from() {
    let (old, new) = (secrets::vault_value(724), secrets::vault_value(725));
    let rig = start(json!({"refresh_after_ms": 100, "max_stale_ms": 6_000}), &old);
    until(&rig, "before", |response, _| response.status() == 200);
    rig.vault.kill();
    assert_eq!(rig.request("stale", "/v1/x", &[]).0.status(), 200, "the last good one is used on");
    let refused = until(&rig, "dead", |response, _| response.status() == 503);
    let text = refused.text();
    assert!(
        text == "hushgate: refused: too_stale\n" || text == "hushgate: refused: waited_too_long\n",
        "{text}"
    );
    rig.envoy.wait_for_at_least("hushgate.inject.refuse.", 1);
    rig.vault.revive();
    rig.vault.put("example", &new.secret);
    until(&rig, "after", |response, sent| response.status() == 200 && sent.contains(&new.secret));
    assert!(rig.envoy.log().contains("hushgate fetch credential=example outcome=un"));
    rig.sweep(&[old, new], &[]);
}

#[test]
fn a_vault_that_was_never_there_is_a_reason_until_it_comes() {
    let secret = secrets::vault_value(726);
    let rig = start(json!({}), &secret);
    rig.vault.kill();
    let (response, _) = rig.request("never", "/v1/x", &[]);
    assert_eq!(response.status(), 503, "{}", response.text());
    assert_eq!(response.text(), "hushgate: refused: unavailable\n");
    assert!(rig.upstream.requests("never").is_empty());
    // It comes, and nobody has to tell the proxy.
    rig.vault.revive();
    rig.vault.put("example", &secret.secret);
    until(&rig, "there", |_, sent| sent.ends_with(&secret.secret));
    rig.sweep(&[secret], &[]);
}

/// Without a secret, without permission: the store's own word, believed for a while.
#[test]
fn a_permanent_refusal_is_not_asked_for_again_and_again() {
    let secret = secrets::vault_value(727);
    let reference = json!({"path": "secret/data/absent", "field": "key"});
    let rig = start(json!({"reference": reference}), &secret);
    for _ in 0..5 {
        let (response, _) = rig.request("absent", "/v1/x", &[]);
        assert_eq!(response.text(), "hushgate: refused: not_found\n");
    }
    rig.envoy.wait_for_count("hushgate.inject.fetch.not_found.example", 1);
}

/// Four workers, one login and one read: counted by Envoy's own counter of calls to the vault.
#[test]
fn the_workers_of_a_proxy_fetch_once() {
    for (shared, calls_max) in [(true, 2), (false, 8)] {
        let secret = secrets::vault_value(728);
        let json = plugin(json!({}), json!({}), json!({}));
        let rig = Vaulted::with(&json, &secret.secret, |config: Config| {
            let config = config.workers(4);
            if shared { config } else { config.variable("HUSHGATE_SHARED_KEY", None) }
        });
        rig.upstream.reply("workers", with_length("200 OK", &[TEXT], b"ok"));
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..4 {
                        let response = rig.get("workers", "/v1/x", &[]);
                        assert_eq!(response.status(), 200, "{}", response.text());
                    }
                });
            }
        });
        let requests = rig.upstream.requests("workers");
        assert_eq!(requests.len(), 64);
        assert!(requests.iter().all(|it| it.head.value("authorization").ends_with(&secret.secret)));
        // A given token is looked up once, and then the secret is read.
        let calls = rig.envoy.count("cluster.vault.upstream_rq_total");
        assert!((2..=calls_max).contains(&calls), "{calls} calls");
        rig.sweep(&[secret], &[]);
    }
}

/// A client that goes away while it waits makes room for another one.
#[test]
fn who_gives_up_waiting_makes_room() {
    // A vault that accepts and never answers: who waits does so until the call is given up.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("its address").port();
    let vault = Vault::start();
    let json = plugin(json!({}), json!({}), json!({"waiting_max": 1}));
    let own = |port: u16| format!("port_value: {port} }}");
    let config = Config::inject(Some(&json), &vault).edit(&own(vault.port()), &own(port));
    let upstream = Upstream::start();
    let envoy = Envoy::start(config, upstream.port());
    let is = |stat: &str, value: u64| {
        let start = Instant::now();
        while envoy.count(stat) != value {
            assert!(start.elapsed() < PATIENCE, "{stat}: {}", envoy.log());
            thread::sleep(Duration::from_millis(5));
        }
    };
    let mut waiting = envoy.client();
    waiting.send(&request_head("GET", "/v1/x", "waiting", &[("host", AUTHORITY)]));
    is("cluster.vault.upstream_rq_total", 1);
    drop(waiting);
    is("http.workloads.downstream_rq_active", 0);
    let response = envoy.client().get("next", "/v1/x", &[("host", AUTHORITY)]);
    assert_eq!(response.text(), "hushgate: refused: unavailable\n");
}
