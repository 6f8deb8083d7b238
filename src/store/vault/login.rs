//! Logging in, renewing, and what is done when a token is refused.

use super::{
    Flight, State, TOKEN_REPLACED_AT, Turn,
    answer::{Reply, failure, login_failure},
    copy,
};
use crate::{
    secret::Secret,
    store::{
        Step,
        config::{Login, SecretId, Vault},
        fetched::{Reason, Retry, StoreError},
        session::{Due, Session, Span, Token},
    },
};

/// What is to be done about the token before it is used.
pub(in crate::store) fn due(vault: &Vault, session: &Session, now_ms: u64) -> Due {
    let Some(token) = &session.token else {
        return Due::Replacement;
    };
    let due = match token.uses_left {
        Some(0) => Due::Replacement,
        _ => token.span.due(now_ms, TOKEN_REPLACED_AT),
    };
    // A token that was given has no successor: it is used to its end.
    let is_given = matches!(vault.login, Login::Token(_));
    if is_given && due == Due::Replacement && token.uses_left != Some(0) && is_alive(token, now_ms)
    {
        return Due::Nothing;
    }
    due
}

fn is_alive(token: &Token, now_ms: u64) -> bool {
    token.span.left_ms(now_ms) != Some(0)
}

impl Flight {
    pub(super) fn log_in(&mut self, turn: &mut Turn<'_>) -> Step {
        let vault = turn.vault;
        match &vault.login {
            Login::None => self.read(turn),
            Login::Token(value) => {
                let (value, span) = (copy(value), Span::new(turn.now_ms, 0, false));
                turn.session.log_in(Token { value, span, uses_left: None });
                self.has_looked_up = true;
                self.go(turn, State::LookUpGiven)
            }
            Login::AppRole { secret_id: SecretId::Wrapped { token, .. }, .. }
                if turn.session.secret_id_of(&SecretId::digest(token)).is_none() =>
            {
                self.go(turn, State::LookUpWrap)
            }
            Login::AppRole { .. } | Login::Jwt { .. } => {
                self.has_logged_in = true;
                self.go(turn, State::LogIn)
            }
        }
    }

    pub(super) fn on_login(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        if reply.status == 200 {
            let Some(token) = granted(reply, turn.now_ms) else {
                return Step::Done(Err(StoreError::of(Reason::BadAnswer)));
            };
            turn.session.log_in(token);
            return self.read(turn);
        }
        let error = login_failure(reply);
        let is_usable = |token: &Token| token.uses_left != Some(0) && is_alive(token, turn.now_ms);
        // Early enough that the old token goes on, where the vault only cannot answer now.
        if error.retry() != Retry::Never && turn.session.token.as_ref().is_some_and(is_usable) {
            return self.read(turn);
        }
        Step::Done(Err(error))
    }

    /// How long a given token goes.
    pub(super) fn on_given(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        match (reply.status, &mut turn.session.token) {
            (200, Some(token)) => {
                let lasts = reply.number("/data/ttl").unwrap_or(0);
                token.span = Span::new(turn.now_ms, lasts, reply.is_true("/data/renewable"));
                token.uses_left = reply.number("/data/num_uses").filter(|uses| *uses > 0);
                self.read(turn)
            }
            // A good token whose policy does not let it look at itself: it is used as it is.
            (403, Some(_)) if reply.is_policy() => self.read(turn),
            _ => {
                turn.session.log_out();
                Step::Done(Err(failure(reply)))
            }
        }
    }

    /// Whether it was the token that made a read fail.
    pub(super) fn on_refused(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        match reply.status {
            200 => Step::Done(Err(StoreError::of(Reason::Forbidden))),
            403 if reply.is_policy() => Step::Done(Err(StoreError::of(Reason::Forbidden))),
            403 => {
                turn.session.log_out();
                if self.has_logged_in || matches!(turn.vault.login, Login::Token(_)) {
                    return Step::Done(Err(StoreError::of(Reason::TokenRefused)));
                }
                self.log_in(turn)
            }
            _ => Step::Done(Err(failure(reply))),
        }
    }

    pub(super) fn on_renewed_token(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        match (reply.status, &mut turn.session.token) {
            (200, Some(token)) => {
                if let Some(lasts) = reply.number("/auth/lease_duration") {
                    let is_renewable = reply.is_true("/auth/renewable");
                    token.span = token.span.renewed(turn.now_ms, lasts, is_renewable);
                }
                self.proceed(turn)
            }
            (400 | 403, _) => self.log_in(turn),
            // It goes on for a third of its life.
            _ => self.read(turn),
        }
    }

    /// A wrapping token is looked at before it is used: whoever swapped it cannot make it say where it was made.
    pub(super) fn on_wrap(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        let Login::AppRole { mount, secret_id: SecretId::Wrapped { token, role }, .. } =
            &turn.vault.login
        else {
            return Step::Done(Err(StoreError::of(Reason::BadAnswer)));
        };
        let digest = SecretId::digest(token);
        let path = reply.text("/data/creation_path").unwrap_or_default();
        let reason = match reply.status {
            200 if is_made_here(path, mount, role.as_deref()) => {
                // Remembered before it is used: the answer may get lost.
                turn.session.remember_spent_wrap(&digest);
                return self.go(turn, State::Unwrap);
            }
            200 => Reason::Tampered,
            400 | 403 if turn.session.spent_wrap() == Some(&digest) => Reason::WrapSpent,
            400 | 403 => Reason::Tampered,
            _ => return Step::Done(Err(failure(reply))),
        };
        Step::Done(Err(StoreError::of(reason)))
    }

    pub(super) fn on_unwrapped(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        match (reply.status, reply.text("/data/secret_id")) {
            (200, Some(secret_id)) if is_printable(secret_id) => {
                turn.session.secret_id = Some(Secret::from(secret_id.to_owned()));
                self.log_in(turn)
            }
            (200, _) => Step::Done(Err(StoreError::of(Reason::BadAnswer))),
            (400 | 403, _) => {
                // It was good a moment ago, and it was not us who used it.
                turn.session.remember_spent_wrap(&[]);
                Step::Done(Err(StoreError::of(Reason::Tampered)))
            }
            _ => Step::Done(Err(failure(reply))),
        }
    }
}

/// The token of a login's answer.
fn granted(reply: &Reply, now_ms: u64) -> Option<Token> {
    let value = reply.text("/auth/client_token").filter(|token| is_printable(token))?;
    let lasts = reply.number("/auth/lease_duration")?;
    let is_batch = reply.text("/auth/token_type") == Some("batch");
    let is_renewable = reply.is_true("/auth/renewable") && !is_batch;
    Some(Token {
        value: Secret::from(value.to_owned()),
        span: Span::new(now_ms, lasts, is_renewable),
        uses_left: reply.number("/auth/num_uses").filter(|uses| *uses > 0),
    })
}

/// Whether it can stand in a header.
fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a wrap was made by asking this AppRole mount (and role, if it is named) for a SecretID.
fn is_made_here(path: &str, mount: &str, role: Option<&str>) -> bool {
    let rest = path.strip_prefix("auth/").and_then(|path| path.strip_prefix(mount));
    let name = rest
        .and_then(|rest| rest.strip_prefix("/role/"))
        .and_then(|rest| rest.strip_suffix("/secret-id"));
    name.is_some_and(|name| {
        !name.is_empty() && !name.contains('/') && role.is_none_or(|role| role == name)
    })
}
