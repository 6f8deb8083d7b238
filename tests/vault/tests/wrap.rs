//! Wrapped SecretIDs: the good one, the spent one, the swapped one, at a real OpenBao.

use hushgate_test_vault::{AppRole, Drive, shared, unique, vault};
use serde_json::{Value, json};

const LOOKUP: &str = "POST /v1/sys/wrapping/lookup";
const UNWRAP: &str = "POST /v1/sys/wrapping/unwrap";

/// A role that may read one secret.
fn role() -> (AppRole, Value) {
    let (bao, path) = (shared(), unique("wrapped"));
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"k": "planted"}}));
    let policy = bao.policy(&[(&format!("secret/data/{path}"), "read")]);
    (bao.approle(json!({"token_policies": policy})), json!({"mount": "secret", "path": path}))
}

fn drive(role: &AppRole, name: Option<&str>, wrap: &str) -> Drive {
    let mut login = json!({"method": "approle", "mount": role.mount, "role_id": role.role_id,
        "wrapped_secret_id_env": "WRAP"});
    if let Some(name) = name {
        login["role_name"] = json!(name);
    }
    Drive::new(shared().address(), vault(&login), &[("WRAP", wrap)])
}

fn wrap_of(role: &AppRole) -> String {
    shared().wrap(&format!("auth/{}/role/app/secret-id", role.mount))
}

fn status(call: &str, status: u16) -> String {
    format!("{call} {status}")
}

#[test]
fn it_is_looked_at_undone_once_and_kept() {
    let (role, reference) = role();
    let mut drive = drive(&role, Some("app"), &wrap_of(&role));
    assert_eq!(drive.value(reference.clone()), Ok("planted".to_owned()));
    let login = format!("POST /v1/auth/{}/login 200", role.mount);
    let calls = drive.taken();
    assert_eq!(calls[..3], [status(LOOKUP, 200), status(UNWRAP, 200), login.clone()]);

    // The SecretID is in the session: a new login needs no second wrap.
    drive.pass_session_on();
    drive.ahead_ms = 40 * 24 * 3_600_000;
    assert_eq!(drive.value(reference), Ok("planted".to_owned()));
    assert_eq!(drive.taken()[0], login);
}

#[test]
fn after_a_restart_our_own_is_spent() {
    let (role, reference) = role();
    let mut drive = drive(&role, None, &wrap_of(&role));
    assert!(drive.value(reference.clone()).is_ok());
    let mark = drive.session.spent_wrap().unwrap().to_vec();
    drive.forget_session();
    drive.taken();
    drive.session.remember_spent_wrap(&mark);
    assert_eq!(drive.value(reference.clone()), Err("wrap_spent"));
    assert_eq!(drive.taken(), [status(LOOKUP, 400)]);

    // Where nothing was remembered, somebody else may have used it.
    drive.forget_session();
    assert_eq!(drive.value(reference), Err("tampered"));
}

#[test]
fn used_by_somebody_else() {
    let (role, reference) = role();
    let wrap = wrap_of(&role);
    let (stolen, _) = shared().call("POST", "/v1/sys/wrapping/unwrap", "", &json!({"token": wrap}));
    assert_eq!(stolen, 200);
    let mut drive = drive(&role, None, &wrap);
    assert_eq!(drive.value(reference), Err("tampered"));
    assert_eq!(drive.taken(), [status(LOOKUP, 400)]);
}

#[test]
fn used_by_somebody_else_in_the_very_moment() {
    let (role, reference) = role();
    let wrap = wrap_of(&role);
    let mut drive = drive(&role, None, &wrap);
    drive.on_the_way = Some(Box::new(move |path, answer| {
        if path.ends_with("/lookup") {
            let body = json!({"token": wrap});
            assert_eq!(shared().call("POST", "/v1/sys/wrapping/unwrap", "", &body).0, 200);
        }
        answer
    }));
    assert_eq!(drive.value(reference.clone()), Err("tampered"));
    assert_eq!(drive.taken(), [status(LOOKUP, 200), status(UNWRAP, 400)]);
    assert!(drive.session.spent_wrap().is_none(), "it was not us");
    drive.on_the_way = None;
    assert_eq!(drive.value(reference), Err("tampered"), "and that does not change");
}

#[test]
fn something_foreign_is_never_undone() {
    let (role, reference) = role();
    let other = self::role().0;
    let bao = shared();
    let cubby = bao.wrap(&format!("auth/{}/role/app/secret-id", other.mount));
    let forged = {
        let (_, answer) = bao.call(
            "POST",
            "/v1/sys/wrapping/wrap",
            "x-vault-wrap-ttl: 300s\r\n",
            &json!({"secret_id": "forged"}),
        );
        answer["wrap_info"]["token"].as_str().unwrap().to_owned()
    };
    for wrap in [&cubby, &forged, "s.nobody"] {
        let mut drive = drive(&role, Some("app"), wrap);
        assert_eq!(drive.value(reference.clone()), Err("tampered"));
        assert_eq!(drive.taken().len(), 1, "looked at, and not used");
    }
    // A wrap for another role of the same mount, where the role's name is configured.
    let mut drive = drive(&role, Some("another"), &wrap_of(&role));
    assert_eq!(drive.value(reference), Err("tampered"));
}

#[test]
fn an_answer_that_got_lost_is_not_taken_for_theft() {
    let (role, reference) = role();
    let mut drive = drive(&role, None, &wrap_of(&role));
    drive.on_the_way = Some(Box::new(|path, answer| {
        if path.ends_with("/unwrap") { hushgate::store::Answer::Failed } else { answer }
    }));
    assert_eq!(drive.value(reference.clone()), Err("unreachable"));
    drive.on_the_way = None;
    assert_eq!(drive.value(reference), Err("wrap_spent"));
}
