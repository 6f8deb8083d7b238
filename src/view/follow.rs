//! An open-ended finding, followed through escapes to its end.
//!
//! A shape such as that of a private key is certain long before it ends. From the first byte of its secret on, the
//! stream asks [`Follow`] what the next bytes are, piece by piece: masked, kept as layout, or no longer part of it.
//!
//! # An example, with bytes
//! `MIIE\nv\/Bc\\n-----END …` in JSON in JSON: `MIIE` is secret (4), `\n` is layout (2), `v\/Bc` is secret (5: what
//! stands for `/` is masked with it, as any bytes of the same number may stand there), `\\n` is layout (3), and it is over
//! before `-----`. The same goes for `%0A`, `&#10;`, `%2F` and `-` as `%2D`. The document stays well-formed, since no
//! escape is cut; a `+` that a form wrote for a space is masked.

use super::escape::{self, Step};
use crate::rule::table::ByteSet;

/// What the next bytes of an open-ended finding are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// So many bytes of the secret.
    Secret(usize),
    /// So many bytes that are kept: line breaks and blanks, however they are written.
    Layout(usize),
    /// It ends before these bytes.
    Over,
    /// More bytes are needed to tell: an escape or a footer may start here. At most
    /// `footer.len() * RAW_BYTES_MAX` bytes wait.
    Short,
}

/// How far an open-ended finding goes.
#[derive(Debug)]
pub(crate) struct Follow {
    /// What its bytes are of, behind escapes.
    set: &'static ByteSet,
    /// Where it ends earlier; nothing, if it does not.
    footer: &'static [u8],
    /// Whether line breaks and blanks are kept.
    layout: bool,
    /// How many bytes it may still have.
    left: usize,
}

impl Follow {
    /// Starts at the first byte of the secret.
    pub(crate) fn new(
        set: &'static ByteSet,
        footer: &'static [u8],
        layout: bool,
        bytes_max: usize,
    ) -> Follow {
        Follow { set, footer, layout, left: bytes_max }
    }

    /// What stands at the start of the bytes, as much of one kind as there is. `end` says that nothing follows them.
    ///
    /// The pieces, joined, are the same however the bytes were cut.
    pub(crate) fn next(&mut self, bytes: &[u8], end: bool) -> Piece {
        let mut is_layout = false;
        let mut len = 0;
        let stop = loop {
            let rest = bytes.get(len..).unwrap_or_default();
            match self.unit(rest, end) {
                Piece::Secret(count) if len == 0 || !is_layout => len += self.take(count),
                Piece::Layout(count) if len == 0 || is_layout => {
                    is_layout = true;
                    len += self.take(count);
                }
                stop => break stop,
            }
        };
        match len {
            0 => stop,
            _ if is_layout => Piece::Layout(len),
            _ => Piece::Secret(len),
        }
    }

    fn take(&mut self, count: usize) -> usize {
        self.left -= count.min(self.left);
        count
    }

    /// The next byte of the text.
    fn unit(&self, bytes: &[u8], end: bool) -> Piece {
        let (byte, len) = match read(bytes, end) {
            Read::Byte(byte, len) => (byte, len),
            Read::Short if self.left > 0 => return Piece::Short,
            Read::Short | Read::End => return Piece::Over,
        };
        if len > self.left || !self.set.has(byte) {
            return Piece::Over;
        }
        match self.footer_at(bytes, end) {
            Some(true) => Piece::Over,
            None => Piece::Short,
            Some(false) if self.layout && matches!(byte, b'\r' | b'\n' | b'\t' | b' ') => {
                Piece::Layout(len)
            }
            Some(false) => Piece::Secret(len),
        }
    }

    /// Whether the footer stands here; `None` if that depends on more bytes.
    fn footer_at(&self, bytes: &[u8], end: bool) -> Option<bool> {
        let mut at = 0;
        for expected in self.footer {
            match read(bytes.get(at..).unwrap_or_default(), end) {
                Read::Byte(byte, len) if byte == *expected => at += len,
                Read::Byte(..) | Read::End => return Some(false),
                Read::Short => return None,
            }
        }
        Some(!self.footer.is_empty())
    }
}

