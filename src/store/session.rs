//! What outlives a fetch: the token of a login, its leases, an unwrapped SecretID. The caller keeps it, and may seal and
//! share it between the workers of a proxy, so that they log in once.

mod bytes;

use std::fmt;

use zeroize::Zeroizing;

use self::bytes::{Reader, Writer};
use crate::secret::Secret;

/// How many leases a session holds; the oldest goes first.
const LEASES_MAX: usize = 256;

/// A login with what belongs to it. The default is none yet; a session of another configuration counts as none.
#[derive(Default)]
pub struct Session {
    /// Which configuration made it: a digest that tells nothing.
    pub(super) made_for: Vec<u8>,
    pub(super) token: Option<Token>,
    /// The vault's last `X-Vault-Index`, given back byte for byte.
    pub(super) index: Vec<u8>,
    /// The SecretID that a wrapping token gave.
    pub(super) secret_id: Option<Secret>,
    /// The digest of the wrapping token that this proxy has used up; empty: none.
    pub(super) spent_wrap: Vec<u8>,
    pub(super) leases: Vec<Lease>,
}

/// A token, and how long it goes.
pub(super) struct Token {
    pub(super) value: Secret,
    pub(super) span: Span,
    /// How many calls it is good for; `None`: any number.
    pub(super) uses_left: Option<u64>,
}

/// A leased secret. It dies with the token that read it.
pub(super) struct Lease {
    /// Which credential it is for.
    pub(super) credential: String,
    pub(super) id: String,
    pub(super) value: Secret,
    pub(super) span: Span,
}

/// How long something lasts, and whether it can be prolonged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// When it was given, in ms since 1970.
    pub(super) since_ms: u64,
    /// How long it lasts from then; `None`: without end.
    pub(super) lasts_ms: Option<u64>,
    pub(super) is_renewable: bool,
    /// The longest that it ever lasted: a renewal that grants much less says that the end is near.
    pub(super) longest_ms: u64,
}

/// What is to be done about a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// It is good.
    Nothing,
    /// It is good, and should be prolonged.
    Renewal,
    /// It is over or soon will be: a new one.
    Replacement,
}

impl Span {
    pub(super) fn new(since_ms: u64, seconds: u64, is_renewable: bool) -> Span {
        // Vault's zero: without end.
        let lasts_ms = Some(seconds.saturating_mul(1_000)).filter(|lasts| *lasts > 0);
        let longest_ms = lasts_ms.unwrap_or(0);
        Span { since_ms, lasts_ms, is_renewable, longest_ms }
    }

    /// After a renewal. Granted less than a third of what it once was: its longest life ends, so it is replaced next.
    pub(super) fn renewed(self, now_ms: u64, seconds: u64, is_renewable: bool) -> Span {
        let span = Span::new(now_ms, seconds, is_renewable);
        let longest_ms = self.longest_ms.max(span.longest_ms);
        let is_near_its_end = span.lasts_ms.is_some_and(|lasts| lasts < longest_ms / 3);
        Span { is_renewable: is_renewable && !is_near_its_end, longest_ms, ..span }
    }

    /// What is due: renewal at two thirds; of what cannot be renewed, replacement at this share (percent).
    pub(super) fn due(&self, now_ms: u64, replaced_at: u64) -> Due {
        let Some(lasts_ms) = self.lasts_ms else {
            return Due::Nothing;
        };
        let age_ms = now_ms.saturating_sub(self.since_ms);
        let due_ms = self.due_after(lasts_ms, replaced_at);
        if age_ms >= lasts_ms {
            Due::Replacement
        } else if age_ms < due_ms {
            Due::Nothing
        } else if self.is_renewable {
            Due::Renewal
        } else {
            Due::Replacement
        }
    }

    /// How long from now until something is due.
    pub(super) fn due_in_ms(&self, now_ms: u64, replaced_at: u64) -> Option<u64> {
        let due_ms = self.due_after(self.lasts_ms?, replaced_at);
        Some(self.since_ms.saturating_add(due_ms).saturating_sub(now_ms))
    }

    fn due_after(&self, lasts_ms: u64, replaced_at: u64) -> u64 {
        if self.is_renewable { lasts_ms / 3 * 2 } else { lasts_ms / 100 * replaced_at }
    }

    /// How much of it is left; `None`: no end.
    pub(super) fn left_ms(&self, now_ms: u64) -> Option<u64> {
        let age_ms = now_ms.saturating_sub(self.since_ms);
        self.lasts_ms.map(|lasts| lasts.saturating_sub(age_ms))
    }
}

