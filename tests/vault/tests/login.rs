//! Every login, at a real OpenBao.

use hushgate_test_vault::{
    Bao, Drive, Issuer, Kubernetes, by_token, now_ms, shared, unique, vault,
};
use serde_json::{Value, json};

/// A secret with a policy that lets it be read.
struct Shelf {
    policy: String,
    reference: Value,
}

fn shelf(bao: &Bao) -> Shelf {
    let path = unique("shelf");
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"k": "planted"}}));
    let policy = bao.policy(&[(&format!("secret/data/{path}"), "read")]);
    Shelf { policy, reference: json!({"mount": "secret", "path": path}) }
}

fn planted() -> Result<String, &'static str> {
    Ok("planted".to_owned())
}

#[test]
fn approle_logs_in_once_for_all_workers() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let role = bao.approle(json!({"token_policies": policy, "token_ttl": "1h"}));
    let login = json!({"method": "approle", "mount": role.mount, "role_id": role.role_id,
        "secret_id_env": "SECRET_ID"});
    let mut drive = Drive::new(bao.address(), vault(&login), &[("SECRET_ID", &role.secret_id)]);
    assert_eq!(drive.value(reference.clone()), planted());
    let first = drive.taken();
    assert_eq!(first.len(), 2, "{first:?}");
    assert_eq!(first[0], format!("POST /v1/auth/{}/login 200", role.mount));
    for _ in 0..3 {
        drive.pass_session_on();
        assert_eq!(drive.value(reference.clone()), planted());
        assert_eq!(drive.taken(), first[1..]);
    }
}

#[test]
fn approle_without_a_secret_id() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let role = json!({"token_policies": policy, "bind_secret_id": false,
        "token_bound_cidrs": "127.0.0.1/32", "secret_id_bound_cidrs": ["127.0.0.1/32"]});
    let mount = unique("approle");
    bao.admin("POST", &format!("sys/auth/{mount}"), json!({"type": "approle"}));
    bao.admin("POST", &format!("auth/{mount}/role/app"), role);
    let answer = bao.admin("GET", &format!("auth/{mount}/role/app/role-id"), Value::Null);
    let role_id = answer["data"]["role_id"].as_str().unwrap();
    let login = json!({"method": "approle", "mount": mount, "role_id_env": "ROLE_ID"});
    let mut drive = Drive::new(bao.address(), vault(&login), &[("ROLE_ID", role_id)]);
    assert_eq!(drive.value(reference), planted());
}

#[test]
fn approle_refused() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let role = bao.approle(json!({"token_policies": policy, "secret_id_num_uses": 1}));
    let login = |mount: &str, role_id: &str| {
        vault(&json!({"method": "approle", "mount": mount, "role_id": role_id,
            "secret_id_env": "SECRET_ID"}))
    };
    let wrong = [("SECRET_ID", "00000000-0000-0000-0000-000000000000")];
    let mut drive = Drive::new(bao.address(), login(&role.mount, &role.role_id), &wrong);
    assert_eq!(drive.value(reference.clone()), Err("login_refused"));
    assert_eq!(drive.taken().len(), 1, "a refusal is not tried again");
    let mut drive = Drive::new(bao.address(), login(&role.mount, "nobody"), &wrong);
    assert_eq!(drive.value(reference.clone()), Err("login_refused"));
    let mut drive = Drive::new(bao.address(), login("nowhere", "nobody"), &wrong);
    assert_eq!(
        drive.value(reference.clone()),
        Err("login_refused"),
        "nobody says that it is the mount"
    );

    // The SecretID is good for one login: the second process gets none.
    let good = [("SECRET_ID", role.secret_id.as_str())];
    let mut drive = Drive::new(bao.address(), login(&role.mount, &role.role_id), &good);
    assert_eq!(drive.value(reference.clone()), planted());
    drive.forget_session();
    assert_eq!(drive.value(reference), Err("login_refused"));
}

#[test]
fn jwt() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let (issuer, mount) = (Issuer::new(bao), unique("jwt"));
    bao.admin("POST", &format!("sys/auth/{mount}"), json!({"type": "jwt"}));
    let config = json!({"jwt_validation_pubkeys": [issuer.public_key()]});
    bao.admin("POST", &format!("auth/{mount}/config"), config);
    let role = json!({"role_type": "jwt", "bound_audiences": ["vault"], "user_claim": "sub",
        "token_policies": policy});
    bao.admin("POST", &format!("auth/{mount}/role/app"), role);

    let now = now_ms() / 1_000;
    let claims = |aud: &str, exp: u64| {
        issuer.sign(&json!({"sub": "app", "aud": aud, "exp": exp,
        "iat": now - 7_200, "nbf": now - 7_200}))
    };
    let fetch = |role: &str, token: &str| {
        let login = json!({"method": "jwt", "mount": mount, "role": role, "jwt_env": "JWT"});
        Drive::new(bao.address(), vault(&login), &[("JWT", token)]).value(reference.clone())
    };
    assert_eq!(fetch("app", &claims("vault", now + 3_600)), planted());
    assert_eq!(fetch("app", &claims("other", now + 3_600)), Err("login_refused"));
    assert_eq!(fetch("app", &claims("vault", now - 3_600)), Err("login_refused"));
    assert_eq!(fetch("nobody", &claims("vault", now + 3_600)), Err("login_refused"));
    let forged = claims("vault", now + 3_600).replace('.', ".AA");
    assert_eq!(fetch("app", &forged), Err("login_refused"));
}

