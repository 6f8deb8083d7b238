//! Every field, every error, no value shown.

use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::store::{
    CredentialRef,
    credential::{Engine, FieldChoice, Place},
    rig::environment,
};

fn store(mut value: Value) -> Result<StoreConfig, String> {
    StoreConfig::parse("stores.main", &mut value, &environment).map_err(|error| error.to_string())
}

fn error(value: Value) -> String {
    let error = store(value).unwrap_err();
    assert!(!error.contains("planted"), "{error}");
    error.strip_prefix("configuration: field ").unwrap().to_owned()
}

fn vault(login: Value) -> Value {
    json!({"kind": "vault", "cluster": "vault", "authority": "vault.internal:8200", "login": login})
}

fn with(mut value: Value, pointer: &str, field: &str, is: Value) -> Value {
    value.pointer_mut(pointer).unwrap()[field] = is;
    value
}

#[test]
fn a_vault_is_read() {
    let read = store(with(
        vault(json!({"method": "approle", "mount": "app/role", "role_id": "r", "role_name": "n",
            "namespace": "ops", "wrapped_secret_id_env": "WRAP"})),
        "",
        "namespace",
        json!("team/a/"),
    ))
    .unwrap();
    assert_eq!((&*read.cluster, &*read.authority), ("vault", "vault.internal:8200"));
    let Kind::Vault(Vault { namespace, login_namespace, login }) = read.kind else { panic!() };
    assert_eq!((namespace.as_deref(), login_namespace.as_deref()), (Some("team/a"), Some("ops")));
    let Login::AppRole { mount, role_id, secret_id: SecretId::Wrapped { token, role } } = login
    else {
        panic!()
    };
    assert_eq!((&*mount, role_id.expose(), token.expose()), ("app/role", &b"r"[..], &b"wrap"[..]));
    assert_eq!(role.as_deref(), Some("n"));
    for kind in ["vault", "openbao"] {
        assert!(store(with(vault(json!({"method": "none"})), "", "kind", json!(kind))).is_ok());
    }
}

#[test]
fn logins_have_defaults() {
    let login = |value: Value| match store(vault(value)).unwrap().kind {
        Kind::Vault(vault) => vault.login,
        _ => panic!(),
    };
    assert!(matches!(login(json!({"method": "none"})), Login::None));
    let token = login(json!({"method": "token", "token_env": "T"}));
    assert!(matches!(token, Login::Token(value) if value.expose() == b"t"));
    for (method, expected) in [("kubernetes", "kubernetes"), ("jwt", "jwt")] {
        let Login::Jwt { mount, role, jwt } =
            login(json!({"method": method, "role": "app", "jwt_env": "JWT"}))
        else {
            panic!()
        };
        assert_eq!((&*mount, &*role, jwt.expose()), (expected, "app", &b"jwt"[..]));
    }
    let Login::AppRole { mount, role_id, secret_id } =
        login(json!({"method": "approle", "role_id_env": "R"}))
    else {
        panic!()
    };
    assert_eq!((&*mount, role_id.expose()), ("approle", &b"r"[..]));
    assert!(matches!(secret_id, SecretId::Unbound));
}

