//! Tokens over time, and what a refusal means: policy or token, at a real OpenBao. Time passes in the client's clock
//! only, but for a token that really expires.

use hushgate::store::Retry;
use hushgate::store::Want;
use hushgate_test_vault::{AppRole, Drive, PATIENCE, by_token, now_ms, shared, unique, vault};
use serde_json::{Value, json};

const LOOKUP_FAILED: &str = "GET /v1/auth/token/lookup-self 403";
const RENEWED: &str = "POST /v1/auth/token/renew-self 200";

struct Stage {
    role: AppRole,
    reference: Value,
    drive: Drive,
    read: String,
    login: String,
}

/// A role as given, and a driver that has not logged in yet.
fn stage(mut role: Value) -> Stage {
    let (bao, path) = (shared(), unique("timed"));
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"k": "planted"}}));
    role["token_policies"] = json!(bao.policy(&[(&format!("secret/data/{path}"), "read")]));
    let role = bao.approle(role);
    let login = json!({"method": "approle", "mount": role.mount, "role_id": role.role_id,
        "secret_id_env": "SECRET_ID"});
    let drive = Drive::new(bao.address(), vault(&login), &[("SECRET_ID", &role.secret_id)]);
    Stage {
        read: format!("GET /v1/secret/data/{path}"),
        login: format!("POST /v1/auth/{}/login 200", role.mount),
        reference: json!({"mount": "secret", "path": path}),
        role,
        drive,
    }
}

impl Stage {
    fn fetch(&mut self) -> Result<String, &'static str> {
        self.drive.value(self.reference.clone())
    }

    /// A fetch that succeeds, and its calls.
    fn calls(&mut self) -> Vec<String> {
        assert_eq!(self.fetch(), Ok("planted".to_owned()));
        self.drive.taken()
    }

    fn read(&self, status: u16) -> String {
        format!("{} {status}", self.read)
    }

    /// Revokes every token of the role.
    fn revoke(&self) {
        let path = format!("sys/leases/revoke-prefix/auth/{}/login", self.role.mount);
        shared().admin("PUT", &path, json!({"sync": true}));
    }
}

#[test]
fn a_token_is_renewed_at_two_thirds() {
    let mut stage = stage(json!({"token_ttl": "600s", "token_max_ttl": "1h"}));
    let (login, read) = (stage.login.clone(), stage.read(200));
    assert_eq!(stage.calls(), [login.as_str(), &read]);
    stage.drive.ahead_ms = 390_000;
    assert_eq!(stage.calls(), [read.as_str()]);
    stage.drive.ahead_ms = 401_000;
    assert_eq!(stage.calls(), [RENEWED, &read]);
    // Its life counts from the renewal.
    stage.drive.ahead_ms = 790_000;
    assert_eq!(stage.calls(), [read.as_str()]);
    // By the client's clock it is over: a new login.
    stage.drive.ahead_ms = 1_100_000;
    assert_eq!(stage.calls(), [login.as_str(), &read]);
}

#[test]
fn near_its_longest_life_a_token_is_replaced() {
    let mut stage = stage(json!({"token_ttl": "600s", "token_max_ttl": "600s"}));
    let (login, read) = (stage.login.clone(), stage.read(200));
    stage.calls();
    // What is left is less than a third of what it was: the role has got a shorter longest life.
    let path = format!("auth/{}/role/app", stage.role.mount);
    shared().admin("POST", &path, json!({"token_ttl": "150s", "token_max_ttl": "150s"}));
    stage.drive.ahead_ms = 401_000;
    assert_eq!(stage.calls(), [RENEWED, &read]);
    // No second renewal at two thirds of 150 seconds; a new login at 80 %.
    stage.drive.ahead_ms = 401_000 + 105_000;
    assert_eq!(stage.calls(), [read.as_str()]);
    stage.drive.ahead_ms = 401_000 + 121_000;
    assert_eq!(stage.calls(), [login.as_str(), &read]);
}

