//! A finding: a credential at a place, told without one byte of it.

use std::fmt;

use crate::{
    fingerprint::{Fingerprint, Fingerprinter},
    known::NEEDLE,
    rule::{Confidence, Rule},
    view::escape,
};

/// How many bytes before a finding a stream remembers.
pub(crate) const BEFORE_BYTES_MAX: usize = 128;

/// A credential that was found in a stream of bytes.
pub struct Finding<'a> {
    /// What it is.
    pub rule: &'static Rule,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where the secret starts, in bytes from the start of the stream.
    pub offset: u64,
    /// How long it is; unknown while an open-ended one goes on.
    pub len: Option<usize>,
    /// How long it is at least.
    pub(crate) len_min: usize,
    /// Whether a replacement may name the rule here.
    pub(crate) label: bool,
    /// Whether it was found in a text that stands encoded in the stream.
    pub(crate) is_encoded: bool,
    /// How many of its first bytes are the vendor's public prefix.
    pub(crate) prefix: usize,
    /// What stands before it, at most [`BEFORE_BYTES_MAX`] bytes.
    pub(crate) before: &'a [u8],
    /// Its bytes, as far as they are there.
    pub(crate) secret: &'a [u8],
}

impl Finding<'_> {
    /// The name of the field whose value the secret begins: `"name": "…` in JSON, `name=` in a form, query or header,
    /// `name="name" value="…` in a page.
    ///
    /// `None` where no such name stands directly before it, or where it is cut off by what the stream remembers.
    pub fn field(&self) -> Option<&[u8]> {
        field_before(self.before)
    }

    /// The keyed fingerprint of the secret; `None` of an open-ended one, which is not there as a whole.
    ///
    /// A value from a vault is told by its fingerprint, so that is one of the text behind all escapes.
    pub fn fingerprint(&self, fingerprinter: &Fingerprinter) -> Option<Fingerprint> {
        let is_needle = self.rule.id == NEEDLE.id;
        self.secret().map(|secret| match is_needle {
            true => fingerprinter.of(&escape::decode(secret)),
            false => fingerprinter.of(secret),
        })
    }

    /// The whole secret, where it is there.
    pub(crate) fn secret(&self) -> Option<&[u8]> {
        self.len.map(|_| self.secret)
    }

    /// Whether something of another length may stand here: not inside URL user info, nor in an encoded text.
    pub(crate) fn takes_template(&self) -> bool {
        self.label && !self.is_encoded
    }
}

/// Nothing of the traffic is shown.
impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("rule", &self.rule.id)
            .field("confidence", &self.confidence)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

fn field_before(before: &[u8]) -> Option<&[u8]> {
    let is_name =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']');
    let input = before.strip_suffix(b" value=\"").or_else(|| before.strip_suffix(b" value='"));
    if let Some(name) = input.and_then(|rest| rest.strip_suffix(b"\"").or(rest.strip_suffix(b"'")))
    {
        let start = name.iter().rposition(|byte| !is_name(byte))? + 1;
        let (rest, name) = name.split_at_checked(start)?;
        let is_named = rest.ends_with(b" name=\"") || rest.ends_with(b" name='");
        return is_named.then_some(name).filter(|name| !name.is_empty());
    }
    let (rest, json) = match before {
        [rest @ .., b'"'] => (rest.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end(), true),
        rest => (rest.strip_suffix(b"=")?, false),
    };
    let rest = if json { rest.strip_suffix(b"\"")? } else { rest };
    let start = rest.iter().rposition(|byte| !is_name(byte)).map(|at| at + 1);
    // A name that fills all that is remembered may be the end of a longer one.
    let start = match start {
        Some(start) => start,
        None if before.len() < BEFORE_BYTES_MAX => 0,
        None => return None,
    };
    rest.get(start..).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn fields_are_named() {
        let cases: [(&str, Option<&str>); 12] = [
            (r#"{"access_token": ""#, Some("access_token")),
            (r#"{"a":1,"id_token":""#, Some("id_token")),
            ("grant_type=x&state=", Some("state")),
            ("state=", Some("state")),
            (r#"<input type="hidden" name="id_token" value=""#, Some("id_token")),
            ("<input name='state' value='", Some("state")),
            (r#"<input name="a" id="state" value=""#, None),
            (r#"name="" value=""#, None),
            ("no name ", None),
            (r#""value""#, None),
            ("", None),
            ("=", None),
        ];
        for (before, name) in cases {
            assert_eq!(field_before(before.as_bytes()), name.map(str::as_bytes), "{before}");
        }
    }

    #[test]
    fn a_name_cut_off_is_no_name() {
        let long = "a".repeat(BEFORE_BYTES_MAX - 1) + "=";
        assert_eq!(field_before(long.as_bytes()), None);
    }
}
