//! What stands inside a secret: markers, JSON, known bytes.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor},
};

use super::{
    Outcome,
    base::{Code, Fixed, unpadded},
};

/// The largest part that is decoded, in bytes: 2048 characters.
const DECODED_BYTES_MAX: usize = 1536;

/// A structure that must be there: something else otherwise.
pub(super) fn there(is_there: bool) -> Outcome {
    if is_there { Outcome::Unchecked } else { Outcome::Other }
}

#[derive(Deserialize)]
struct JwtHeader {
    #[serde(rename = "alg")]
    _alg: String,
}

/// What of a payload tells whom the token is for.
#[derive(Deserialize)]
struct JwtPayload<'a> {
    role: Option<&'a str>,
    sub: Option<IgnoredAny>,
}

/// Whether a JSON Web Token is one for anybody, such as Supabase's for the role `anon`, which is public by design; `None`
/// where its header is none.
///
/// Of a payload that is too long, and so not there as a whole, nothing is said.
pub(super) fn jwt(token: &[u8]) -> Option<bool> {
    let mut parts = token.split(|byte| *byte == b'.');
    let header = Code::Base64.decode::<DECODED_BYTES_MAX>(parts.next()?)?;
    serde_json::from_slice::<JwtHeader>(header.as_slice()).ok()?;
    let payload = Code::Base64.decode::<DECODED_BYTES_MAX>(parts.next()?);
    let payload = payload.as_ref().map(Fixed::as_slice).unwrap_or_default();
    let payload = serde_json::from_slice::<JwtPayload<'_>>(payload).ok();
    // One that names somebody is theirs.
    Some(payload.is_some_and(|payload| payload.role == Some("anon") && payload.sub.is_none()))
}

/// Whether the first bytes of a private key's body are that: no footer follows yet, and nothing was left out.
pub(super) fn is_key_body(body: &[u8]) -> bool {
    !(contains(body, b"-----") || contains(body, b"..."))
}

pub(super) fn contains(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len().max(1)).any(|window| window == marker)
}

/// A part of a secret that is base64, in either alphabet, and what it must decode to.
#[derive(Debug)]
pub(crate) struct Base64 {
    /// The bytes before it.
    pub(crate) skip: usize,
    /// The byte that ends it, if not the secret's end.
    pub(crate) until: Option<u8>,
    /// What it decodes to begins with these bytes.
    pub(crate) starts: &'static [u8],
    /// It is a JSON object with these keys, where there are any.
    pub(crate) json: &'static [&'static str],
    /// It is printable ASCII.
    pub(crate) text: bool,
    /// Whether its absence only lowers the confidence, since the shape is unmistakable without it. Another JSON object is
    /// something else all the same.
    pub(crate) lowers: bool,
}

impl Base64 {
    pub(super) fn holds(&self, secret: &[u8]) -> Outcome {
        match self.is_there(secret) {
            Some(Inside::Expected) => Outcome::Unchecked,
            Some(Inside::Json) => Outcome::Other,
            _ if self.lowers => Outcome::Broken,
            _ => Outcome::Other,
        }
    }

    fn is_there(&self, secret: &[u8]) -> Option<Inside> {
        let part = secret.get(self.skip..)?;
        let end = self.until.and_then(|until| part.iter().position(|byte| *byte == until));
        let part = unpadded(part.get(..end.unwrap_or(part.len()))?);
        // Where only the start matters, no more is decoded.
        let whole = self.text || !self.json.is_empty();
        let part = if whole { part } else { part.get(..(self.starts.len() * 8).div_ceil(6))? };
        let decoded = Code::Base64.decode::<DECODED_BYTES_MAX>(part)?;
        let decoded = decoded.as_slice();
        let is_printable = || decoded.iter().all(|byte| matches!(byte, b' '..=b'~'));
        if !decoded.starts_with(self.starts) || (self.text && !is_printable()) {
            return None;
        }
        match has_keys(decoded, self.json) {
            _ if self.json.is_empty() => Some(Inside::Expected),
            Some(true) => Some(Inside::Expected),
            Some(false) => Some(Inside::Json),
            None => None,
        }
    }
}

/// What the base64 is of.
enum Inside {
    Expected,
    /// A JSON object with other keys.
    Json,
}

/// Whether a JSON object has all of the keys; `None` where the bytes are none.
fn has_keys(json: &[u8], keys: &[&str]) -> Option<bool> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let has_all = Keys(keys).deserialize(&mut json).ok()?;
    json.end().ok().map(|()| has_all)
}

struct Keys<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<bool, M::Error> {
        let mut seen = 0_u64;
        while let Some(key) = map.next_key::<&str>()? {
            map.next_value::<IgnoredAny>()?;
            if let Some(place) = self.0.iter().position(|wanted| *wanted == key) {
                seen |= 1 << (place & 63);
            }
        }
        Ok(seen.count_ones() as usize == self.0.len())
    }
}

