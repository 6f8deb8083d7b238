//! Pages that hand credentials out by design, and what is no leak there.
//!
//! A preset is a condition and a list of actions. It looks at the last segments of a canonical path, which the client
//! chooses: an operator says beside it on which hosts and below which paths such pages are.

use super::{Action, Direction, Place, choice::Entry};
use crate::rule::{Exposure, Kind};

/// A sort of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Where clients get tokens for what they have (RFC 6749 §3.2), ask about them (RFC 7662) and give them back
    /// (RFC 7009).
    TokenEndpoint,
    /// Where people and programs sign in, and get a session.
    SignIn,
    /// Where a key is made, and shown once.
    KeyIssuing,
}

const TOKEN_PATHS: &[&str] = &["access_token", "introspect", "revoke", "token"];
const SIGN_IN_PATHS: &[&str] = &[
    "auth",
    "authenticate",
    "log-in",
    "login",
    "logon",
    "session",
    "sessions",
    "sign-in",
    "sign_in",
    "signin",
];
const KEY_PATHS: &[&str] = &[
    "access-keys",
    "access-tokens",
    "access_keys",
    "access_tokens",
    "api-keys",
    "api_keys",
    "apikeys",
    "credentials",
    "keys",
    "personal-access-tokens",
    "personal_access_tokens",
    "tokens",
];
/// What follows the name of a key: `/keys/17/rotate`.
const KEY_RENEWALS: &[&str] = &["regenerate", "renew", "reset", "roll", "rotate"];

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 3] = [Preset::TokenEndpoint, Preset::SignIn, Preset::KeyIssuing];

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Preset::TokenEndpoint => "token_endpoint",
            Preset::SignIn => "sign_in",
            Preset::KeyIssuing => "key_issuing",
        }
    }

    /// Whether a request is for such a page. A path that could be read in two ways is for none.
    pub(super) fn fits(self, method: &[u8], path: Option<&[u8]>) -> bool {
        let Some(path) = path else { return false };
        let mut segments = path.rsplit(|byte| *byte == b'/').filter(|segment| !segment.is_empty());
        let last = segments.next().unwrap_or_default();
        let is_in = |list: &[&str], segment: &[u8]| list.iter().any(|it| it.as_bytes() == segment);
        match self {
            Preset::TokenEndpoint => method == b"POST" && is_in(TOKEN_PATHS, last),
            Preset::SignIn => (method == b"POST" || method == b"GET") && is_in(SIGN_IN_PATHS, last),
            Preset::KeyIssuing => {
                let is_renewal = is_in(KEY_RENEWALS, last)
                    && segments.nth(1).is_some_and(|it| is_in(KEY_PATHS, it));
                (method == b"POST" || method == b"PUT") && (is_in(KEY_PATHS, last) || is_renewal)
            }
        }
    }

    /// What is no leak there is reported, and goes on: the credentials that such a page is for, in bodies. Any other
    /// credential is what it is elsewhere.
    pub fn actions(self) -> Vec<Entry> {
        let report = |direction, kinds: &[Kind]| Entry {
            kinds: kinds.to_vec(),
            exposures: vec![Exposure::Secret],
            directions: vec![direction],
            places: vec![Place::Body],
            ..Entry::of(Action::Report)
        };
        let (asked, given): (&[Kind], &[Kind]) = match self {
            Preset::TokenEndpoint => (
                &[Kind::ApiKey, Kind::Token, Kind::Password, Kind::Session],
                &[Kind::Token, Kind::Session],
            ),
            Preset::SignIn => {
                (&[Kind::Token, Kind::Password, Kind::Session], &[Kind::Token, Kind::Session])
            }
            Preset::KeyIssuing => {
                let given =
                    &[Kind::ApiKey, Kind::Token, Kind::Password, Kind::PrivateKey, Kind::Webhook];
                return vec![report(Direction::Response, given)];
            }
        };
        vec![report(Direction::Request, asked), report(Direction::Response, given)]
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn pages_are_known_by_method_and_path() {
        for (preset, method, path, fits) in [
            (Preset::TokenEndpoint, "POST", "/oauth2/v2.0/token", true),
            (Preset::TokenEndpoint, "POST", "/login/oauth/access_token", true),
            (Preset::TokenEndpoint, "GET", "/oauth/token", false),
            (Preset::TokenEndpoint, "POST", "/oauth/token/x", false),
            (Preset::TokenEndpoint, "POST", "/oauth/mytoken", false),
            (Preset::SignIn, "GET", "/login/", true),
            (Preset::SignIn, "POST", "/api/v1/sessions", true),
            (Preset::SignIn, "DELETE", "/api/v1/sessions", false),
            (Preset::SignIn, "POST", "/login/help", false),
            (Preset::KeyIssuing, "POST", "/v1/organisation/api-keys", true),
            (Preset::KeyIssuing, "POST", "/v1/keys/17/rotate", true),
            (Preset::KeyIssuing, "POST", "/v1/wheels/17/rotate", false),
            (Preset::KeyIssuing, "POST", "/rotate", false),
            (Preset::KeyIssuing, "GET", "/v1/keys", false),
        ] {
            let found = preset.fits(method.as_bytes(), Some(path.as_bytes()));
            assert_eq!(found, fits, "{} {method} {path}", preset.name());
        }
        assert!(Preset::ALL.iter().all(|preset| !preset.fits(b"POST", None)));
    }

    /// A page that hands out keys is no licence to hand out anything, nor to rewrite.
    #[test]
    fn presets_report_what_their_pages_are_for() {
        for preset in Preset::ALL {
            for entry in preset.actions() {
                assert_eq!(entry.action, Action::Report);
                assert!(!entry.kinds.is_empty() && entry.places == [Place::Body]);
                assert!(!entry.kinds.contains(&Kind::ConnectionString));
            }
        }
    }
}
