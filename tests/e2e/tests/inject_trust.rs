//! Who asks, by the proxy's word; what a placeholder asks for; and both jobs in one module.

use hushgate_test_e2e::{
    Config, Envoy, Upstream,
    secrets::{self, Planted},
    upstream::with_length,
    vault::Vault,
    vaulted::{AUTHORITY, Vaulted, plugin},
};
use serde_json::{Value, json};

const TEXT: (&str, &str) = ("content-type", "text/plain");

fn start(binding: Value, top: Value, secret: &Planted) -> Vaulted {
    Vaulted::start(&plugin(json!({}), binding, top), &secret.secret)
}

#[test]
fn an_address_is_the_connections_own() {
    let secret = secrets::vault_value(760);
    let trusted = json!({"trust_source_address": true});
    let rig = start(json!({"workload": {"source": "10.0.0.0/8"}}), trusted.clone(), &secret);
    let forged = [("x-forwarded-for", "10.1.2.3"), ("x-real-ip", "10.1.2.3")];
    let (response, _) = rig.request("forged", "/v1/x", &forged);
    assert_eq!(response.text(), "hushgate: refused: workload_not_bound\n");
    let rig = start(json!({"workload": {"source": "127.0.0.1"}}), trusted, &secret);
    let (response, seen) = rig.request("real", "/v1/x", &forged);
    assert_eq!(response.status(), 200);
    assert!(seen.head.value("authorization").contains(&secret.secret));
}

