//! What a client is told for each answer of a vault, row by row of the table in docs/vaults.md: by a real OpenBao where it
//! can be made to answer so; else recorded or documented answers are replayed (`simulated`).

use hushgate_test_e2e::{
    Config, Envoy, Upstream,
    vaulted::{AUTHORITY, Kind, plugin_of},
};
use hushgate_test_vault::{Bao, Kubernetes, Peer, Recorded, Seen, unique};
use serde_json::{Value, json};

/// Asks for each credential, and compares the word; nothing may reach the upstream.
fn assert_words(envoy: &Envoy, upstream: &Upstream, words: &[(&str, &str)]) {
    for (name, word) in words {
        let path = format!("/v1/{name}/x");
        let response = envoy.client().get(name, &path, &[("host", AUTHORITY)]);
        let expected = (503, format!("hushgate: refused: {word}\n"));
        assert_eq!((response.status(), response.text()), expected, "{name}");
        envoy.wait_for_count(&format!("hushgate.inject.fetch.{word}.{name}"), 1);
        assert!(upstream.requests(name).is_empty(), "{name} reached the upstream");
    }
}

fn root() -> Value {
    json!({"method": "token", "token_env": "HUSHGATE_VAULT_TOKEN"})
}

#[test]
fn as_openbao_answers() {
    let bao = Bao::dev();
    let put = |path: &str| {
        bao.admin(
            "POST",
            &format!("secret/data/{path}"),
            json!({"data": {"a": "planted", "n": 1, "b": "planted"}}),
        );
    };
    ["fields", "deleted", "destroyed", "forbidden"].iter().for_each(|path| put(path));
    bao.admin("DELETE", "secret/data/deleted", Value::Null);
    bao.admin("PUT", "secret/destroy/destroyed", json!({"versions": [1]}));
    bao.mount_kv("", "limited");
    bao.admin(
        "POST",
        "sys/quotas/rate-limit/test",
        json!({"path": "limited/", "rate": 1, "interval": "1h"}),
    );
    // It is used up by the second read; whether one is let through before is the vault's business.
    for _ in 0..3 {
        bao.call("GET", "/v1/limited/data/x", "", &Value::Null);
    }
    let role = bao.approle(json!({"token_policies": "default"}));
    let spent = bao.wrap(&format!("auth/{}/role/app/secret-id", role.mount));
    bao.admin("POST", "sys/wrapping/unwrap", json!({"token": spent}));
    let swapped = bao.wrap("sys/wrapping/wrap");
    let cluster = Kubernetes::start(&bao);
    cluster.role(&bao, "default");

    let of = |name: &str, reference: Value| Kind::of(name, "vault", &root(), reference);
    let by = |name: &str, login: Value| {
        Kind::of(name, "vault", &login, json!({"path": "secret/data/fields", "field": "a"}))
    };
    let field =
        |path: &str, field: &str| json!({"path": format!("secret/data/{path}"), "field": field});
    let approle = |field: &str, variable: &str| json!({"method": "approle", "mount": role.mount, "role_id": role.role_id, field: variable});
    let kinds = [
        of("absent", field("absent", "a")),
        of("no-mount", json!({"path": "nowhere/data/x"})),
        of("first", json!({"engine": "kv1", "path": "secret/x"})),
        of("no-field", field("fields", "c")),
        of("several", json!({"path": "secret/data/fields"})),
        of("number", field("fields", "n")),
        of("deleted", field("deleted", "a")),
        of("destroyed", field("destroyed", "a")),
        of("limited", json!({"path": "limited/data/x"})),
        by("denied", json!({"method": "token", "token_env": "DEFAULT"})),
        by("no-token", json!({"method": "token", "token_env": "NOBODY"})),
        by("no-login", approle("secret_id_env", "NOBODY")),
        by("unconfigured", cluster.login("app")),
        by("spent", approle("wrapped_secret_id_env", "SPENT")),
        by("swapped", approle("wrapped_secret_id_env", "SWAPPED")),
    ];
    let json = plugin_of(&kinds, &json!({"negative_ms": 600_000}));
    let default = bao.make_token(json!({"policies": ["default"], "ttl": "1h"}));
    let config = Config::inject_at(Some(&json), bao.port(), bao.token())
        .handed("DEFAULT", &default)
        .handed("NOBODY", &unique("nobody"))
        .handed("JWT", &cluster.good)
        .handed("SPENT", &spent)
        .handed("SWAPPED", &swapped);
    let upstream = Upstream::start();
    let envoy = Envoy::start(config, upstream.port());
    assert_words(
        &envoy,
        &upstream,
        &[
            ("absent", "not_found"),
            ("no-mount", "no_mount"),
            ("first", "wrong_kv_version"),
            ("no-field", "field_missing"),
            ("several", "field_missing"),
            ("number", "field_not_text"),
            ("deleted", "version_deleted"),
            ("destroyed", "version_destroyed"),
            ("limited", "rate_limited"),
            ("denied", "forbidden"),
            ("no-token", "token_refused"),
            ("no-login", "login_refused"),
            ("unconfigured", "login_unconfigured"),
            ("spent", "tampered"),
            ("swapped", "tampered"),
        ],
    );
    // A refusal is told once more from memory: the store is not asked again for it.
    envoy.client().get("absent", "/v1/absent/x", &[("host", AUTHORITY)]);
    envoy.wait_for_count("hushgate.inject.fetch.not_found.absent", 1);
}