/// Whether the account number in an AWS access key id can be one: it has twelve digits, in 40 bits.
///
/// Nearly all pass. Ids of before 2019 (`I` or `J` after the prefix) hold no account number.
pub(super) fn aws_key_id(secret: &[u8]) -> Outcome {
    const PREFIX: usize = 4;
    const ACCOUNT_MAX: u64 = 999_999_999_999;
    let body = secret.get(PREFIX..).unwrap_or_default();
    if matches!(body, [b'I' | b'J', ..]) {
        return Outcome::Unchecked;
    }
    let account = Code::Base32.decode::<16>(body).and_then(|decoded: Fixed<16>| {
        let [a, b, c, d, e, f, ..] = *decoded.as_slice() else { return None };
        Some((u64::from_be_bytes([0, 0, a, b, c, d, e, f]) & 0x7FFF_FFFF_FF80) >> 7)
    });
    match account {
        Some(0..=ACCOUNT_MAX) => Outcome::Unchecked,
        _ => Outcome::Broken,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};

    use super::*;

    fn encode(text: &str) -> String {
        BASE64_STANDARD_NO_PAD.encode(text)
    }

    const ANY: Base64 =
        Base64 { skip: 0, until: None, starts: b"", json: &[], text: false, lowers: false };

    #[test]
    fn a_jwt_header_names_its_algorithm() {
        for (header, is) in [(r#"{"alg":"HS256"}"#, true), (r#"{"typ":"JWT"}"#, false), ("", false)]
        {
            assert_eq!(jwt(encode(header).as_bytes()), None, "{header}");
            let token = encode(header) + ".eyJ";
            assert_eq!(jwt(token.as_bytes()).is_some(), is, "{header}");
        }
        assert_eq!(jwt(b"eyJ"), None);
        // An encrypted one: no JSON follows.
        let encrypted = encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#) + ".OKOawDo13gRp2ojaHV7";
        assert_eq!(jwt(encrypted.as_bytes()), Some(false));
        assert_eq!(jwt(&[b'e'; 2049]), None);
    }

    #[test]
    fn a_token_for_anybody_names_nobody() {
        for (payload, is_anon) in [
            (r#"{"iss":"supabase","ref":"abc","role":"anon","iat":1}"#, true),
            (r#"{"role":"service_role","iat":1}"#, false),
            (r#"{"role":"anon","sub":"1"}"#, false),
            (r#"{"role":["anon"]}"#, false),
            (r#"{"iss":"x"}"#, false),
            ("", false),
        ] {
            let token = [r#"{"alg":"HS256"}"#, payload].map(encode).join(".") + ".c2ln";
            assert_eq!(jwt(token.as_bytes()), Some(is_anon), "{payload}");
        }
    }

    #[test]
    fn a_key_body_is_not_left_out() {
        for (body, is) in [
            ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj", true),
            ("\\nVersion: x\n\nlQOYBF-x", true),
            ("\n...\n-----END PRIVATE KEY-----\n", false),
            ("MIIE...snip...\n", false),
            ("AAAA\n-----END", false),
        ] {
            assert_eq!(is_key_body(body.as_bytes()), is, "{body}");
        }
    }

    #[test]
    fn json_has_its_keys_whatever_else_it_has() {
        let check = Base64 { skip: 4, until: Some(b'_'), json: &["o", "n"], ..ANY };
        for (json, there) in [
            (r#"{"o":"1","n":"x"}"#, true),
            (r#"{"n":{"deep":[1,2]},"more":null,"o":2}"#, true),
            (r#"{"o":1,"o":2}"#, false),
            (r#"["o","n"]"#, false),
            (r#"{"o":1,"n":2"#, false),
            (r#"{"o":1,"n":2} more"#, false),
            ("", false),
        ] {
            let secret = format!("glc_{}_rest", encode(json));
            let expected = if there { Outcome::Unchecked } else { Outcome::Other };
            assert_eq!(check.holds(secret.as_bytes()), expected, "{json}");
        }
        let padded = format!("glc_{}==_x", encode(r#"{"o":1,"n":"ab"}"#));
        assert_eq!(check.holds(padded.as_bytes()), Outcome::Unchecked);
        assert_eq!(check.holds(b"glc"), Outcome::Other);
    }

    #[test]
    fn text_is_printable_and_starts_as_it_should() {
        let check = Base64 { starts: b"tok:", text: true, lowers: true, ..ANY };
        assert_eq!(check.holds(encode("tok:abc:1:0").as_bytes()), Outcome::Unchecked);
        assert_eq!(check.holds(encode("tok:ab\n").as_bytes()), Outcome::Broken);
        assert_eq!(check.holds(encode("tik:abc").as_bytes()), Outcome::Broken);
        assert_eq!(check.holds(b"dG9r.."), Outcome::Broken);
    }

    #[test]
    fn of_a_start_no_more_than_it_is_decoded() {
        let check = Base64 { skip: 1, starts: b"\x02\x01\x08pypi.org", ..ANY };
        let start = format!("-{}", encode("\x02\x01\x08pypi.org\x02$"));
        assert_eq!(check.holds(format!("{start}....").as_bytes()), Outcome::Unchecked);
        assert_eq!(check.holds(b"-AgEI"), Outcome::Other);
        assert_eq!(check.holds("x".repeat(9000).as_bytes()), Outcome::Other);
    }

    #[test]
    fn what_is_too_long_to_decode_is_not_there() {
        let check = Base64 { text: true, ..ANY };
        let of = |len: usize| check.holds(encode(&"a".repeat(len)).as_bytes());
        assert_eq!(of(DECODED_BYTES_MAX - 1), Outcome::Unchecked);
        assert_eq!(of(DECODED_BYTES_MAX), Outcome::Unchecked);
        assert_eq!(of(DECODED_BYTES_MAX + 1), Outcome::Other);
    }

    /// Base32 of `account << 7` in six bytes, made in Python.
    #[test]
    fn an_account_number_has_twelve_digits() {
        for (id, outcome) in [
            ("ORVFFB77QAAAAAAA", Outcome::Unchecked),
            ("ORVFFCAAAAAAAAAA", Outcome::Broken),
            ("I777777777777777", Outcome::Unchecked),
            ("7777777777777777", Outcome::Broken),
            ("", Outcome::Broken),
        ] {
            assert_eq!(aws_key_id(format!("AKIA{id}").as_bytes()), outcome, "{id}");
        }
    }
}
