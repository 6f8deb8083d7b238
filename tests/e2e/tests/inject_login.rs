//! Every login and every kind of secret, from a real vault through a real Envoy; and what becomes of a token.

use std::{
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Upstream,
    secrets::{self, Planted},
    upstream::with_length,
    vaulted::{AUTHORITY, Kind, plugin_of},
};
use hushgate_test_vault::{
    AppRole, Bao, Issuer, Kubernetes, Moto, now_ms, rabbitmq, shared, unique,
};
use serde_json::{Value, json};

/// An Envoy that injects, and its upstream; the vaults are the tests'.
struct Stand {
    upstream: Upstream,
    envoy: Envoy,
}

impl Stand {
    /// With the variables that the module gets, and further clusters.
    fn start(
        kinds: &[Kind],
        credential: &Value,
        variables: &[(&str, &str)],
        clusters: &[(&str, u16)],
    ) -> Self {
        let json = plugin_of(kinds, credential);
        let bao = shared();
        let mut config = Config::inject_at(Some(&json), bao.port(), bao.token());
        for (name, value) in variables {
            config = config.handed(name, value);
        }
        for (name, port) in clusters {
            config = config.cluster(name, *port);
        }
        let upstream = Upstream::start();
        let envoy = Envoy::start(config, upstream.port());
        Self { upstream, envoy }
    }

    /// A request under a credential's path: status and text of the answer, and what the upstream was sent as key.
    fn ask(&self, name: &str) -> (u16, String, String) {
        self.upstream.reply(name, with_length("200 OK", &[("content-type", "text/plain")], b"ok"));
        let before = self.upstream.requests(name).len();
        let path = format!("/v1/{name}/x");
        let response = self.envoy.client().get(name, &path, &[("host", AUTHORITY)]);
        let requests = self.upstream.requests(name);
        let sent = requests.get(before..).and_then(|new| new.last());
        let sent = sent.map(|it| it.head.value("authorization")).unwrap_or_default();
        (response.status(), response.text(), sent)
    }

