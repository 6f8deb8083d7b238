//! Reading surfaces.

use serde_json::Value;

use super::required;
use crate::{
    config::{
        ConfigError,
        value::{known, object, size, text},
    },
    inject::{
        json::Pointer,
        surface::{Half, Surface},
    },
};

/// Headers that upstreams, proxies and error pages show again by design.
const REFLECTED: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "b3",
    "baggage",
    "content-type",
    "forwarded",
    "from",
    "origin",
    "referer",
    "traceparent",
    "tracestate",
    "true-client-ip",
    "user-agent",
    "via",
    "x-correlation-id",
    "x-real-ip",
    "x-request-id",
];

/// The same, by how they begin.
const REFLECTED_STARTS: &[&str] = &["sec-", "x-b3-", "x-envoy-", "x-forwarded-"];

/// Headers that say how the message is framed or where it goes.
const FRAMING: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) const KINDS: &[&str] =
    &["bearer", "basic", "header", "query", "cookie", "path_segment", "json_pointer", "form_field"];

/// `"bearer"`, or an object with one of the kinds.
pub(super) fn read(field: &str, value: &mut Value) -> Result<Surface, ConfigError> {
    if value.as_str() == Some("bearer") {
        let (name, prefix) = ("authorization".to_owned(), "Bearer ".to_owned());
        return Ok(Surface::Header { name, prefix });
    }
    let reason = format!("want \"bearer\", or an object with one of {}", KINDS.join(", "));
    let Value::Object(fields) = value else { return Err(ConfigError::new(field, reason)) };
    known(fields, &format!("{field}."), KINDS.get(1..).unwrap_or_default())?;
    let mut fields = fields.iter_mut();
    let (Some((kind, value)), None) = (fields.next(), fields.next()) else {
        return Err(ConfigError::new(field, reason));
    };
    let field = format!("{field}.{kind}");
    match kind.as_str() {
        "basic" => basic(&field, value),
        "header" => header(&field, value),
        "query" => parts(&field, value, &["name"], &[]).map(|it| Surface::Query { name: it.name }),
        "cookie" => cookie(&field, value),
        "path_segment" => segment(&field, value),
        "json_pointer" => json_pointer(&field, value),
        _ => parts(&field, value, &["name"], &[]).map(|it| Surface::Form { name: it.name }),
    }
}

/// What surfaces are described by.
#[derive(Default)]
struct Parts {
    name: String,
    prefix: String,
    pointer: String,
    user: Option<String>,
    password: Option<String>,
    number: usize,
}

fn parts(
    field: &str,
    value: &mut Value,
    must: &[&str],
    may: &[&str],
) -> Result<Parts, ConfigError> {
    let fields = object(field, value, &[must, may].concat())?;
    required(fields, &format!("{field}."), must)?;
    let mut parts = Parts::default();
    for (name, value) in fields {
        let field = format!("{field}.{name}");
        match name.as_str() {
            "number" => parts.number = size(&field, value, 0, 63)?,
            "name" => parts.name = printable(&field, value, 1)?,
            "prefix" => parts.prefix = printable(&field, value, 0)?,
            "pointer" => parts.pointer = text(&field, value)?,
            "user" => parts.user = Some(printable(&field, value, 0)?),
            _ => parts.password = Some(printable(&field, value, 0)?),
        }
    }
    Ok(parts)
}

fn printable(field: &str, value: &mut Value, min: usize) -> Result<String, ConfigError> {
    let text = text(field, value)?;
    let is_good =
        (min..=256).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    let reason = format!("want {min} to 256 printable ASCII characters");
    if is_good { Ok(text) } else { Err(ConfigError::new(field, reason)) }
}

fn header(field: &str, value: &mut Value) -> Result<Surface, ConfigError> {
    let parts = parts(field, value, &["name"], &["prefix"])?;
    let name = parts.name.to_ascii_lowercase();
    let spelling = name.replace('_', "-");
    let is_reflected = REFLECTED.contains(&spelling.as_str())
        || REFLECTED_STARTS.iter().any(|start| spelling.starts_with(start));
    let reason = if is_reflected {
        "is a header that others show again: no credential stands there"
    } else if FRAMING.contains(&spelling.as_str()) {
        "is a header that frames or directs the message"
    } else if !is_token(&name) || parts.prefix.starts_with(' ') {
        "want the name of a header, and a prefix that does not begin with a space"
    } else {
        return Ok(Surface::Header { name, prefix: parts.prefix });
    };
    Err(ConfigError::new(&format!("{field}.name"), reason))
}

fn basic(field: &str, value: &mut Value) -> Result<Surface, ConfigError> {
    let parts = parts(field, value, &[], &["user", "password"])?;
    match (parts.user, parts.password) {
        (Some(user), None) if !user.contains(':') => {
            Ok(Surface::Basic { secret: Half::Password, other: user })
        }
        (None, Some(password)) => Ok(Surface::Basic { secret: Half::User, other: password }),
        _ => {
            let reason = "want user (without a colon) or password: the half that is no secret";
            Err(ConfigError::new(field, reason))
        }
    }
}

fn cookie(field: &str, value: &mut Value) -> Result<Surface, ConfigError> {
    let name = parts(field, value, &["name"], &[])?.name;
    let reason = "want the name of a cookie";
    if is_token(&name) {
        Ok(Surface::Cookie { name })
    } else {
        Err(ConfigError::new(&format!("{field}.name"), reason))
    }
}

fn segment(field: &str, value: &mut Value) -> Result<Surface, ConfigError> {
    let parts = parts(field, value, &["number"], &["prefix"])?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !parts.prefix.bytes().all(is_plain) {
        let reason = "want letters, digits, - or _";
        return Err(ConfigError::new(&format!("{field}.prefix"), reason));
    }
    Ok(Surface::Segment { number: parts.number, prefix: parts.prefix })
}

fn json_pointer(field: &str, value: &mut Value) -> Result<Surface, ConfigError> {
    let parts = parts(field, value, &["pointer"], &["prefix"])?;
    let pointer = Pointer::parse(&parts.pointer)
        .map_err(|reason| ConfigError::new(&format!("{field}.pointer"), reason))?;
    Ok(Surface::Json { pointer, prefix: parts.prefix })
}

/// Whether a text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let is_of = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of)
}
