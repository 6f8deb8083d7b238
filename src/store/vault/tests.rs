//! Each row of the table of answers, as recorded from OpenBao 2.7.2 or (`simulated`) as Vault Enterprise documents it.
//! The same machine against a real OpenBao: `tests/vault`.

use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::store::{
    Retry, Want,
    http::ANSWER_BYTES_MAX,
    rig::{FAILED, NOW_MS, Recorded, Rig},
};

const LOGIN: Recorded<'_> = (
    200,
    &[],
    r#"{"auth":{"client_token":"s.one","lease_duration":600,"renewable":true,"token_type":"service","num_uses":0}}"#,
);
const SECRET: Recorded<'_> = (
    200,
    &[],
    r#"{"data":{"data":{"k":"planted"},"metadata":{"custom_metadata":null,"deletion_time":"","destroyed":false,"version":3}}}"#,
);
const POLICY: Recorded<'_> =
    (403, &[], "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}");
const DENIED: Recorded<'_> = (403, &[], r#"{"errors":["permission denied"]}"#);
const SEALED: Recorded<'_> = (503, &[], r#"{"errors":["Vault is sealed"]}"#);
const FOUND: Recorded<'_> = (200, &[], r#"{"data":{"ttl":500}}"#);

fn store(login: Value) -> Value {
    json!({"kind": "vault", "cluster": "vault", "authority": "vault.internal", "login": login})
}

fn approle() -> Value {
    json!({"method": "approle", "role_id": "role", "secret_id_env": "SECRET_ID"})
}

fn rig() -> Rig {
    Rig::new(store(approle()), json!({"path": "secret/data/stripe"}))
}

/// One that has logged in.
fn logged_in() -> Rig {
    let mut rig = rig();
    rig.play(&[LOGIN, SECRET]).unwrap();
    rig.requests.clear();
    rig
}

