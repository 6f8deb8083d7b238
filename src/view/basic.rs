//! Basic credentials (RFC 7617): base64 of `user:password`.
//!
//! `dXNlcjpwYXNz` is `user:pass`; what goes out is `dXNlcjoqKioq`, `user:****`. The first colon ends the user's name,
//! which may not have one.

use super::{
    base64::Base64,
    recode::{Recode, Waiting},
    unit::{Decoded, Next, Reader},
};
use crate::{
    finding::Finding,
    mask::FILL,
    stream::{Sink, Verdict},
};

/// The longest value that is looked into, in bytes.
pub(crate) const VALUE_BYTES_MAX: usize = 8192;

/// The value with its password masked, in as many bytes, padding, alphabet and escapes as they were.
///
/// `None` where it is no base64 of text with a colon and something behind that, or is too long.
pub(crate) fn mask_password(value: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::Base64(Base64::of_bytes());
    if value.len() > VALUE_BYTES_MAX {
        return None;
    }
    let mut decoded = Decoded::default();
    while let Next::Unit(unit) = reader.next(value.get(decoded.raw_len..)?, true) {
        decoded.push(&unit);
    }
    if decoded.raw_len != value.len() {
        return None;
    }
    let mut waiting = Waiting::new(0);
    waiting.push(value, &decoded);
    let mut text = decoded.text;
    let colon = text.iter().position(|byte| *byte == b':')?;
    let password = text.get_mut(colon + 1..).filter(|password| !password.is_empty())?;
    password.fill(FILL);
    let mut masked = Kept(Vec::with_capacity(value.len()));
    Recode { waiting: &mut waiting, reader: &reader, sink: &mut masked }.put(&text, false);
    Some(masked.0)
}

/// Keeps what it is sent.
struct Kept(Vec<u8>);

impl Sink for Kept {
    fn found(&mut self, _: &Finding<'_>) -> Verdict {
        Verdict::Keep
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}