impl Session {
    /// The session as bytes, for sealing: they hold the token and leased secrets in the clear.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut size = Writer::Count(0);
        self.write(&mut size);
        let mut out = Writer::Bytes(Vec::with_capacity(size.len()));
        self.write(&mut out);
        out.into_bytes()
    }

    /// Reads what [`Session::to_bytes`] wrote; `None`: it is none, or of another version of hushgate.
    pub fn from_bytes(bytes: &[u8]) -> Option<Session> {
        let mut reader = Reader::new(bytes);
        let session = Session::read(&mut reader)?;
        reader.is_at_end().then_some(session)
    }

    /// The digest of the wrapping token that this proxy has used up, if any. It is no secret: kept somewhere that
    /// outlives the session, it tells after a restart that the wrap was spent by this proxy and by nobody else.
    pub fn spent_wrap(&self) -> Option<&[u8]> {
        Some(&*self.spent_wrap).filter(|digest| !digest.is_empty())
    }

    /// Takes over what [`Session::spent_wrap`] said before a restart.
    pub fn remember_spent_wrap(&mut self, digest: &[u8]) {
        if self.spent_wrap != digest {
            self.secret_id = None;
            self.spent_wrap = digest.to_vec();
        }
    }

    /// Begins anew where the configuration is not the one that made the session. What came out of a wrap stays, for
    /// there is no second time, and is used for that very wrap only.
    pub(super) fn belong_to(&mut self, digest: &[u8]) {
        if self.made_for != digest {
            let (spent_wrap, secret_id) =
                (std::mem::take(&mut self.spent_wrap), self.secret_id.take());
            let made_for = digest.to_vec();
            *self = Session { made_for, spent_wrap, secret_id, ..Session::default() };
        }
    }

    /// The SecretID that this very wrap gave.
    pub(super) fn secret_id_of(&self, wrap: &[u8]) -> Option<&Secret> {
        self.secret_id.as_ref().filter(|_| self.spent_wrap == wrap)
    }

    /// A new login: what was leased under the old token dies with it.
    pub(super) fn log_in(&mut self, token: Token) {
        self.leases.clear();
        self.token = Some(token);
    }

    pub(super) fn log_out(&mut self) {
        self.leases.clear();
        self.token = None;
    }

    pub(super) fn lease(&self, credential: &str) -> Option<&Lease> {
        self.leases.iter().find(|lease| lease.credential == credential)
    }

    pub(super) fn drop_lease(&mut self, credential: &str) {
        self.leases.retain(|lease| lease.credential != credential);
    }

    pub(super) fn keep_lease(&mut self, lease: Lease) {
        self.drop_lease(&lease.credential);
        if self.leases.len() >= LEASES_MAX {
            self.leases.remove(0);
        }
        self.leases.push(lease);
    }

    fn write(&self, out: &mut Writer) {
        out.bytes(FORMAT);
        out.bytes(&self.made_for);
        out.bytes(&self.index);
        out.bytes(&self.spent_wrap);
        out.option(self.secret_id.as_ref(), |out, secret| out.bytes(secret.expose()));
        out.option(self.token.as_ref(), |out, token| {
            out.bytes(token.value.expose());
            token.span.write(out);
            out.option(token.uses_left.as_ref(), |out, uses| out.number(*uses));
        });
        out.number(self.leases.len() as u64);
        for lease in &self.leases {
            out.bytes(lease.credential.as_bytes());
            out.bytes(lease.id.as_bytes());
            out.bytes(lease.value.expose());
            lease.span.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Session> {
        if from.bytes()? != FORMAT {
            return None;
        }
        let mut session = Session {
            made_for: from.bytes()?.to_vec(),
            index: from.bytes()?.to_vec(),
            spent_wrap: from.bytes()?.to_vec(),
            secret_id: from.option(Reader::secret)?,
            token: from.option(|from| {
                let (value, span) = (from.secret()?, Span::read(from)?);
                Some(Token { value, span, uses_left: from.option(Reader::number)? })
            })?,
            leases: Vec::new(),
        };
        let count = from.number()?;
        if count > LEASES_MAX as u64 {
            return None;
        }
        for _ in 0..count {
            let (credential, id) = (from.text()?, from.text()?);
            session.leases.push(Lease {
                credential,
                id,
                value: from.secret()?,
                span: Span::read(from)?,
            });
        }
        Some(session)
    }
}

impl Span {
    fn write(&self, out: &mut Writer) {
        out.number(self.since_ms);
        out.option(self.lasts_ms.as_ref(), |out, lasts| out.number(*lasts));
        out.number(u64::from(self.is_renewable));
        out.number(self.longest_ms);
    }

    fn read(from: &mut Reader<'_>) -> Option<Span> {
        Some(Span {
            since_ms: from.number()?,
            lasts_ms: from.option(Reader::number)?,
            is_renewable: from.number()? == 1,
            longest_ms: from.number()?,
        })
    }
}

/// Nothing of what is in it.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// The first field of the bytes: another layout gets another word.
const FORMAT: &[u8] = b"hushgate session 1";

#[cfg(test)]
mod tests;
