//! What the tests of injection share.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{Credential, InjectConfig, Keyring};
use crate::{fingerprint::Fingerprinter, secret::Secret, store::Fetched};

/// A key for fingerprints.
pub(crate) fn fingerprinter() -> Rc<Fingerprinter> {
    Rc::new(Fingerprinter::new(b"a key of the tests").unwrap())
}

/// A configuration with one credential and one binding, merged with what a test says of them.
pub(crate) fn json(credential: Value, binding: Value, top: Value) -> Value {
    let merged = |mut base: Value, more: Value| {
        let fields = base.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        base
    };
    let credential = merged(
        json!({"name": "stripe", "store": "vault", "reference": {"path": "stripe"}}),
        credential,
    );
    let binding = merged(
        json!({
            "name": "charges", "credential": "stripe", "workload": "any", "cluster": "stripe",
            "authority": "api.example.com", "methods": ["GET", "POST"], "paths": ["/v1/**"],
            "surface": "bearer",
        }),
        binding,
    );
    merged(
        json!({"stores": {"vault": {}}, "credentials": [credential], "bindings": [binding]}),
        top,
    )
}

pub(crate) fn config(json: &Value) -> Rc<InjectConfig> {
    Rc::new(InjectConfig::parse(json.to_string().as_bytes(), Some(fingerprinter())).unwrap())
}

/// A credential with every default.
pub(crate) fn credential(name: &str) -> Credential {
    let json = json(json!({"name": name}), json!({"credential": name}), json!({}));
    config(&json).credentials[0].clone()
}

pub(crate) fn keyring(config: &Rc<InjectConfig>) -> Keyring {
    Keyring::new(Rc::clone(config), fingerprinter())
}

pub(crate) fn fetched(version: &str, value: &str) -> Fetched {
    Fetched {
        value: Secret::from(value.to_owned()),
        version: version.into(),
        previous: None,
        lives_ms: None,
        hosts: None,
    }
}