#[test]
fn kubernetes() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let cluster = Kubernetes::start(bao);
    let fetch = |role: &str, token: &str| {
        Drive::new(bao.address(), vault(&cluster.login(role)), &[("JWT", token)])
            .value(reference.clone())
    };
    assert_eq!(fetch("app", &cluster.good), Err("login_refused"), "no such role yet");
    cluster.role(bao, &policy);
    assert_eq!(fetch("app", &cluster.good), Err("login_unconfigured"));
    cluster.configure(bao);
    assert_eq!(fetch("app", &cluster.good), planted());
    assert!(cluster.review.seen().iter().any(|seen| seen.line.ends_with("/tokenreviews")));
    assert_eq!(fetch("app", &cluster.other), Err("login_refused"), "the wrong service account");
    assert_eq!(fetch("nobody", &cluster.good), Err("login_refused"), "no such role");
}

#[test]
fn none_behind_a_proxy_of_the_vault() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let role = bao.approle(json!({"token_policies": policy}));
    let proxy = bao.proxy(&role);
    let mut drive = Drive::new(proxy.address(), vault(&json!({"method": "none"})), &[]);
    assert_eq!(drive.value(reference.clone()), planted());
    assert_eq!(drive.taken().len(), 1, "no login of ours");
    let other = shelf(bao).reference;
    assert_eq!(drive.value(other), Err("forbidden"));
}

#[test]
fn namespaces() {
    let (bao, team) = (shared(), unique("team"));
    bao.admin("POST", &format!("sys/namespaces/{team}"), json!({}));
    bao.mount_kv(&team, "kv");
    bao.admin_in(&team, "POST", "kv/data/stripe", json!({"data": {"k": "planted"}}));
    let rule = json!({"policy": "path \"kv/data/stripe\" { capabilities = [\"read\"] }"});
    bao.admin_in(&team, "PUT", "sys/policies/acl/app", rule);
    bao.admin_in(&team, "POST", "sys/auth/approle", json!({"type": "approle"}));
    let role = json!({"token_policies": "app", "bind_secret_id": true});
    bao.admin_in(&team, "POST", "auth/approle/role/app", role);
    let answer = bao.admin_in(&team, "GET", "auth/approle/role/app/role-id", Value::Null);
    let role_id = answer["data"]["role_id"].as_str().unwrap();
    let answer = bao.admin_in(&team, "POST", "auth/approle/role/app/secret-id", json!({}));
    let secret_id = answer["data"]["secret_id"].as_str().unwrap();

    let login = json!({"method": "approle", "role_id": role_id, "secret_id_env": "SECRET_ID"});
    let (mut store, environment) = (vault(&login), [("SECRET_ID", secret_id)]);
    let reference = json!({"mount": "kv", "path": "stripe"});
    let mut drive = Drive::new(bao.address(), store.clone(), &environment);
    assert!(drive.value(reference.clone()).is_err(), "not in the root namespace");
    store["namespace"] = json!(team);
    let mut drive = Drive::new(bao.address(), store.clone(), &environment);
    assert_eq!(drive.value(reference.clone()), planted());

    // A login in the root namespace, which may read in the team's.
    let policy = bao.policy(&[(&format!("{team}/kv/data/stripe"), "read")]);
    let role = bao.approle(json!({"token_policies": policy}));
    store["login"] = json!({"method": "approle", "mount": role.mount, "role_id": role.role_id,
        "secret_id_env": "SECRET_ID", "namespace": "root"});
    let mut drive = Drive::new(bao.address(), store, &[("SECRET_ID", &role.secret_id)]);
    assert_eq!(drive.value(reference), planted());
}

#[test]
fn a_given_token() {
    let bao = shared();
    let Shelf { policy, reference } = shelf(bao);
    let fetch = |token: &str| {
        let mut drive = Drive::new(bao.address(), vault(&by_token()), &[("TOKEN", token)]);
        (drive.value(reference.clone()), drive.taken())
    };
    let token = bao.make_token(json!({"policies": [policy], "ttl": "1h"}));
    assert_eq!(fetch(&token).0, planted());

    // One that may not look at itself is used all the same.
    let blind = json!({"policies": [policy], "ttl": "1h", "no_default_policy": true});
    let (value, calls) = fetch(&bao.make_token(blind));
    assert_eq!(value, planted());
    assert_eq!(calls[0], "GET /v1/auth/token/lookup-self 403");

    let (value, calls) = fetch("s.nobody");
    assert_eq!(value, Err("token_refused"));
    assert_eq!(calls, ["GET /v1/auth/token/lookup-self 403"]);
}