#[test]
fn what_is_wrong_is_named() {
    let none = || vault(json!({"method": "none"}));
    let approle = json!({"method": "approle", "role_id": "planted", "secret_id_env": "S"});
    let aws = || {
        json!({"kind": "aws_secrets_manager", "cluster": "aws", "region": "eu-central-1",
            "access_key_id_env": "ID", "secret_access_key_env": "S"})
    };
    let without = |mut value: Value, pointer: &str, field: &str| {
        value.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field);
        value
    };
    let cases = [
        (json!("planted"), "\"stores.main\": want an object with kind"),
        (json!({}), "\"stores.main.kind\": is missing"),
        (json!({"kind": "planted"}), "\"stores.main.kind\": want one of \"vault\", \"openbao\""),
        (
            with(none(), "", "tokn", json!("planted")),
            "\"stores.main.tokn\": not known here; known are kind, cluster",
        ),
        (without(none(), "", "cluster"), "\"stores.main.cluster\": is missing"),
        (without(none(), "", "authority"), "\"stores.main.authority\": is missing"),
        (without(none(), "", "login"), "\"stores.main.login\": is missing"),
        (
            with(none(), "", "authority", json!("planted@vault")),
            "\"stores.main.authority\": want a host",
        ),
        (
            with(none(), "", "authority", json!("https://vault")),
            "\"stores.main.authority\": want a host",
        ),
        (
            with(none(), "", "namespace", json!("/planted")),
            "\"stores.main.namespace\": want a path without",
        ),
        (with(none(), "", "cluster", json!(7)), "\"stores.main.cluster\": want a text"),
        (with(none(), "", "cluster", json!("")), "\"stores.main.cluster\": want a text without"),
        (vault(json!("none")), "\"stores.main.login\": want an object with method"),
        (vault(json!({})), "\"stores.main.login.method\": is missing"),
        (
            vault(json!({"method": "planted"})),
            "\"stores.main.login.method\": want one of \"none\", \"token\"",
        ),
        (
            vault(json!({"method": "none", "role": "planted"})),
            "\"stores.main.login.role\": not known here; known are method",
        ),
        (vault(json!({"method": "token"})), "\"stores.main.login.token_env\": is missing"),
        (
            vault(json!({"method": "jwt", "role": "planted"})),
            "\"stores.main.login.jwt_env\": is missing",
        ),
        (vault(json!({"method": "jwt", "jwt_env": "J"})), "\"stores.main.login.role\": is missing"),
        (
            vault(without(approle.clone(), "", "role_id")),
            "\"stores.main.login.role_id\": is missing",
        ),
        (
            vault(with(approle, "", "wrapped_secret_id_env", json!("W"))),
            "\"stores.main.login.wrapped_secret_id_env\": want this or",
        ),
        (without(aws(), "", "region"), "\"stores.main.region\": is missing"),
        (with(aws(), "", "region", json!("planted/x")), "\"stores.main.region\": want a region"),
        (
            without(aws(), "", "secret_access_key_env"),
            "\"stores.main.secret_access_key_env\": is missing",
        ),
        (
            json!({"kind": "static", "value": "planted"}),
            "\"stores.main.value\": not known here; known are kind",
        ),
    ];
    for (value, expected) in cases {
        let error = error(value);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn variables_must_be_set_and_fit() {
    let parse = |value: Option<&'static str>| {
        let environment = move |_: &str| value.map(|value| value.as_bytes().to_vec());
        let mut store = vault(json!({"method": "token", "token_env": "PLANTED_NAME"}));
        let error = StoreConfig::parse("main", &mut store, &environment).err()?.to_string();
        assert!(!error.to_lowercase().contains("planted"), "{error}");
        Some(error)
    };
    assert_eq!(parse(Some("  s.token\n")), None);
    for unset in [None, Some(""), Some(" \n")] {
        assert!(parse(unset).unwrap().contains("names a variable that is not set"));
    }
    for odd in ["s.planted\r\nx: y", "s planted", "plantéd"] {
        assert!(parse(Some(odd)).unwrap().contains("visible ASCII"));
    }
}

#[test]
fn nothing_secret_is_shown() {
    let store = store(vault(
        json!({"method": "approle", "role_id": "planted", "secret_id_env": "PLANTED"}),
    ));
    assert!(!format!("{:?}", store.unwrap()).contains("planted"));
}

#[test]
fn configurations_differ_where_sessions_must() {
    let base = || vault(json!({"method": "token", "token_env": "A"}));
    let digest = |value: Value| store(value).unwrap().digest;
    let first = digest(base());
    assert_eq!(digest(base()), first);
    for (pointer, field, is) in [
        ("", "cluster", "other"),
        ("", "authority", "other"),
        ("", "namespace", "other"),
        ("/login", "namespace", "other"),
        ("/login", "token_env", "B"),
    ] {
        assert_ne!(digest(with(base(), pointer, field, json!(is))), first, "{field}");
    }
}

fn reference(kind: Value, mut value: Value) -> Result<Place, String> {
    let store = store(kind).unwrap();
    CredentialRef::parse("credentials[0].reference", &mut value, &store, &environment)
        .map(|reference| reference.place)
        .map_err(|error| error.to_string())
}

