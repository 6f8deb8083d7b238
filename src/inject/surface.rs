//! Surfaces: where in a request a credential stands. Setting one is idempotent: a retry runs on the same header map.

use std::ops::RangeInclusive;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    fields::Fields,
    form,
    json::{self, Missing, Pointer},
    reason::Reason,
};

/// How long a value may be, in bytes, to be sent at all.
pub const VALUE_BYTES: RangeInclusive<usize> = 1..=4_096;

/// Where a credential stands, and in what form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surface {
    /// A header's value behind a prefix: `Authorization: Bearer …` is one.
    Header {
        /// The name, in lower case.
        name: String,
        /// What stands before the credential.
        prefix: String,
    },
    /// Basic authentication (RFC 7617) in `Authorization`.
    Basic {
        /// Which half the credential is.
        secret: Half,
        /// The other half.
        other: String,
    },
    /// A parameter of the query.
    Query {
        /// Its name.
        name: String,
    },
    /// A cookie.
    Cookie {
        /// Its name.
        name: String,
    },
    /// A segment of the path, which must be there already.
    Segment {
        /// Which one, from 0.
        number: usize,
        /// What stands before the credential in it.
        prefix: String,
    },
    /// A text in a JSON body, which must be there already.
    Json {
        /// Where.
        pointer: Pointer,
        /// What stands before the credential in it.
        prefix: String,
    },
    /// A field of a form.
    Form {
        /// Its name.
        name: String,
    },
}

/// A half of Basic credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Half {
    User,
    Password,
}

impl Surface {
    /// The word for records.
    pub fn name(&self) -> &'static str {
        match self {
            Surface::Header { name, prefix } if name == "authorization" && prefix == "Bearer " => {
                "bearer"
            }
            Surface::Header { .. } => "header",
            Surface::Basic { .. } => "basic",
            Surface::Query { .. } => "query",
            Surface::Cookie { .. } => "cookie",
            Surface::Segment { .. } => "path_segment",
            Surface::Json { .. } => "json_pointer",
            Surface::Form { .. } => "form_field",
        }
    }

    /// Whether it is a part of the body: then the request waits until that has come.
    pub fn is_in_body(&self) -> bool {
        matches!(self, Surface::Json { .. } | Surface::Form { .. })
    }

    /// Whether it is a part of the URL, which proxies and upstreams log.
    pub fn is_in_url(&self) -> bool {
        matches!(self, Surface::Query { .. } | Surface::Segment { .. })
    }

    /// The header that it is a part of, in lower case.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Surface::Header { name, .. } => Some(name),
            Surface::Basic { .. } => Some("authorization"),
            _ => None,
        }
    }

    /// Whether a value can stand here as it is.
    pub(crate) fn takes(&self, value: &[u8]) -> bool {
        let is_text = |byte: &u8| matches!(byte, b' '..=b'~');
        let is_token = |byte: &u8| matches!(byte, b'!'..=b'~');
        // RFC 6265 §4.1.1.
        let is_of_cookie = |byte: &u8| is_token(byte) && !b"\",;\\".contains(byte);
        let is_good = match self {
            Surface::Header { name, .. } if name == "authorization" => value.iter().all(is_token),
            Surface::Header { .. } => value.iter().all(is_text) && value.trim_ascii() == value,
            Surface::Basic { secret: Half::User, .. } => {
                value.iter().all(is_text) && !value.contains(&b':')
            }
            Surface::Basic { .. } => value.iter().all(is_text),
            Surface::Cookie { .. } => value.iter().all(is_of_cookie),
            Surface::Segment { prefix, .. } => {
                let whole = [prefix.as_bytes(), value].concat();
                whole != b"."
                    && whole != b".."
                    && !value.iter().any(u8::is_ascii_control)
                    && !value.iter().any(|byte| b"/\\;".contains(byte))
            }
            Surface::Query { .. } | Surface::Form { .. } => true,
            Surface::Json { .. } => std::str::from_utf8(value).is_ok(),
        };
        is_good && VALUE_BYTES.contains(&value.len())
    }

    /// The values that stand here now, decoded and without the prefix where they have it.
    pub(crate) fn present(&self, fields: &Fields, body: &[u8]) -> Vec<Vec<u8>> {
        let unprefixed = |value: &[u8], prefix: &str| {
            value.strip_prefix(prefix.as_bytes()).unwrap_or(value).to_vec()
        };
        match self {
            Surface::Header { name, prefix } => {
                fields.all(name).map(|value| unprefixed(value.trim_ascii(), prefix)).collect()
            }
            Surface::Basic { secret, .. } => {
                let values = fields.all("authorization");
                values.filter_map(|value| half_of(*secret, value)).collect()
            }
            Surface::Query { name } => form::values(query_of(fields), name.as_bytes()),
            Surface::Cookie { name } => {
                let pairs = fields.all("cookie").flat_map(cookies);
                let pairs = pairs.filter(|pair| is_cookie(pair, name));
                pairs.filter_map(|pair| Some(pair.get(name.len() + 1..)?.to_vec())).collect()
            }
            Surface::Segment { number, prefix } => {
                let segment = path_of(fields).split(|byte| *byte == b'/').nth(number + 1);
                segment.map(|it| unprefixed(&form::decoded(it), prefix)).into_iter().collect()
            }
            Surface::Json { pointer, prefix } => {
                let place = pointer.place(body).ok().and_then(|place| body.get(place));
                let value = place.map(|text| unprefixed(&json::unquoted(text), prefix));
                value.into_iter().collect()
            }
            Surface::Form { name } => form::values(body, name.as_bytes()),
        }
    }

    /// Sets a value in the header map.
    ///
    /// # Errors
    /// Where there is no such segment.
    pub(crate) fn set(&self, fields: &mut Fields, value: &[u8]) -> Result<(), Reason> {
        match self {
            Surface::Header { name, prefix } => {
                fields.set(name, [prefix.as_bytes(), value].concat());
            }
            Surface::Basic { secret, other } => {
                fields.set("authorization", basic(*secret, other, value));
            }
            Surface::Query { name } => {
                let query = form::with(query_of(fields), name.as_bytes(), value);
                let path = [path_of(fields), b"?", &query].concat();
                fields.set(":path", path);
            }
            Surface::Cookie { name } => set_cookie(fields, name, value),
            Surface::Segment { number, prefix } => {
                let (path, query) = (path_of(fields), query_of(fields));
                let mut segments: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
                let new = [prefix.as_bytes(), &form::percent_encoded(value)].concat();
                *segments.get_mut(number + 1).ok_or(Reason::SurfaceMissing)? = &new;
                let mut path = segments.join(&b'/');
                if !query.is_empty() {
                    path = [&path, &b"?"[..], query].concat();
                }
                fields.set(":path", path);
            }
            Surface::Json { .. } | Surface::Form { .. } => {}
        }
        Ok(())
    }

    /// The body with the value set; `None` where the surface is none of the body.
    ///
    /// # Errors
    /// Where the body cannot be read, or has no such place.
    pub(crate) fn set_body(&self, body: &[u8], value: &[u8]) -> Result<Option<Vec<u8>>, Reason> {
        match self {
            Surface::Json { pointer, prefix } => {
                let place = pointer.place(body).map_err(|missing| match missing {
                    Missing::Unreadable => Reason::BodyNotReadable,
                    Missing::NoValue => Reason::SurfaceMissing,
                })?;
                let value = std::str::from_utf8(value).map_err(|_| Reason::ValueNotSendable)?;
                let new = json::quoted(&format!("{prefix}{value}"));
                let before = body.get(..place.start).unwrap_or_default();
                let after = body.get(place.end..).unwrap_or_default();
                Ok(Some([before, &new, after].concat()))
            }
            Surface::Form { name } => Ok(Some(form::with(body, name.as_bytes(), value))),
            _ => Ok(None),
        }
    }
}

