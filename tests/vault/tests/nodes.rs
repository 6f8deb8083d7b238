//! Nodes that do not serve: sealed, dead, over a quota; a standby; an index that is not the vault's.

use hushgate::store::{Answer, Retry, Session, Want};
use hushgate_test_vault::{Bao, Drive, by_token, free_address, raft, shared, unique, vault};
use serde_json::{Value, json};

fn drive(bao: &Bao) -> Drive {
    Drive::new(bao.address(), vault(&by_token()), &[("TOKEN", bao.token())])
}

#[test]
fn sealed_unsealed_and_a_standby() {
    let fresh = raft::node("one");
    fresh.wait_for("/v1/sys/health", 501);
    let mut before = Drive::new(fresh.address(), vault(&by_token()), &[("TOKEN", "s.nobody")]);
    let reference = json!({"mount": "kv", "path": "stripe"});
    let word = before.value(reference.clone());
    assert_eq!(word, Err("sealed"), "not initialised");

    let (active, key) = raft::initialised(fresh);
    active.mount_kv("", "kv");
    write(&active, "planted-1");
    let mut at_active = drive(&active);
    assert_eq!(at_active.value(reference.clone()), Ok("planted-1".to_owned()));

    // A second node joins, and reads through the first or by itself.
    let standby = raft::node("two");
    let standby = raft::joined(standby, &active, &key);
    let mut at_standby = drive(&standby);
    for number in 2..12 {
        let value = format!("planted-{number}");
        write(&active, &value);
        // The index of the active node goes to the standby with the session. Where it is behind, it answers 429, and
        // is asked to forward: what was written is what is read.
        at_active.value(reference.clone()).unwrap();
        let bytes = at_active.session.to_bytes();
        at_standby.session = Session::from_bytes(&bytes).unwrap();
        assert_eq!(at_standby.value(reference.clone()), Ok(value));
    }

    active.admin("PUT", "sys/seal", json!({}));
    let error = at_active.fetch(reference.clone(), Want::Current).unwrap_err();
    assert_eq!((error.reason(), error.retry()), ("sealed", Retry::Later));
    raft::unseal(&active, &key);
    active.wait_for("/v1/sys/leader", 200);
    let healthy = |status| active.call("GET", "/v1/sys/health", "", &Value::Null).0 == status;
    let start = std::time::Instant::now();
    while !healthy(200) && !healthy(429) {
        assert!(start.elapsed() < hushgate_test_vault::PATIENCE, "{}", active.log());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn write(bao: &Bao, value: &str) {
    bao.admin("POST", "kv/data/stripe", json!({"data": {"k": value}}));
}

#[test]
fn dead_and_reset() {
    let mut drive = Drive::new(&free_address(), vault(&by_token()), &[("TOKEN", "s.nobody")]);
    let reference = json!({"mount": "secret", "path": "x"});
    let error = drive.fetch(reference.clone(), Want::Current).unwrap_err();
    assert_eq!((error.reason(), error.retry()), ("unreachable", Retry::Later));

    // In mid-answer.
    let mut drive = self::drive(shared());
    drive.on_the_way = Some(Box::new(|_, _| Answer::Failed));
    assert_eq!(drive.value(reference), Err("unreachable"));
}

#[test]
fn a_quota_is_used_up() {
    // Of its own: the quota is one of the whole server.
    let bao = Bao::dev();
    bao.admin("POST", "secret/data/x", json!({"data": {"k": "planted"}}));
    let quota = json!({"path": "secret/", "rate": 1, "interval": "1h"});
    bao.admin("POST", "sys/quotas/rate-limit/test", quota);
    let mut drive = drive(&bao);
    let reference = json!({"mount": "secret", "path": "x"});
    // Whether the quota counts from the start is the vault's business; by the third read it is used up.
    let words: Vec<_> = (0..3).map(|_| drive.value(reference.clone())).collect();
    assert_eq!(words[2], Err("rate_limited"), "{words:?}");
    let error = drive.fetch(reference, Want::Current).unwrap_err();
    assert_ne!(error.retry(), Retry::Never);
    assert_eq!(drive.taken().last().unwrap(), "GET /v1/secret/data/x 429");
}

#[test]
fn an_index_that_is_not_the_vaults_is_dropped() {
    let (bao, path) = (shared(), unique("index"));
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": {"k": "planted"}}));
    let mut drive = drive(bao);
    // Somebody on the way changes it.
    drive.on_the_way = Some(Box::new(|_, answer| match answer {
        Answer::Response(mut response) => {
            let index = (&b"x-vault-index"[..], &b"garbage"[..]);
            response.headers = [index].into_iter().collect();
            Answer::Response(response)
        }
        failed => failed,
    }));
    let reference = json!({"mount": "secret", "path": path});
    assert_eq!(drive.value(reference), Ok("planted".to_owned()));
    let read = |status: u16| format!("GET /v1/secret/data/{path} {status}");
    let expected = ["GET /v1/auth/token/lookup-self 200", &read(400), &read(200)];
    assert_eq!(drive.taken(), expected);
}
