//! What a vault does to those who wait for it: sealed, slow, silent, broken off, a standby; and that each is over by
//! itself when the vault is well again.

use std::{
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Response, Upstream,
    relay::{Relay, Way},
    secrets::{self, Planted},
    vault::Vault,
    vaulted::{Vaulted, plugin},
};
use hushgate_test_vault::{Bao, raft};
use serde_json::{Value, json};

/// A rig with a relay between the proxy and the vault.
fn relayed(json: &Value, secret: &Planted) -> (Vaulted, Relay) {
    let (vault, upstream) = (Vault::start(), Upstream::start());
    vault.put("example", &secret.secret);
    let relay = Relay::start(vault.port());
    let config = Config::inject_at(Some(json), relay.port(), vault.token());
    let envoy = Envoy::start(config, upstream.port());
    (Vaulted { upstream, envoy, vault }, relay)
}

/// Asks until the answer is as wanted.
fn until(rig: &Vaulted, case: &str, wanted: impl Fn(&Response) -> bool) -> Response {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let (response, seen) = rig.request(case, "/v1/x", &[]);
        let is_keyed = seen.head.has("authorization");
        assert!(response.status() != 200 || is_keyed, "{case}: nothing goes without a key");
        if wanted(&response) {
            return response;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{case}: it never came to that; Envoy's log:\n{}", rig.envoy.log());
}

fn is_well(response: &Response) -> bool {
    response.status() == 200
}

fn refused(word: &str) -> (u16, String) {
    (503, format!("hushgate: refused: {word}\n"))
}

/// Nothing reached the upstream, and the client was told why.
fn assert_refused(rig: &Vaulted, case: &str, word: &str) {
    let (response, _) = rig.request(case, "/v1/x", &[]);
    assert_eq!((response.status(), response.text()), refused(word), "{}", rig.envoy.log());
    assert!(rig.upstream.requests(case).is_empty(), "{case} reached the upstream");
}

#[test]
fn sealed_unsealed_and_sealed_again() {
    let (old, new) = (secrets::vault_value(800), secrets::vault_value(801));
    let times = json!({"refresh_after_ms": 100, "max_stale_ms": 1_000});
    let rig = Vaulted::start(&plugin(times, json!({}), json!({})), &old.secret);
    rig.vault.seal();
    assert_refused(&rig, "cold", "sealed");
    rig.vault.unseal();
    until(&rig, "unsealed", is_well);
    rig.vault.seal();
    // What was read is used on, for a while.
    until(&rig, "sealed-again", |response| {
        (response.status(), response.text()) == refused("too_stale")
    });
    rig.vault.unseal();
    rig.vault.put("example", &new.secret);
    until(&rig, "unsealed-again", is_well);
    assert!(rig.envoy.log().contains("hushgate fetch credential=example outcome=sealed"));
    rig.sweep(&[old, new], &[]);
}

#[test]
fn a_slow_vault_is_waited_for() {
    let secret = secrets::vault_value(802);
    let (rig, relay) = relayed(&plugin(json!({}), json!({}), json!({})), &secret);
    relay.set(Way::Slow(Duration::from_millis(300)));
    let (response, seen) = rig.request("slow", "/v1/x", &[]);
    assert_eq!(response.status(), 200, "{}", response.text());
    assert!(seen.head.value("authorization").ends_with(&secret.secret));
    assert!(relay.answers() >= 2, "the login's answer and the secret came through it");
    rig.sweep(&[secret], &[]);
}

/// The vault takes the call and never answers: the wait ends by itself, whichever bound comes first.
#[test]
fn a_silent_vault_holds_nobody_for_ever() {
    for (wait_ms_max, word) in [(500, "waited_too_long"), (60_000, "unavailable")] {
        let secret = secrets::vault_value(803);
        let top = json!({"wait_ms_max": wait_ms_max});
        let (rig, relay) = relayed(&plugin(json!({}), json!({}), top), &secret);
        relay.set(Way::Silent);
        assert_refused(&rig, "silent", word);
        relay.set(Way::Open);
        until(&rig, "heard", is_well);
        rig.sweep(&[secret], &[]);
    }
}

/// The connection breaks in mid-answer: in the head, and in the body. Half an answer is none.
#[test]
fn a_vault_that_breaks_off_is_asked_again() {
    for (most, word) in [(20, "unavailable"), (450, "unreachable")] {
        let secret = secrets::vault_value(804);
        let (rig, relay) = relayed(&plugin(json!({}), json!({}), json!({})), &secret);
        relay.set(Way::Cut(most));
        assert_refused(&rig, "cut", word);
        relay.set(Way::Open);
        until(&rig, "whole", is_well);
        rig.sweep(&[secret], &[]);
    }
}

/// The proxy knows the standby alone. It reads there, and logs in through it; when the active node dies, what the
/// standby has is still good.
#[test]
fn a_standby_is_as_good() {
    let secret = secrets::vault_value(805);
    let (active, key) = raft::initialised(raft::node("one"));
    active.mount_kv("", "kv");
    write(&active, &secret);
    let standby = raft::joined(raft::node("two"), &active, &key);
    let policy = active.policy(&[("kv/data/example", "read")]);
    let role = active.approle(json!({"token_policies": policy}));
    let mut json = plugin(
        json!({"reference": {"path": "kv/data/example", "field": "key"}, "refresh_after_ms": 100}),
        json!({}),
        json!({}),
    );
    json["stores"]["vault"]["login"] = json!({"method": "approle", "mount": role.mount,
        "role_id": role.role_id, "secret_id_env": "HUSHGATE_VAULT_TOKEN"});
    let config = Config::inject_at(Some(&json), standby.port(), &role.secret_id);
    let upstream = Upstream::start();
    let envoy = Envoy::start(config, upstream.port());
    let rig = Vaulted { upstream, envoy, vault: Vault::start() };
    until(&rig, "standby", is_well);
    let new = secrets::vault_value(806);
    write(&active, &new);
    let start = Instant::now();
    while !rig.request("new", "/v1/x", &[]).1.head.value("authorization").ends_with(&new.secret) {
        assert!(start.elapsed() < PATIENCE, "{}", rig.envoy.log());
        thread::sleep(Duration::from_millis(20));
    }
    active.kill();
    let before = rig.envoy.count("hushgate.inject.fetch.same.example");
    let start = Instant::now();
    while rig.envoy.count("hushgate.inject.fetch.same.example") < before + 3 {
        assert_eq!(rig.request("alone", "/v1/x", &[]).0.status(), 200);
        assert!(start.elapsed() < PATIENCE, "{}", rig.envoy.log());
        thread::sleep(Duration::from_millis(20));
    }
    rig.sweep(&[secret, new], &[]);
}

fn write(bao: &Bao, secret: &Planted) {
    bao.admin("POST", "kv/data/example", json!({"data": {"key": secret.secret}}));
}