/// Claims come from what Envoy's own filter has verified, and never from a header.
#[test]
fn a_claim_is_one_that_the_proxy_verified() {
    let secret = secrets::vault_value(761);
    let claim = json!({"jwt": {"payload": "jwt", "claim": "sub", "value": "agent-1"}});
    let key = secrets::noise(762, 32, "abcdefghijklmnopqrstuvwxyz");
    let json = plugin(json!({}), json!({"workload": claim}), json!({}));
    let rig = Vaulted::with(&json, &secret.secret, |config| with_jwt(config, &key));
    let token = |sub: &str, key: &str| {
        let part = |json: Value| secrets::base64url(json.to_string().as_bytes());
        let text = format!(
            "{}.{}",
            part(json!({"alg": "HS256"})),
            part(json!({"sub": sub, "iss": "tests"}))
        );
        let code = hmac_sha256(key.as_bytes(), text.as_bytes());
        format!("{text}.{}", secrets::base64url(&code))
    };
    let (good, other) = (token("agent-1", &key), token("agent-2", &key));
    let forged = token("agent-1", "another-key-another-key-another-");
    for (case, token, status) in
        [("good", &good, 200), ("other", &other, 403), ("forged", &forged, 401)]
    {
        let (response, seen) = rig.request(case, "/v1/x", &[("x-token", token)]);
        assert_eq!(response.status(), status, "{case}: {}", response.text());
        let sent = seen.head.value("authorization");
        assert_eq!(sent.contains(&secret.secret), status == 200, "{case}");
    }
    let claims = [("x-jwt-payload", r#"{"sub":"agent-1"}"#), ("x-jwt-sub", "agent-1")];
    assert_eq!(rig.request("headers", "/v1/x", &claims).0.status(), 403);
}

/// Envoy's JWT filter before the router: a token in `x-token` is verified, none is allowed.
fn with_jwt(config: Config, key: &str) -> Config {
    let jwks =
        json!({"keys": [{"kty": "oct", "alg": "HS256", "k": secrets::base64url(key.as_bytes())}]});
    let filter = json!({
        "name": "envoy.filters.http.jwt_authn",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
            "providers": {"tests": {
                "issuer": "tests", "payload_in_metadata": "jwt",
                "from_headers": [{"name": "x-token"}],
                "local_jwks": {"inline_string": jwks.to_string()},
            }},
            "rules": [{
                "match": {"prefix": "/"},
                "requires": {"requires_any": {"requirements": [
                    {"provider_name": "tests"}, {"allow_missing": {}},
                ]}},
            }],
        },
    });
    config.edit(
        "http_filters:\n                  - name",
        &format!("http_filters:\n                  - {filter}\n                  - name"),
    )
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    use hmac::Mac;
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).expect("any key");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn placeholders_ask_and_are_inert_elsewhere() {
    let secret = secrets::vault_value(763);
    let binding = json!({"placeholder": "sk-placeholder-0001"});
    let rig = start(binding, json!({}), &secret);
    let asked =
        [("authorization", "Bearer sk-placeholder-0001"), ("x-note", "about sk-placeholder-0001")];
    let (_, seen) = rig.request("asked", "/v1/x", &asked);
    assert_eq!(seen.head.value("authorization"), format!("Bearer {}", secret.secret));
    assert_eq!(seen.head.value("x-note"), "about sk-placeholder-0001");
    let (response, seen) = rig.request("plain", "/v1/x", &[("authorization", "Bearer other")]);
    assert_eq!((response.status(), seen.head.has("authorization")), (200, false));
    rig.upstream.reply("body", with_length("200 OK", &[TEXT], b"ok"));
    let headers = [("host", AUTHORITY), ("authorization", "Bearer sk-placeholder-0001")];
    let body = b"a transcript that quotes sk-placeholder-0001 twice: sk-placeholder-0001";
    assert_eq!(rig.client().post("body", "/v1/x", &headers, body).status(), 200);
    assert_eq!(rig.upstream.request("body").body, body);
    rig.envoy.wait_for_at_least("hushgate.inject.placeholder.carried", 3);
    rig.sweep(&[secret], &[]);
}

/// Somebody still holds the old key: it is known, counted, and the current one goes out.
#[test]
fn an_old_key_is_replaced_on_sight() {
    let (old, new) = (secrets::vault_value(764), secrets::vault_value(765));
    let json = plugin(
        json!({"refresh_after_ms": 100}),
        json!({"placeholder": "sk-placeholder-0001"}),
        json!({}),
    );
    let rig = Vaulted::start(&json, &old.secret);
    let asked = [("authorization", "Bearer sk-placeholder-0001")];
    let mut sent = String::new();
    for turn in 0.. {
        sent = rig.request("turn", "/v1/x", &asked).1.head.value("authorization");
        if sent.contains(&new.secret) || turn > 2_000 {
            break;
        }
        if turn == 0 {
            rig.vault.put("example", &new.secret);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(sent.contains(&new.secret));
    let held = format!("Bearer {}", old.secret);
    let (_, seen) = rig.request("held", "/v1/x", &[("authorization", &held)]);
    assert!(seen.head.value("authorization").contains(&new.secret));
    rig.envoy.wait_for_count("hushgate.inject.inject.replaced_on_sight.example", 1);
    rig.sweep(&[old, new], &[]);
}

#[test]
fn honeytokens_and_foreign_values_go_nowhere() {
    let (secret, other) = (secrets::vault_value(766), secrets::vault_value(767));
    let mut json = plugin(
        json!({}),
        json!({}),
        json!({"honeytokens": [{"name": "trap", "value": "honey-token-1"}]}),
    );
    let mut credential = json["credentials"][0].clone();
    (credential["name"], credential["reference"]["path"]) =
        (json!("other"), json!("secret/data/other"));
    json["credentials"].as_array_mut().expect("a list").push(credential);
    // Bound to the same cluster, under another name.
    let mut binding = json["bindings"][0].clone();
    (binding["name"], binding["credential"], binding["authority"]) =
        (json!("other"), json!("other"), json!("other.example.com"));
    json["bindings"].as_array_mut().expect("a list").push(binding);
    let rig = Vaulted::with(&json, &secret.secret, |config| config);
    rig.vault.put("other", &other.secret);
    let there = [("host", "other.example.com")];
    let (_, seen) = rig.request("there", "/v1/x", &there);
    assert!(seen.head.value("authorization").contains(&other.secret));
    let (response, _) = rig.request("header", "/v1/x", &[("x-note", &other.secret)]);
    assert_eq!(response.text(), "hushgate: refused: foreign_value\n");
    let headers = [("host", AUTHORITY)];
    rig.upstream.reply("mail", with_length("200 OK", &[TEXT], b"ok"));
    let body = format!("please mail {} to me", other.secret);
    let response = rig.client().post("mail", "/v1/x", &headers, body.as_bytes());
    assert_eq!(response.status(), 403);
    let (response, _) = rig.request("honey", "/v1/x", &[("authorization", "Bearer honey-token-1")]);
    assert_eq!(response.text(), "hushgate: refused: honeytoken\n");
    let log = rig.envoy.wait_for_log("hushgate honeytoken place=header");
    assert!(log.contains("hushgate foreign_value place=header credential=other version=1"));
    assert!(log.contains("hushgate foreign_value place=body credential=other version=1"));
    rig.envoy.wait_for_count("hushgate.inject.foreign.other", 2);
    let arrived: Vec<u8> = ["header", "mail", "honey"]
        .iter()
        .flat_map(|case| rig.upstream.requests(case))
        .flat_map(|request| request.everything())
        .collect();
    rig.sweep(&[secret, other], &[&arrived]);
}

/// `envoy/edge.yaml` as shipped: a credential of the upstream's own is redacted, and so is the injected one.
#[test]
fn both_jobs_in_one_module() {
    let (secret, own) = (secrets::vault_value(768), secrets::github_pat(768));
    let vault = Vault::start();
    vault.put("example", &secret.secret);
    let upstream = Upstream::start();
    let envoy = Envoy::start(Config::edge(None, &vault), upstream.port());
    let body = format!("{{\"echo\": \"{}\", \"own\": \"{}\"}}", secret.secret, own.text);
    let json = ("content-type", "application/json");
    upstream.reply("edge", with_length("200 OK", &[json, ("x-debug", &own.text)], body.as_bytes()));
    let response = envoy.client().get("edge", "/v1/x", &[("host", AUTHORITY)]);
    assert_eq!((response.status(), response.body.len()), (200, body.len()));
    let sent = upstream.request("edge").head.value("authorization");
    assert!(sent.contains(&secret.secret));
    assert!(response.text().contains("[REDACTED:github.pat]"), "{}", response.text());
    let planted = [secret, own.clone()];
    hushgate_test_e2e::sweep::sweep(&envoy, &planted, &[&response.everything()]);
    // And what must not go out does not.
    let note = [("host", AUTHORITY), ("x-note", own.text.as_str())];
    assert_eq!(envoy.client().get("edge", "/v1/x", &note).status(), 403);
}

/// A configuration that asks for both jobs of the module that does one is refused, and says so.
#[test]
fn a_wrong_configuration_is_refused() {
    let vault = Vault::start();
    for (json, word) in [
        (plugin(json!({}), json!({}), json!({"redact": {}})), "edge"),
        (
            plugin(json!({}), json!({"surface": {"query": {"name": "key"}}}), json!({})),
            "accept_url_logging",
        ),
        (plugin(json!({}), json!({"paths": []}), json!({})), "bindings[0].paths"),
        (
            plugin(
                json!({"reference": {"path": "secret/data/x", "nope": 1}}),
                json!({}),
                json!({}),
            ),
            "nope",
        ),
    ] {
        let refusal = Envoy::try_start(Config::inject(Some(&json), &vault), 1).err();
        let log = refusal.map(|refusal| refusal.log).unwrap_or_default();
        assert!(
            log.contains("hushgate: configuration: field") && log.contains(word),
            "{word}: {log}"
        );
    }
    let config = Config::inject(None, &vault).variable("HUSHGATE_SHARED_KEY", Some("short"));
    let refusal = Envoy::try_start(config, 1).err().map(|refusal| refusal.log).unwrap_or_default();
    assert!(refusal.contains("HUSHGATE_SHARED_KEY: want at least 32 bytes"), "{refusal}");
}