#[test]
fn batch_tokens_are_not_renewed_but_replaced() {
    let mut stage = stage(json!({"token_type": "batch", "token_ttl": "600s"}));
    let (login, read) = (stage.login.clone(), stage.read(200));
    stage.calls();
    stage.drive.ahead_ms = 470_000;
    assert_eq!(stage.calls(), [read.as_str()]);
    stage.drive.ahead_ms = 481_000;
    assert_eq!(stage.calls(), [login.as_str(), &read]);
}

#[test]
fn a_revoked_token_is_replaced_once() {
    let mut stage = stage(json!({"token_ttl": "1h"}));
    let (login, read) = (stage.login.clone(), stage.read(200));
    stage.calls();
    stage.revoke();
    let denied = stage.read(403);
    assert_eq!(stage.calls(), [denied.as_str(), LOOKUP_FAILED, &login, &read]);
}

#[test]
fn an_expired_token_is_replaced() {
    let mut stage = stage(json!({"token_ttl": "1s", "token_max_ttl": "1s"}));
    // The client's clock stands still, so that it does not know. Until the vault forgets the token, all is well.
    stage.drive.stopped_ms = Some(now_ms());
    stage.calls();
    let start = std::time::Instant::now();
    loop {
        let calls = stage.calls();
        if calls.contains(&LOOKUP_FAILED.to_owned()) {
            assert_eq!(calls[2], stage.login);
            break;
        }
        assert!(start.elapsed() < PATIENCE, "the vault never forgets");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn a_token_of_few_uses_is_replaced_before_it_is_refused() {
    let mut stage = stage(json!({"token_ttl": "1h", "token_num_uses": 2}));
    let (login, read) = (stage.login.clone(), stage.read(200));
    assert_eq!(stage.calls(), [login.as_str(), &read]);
    assert_eq!(stage.calls(), [read.as_str()]);
    assert_eq!(stage.calls(), [login.as_str(), &read]);
}

#[test]
fn a_policy_that_denies_is_believed_at_once() {
    let mut stage = stage(json!({"token_ttl": "1h"}));
    let path = unique("forbidden");
    shared().admin("POST", &format!("secret/data/{path}"), json!({"data": {"k": "planted"}}));
    let reference = json!({"mount": "secret", "path": path});
    let error = stage.drive.fetch(reference, Want::Current).unwrap_err();
    assert_eq!((error.reason(), error.retry()), ("forbidden", Retry::Never));
    let denied = format!("GET /v1/secret/data/{path} 403");
    assert_eq!(stage.drive.taken(), [stage.login.clone(), denied]);
    // The token is good for what it may read.
    let read = stage.read(200);
    assert_eq!(stage.calls(), [read]);
}

#[test]
fn a_given_token_has_no_successor() {
    let (bao, path) = (shared(), unique("given"));
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"k": "planted"}}));
    let policy = bao.policy(&[(&format!("secret/data/{path}"), "read")]);
    let reference = json!({"mount": "secret", "path": path});
    let token = bao.make_token(json!({"policies": [policy], "ttl": "600s"}));
    let mut drive = Drive::new(bao.address(), vault(&by_token()), &[("TOKEN", &token)]);
    assert_eq!(drive.value(reference.clone()), Ok("planted".to_owned()));
    drive.taken();
    drive.ahead_ms = 401_000;
    assert!(drive.value(reference.clone()).is_ok());
    assert_eq!(drive.taken()[0], RENEWED);

    bao.admin("POST", "auth/token/revoke", json!({"token": token}));
    assert_eq!(drive.value(reference.clone()), Err("token_refused"));
    let denied = format!("GET /v1/secret/data/{path} 403");
    assert_eq!(drive.taken(), [denied.as_str(), LOOKUP_FAILED]);
    assert_eq!(drive.value(reference), Err("token_refused"));
    assert_eq!(drive.taken(), [LOOKUP_FAILED], "it is looked at anew, and no more");
}