    /// Asks until this is what the upstream is sent; no request may fail meanwhile.
    fn until_sent(&self, name: &str, value: &str) {
        let start = Instant::now();
        loop {
            let (status, text, sent) = self.ask(name);
            assert_eq!(status, 200, "{name}: {text}");
            if sent == format!("Bearer {value}") {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{name}: {}", self.envoy.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks until the answer is a refusal for this reason.
    fn until_refused(&self, name: &str, word: &str) {
        let start = Instant::now();
        while self.ask(name).1 != format!("hushgate: refused: {word}\n") {
            assert!(start.elapsed() < PATIENCE, "{name}: {}", self.envoy.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn sweep(&self, planted: &[Planted]) {
        let dump = self.envoy.admin("/config_dump");
        hushgate_test_e2e::sweep::sweep(&self.envoy, planted, &[dump.as_bytes()]);
    }
}

/// Puts a secret at a path of its own; the path, and a policy that lets it be read.
fn put(bao: &Bao, secret: &Planted) -> (String, String) {
    let path = unique("secret");
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"key": secret.secret}}));
    let policy = bao.policy(&[(&format!("secret/data/{path}"), "read")]);
    (path, policy)
}

fn reference(path: &str) -> Value {
    json!({"path": format!("secret/data/{path}"), "field": "key"})
}

fn by_role(role: &AppRole) -> Value {
    json!({"method": "approle", "mount": role.mount, "role_id": role.role_id, "secret_id_env": "SECRET_ID"})
}

#[test]
fn every_login() {
    let (bao, secret) = (shared(), secrets::vault_value(820));
    let (path, policy) = put(bao, &secret);
    let token = bao.make_token(json!({"policies": [policy], "ttl": "1h"}));
    let role = bao.approle(json!({"token_policies": policy, "token_ttl": "1h"}));
    let wrap = bao.wrap(&format!("auth/{}/role/app/secret-id", role.mount));
    let (issuer, mount) = (Issuer::new(bao), unique("jwt"));
    bao.admin("POST", &format!("sys/auth/{mount}"), json!({"type": "jwt"}));
    let keys = json!({"jwt_validation_pubkeys": [issuer.public_key()]});
    bao.admin("POST", &format!("auth/{mount}/config"), keys);
    let jwt_role = json!({"role_type": "jwt", "bound_audiences": ["vault"], "user_claim": "sub",
        "token_policies": policy});
    bao.admin("POST", &format!("auth/{mount}/role/app"), jwt_role);
    let now = now_ms() / 1_000;
    let claims = json!({"sub": "app", "aud": "vault", "exp": now + 3_600, "iat": now, "nbf": now});
    let cluster = Kubernetes::start(bao);
    cluster.role(bao, &policy);
    cluster.configure(bao);
    let proxy = bao.proxy(&role);
    let batch = bao.approle(json!({"token_policies": policy, "token_type": "batch"}));
    let mut by_batch = by_role(&batch);
    by_batch["secret_id_env"] = json!("BATCH");

    let logins = [
        ("token", "vault", json!({"method": "token", "token_env": "TOKEN"})),
        ("approle", "vault", by_role(&role)),
        ("batch", "vault", by_batch),
        (
            "wrapped",
            "vault",
            json!({"method": "approle", "mount": role.mount, "role_id": role.role_id,
            "wrapped_secret_id_env": "WRAP", "role_name": "app"}),
        ),
        (
            "jwt",
            "vault",
            json!({"method": "jwt", "mount": mount, "role": "app", "jwt_env": "SIGNED"}),
        ),
        ("kubernetes", "vault", cluster.login("app")),
        ("none", "agent", json!({"method": "none"})),
    ];
    let kinds: Vec<Kind> = logins
        .iter()
        .map(|(name, cluster, login)| Kind::of(name, cluster, login, reference(&path)))
        .collect();
    let signed = issuer.sign(&claims);
    let variables = [
        ("TOKEN", token.as_str()),
        ("SECRET_ID", &role.secret_id),
        ("BATCH", &batch.secret_id),
        ("WRAP", &wrap),
        ("SIGNED", &signed),
        ("JWT", &cluster.good),
    ];
    let stand = Stand::start(&kinds, &json!({}), &variables, &[("agent", proxy.port())]);
    for (name, ..) in &logins {
        let (status, text, sent) = stand.ask(name);
        assert_eq!((status, sent), (200, format!("Bearer {}", secret.secret)), "{name}: {text}");
    }
    assert!(cluster.review.seen().iter().any(|seen| seen.line.ends_with("/tokenreviews")));
    // Neither what was fetched nor what it was fetched with is shown anywhere.
    let log = [stand.envoy.log(), stand.envoy.stats(), stand.envoy.admin("/config_dump")].concat();
    for (name, value) in variables {
        assert!(!log.contains(value), "{name} is shown");
    }
    stand.sweep(&[secret]);
}

#[test]
fn every_kind_of_secret() {
    let (bao, secret) = (shared(), secrets::vault_value(821));
    let (path, _) = put(bao, &secret);
    let (first, value) = (unique("kv1"), json!({"key": secret.secret}));
    bao.admin(
        "POST",
        &format!("sys/mounts/{first}"),
        json!({"type": "kv", "options": {"version": "1"}}),
    );
    bao.admin("POST", &format!("{first}/example"), value);
    let (leased, broker) = rabbitmq::mounted(bao, &json!({"ttl": 600, "max_ttl": 3_600}));
    let moto = Moto::start();
    let key = moto.user("reader", Some("secretsmanager:GetSecretValue"));
    moto.secrets("CreateSecret", &json!({"Name": "example", "SecretString": secret.secret}));
    let root = json!({"method": "token", "token_env": "HUSHGATE_VAULT_TOKEN"});
    let kinds = [
        Kind::of("kv2", "vault", &root, reference(&path)),
        Kind::of(
            "kv1",
            "vault",
            &root,
            json!({"engine": "kv1", "mount": first, "path": "example", "field": "key"}),
        ),
        Kind::of(
            "leased",
            "vault",
            &root,
            json!({"engine": "leased", "mount": leased,
            "path": "creds/app", "fields": ["username", "password"]}),
        ),
        Kind {
            name: "aws".to_owned(),
            store: moto.store(),
            reference: json!({"secret_id": "example"}),
        },
        Kind {
            name: "static".to_owned(),
            store: json!({"kind": "static"}),
            reference: json!({"value_env": "VALUE"}),
        },
    ];
    let variables = [("ID", key.id.as_str()), ("SECRET", &key.secret), ("VALUE", &secret.secret)];
    let port = moto.address().rsplit(':').next().and_then(|port| port.parse().ok());
    let clusters = [("aws", port.expect("a port"))];
    let stand = Stand::start(&kinds, &json!({}), &variables, &clusters);
    for name in ["kv2", "kv1", "aws", "static"] {
        let (status, text, sent) = stand.ask(name);
        assert_eq!((status, sent), (200, format!("Bearer {}", secret.secret)), "{name}: {text}");
    }
    // The broker has got a user, and the upstream its name and password, joined.
    let (status, text, sent) = stand.ask("leased");
    assert_eq!((status, sent.matches(':').count()), (200, 1), "{text}");
    let made = broker.seen();
    let user = made.iter().find_map(|seen| seen.line.strip_prefix("PUT /api/users/"));
    let user = user.expect("a user was made");
    assert!(sent.starts_with(&format!("Bearer {user}:")), "the user of the lease");
    assert!(!stand.envoy.log().contains(sent.rsplit(':').next().unwrap_or_default()));
    stand.sweep(&[secret]);
}

/// The policy says no: that is believed for a while, and asked again.
#[test]
fn a_policy_that_denies_until_it_is_changed() {
    let (bao, secret) = (shared(), secrets::vault_value(822));
    let (path, _) = put(bao, &secret);
    let policy = bao.policy(&[("secret/data/another", "read")]);
    let token = bao.make_token(json!({"policies": [policy], "ttl": "1h"}));
    let login = json!({"method": "token", "token_env": "TOKEN"});
    let kinds = [Kind::of("policy", "vault", &login, reference(&path))];
    let stand = Stand::start(&kinds, &json!({"negative_ms": 300}), &[("TOKEN", &token)], &[]);
    let (status, text, sent) = stand.ask("policy");
    assert_eq!((status, &*text, &*sent), (503, "hushgate: refused: forbidden\n", ""));
    let rule = format!("path \"secret/data/{path}\" {{ capabilities = [\"read\"] }}");
    bao.admin("PUT", &format!("sys/policies/acl/{policy}"), json!({"policy": rule}));
    let start = Instant::now();
    while stand.ask("policy").0 != 200 {
        assert!(start.elapsed() < PATIENCE, "{}", stand.envoy.log());
        thread::sleep(Duration::from_millis(20));
    }
    stand.sweep(&[secret]);
}

/// Tokens of a login end, by their time or by somebody's hand: a new login follows, and no request fails.
#[test]
fn a_login_outlives_its_tokens() {
    let (bao, old, new) = (shared(), secrets::vault_value(823), secrets::vault_value(824));
    let (path, policy) = put(bao, &old);
    let short = json!({"token_policies": policy, "token_ttl": "1s", "token_max_ttl": "1s"});
    let short = bao.approle(short);
    let long = bao.approle(json!({"token_policies": policy, "token_ttl": "1h"}));
    let mut by_long = by_role(&long);
    by_long["secret_id_env"] = json!("LONG");
    let kinds = [
        Kind::of("expired", "vault", &by_role(&short), reference(&path)),
        Kind::of("revoked", "vault", &by_long, reference(&path)),
    ];
    let variables = [("SECRET_ID", short.secret_id.as_str()), ("LONG", &long.secret_id)];
    let stand = Stand::start(&kinds, &json!({"refresh_after_ms": 200}), &variables, &[]);
    stand.until_sent("expired", &old.secret);
    stand.until_sent("revoked", &old.secret);
    // Every token of this login, whoever holds it.
    bao.admin("PUT", &format!("sys/leases/revoke-prefix/auth/{}/login", long.mount), json!({}));
    thread::sleep(Duration::from_millis(1_100));
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"key": new.secret}}));
    stand.until_sent("expired", &new.secret);
    stand.until_sent("revoked", &new.secret);
    stand.sweep(&[old, new]);
}