enum Read {
    Byte(u8, usize),
    Short,
    End,
}

fn read(bytes: &[u8], end: bool) -> Read {
    match (bytes.first(), escape::step(bytes, end)) {
        (None, _) if end => Read::End,
        (None, _) | (_, Step::Short) => Read::Short,
        (Some(first), Step::Plain) => Read::Byte(*first, 1),
        (Some(_), Step::Byte { byte, len }) => Read::Byte(byte, len),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::view::testing::{ESCAPES, Random};

    /// Letters, digits, `+`, `/`, `=`, `-`, blanks and line breaks, as in a PEM body.
    fn set() -> &'static ByteSet {
        let mut bits = [0_u64; 4];
        for byte in 0..=255_u8 {
            if byte.is_ascii_alphanumeric() || b"+/=- \r\n\t".contains(&byte) {
                bits[usize::from(byte >> 6)] |= 1 << (byte & 63);
            }
        }
        Box::leak(Box::new(ByteSet::new(bits)))
    }

    /// The bytes with `*` in place of what is secret, and where it was over.
    fn followed(bytes: &[u8], cuts: &[usize], bytes_max: usize) -> (String, usize) {
        let mut follow = Follow::new(set(), b"-----", true, bytes_max);
        let (mut out, mut at) = (String::new(), 0);
        for cut in cuts.iter().copied().chain([bytes.len()]) {
            loop {
                let end = cut == bytes.len();
                match follow.next(&bytes[at..cut], end) {
                    Piece::Secret(len) => {
                        out += &"*".repeat(len);
                        at += len;
                    }
                    Piece::Layout(len) => {
                        out += std::str::from_utf8(&bytes[at..at + len]).unwrap();
                        at += len;
                    }
                    Piece::Over => return (out, at),
                    Piece::Short => break,
                }
            }
            assert!(cut - at <= 5 * escape::RAW_BYTES_MAX);
        }
        panic!("it is over at the end")
    }

    #[test]
    fn layout_is_kept_and_the_footer_ends_it() {
        for (text, masked) in [
            ("MIIE\nv+/=\r\nAb\n-----END", "****\n****\r\n**\n"),
            (r"MIIE\nv\/Bc\\n-----END", r"****\n*****\\n"),
            (r"MIIE\u000av\u002fBc\r\n-----END", r"****\u000a*********\r\n"),
            ("MIIE%0Av%2FBc%0D%0A%2D----END", "****%0A******%0D%0A"),
            ("MIIE&#10;v&#x2F;&NewLine;&#45;----END", "****&#10;*******&NewLine;"),
            ("MI-E----- x", "****"),
            ("MI----E\"", "*******"),
            ("MI\\q", "**"),
        ] {
            assert_eq!(followed(text.as_bytes(), &[], 1000).0, masked, "{text}");
        }
    }

    #[test]
    fn every_cut_gives_what_no_cut_gives() {
        let text = b"MIIEvQIBADANBg/kqh+Q==\r\n\tkiG9w0BA-QEFAA\n\n-----END PRIVATE KEY-----\n";
        let body = text.len() - 26;
        let mut random = Random::new(9);
        for (name, escape) in ESCAPES {
            let pieces: Vec<Vec<u8>> = text.iter().map(|b| escape(*b, &mut random)).collect();
            let bytes = pieces.concat();
            let whole = followed(&bytes, &[], 1000);
            assert_eq!(whole.1, pieces[..body].concat().len(), "{name}");
            for cut in 0..bytes.len() {
                assert_eq!(followed(&bytes, &[cut], 1000), whole, "{name}: {cut}");
            }
            let all: Vec<usize> = (0..bytes.len()).collect();
            assert_eq!(followed(&bytes, &all, 1000), whole, "{name}");
        }
    }

    #[test]
    fn it_ends_at_its_limit_and_cuts_no_escape() {
        let text = br"MIIE\u000aABCD";
        for (bytes_max, over) in [(0, 0), (3, 3), (4, 4), (9, 4), (10, 10), (11, 11), (14, 14)] {
            for cut in 0..text.len() {
                assert_eq!(followed(text, &[cut], bytes_max).1, over, "{bytes_max}, {cut}");
            }
        }
    }
}
