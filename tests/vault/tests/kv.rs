//! Key-value secrets of both versions, from a real OpenBao.

use hushgate::store::Want;
use hushgate_test_vault::{Bao, Drive, by_token, now_ms, shared, unique, vault};
use serde_json::{Value, json};

fn as_root(bao: &Bao) -> Drive {
    Drive::new(bao.address(), vault(&by_token()), &[("TOKEN", bao.token())])
}

fn write(bao: &Bao, path: &str, data: Value) {
    bao.admin("POST", &format!("secret/data/{path}"), json!({"data": data}));
}

#[test]
fn a_value_comes_with_its_version() {
    let (bao, path) = (shared(), unique("stripe"));
    write(bao, &path, json!({"api_key": "planted-1", "other": "x"}));
    let mut drive = as_root(bao);
    let reference = json!({"path": format!("secret/data/{path}"), "field": "api_key"});
    let fetched = drive.fetch(reference.clone(), Want::Current).unwrap();
    assert_eq!((fetched.value.expose(), &*fetched.version), (&b"planted-1"[..], "1"));
    assert!(fetched.previous.is_none() && fetched.lives_ms.is_none() && fetched.hosts.is_none());
    let read = format!("GET /v1/secret/data/{path} 200");
    assert_eq!(drive.taken(), ["GET /v1/auth/token/lookup-self 200", &read]);

    // The other way to write the same place; the token is known by now.
    let apart = json!({"mount": "secret", "path": path, "field": "api_key"});
    assert_eq!(drive.value(apart), Ok("planted-1".to_owned()));
    assert_eq!(drive.taken(), [read.as_str()]);

    write(bao, &path, json!({"api_key": "planted-2"}));
    let fetched = drive.fetch(reference, Want::WithPrevious).unwrap();
    assert_eq!((fetched.value.expose(), &*fetched.version), (&b"planted-2"[..], "2"));
    let (version, previous) = fetched.previous.unwrap();
    assert_eq!((previous.expose(), &*version), (&b"planted-1"[..], "1"));
    assert_eq!(drive.taken(), [read, format!("GET /v1/secret/data/{path}?version=1 200")]);
}

#[test]
fn a_previous_version_that_is_gone_is_none() {
    let (bao, path) = (shared(), unique("rotated"));
    write(bao, &path, json!({"k": "planted-1"}));
    write(bao, &path, json!({"k": "planted-2"}));
    bao.admin("PUT", &format!("secret/destroy/{path}"), json!({"versions": [1]}));
    let mut drive = as_root(bao);
    let reference = json!({"mount": "secret", "path": path});
    let fetched = drive.fetch(reference.clone(), Want::WithPrevious).unwrap();
    assert_eq!(fetched.version, "2");
    assert!(fetched.previous.is_none());
    assert_eq!(drive.taken().pop(), Some(format!("GET /v1/secret/data/{path}?version=1 404")));

    // The first version has none before it, and nothing is asked for.
    let path = unique("first");
    write(bao, &path, json!({"k": "planted-1"}));
    let fetched = drive.fetch(json!({"mount": "secret", "path": path}), Want::WithPrevious);
    assert!(fetched.unwrap().previous.is_none());
    assert_eq!(drive.taken(), [format!("GET /v1/secret/data/{path} 200")]);
}

#[test]
fn paths_with_odd_characters_arrive() {
    let (bao, name) = (shared(), unique("odd"));
    write(bao, &format!("{name}%20%C3%BC%2Bx"), json!({"k": "planted"}));
    let reference = json!({"mount": "secret", "path": format!("{name} ü+x")});
    assert_eq!(as_root(bao).value(reference), Ok("planted".to_owned()));
}

#[test]
fn what_is_not_there_has_a_word_each() {
    let bao = shared();
    let mut drive = as_root(bao);
    let of = |path: &str| json!({"mount": "secret", "path": path});
    assert_eq!(drive.value(of("absent")), Err("not_found"));
    assert_eq!(drive.value(json!({"path": "nowhere/data/x"})), Err("no_mount"));
    let as_first = json!({"engine": "kv1", "path": "secret/x"});
    assert_eq!(drive.value(as_first), Err("wrong_kv_version"));

    let path = unique("gone");
    write(bao, &path, json!({"a": "planted", "b": "planted", "n": 1}));
    assert_eq!(drive.value(of(&path)), Err("field_missing"));
    let field = |field: &str| json!({"mount": "secret", "path": path, "field": field});
    assert_eq!(drive.value(field("c")), Err("field_missing"));
    assert_eq!(drive.value(field("n")), Err("field_not_text"));
    let both = json!({"mount": "secret", "path": path, "fields": ["a", "b"]});
    assert_eq!(drive.value(both), Ok("planted:planted".to_owned()));

    bao.admin("DELETE", &format!("secret/data/{path}"), Value::Null);
    assert_eq!(drive.value(field("a")), Err("version_deleted"));
    bao.admin("PUT", &format!("secret/destroy/{path}"), json!({"versions": [1]}));
    assert_eq!(drive.value(field("a")), Err("version_destroyed"));
}

#[test]
fn a_deletion_to_come_is_a_hard_stop() {
    let (bao, path) = (shared(), unique("ending"));
    let metadata = json!({"delete_version_after": "1h",
        "custom_metadata": {"hushgate_hosts": "api.stripe.com, B.example", "team": "x"}});
    bao.admin("POST", &format!("secret/metadata/{path}"), metadata);
    write(bao, &path, json!({"k": "planted"}));
    let mut drive = as_root(bao);
    let reference = json!({"mount": "secret", "path": path});
    let before = now_ms();
    let fetched = drive.fetch(reference.clone(), Want::Current).unwrap();
    let lives_ms = fetched.lives_ms.unwrap();
    assert!(lives_ms <= 3_600_000 + 1_000, "{lives_ms}");
    assert!(before + lives_ms >= before + 3_600_000 - 60_000, "{lives_ms}");
    assert_eq!(fetched.hosts.unwrap(), ["api.stripe.com", "b.example"]);

    // By a clock that is two hours ahead it is over, although the vault still gives it.
    drive.ahead_ms = 2 * 3_600_000;
    assert_eq!(drive.value(reference), Err("expired"));
}

#[test]
fn the_first_version_has_values_alone() {
    let (bao, mount) = (shared(), unique("kv"));
    let kind = json!({"type": "kv", "options": {"version": "1"}});
    bao.admin("POST", &format!("sys/mounts/{mount}"), kind);
    bao.admin("POST", &format!("{mount}/stripe"), json!({"k": "planted", "ttl": "30m"}));
    let mut drive = as_root(bao);
    let reference = json!({"engine": "kv1", "mount": mount, "path": "stripe", "field": "k"});
    let fetched = drive.fetch(reference, Want::WithPrevious).unwrap();
    assert_eq!((fetched.value.expose(), &*fetched.version), (&b"planted"[..], ""));
    // The thirty minutes are advice.
    assert!(fetched.previous.is_none() && fetched.lives_ms.is_none());

    let whole = json!({"engine": "kv1", "path": format!("{mount}/stripe"), "field": "k"});
    assert_eq!(drive.value(whole), Ok("planted".to_owned()));
    // Version 1 has nothing below `data`, unless somebody put it there.
    let second = json!({"mount": mount, "path": "stripe", "field": "k"});
    assert_eq!(drive.value(second.clone()), Err("not_found"));
    bao.admin("POST", &format!("{mount}/data/stripe"), json!({"k": "planted"}));
    assert_eq!(drive.value(second), Err("wrong_kv_version"));
}