/// A given token has no successor: what was read with it is used to its end, and then the reason is told.
#[test]
fn a_given_token_that_ends() {
    let (bao, secret) = (shared(), secrets::vault_value(825));
    let (path, policy) = put(bao, &secret);
    let token = bao.make_token(json!({"policies": [policy], "ttl": "1h"}));
    let short =
        bao.make_token(json!({"policies": [policy], "ttl": "1s", "explicit_max_ttl": "1s"}));
    let login = |name: &str| json!({"method": "token", "token_env": name});
    let kinds = [
        Kind::of("revoked", "vault", &login("TOKEN"), reference(&path)),
        Kind::of("too-late", "vault", &login("SHORT"), reference(&path)),
    ];
    let times = json!({"refresh_after_ms": 100, "max_stale_ms": 6_000});
    let variables = [("TOKEN", token.as_str()), ("SHORT", &short)];
    let stand = Stand::start(&kinds, &times, &variables, &[]);
    stand.until_sent("revoked", &secret.secret);
    bao.admin("POST", "auth/token/revoke", json!({"token": token}));
    assert_eq!(stand.ask("revoked").0, 200, "what was read is used on");
    stand.until_refused("revoked", "too_stale");
    stand.envoy.wait_for_at_least("hushgate.inject.fetch.token_refused.revoked", 1);
    stand.until_refused("too-late", "token_refused");
    stand.sweep(&[secret]);
}