#[test]
fn what_a_read_can_answer() {
    let deleted = r#"{"data":{"data":null,"metadata":{"deletion_time":"2026-11-24T12:12:02.9Z","destroyed":false,"version":1}}}"#;
    let destroyed = r#"{"data":{"data":null,"metadata":{"deletion_time":"2026-11-24T12:12:02.9Z","destroyed":true,"version":1}}}"#;
    let of_first = r#"{"data":null,"warnings":["Invalid path for a versioned K/V secrets engine. See the API docs"]}"#;
    let no_route =
        r#"{"errors":["no handler for route \"nomount/data/x\". route entry not found."]}"#;
    let quota = r#"{"errors":["request path \"secret/\": rate limit quota exceeded"]}"#;
    let none = r#"{"errors":[]}"#;
    let cases: &[(Recorded<'_>, &str, Retry)] = &[
        (FAILED, "unreachable", Retry::Later),
        ((404, &[], none), "not_found", Retry::Never),
        ((404, &[], deleted), "version_deleted", Retry::Never),
        ((404, &[], destroyed), "version_destroyed", Retry::Never),
        ((404, &[], of_first), "wrong_kv_version", Retry::Never),
        ((404, &[], no_route), "no_mount", Retry::Never),
        ((404, &[], "<html>"), "bad_answer", Retry::Later),
        (POLICY, "forbidden", Retry::Never),
        ((403, &[], r#"{"errors":["2 errors occurred:"]}"#), "forbidden", Retry::Never),
        ((429, &[], quota), "rate_limited", Retry::Later),
        ((429, &[("retry-after", "3")], quota), "rate_limited", Retry::AfterMs(3_000)),
        ((429, &[("retry-after", "9999999")], quota), "rate_limited", Retry::AfterMs(3_600_000)),
        ((429, &[("retry-after", "soon")], quota), "rate_limited", Retry::Later),
        (SEALED, "sealed", Retry::Later),
        ((503, &[("retry-after", "2")], ""), "unavailable", Retry::AfterMs(2_000)),
        ((503, &[], "upstream connect error"), "unavailable", Retry::Later),
        ((504, &[], "upstream request timeout"), "unavailable", Retry::Later),
        ((500, &[], r#"{"errors":["internal error"]}"#), "unavailable", Retry::Later),
        ((307, &[("location", "http://elsewhere/v1/x")], ""), "redirected", Retry::Later),
        ((400, &[], r#"{"errors":["bad"]}"#), "bad_request", Retry::Never),
        ((200, &[], "no JSON"), "bad_answer", Retry::Later),
        ((200, &[], r#"{"data":null}"#), "bad_answer", Retry::Later),
        ((200, &[], r#"{"data":{"k":"planted"}}"#), "wrong_kv_version", Retry::Never),
        ((204, &[], ""), "bad_answer", Retry::Later),
        ((101, &[], ""), "bad_answer", Retry::Later),
    ];
    for (answer, word, retry) in cases {
        let mut rig = logged_in();
        assert_eq!(rig.fails(&[*answer]), (*word, *retry), "{} {}", answer.0, answer.2);
        assert_eq!(rig.requests.len(), 1);
        // Whatever it was, the login is still good.
        assert!(rig.play(&[SECRET]).is_ok());
    }
}

#[test]
fn an_answer_without_end_is_not_read() {
    let body = format!("{}{}", SECRET.2, " ".repeat(ANSWER_BYTES_MAX + 1 - SECRET.2.len()));
    assert_eq!(logged_in().fails(&[(200, &[], &body)]), ("answer_too_long", Retry::Never));
    assert!(logged_in().play(&[(200, &[], &body[..ANSWER_BYTES_MAX])]).is_ok());
}

#[test]
fn a_token_that_is_refused_is_looked_up_and_replaced_once() {
    let mut rig = logged_in();
    assert!(rig.play(&[DENIED, DENIED, LOGIN, SECRET]).is_ok());
    let paths: Vec<&str> = rig.requests.iter().map(|request| request.path.as_str()).collect();
    let expected = [
        "/v1/secret/data/stripe",
        "/v1/auth/token/lookup-self",
        "/v1/auth/approle/login",
        "/v1/secret/data/stripe",
    ];
    assert_eq!(paths, expected);
    // The new one is refused as well: that is the end of it.
    assert_eq!(
        logged_in().fails(&[DENIED, DENIED, LOGIN, DENIED]),
        ("token_refused", Retry::Never)
    );
    // The token is good, so it is not to blame.
    assert_eq!(logged_in().fails(&[DENIED, FOUND]), ("forbidden", Retry::Never));
    assert_eq!(logged_in().fails(&[DENIED, POLICY]), ("forbidden", Retry::Never));
    assert_eq!(logged_in().fails(&[DENIED, SEALED]), ("sealed", Retry::Later));
    assert_eq!(logged_in().fails(&[DENIED, FAILED]), ("unreachable", Retry::Later));
    // A fresh login's token, refused at once: one look, and no second login.
    assert_eq!(rig_fails(&[LOGIN, DENIED, DENIED]), ("token_refused", Retry::Never));
}

fn rig_fails(answers: &[Recorded<'_>]) -> (&'static str, Retry) {
    rig().fails(answers)
}

#[test]
fn what_a_login_can_answer() {
    let errors = |text: &str| json!({"errors": [text]}).to_string();
    let (invalid, backend, client) = (
        errors("invalid role or secret ID"),
        errors("could not load backend configuration"),
        errors("missing client token"),
    );
    let mfa = r#"{"auth":{"client_token":"","lease_duration":0,"mfa_requirement":{"mfa_request_id":"x"}}}"#;
    let odd = r#"{"auth":{"client_token":"s.a\r\nx-evil: 1","lease_duration":60}}"#;
    let cases: &[(Recorded<'_>, &str, Retry)] = &[
        ((400, &[], &invalid), "login_refused", Retry::Never),
        (DENIED, "login_refused", Retry::Never),
        ((400, &[], &client), "login_unconfigured", Retry::Never),
        ((404, &[], r#"{"errors":["no handler for route"]}"#), "login_unconfigured", Retry::Never),
        ((500, &[], &backend), "login_unconfigured", Retry::Never),
        ((500, &[], r#"{"errors":["internal error"]}"#), "unavailable", Retry::Later),
        ((429, &[], r#"{"errors":["rate limit quota exceeded"]}"#), "rate_limited", Retry::Later),
        (SEALED, "sealed", Retry::Later),
        (FAILED, "unreachable", Retry::Later),
        ((307, &[], ""), "redirected", Retry::Later),
        ((200, &[], "{}"), "bad_answer", Retry::Later),
        ((200, &[], mfa), "bad_answer", Retry::Later),
        ((200, &[], odd), "bad_answer", Retry::Later),
    ];
    for (answer, word, retry) in cases {
        let mut rig = rig();
        assert_eq!(rig.fails(&[*answer]), (*word, *retry), "{} {}", answer.0, answer.2);
        assert!(rig.client.needs_login(&rig.session, NOW_MS));
    }
}

#[test]
fn an_old_token_outlives_a_vault_that_cannot_log_in() {
    let batch = (
        200,
        &[][..],
        r#"{"auth":{"client_token":"b.one","lease_duration":600,"renewable":false,"token_type":"batch","num_uses":0}}"#,
    );
    for failure in [SEALED, FAILED, (500, &[], "")] {
        let mut rig = rig();
        rig.play(&[batch, SECRET]).unwrap();
        rig.now_ms += 500_000;
        assert!(rig.play(&[failure, SECRET]).is_ok());
        rig.now_ms += 100_000;
        assert!(rig.play(&[failure]).is_err(), "it is over");
    }
    // A login that is refused is not outlived: somebody has taken the right away.
    let mut rig = rig();
    rig.play(&[batch, SECRET]).unwrap();
    rig.now_ms += 500_000;
    assert_eq!(rig.fails(&[DENIED]), ("login_refused", Retry::Never));
}

#[test]
fn a_renewal_that_fails_does_no_harm() {
    for failure in [SEALED, FAILED] {
        let mut rig = logged_in();
        rig.now_ms += 401_000;
        assert!(rig.client.needs_login(&rig.session, rig.now_ms));
        assert!(rig.play(&[failure, SECRET]).is_ok());
    }
    let mut rig = logged_in();
    rig.now_ms += 401_000;
    assert!(rig.play(&[DENIED, LOGIN, SECRET]).is_ok());
    assert!(!rig.client.needs_login(&rig.session, rig.now_ms));
}

/// A real standby is in `tests/vault`; it answers 412 nowhere.
#[test]
fn a_node_that_is_behind_is_asked_to_forward_once() {
    let standby = (429, &[("retry-after", "1")][..], r#"{"errors":[]}"#);
    let stale = (412, &[][..], r#"{"errors":["required index state not present"]}"#);
    for (answer, word, retry) in
        [(standby, "standby", Retry::AfterMs(1_000)), (stale, "stale_index", Retry::Later)]
    {
        let mut rig = logged_in();
        assert!(rig.play(&[answer, SECRET]).is_ok());
        assert_eq!(rig.sent("x-vault-inconsistent"), ["forward-active-node"]);
        assert_eq!(logged_in().fails(&[answer, answer]), (word, retry));
    }
    for status in [472, 473] {
        assert_eq!(logged_in().fails(&[(status, &[], "")]).0, "standby");
    }
    // A login is not sent again as it was.
    assert_eq!(rig().fails(&[standby]).0, "standby");
    let stripped = (412, &[][..], r#"{"errors":["missing 'X-Vault-Request' header"]}"#);
    assert_eq!(logged_in().fails(&[stripped]), ("header_stripped", Retry::Never));
}

#[test]
fn the_index_goes_back_byte_for_byte() {
    let mut rig = rig();
    let index = [("x-vault-index", "v1:opaque==")];
    let login = (LOGIN.0, &index[..], LOGIN.2);
    rig.play(&[login, SECRET]).unwrap();
    assert_eq!(rig.sent("x-vault-index"), ["v1:opaque=="]);
    // It is the vault's to change.
    let other = [("x-vault-index", "v1:other==")];
    rig.play(&[(SECRET.0, &other[..], SECRET.2)]).unwrap();
    rig.play(&[SECRET]).unwrap();
    assert_eq!(rig.sent("x-vault-index"), ["v1:other=="]);

    let refused = (400, &[][..], r#"{"errors":["failed to decode \"X-Vault-Index\""]}"#);
    assert!(rig.play(&[refused, SECRET]).is_ok());
    assert!(rig.sent("x-vault-index").is_empty());
    assert_eq!(rig.fails(&[refused, refused]), ("bad_request", Retry::Never));
    // One that is too long to be one is not taken.
    let long = "x".repeat(5_000);
    let index = [("x-vault-index", long.as_str())];
    rig.play(&[(SECRET.0, &index[..], SECRET.2)]).unwrap();
    rig.play(&[SECRET]).unwrap();
    assert!(rig.sent("x-vault-index").is_empty());
}

#[test]
fn what_each_request_carries() {
    let mut configured = store(approle());
    configured["namespace"] = json!("team/a");
    configured["login"]["namespace"] = json!("ops");
    let mut rig = Rig::new(configured, json!({"mount": "kv", "path": "a b"}));
    rig.play(&[LOGIN, SECRET]).unwrap();
    let read = rig.requests.pop().unwrap();
    let pairs = read.pairs("vault.internal");
    let expected: [(&[u8], &[u8]); 6] = [
        (b":method", b"GET"),
        (b":path", b"/v1/kv/data/a%20b"),
        (b":authority", b"vault.internal"),
        (b"x-vault-request", b"true"),
        (b"x-vault-namespace", b"team/a"),
        (b"x-vault-token", b"s.one"),
    ];
    assert_eq!(pairs, expected);
    assert_eq!(rig.sent("x-vault-namespace"), ["ops"]);
    assert!(rig.sent("x-vault-token").is_empty(), "no login has a token");
    let login = rig.requests.pop().unwrap();
    assert_eq!(login.body.expose(), br#"{"role_id":"role","secret_id":"secret_id"}"#);
    // Nothing of a request is shown.
    assert!(!format!("{login:?} {read:?}").contains("s.one"));
    assert!(!format!("{login:?}").contains("secret_id\""));
}

#[test]
fn versions_and_their_ends() {
    let secret = |metadata: &str| {
        format!(r#"{{"data":{{"data":{{"k":"planted"}},"metadata":{{"version":3,{metadata}}}}}}}"#)
    };
    let fetch = |metadata: &str| logged_in().play(&[(200, &[], &secret(metadata))]);
    let word = |metadata: &str| fetch(metadata).unwrap_err().reason();
    let end = |time: &str| format!(r#""deletion_time":"{time}""#);
    assert_eq!(fetch(&end("2026-11-24T12:12:02.001Z")).unwrap().lives_ms, Some(1));
    assert_eq!(word(&end("2026-11-24T12:12:02Z")), "expired");
    assert_eq!(word(&end("tomorrow")), "bad_answer");
    assert_eq!(word(r#""destroyed":true"#), "version_destroyed");

    let hosts = |value: &str| {
        let metadata = format!(r#""custom_metadata":{{"hushgate_hosts":{value}}}"#);
        fetch(&metadata).unwrap().hosts.unwrap()
    };
    assert_eq!(hosts(r#""A.example,  b.example""#), ["a.example", "b.example"]);
    assert!(hosts(r#""""#).is_empty(), "an empty list allows none");
    assert!(hosts("7").is_empty());
    assert_eq!(fetch(r#""custom_metadata":{"team":"x"}"#).unwrap().hosts, None);
}

#[test]
fn the_version_before_is_a_courtesy() {
    let before = SECRET.2.replace("planted", "older").replace("\"version\":3", "\"version\":2");
    let mut rig = logged_in();
    rig.want = Want::WithPrevious;
    let fetched = rig.play(&[SECRET, (200, &[], &before)]).unwrap();
    let (version, value) = fetched.previous.unwrap();
    assert_eq!((version.as_str(), value.expose()), ("2", &b"older"[..]));
    assert_eq!(rig.requests.last().unwrap().path, "/v1/secret/data/stripe?version=2");
    // Not the one that was asked for, or none at all.
    for answer in [SECRET, FAILED, SEALED, POLICY, DENIED, (404, &[], r#"{"errors":[]}"#)] {
        let fetched = rig.play(&[SECRET, answer]).unwrap();
        assert!(fetched.previous.is_none());
        assert_eq!(fetched.value.expose(), b"planted");
    }
}

#[test]
fn a_leased_secret_without_a_lease() {
    // A static role: the vault says when it rotates it.
    let mut rig = Rig::new(
        store(json!({"method": "none"})),
        json!({"engine": "leased", "path": "database/static-creds/app", "field": "password"}),
    );
    let body = r#"{"lease_id":"","lease_duration":0,"data":{"password":"planted","ttl":90}}"#;
    let fetched = rig.play(&[(200, &[], body)]).unwrap();
    assert_eq!(fetched.lives_ms, Some(90_000));
    assert_eq!(rig.client.due_in_ms(&rig.credential, &rig.session, NOW_MS), None);
    assert!(rig.sent("x-vault-token").is_empty());
}

#[test]
fn a_lease_that_cannot_be_renewed_is_read_anew() {
    let mut rig = Rig::new(
        store(approle()),
        json!({"engine": "leased", "path": "database/creds/app", "field": "password"}),
    );
    let lease = |value: &str| {
        json!({"lease_id": "database/creds/app/1", "lease_duration": 100, "renewable": false,
            "data": {"username": "u", "password": value}})
        .to_string()
    };
    let fetched = rig.play(&[LOGIN, (200, &[], &lease("one"))]).unwrap();
    assert_eq!(fetched.lives_ms, Some(100_000));
    assert_eq!(rig.client.due_in_ms(&rig.credential, &rig.session, NOW_MS), Some(85_000));
    rig.now_ms += 84_999;
    let fetched = rig.play(&[]).unwrap();
    assert_eq!((fetched.value.expose(), fetched.lives_ms), (&b"one"[..], Some(15_001)));
    rig.now_ms += 1;
    assert_eq!(rig.play(&[(200, &[], &lease("two"))]).unwrap().value.expose(), b"two");
    // The vault is down when the next is due: an error, and the caller decides how long the old one goes.
    rig.now_ms += 90_000;
    assert_eq!(rig.fails(&[SEALED]), ("sealed", Retry::Later));
}

#[test]
fn what_renewing_a_lease_can_answer() {
    let lease = r#"{"lease_id":"a/1","lease_duration":90,"renewable":true,"data":{"k":"one"}}"#;
    let renewed = r#"{"lease_id":"a/1","lease_duration":90,"renewable":true,"data":null}"#;
    let stage = || {
        let mut rig = Rig::new(store(approle()), json!({"engine": "leased", "path": "a"}));
        rig.play(&[LOGIN, (200, &[], lease)]).unwrap();
        rig.now_ms += 60_000;
        rig.requests.clear();
        rig
    };
    let mut rig = stage();
    assert_eq!(rig.play(&[(200, &[], renewed)]).unwrap().lives_ms, Some(90_000));
    assert_eq!(rig.requests[0].body.expose(), br#"{"lease_id":"a/1","increment":"90"}"#);
    for text in ["lease not found", "lease is not renewable"] {
        let refused = json!({"errors": [text]}).to_string();
        let fresh = lease.replace("one", "two");
        let fetched = stage().play(&[(400, &[], &refused), (200, &[], &fresh)]).unwrap();
        assert_eq!(fetched.value.expose(), b"two");
    }
    assert_eq!(stage().fails(&[SEALED]), ("sealed", Retry::Later));
    assert_eq!(stage().fails(&[FAILED]), ("unreachable", Retry::Later));
    assert_eq!(stage().fails(&[(200, &[], "{}")]), ("bad_answer", Retry::Later));
    // After a failure the lease is still there, for the next time.
    let mut rig = stage();
    rig.fails(&[FAILED]);
    assert!(rig.play(&[(200, &[], renewed)]).is_ok());
}

#[test]
fn a_fetch_ends_after_some_calls_whatever_comes() {
    let mut rig = logged_in();
    rig.now_ms += 401_000;
    // The longest way that there is: renewal refused, behind, login, read refused, looked up, login.
    let standby = (429, &[][..], r#"{"errors":[]}"#);
    let index = (400, &[][..], r#"{"errors":["failed to decode \"X-Vault-Index\""]}"#);
    let answers = [index, standby, DENIED, LOGIN, DENIED, DENIED];
    assert_eq!(rig.fails(&answers), ("token_refused", Retry::Never));
    // An answer that nobody waits for.
    let step = rig.client.on(crate::store::Answer::Failed, &mut rig.session, NOW_MS);
    let crate::store::Step::Done(Err(error)) = step else { panic!("nothing is under way") };
    assert_eq!(error.reason(), "bad_answer");
}

#[test]
fn a_session_of_another_login_is_not_used() {
    let mut rig = logged_in();
    let mut other = Rig::new(
        store(json!({"method": "approle", "role_id": "other",
        "secret_id_env": "SECRET_ID"})),
        json!({"path": "secret/data/stripe"}),
    );
    assert!(!rig.client.needs_login(&rig.session, NOW_MS));
    assert!(other.client.needs_login(&rig.session, NOW_MS));
    std::mem::swap(&mut rig.session, &mut other.session);
    assert!(other.play(&[LOGIN, SECRET]).is_ok());
}
