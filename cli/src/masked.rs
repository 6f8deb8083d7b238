//! What may be printed of some bytes, whatever a profile or a policy says of what is in them.

use hushgate::{
    Finding,
    finders::Finders,
    mask::{FILL, Style},
    rule::Profile,
    stream::{self, Sink, Verdict},
};

/// How many mask bytes in a row are shown: how long a secret is need not be said.
const FILL_BYTES_MAX: usize = 3;

/// The bytes with everything masked that is found in them by any profile; as many as they were.
pub(crate) fn masked(bytes: &[u8], finders: &Finders) -> Vec<u8> {
    let finders = Finders { profile: Profile::Strict, ..finders.clone() };
    let mut masked = Masked(Vec::with_capacity(bytes.len()));
    stream::once_with(bytes, finders, &mut masked);
    masked.0
}

/// The text with no more than a few mask bytes in a row.
pub(crate) fn shortened(text: &str) -> String {
    let mut shortened = String::with_capacity(text.len());
    let mut fills = 0;
    for c in text.chars() {
        fills = if c == char::from(FILL) { fills + 1 } else { 0 };
        if fills <= FILL_BYTES_MAX {
            shortened.push(c);
        }
    }
    shortened
}

struct Masked(Vec<u8>);

impl Sink for Masked {
    fn found(&mut self, _: &Finding<'_>) -> Verdict {
        Verdict::Replace(Style::Prefix)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_mask_bytes_are_short() {
        assert_eq!(shortened("a * b ** c *** d ********e"), "a * b ** c *** d ***e");
    }
}