#[test]
fn places_of_a_vault() {
    let read = |value: Value| {
        let Place::Vault(place) = reference(vault(json!({"method": "none"})), value).unwrap()
        else {
            panic!()
        };
        (place.engine, place.path)
    };
    let cases = [
        (json!({"path": "secret/data/stripe"}), Engine::Kv2, "/v1/secret/data/stripe"),
        (json!({"path": "team/kv/data/a/b"}), Engine::Kv2, "/v1/team/kv/data/a/b"),
        (json!({"mount": "secret", "path": "stripe"}), Engine::Kv2, "/v1/secret/data/stripe"),
        (json!({"mount": "secret", "path": "data/x"}), Engine::Kv2, "/v1/secret/data/data/x"),
        (json!({"engine": "kv1", "path": "kv/stripe"}), Engine::Kv1, "/v1/kv/stripe"),
        (json!({"engine": "kv1", "mount": "kv", "path": "a b"}), Engine::Kv1, "/v1/kv/a%20b"),
        (
            json!({"engine": "leased", "path": "database/creds/app"}),
            Engine::Leased,
            "/v1/database/creds/app",
        ),
    ];
    for (value, engine, path) in cases {
        assert_eq!(read(value), (engine, path.to_owned()));
    }
}

#[test]
fn references_that_are_wrong_are_named() {
    let none = || vault(json!({"method": "none"}));
    let cases = [
        (json!({"path": "secret/planted"}), "path\": want the API's path with data"),
        (json!({"path": "data/planted"}), "path\": want the API's path with data"),
        (json!({}), "path\": is missing"),
        (json!({"path": "secret/data/../planted"}), "path\": want a path without empty"),
        (json!({"path": "/v1/secret/data/planted"}), "path\": want a path without a leading"),
        (json!({"mount": "a?b", "path": "planted"}), "mount\": want a path as"),
        (
            json!({"path": "a/data/b", "field": "x", "fields": ["planted"]}),
            "fields\": want this or",
        ),
        (json!({"path": "a/data/b", "fields": []}), "fields\": want one to four"),
        (
            json!({"path": "a/data/b", "fields": ["a", "b", "c", "d", "planted"]}),
            "fields\": want one to four",
        ),
        (
            json!({"path": "a/data/b", "feild": "planted"}),
            "feild\": not known here; known are engine, mount",
        ),
        (json!({"path": "a/data/b", "engine": "planted"}), "engine\": want one of \"kv2\""),
    ];
    for (value, expected) in cases {
        let error = reference(none(), value).unwrap_err();
        let expected = format!("configuration: field \"credentials[0].reference.{expected}");
        assert!(error.starts_with(&expected), "{error}");
        assert!(!error.contains("planted"), "{error}");
    }
}

#[test]
fn places_of_the_other_stores() {
    let aws = json!({"kind": "aws_secrets_manager", "cluster": "aws", "region": "eu-central-1",
        "access_key_id_env": "ID", "secret_access_key_env": "S"});
    let place = reference(aws.clone(), json!({"secret_id": "prod/stripe", "field": "k"}));
    let Place::Aws { secret_id, field } = place.unwrap() else { panic!() };
    assert_eq!((&*secret_id, field), ("prod/stripe", FieldChoice::Joined(vec!["k".to_owned()])));
    assert!(reference(aws, json!({"path": "x"})).is_err());

    let place = reference(json!({"kind": "static"}), json!({"value_env": "STRIPE"}));
    assert!(matches!(place.unwrap(), Place::Static(value) if value.expose() == b"stripe"));
    assert!(reference(json!({"kind": "static"}), json!({})).is_err());
}

#[test]
fn a_static_value_needs_no_call() {
    use std::rc::Rc;

    use crate::store::{Client, Session, Step, Want};

    let store = Rc::new(store(json!({"kind": "static"})).unwrap());
    let mut value = json!({"value_env": "STRIPE"});
    let credential = CredentialRef::parse("reference", &mut value, &store, &environment).unwrap();
    let mut client = Client::new(store);
    let step = client.fetch(&Rc::new(credential), Want::Current, &mut Session::default(), 0);
    let Step::Done(Ok(fetched)) = step else { panic!() };
    assert_eq!((fetched.value.expose(), &*fetched.version), (&b"stripe"[..], ""));
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let page = include_str!("../../../docs/vaults.md");
    let example = page.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let mut example: Value = serde_json::from_str(example).unwrap();
    let main = store(example["stores"]["main"].take()).unwrap();
    let mut value = example["credentials"][0]["reference"].take();
    assert!(CredentialRef::parse("reference", &mut value, &main, &environment).is_ok());
}