/// A vault that answers as recorded, by the path that is asked for.
fn replayed(seen: &Seen) -> Recorded {
    let none = Vec::new;
    let errors = |text: &str| json!({"errors": [text]}).to_string();
    let aws = |name: &str| json!({"__type": name, "Message": "planted"}).to_string();
    let path = seen.line.split(' ').nth(1).unwrap_or_default();
    // AWS is asked at one path, for a secret in the body.
    let asked: Value = serde_json::from_str(&seen.body).unwrap_or_default();
    let name = asked["SecretId"].as_str().or_else(|| path.rsplit('/').next()).unwrap_or_default();
    match name {
        "lookup-self" => (200, none(), json!({"data": {"ttl": 3_600}}).to_string()),
        "internal" => (500, none(), errors("internal error")),
        "bad-gateway" => (502, none(), "<html>".to_owned()),
        "standby" => {
            (429, vec![("retry-after", "1".to_owned())], json!({"errors": []}).to_string())
        }
        "secondary" => (472, none(), String::new()),
        "secondary-too" => (473, none(), String::new()),
        "stale" => (412, none(), errors("required index state not present")),
        "stripped" => (412, none(), errors("missing 'X-Vault-Request' header")),
        "elsewhere" => {
            (307, vec![("location", "http://127.0.0.1:1/v1/x".to_owned())], String::new())
        }
        "odd" => (418, none(), errors("bad")),
        "long" => (200, none(), " ".repeat(300 * 1_024)),
        "html" => (200, none(), "<html>".to_owned()),
        "no-version" => (200, none(), json!({"data": {"k": "planted-in-vain"}}).to_string()),
        "throttled" => (400, none(), aws("ThrottlingException")),
        "skewed" => (403, none(), aws("RequestTimeTooSkewed")),
        "unsigned" => (400, none(), aws("InvalidSignatureException")),
        _ => (404, none(), errors("no such case")),
    }
}

/// simulated: what OpenBao and moto cannot be made to say.
#[test]
fn as_recorded() {
    let vault = Peer::replay(replayed);
    let words = [
        ("internal", "unavailable"),
        ("bad-gateway", "unavailable"),
        ("standby", "standby"),
        ("secondary", "standby"),
        ("secondary-too", "standby"),
        ("stale", "stale_index"),
        ("stripped", "header_stripped"),
        ("elsewhere", "redirected"),
        ("odd", "bad_request"),
        ("long", "answer_too_long"),
        ("html", "bad_answer"),
        ("no-version", "wrong_kv_version"),
        ("throttled", "rate_limited"),
        ("skewed", "clock_skew"),
        ("unsigned", "login_refused"),
    ];
    let kinds: Vec<Kind> = words
        .iter()
        .map(|(name, _)| {
            if ["throttled", "skewed", "unsigned"].contains(name) {
                let store = json!({"kind": "aws_secrets_manager", "cluster": "vault",
                    "region": "eu-central-1", "access_key_id_env": "HUSHGATE_VAULT_TOKEN",
                    "secret_access_key_env": "HUSHGATE_VAULT_TOKEN"});
                let reference = json!({"secret_id": name});
                return Kind { name: (*name).to_owned(), store, reference };
            }
            Kind::of(name, "vault", &root(), json!({"path": format!("secret/data/{name}")}))
        })
        .collect();
    let port = vault.address().rsplit(':').next().and_then(|port| port.parse().ok());
    let json = plugin_of(&kinds, &json!({}));
    let config = Config::inject_at(Some(&json), port.expect("a port"), &unique("token"));
    let upstream = Upstream::start();
    let envoy = Envoy::start(config, upstream.port());
    assert_words(&envoy, &upstream, &words);
    assert!(!envoy.log().contains("planted"), "no word of an answer is shown");
}
