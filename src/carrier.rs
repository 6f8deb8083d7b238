//! Where a credential belongs: in its proper carrier it is no leak.

use crate::{
    finding::Finding,
    policy::Direction,
    rule::{Kind, Rule},
};

/// Request headers that carry a credential by design.
const REQUEST_HEADERS: &[&str] = &[
    "api-key",
    "apikey",
    "authorization",
    "cookie",
    "dd-api-key",
    "dd-application-key",
    "job-token",
    "ocp-apim-subscription-key",
    "private-token",
    "proxy-authorization",
    "x-access-token",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-consul-token",
    "x-goog-api-key",
    "x-goog-iam-authorization-token",
    "x-postmark-server-token",
    "x-shopify-access-token",
    "x-vault-token",
];

/// Response headers that carry one.
const RESPONSE_HEADERS: &[&str] = &["set-cookie"];

/// Headers of either direction against request forgery.
const FORGERY_HEADERS: &[&str] = &["csrf-token", "x-csrf-token", "x-csrftoken", "x-xsrf-token"];

/// Fields of pages, forms and queries that hold a token for the other side, by design: OAuth 2.0 and OpenID Connect
/// (`code`, `state`, `nonce`, `id_token`), SAML, tokens against request forgery, passkeys.
const FIELDS: &[&str] = &[
    "__requestverificationtoken",
    "_csrf",
    "_csrf_token",
    "_token",
    "attestationobject",
    "authenticatordata",
    "authenticity_token",
    "challenge",
    "clientdatajson",
    "code",
    "csrf",
    "csrf_token",
    "csrfmiddlewaretoken",
    "csrftoken",
    "id_token",
    "id_token_hint",
    "nonce",
    "relaystate",
    "samlrequest",
    "samlresponse",
    "signature",
    "state",
    "userhandle",
    "xsrf_token",
];

/// What a token request (RFC 6749 §4 and §6, RFC 7523, RFC 8693) sends of its own.
const TOKEN_REQUEST_FIELDS: &[&str] = &[
    "actor_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "device_code",
    "refresh_token",
    "subject_token",
    "token",
];

/// What the answer to one holds (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
const TOKEN_ANSWER_FIELDS: &[&str] = &["access_token", "id_token", "refresh_token"];

/// Whether this header carries credentials by design.
pub(crate) fn is_header(direction: Direction, name: &[u8]) -> bool {
    let own = match direction {
        Direction::Request => REQUEST_HEADERS,
        Direction::Response => RESPONSE_HEADERS,
    };
    let has = |list: &[&str]| list.iter().any(|header| header.as_bytes() == name);
    has(own) || has(FORGERY_HEADERS)
}

/// Whether the field that the finding stands in holds such a token by design.
///
/// An API key, a password or a private key is a leak whatever its field is called.
pub(crate) fn is_field(finding: &Finding<'_>) -> bool {
    is_token(finding.rule) && finding.field().is_some_and(|name| is_one_of(FIELDS, name))
}

/// Whether the finding is a part of a token request or of the answer to one.
pub(crate) fn is_token_exchange(finding: &Finding<'_>, direction: Direction) -> bool {
    let fields = match direction {
        Direction::Request => TOKEN_REQUEST_FIELDS,
        Direction::Response => TOKEN_ANSWER_FIELDS,
    };
    finding.field().is_some_and(|name| is_one_of(fields, name))
}

fn is_token(rule: &Rule) -> bool {
    matches!(rule.kind, Kind::Token | Kind::Session)
}

fn is_one_of(names: &[&str], name: &[u8]) -> bool {
    names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn carriers_are_of_one_direction() {
        assert!(is_header(Direction::Request, b"authorization"));
        assert!(!is_header(Direction::Response, b"authorization"));
        assert!(is_header(Direction::Response, b"set-cookie"));
        assert!(!is_header(Direction::Request, b"set-cookie"));
        assert!(is_header(Direction::Response, b"x-csrf-token"));
        assert!(!is_header(Direction::Request, b"x-debug"));
    }

    #[test]
    fn lists_are_sorted_and_lower_case() {
        for list in
            [REQUEST_HEADERS, FORGERY_HEADERS, FIELDS, TOKEN_REQUEST_FIELDS, TOKEN_ANSWER_FIELDS]
        {
            assert!(list.is_sorted(), "{list:?}");
            assert!(list.iter().all(|name| *name == name.to_lowercase()));
        }
    }
}
