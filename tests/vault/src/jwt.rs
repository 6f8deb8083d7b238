//! Signed tokens, for logins by JWT and as Kubernetes issues them. The vault's own transit engine signs: no key is in
//! the repository, and no cryptography in this crate.

use base64::{
    Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD,
};
use serde_json::{Value, json};

use crate::{Bao, unique};

/// Who signs.
pub struct Issuer<'a> {
    bao: &'a Bao,
    mount: String,
}

impl<'a> Issuer<'a> {
    /// A new key.
    pub fn new(bao: &'a Bao) -> Issuer<'a> {
        let mount = unique("transit");
        bao.admin("POST", &format!("sys/mounts/{mount}"), json!({"type": "transit"}));
        bao.admin("POST", &format!("{mount}/keys/issuer"), json!({"type": "ecdsa-p256"}));
        Issuer { bao, mount }
    }

    /// Its public half, as PEM.
    ///
    /// # Panics
    /// When the vault does not tell.
    pub fn public_key(&self) -> String {
        let answer = self.bao.admin("GET", &format!("{}/keys/issuer", self.mount), Value::Null);
        answer["data"]["keys"]["1"]["public_key"].as_str().expect("a public key").to_owned()
    }

    /// A token with these claims.
    ///
    /// # Panics
    /// When the vault does not sign.
    pub fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&json!({"alg": "ES256", "typ": "JWT"})), part(claims));
        let request = json!({"input": STANDARD.encode(&text), "marshaling_algorithm": "jws"});
        let answer = self.bao.admin("POST", &format!("{}/sign/issuer", self.mount), request);
        let signature = answer["data"]["signature"].as_str().expect("a signature");
        let signature = signature.rsplit(':').next().expect("its last part");
        format!("{text}.{signature}")
    }
}
