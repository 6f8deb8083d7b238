//! The requests.

use super::{State, Turn};
use crate::{
    secret::Secret,
    store::{
        config::{Login, SecretId},
        http::HttpRequest,
        json, path,
    },
};

/// The request of a state. Calls that a token with few uses pays for are counted.
pub(super) fn of(state: &State, turn: &mut Turn<'_>, is_forwarded: bool) -> HttpRequest {
    let vault = turn.vault;
    let home = vault.namespace.as_deref();
    let of_login = vault.login_namespace.as_deref().or(home);
    match state {
        State::LookUpGiven | State::LookUpRefused => {
            with_token(start("GET", "/v1/auth/token/lookup-self", of_login), turn, is_forwarded)
        }
        State::RenewToken => {
            let request = start("POST", "/v1/auth/token/renew-self", of_login);
            with_token(with_body(request, json::object(&[])), turn, is_forwarded)
        }
        State::LookUpWrap => {
            let body = json::object(&[("token", text(wrap(&vault.login)))]);
            with_body(start("POST", "/v1/sys/wrapping/lookup", of_login), body)
        }
        State::Unwrap => start("POST", "/v1/sys/wrapping/unwrap", of_login)
            .header("x-vault-token", wrap(&vault.login)),
        State::LogIn => login(turn, of_login),
        State::RenewLease => {
            let lease = turn.session.lease(&turn.place.key);
            let (id, longest_ms) =
                lease.map_or(("", 0), |lease| (lease.id.as_str(), lease.span.longest_ms));
            let increment = (longest_ms / 1_000).to_string();
            let body = json::object(&[("lease_id", id), ("increment", &increment)]);
            let request = with_body(start("PUT", "/v1/sys/leases/renew", home), body);
            with_token(request, turn, is_forwarded)
        }
        State::Read => with_token(start("GET", &turn.place.path, home), turn, is_forwarded),
        State::ReadPrevious { version, .. } => {
            let path = format!("{}?version={version}", turn.place.path);
            with_token(start("GET", &path, home), turn, is_forwarded)
        }
    }
}

fn start(method: &'static str, path: &str, namespace: Option<&str>) -> HttpRequest {
    // A Vault Proxy may insist on the header, against requests that a browser was tricked into.
    let request = HttpRequest::new(method, path.to_owned()).header("x-vault-request", b"true");
    match namespace {
        Some(namespace) => request.header("x-vault-namespace", namespace.as_bytes()),
        None => request,
    }
}

fn with_body(request: HttpRequest, body: Secret) -> HttpRequest {
    request.header("content-type", b"application/json").body(body)
}

/// The session's token and index; without a login there is neither.
fn with_token(mut request: HttpRequest, turn: &mut Turn<'_>, is_forwarded: bool) -> HttpRequest {
    let session = &mut *turn.session;
    if let Some(token) = &mut session.token {
        token.uses_left = token.uses_left.map(|uses| uses.saturating_sub(1));
        request = request.header("x-vault-token", token.value.expose());
    }
    if !session.index.is_empty() {
        request = request.header("x-vault-index", &session.index);
    }
    if is_forwarded {
        request = request.header("x-vault-inconsistent", b"forward-active-node");
    }
    request
}

fn login(turn: &Turn<'_>, namespace: Option<&str>) -> HttpRequest {
    let (mount, body) = match &turn.vault.login {
        Login::AppRole { mount, role_id, secret_id } => {
            let secret_id = match secret_id {
                SecretId::Unbound => None,
                SecretId::Plain(secret_id) => Some(secret_id),
                SecretId::Wrapped { token, .. } => {
                    turn.session.secret_id_of(&SecretId::digest(token))
                }
            };
            let role_id = ("role_id", text(role_id.expose()));
            let body = match secret_id {
                Some(secret_id) => {
                    json::object(&[role_id, ("secret_id", text(secret_id.expose()))])
                }
                None => json::object(&[role_id]),
            };
            (mount.as_str(), body)
        }
        Login::Jwt { mount, role, jwt } => {
            (mount.as_str(), json::object(&[("role", role), ("jwt", text(jwt.expose()))]))
        }
        // Nobody logs in with these.
        Login::None | Login::Token(_) => ("token", json::object(&[])),
    };
    let path = format!("/v1/auth/{}/login", path::encoded(mount));
    with_body(start("POST", &path, namespace), body)
}

fn wrap(login: &Login) -> &[u8] {
    match login {
        Login::AppRole { secret_id: SecretId::Wrapped { token, .. }, .. } => token.expose(),
        _ => &[],
    }
}

/// The configuration lets only ASCII in.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