/// A header's value of Basic credentials.
pub(crate) fn basic(secret: Half, other: &str, value: &[u8]) -> Vec<u8> {
    let pair = match secret {
        Half::User => [value, b":", other.as_bytes()].concat(),
        Half::Password => [other.as_bytes(), b":", value].concat(),
    };
    format!("Basic {}", BASE64_STANDARD.encode(pair)).into_bytes()
}

/// One half of the Basic credentials in a header's value.
fn half_of(half: Half, value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, code) = value.trim_ascii().split_at_checked(6)?;
    let pair = BASE64_STANDARD.decode(code.trim_ascii()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let (user, password) = pair.split_at_checked(colon)?;
    let it = match half {
        Half::User => user,
        Half::Password => password.get(1..)?,
    };
    scheme.eq_ignore_ascii_case(b"Basic ").then(|| it.to_vec())
}

pub(crate) fn path_of(fields: &Fields) -> &[u8] {
    target_of(fields).split(|byte| *byte == b'?').next().unwrap_or_default()
}

pub(crate) fn query_of(fields: &Fields) -> &[u8] {
    target_of(fields).splitn(2, |byte| *byte == b'?').nth(1).unwrap_or_default()
}

fn target_of(fields: &Fields) -> &[u8] {
    fields.first(":path").unwrap_or_default()
}

/// The pairs of a Cookie header.
pub(crate) fn cookies(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty())
}

/// Whether a pair is a cookie of that name, in any case.
pub(crate) fn is_cookie(pair: &[u8], name: &str) -> bool {
    let found = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
    found.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
}

fn set_cookie(fields: &mut Fields, name: &str, value: &[u8]) {
    let others = fields.all("cookie").flat_map(cookies).filter(|pair| !is_cookie(pair, name));
    let new = [name.as_bytes(), b"=", value].concat();
    let all: Vec<&[u8]> = others.chain([&new[..]]).collect();
    let line = all.join(&b"; "[..]);
    fields.set("cookie", line);
}

#[cfg(test)]
mod tests;
