//! Where the messages of a call of gRPC begin and end in its body: each follows a flag and its length.

use crate::{content, http::Headers};

/// How many bytes stand before a message: a flag, and its length in four.
const PREFIX_LEN: usize = 5;
/// The flag's bit of a message that is compressed by itself.
const COMPRESSED: u8 = 1;

/// The flags of gRPC, of gRPC-Web's trailers and of the ends of Connect's streams, compressed or not.
const FLAGS: [u8; 6] = [0, 1, 2, 3, 0x80, 0x81];
/// The first byte of a length that no message has: of half a gibibyte and more. Below are control characters, which no text has.
const LENGTH_BYTE_MIN: u8 = 0x20;

/// The place in such a body.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Frames {
    /// Whether the body has turned out to be none of messages.
    is_broken: bool,
    prefix: [u8; PREFIX_LEN],
    /// How much of the prefix has come. Less than all of it: the message has not begun.
    seen: usize,
    /// How many bytes of the message are still to come.
    left: usize,
}

/// The longest piece that lies in one part of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// How many bytes it has; at least one.
    pub(super) len: usize,
    pub(super) part: Part,
    /// Whether a message is whole with it.
    pub(super) is_end: bool,
}

/// What a piece is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Prefix,
    Message,
    /// A message that is compressed by itself, so that nothing can be seen in it; with its prefix.
    Compressed,
    /// The rest of a body that is none of messages, whatever its headers say.
    Unframed,
}

impl Frames {
    /// The beginning of a body that has messages, if these headers say that it is one.
    pub(super) fn of(headers: &Headers) -> Option<Frames> {
        content::has_messages(headers).then(Frames::default)
    }

    /// The next piece of what has come; none of no bytes.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Option<Piece> {
        if bytes.is_empty() {
            return None;
        }
        if self.is_broken || self.seen < PREFIX_LEN {
            return Some(self.prefix(bytes));
        }
        let len = self.left.min(bytes.len());
        self.left -= len;
        let part = self.part();
        Some(Piece { len, part, is_end: self.ends() })
    }

    fn prefix(&mut self, bytes: &[u8]) -> Piece {
        let missing = self.prefix.iter_mut().skip(self.seen);
        let len = missing.zip(bytes).map(|(place, byte)| *place = *byte).count();
        self.seen += len;
        let [flag, length @ ..] = self.prefix;
        let is_long = self.seen > 1 && length.first() >= Some(&LENGTH_BYTE_MIN);
        if self.is_broken || is_long || !FLAGS.contains(&flag) {
            self.is_broken = true;
            return Piece { len: bytes.len(), part: Part::Unframed, is_end: false };
        }
        if self.seen == PREFIX_LEN {
            self.left = u32::from_be_bytes(length) as usize;
        }
        let part = match self.part() {
            Part::Compressed => Part::Compressed,
            _ => Part::Prefix,
        };
        Piece { len, part, is_end: self.ends() }
    }

    fn part(&self) -> Part {
        let [flag, ..] = self.prefix;
        if flag & COMPRESSED == 0 { Part::Message } else { Part::Compressed }
    }

    /// Whether all of a message has come; then the next one is expected.
    fn ends(&mut self) -> bool {
        let is_end = self.seen == PREFIX_LEN && self.left == 0;
        if is_end {
            self.seen = 0;
        }
        is_end
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// The parts of a body that comes in these chunks, neighbours of one message put together.
    fn parts(chunks: &[&[u8]]) -> Vec<(Part, Vec<u8>)> {
        let mut frames = Frames::default();
        let (mut parts, mut is_new) = (Vec::<(Part, Vec<u8>)>::new(), true);
        for chunk in chunks {
            let mut rest = *chunk;
            while let Some(piece) = frames.next(rest) {
                let (bytes, later) = rest.split_at(piece.len);
                rest = later;
                match parts.last_mut() {
                    Some((part, last)) if *part == piece.part && !is_new => {
                        last.extend_from_slice(bytes);
                    }
                    _ => parts.push((piece.part, bytes.to_vec())),
                }
                is_new = piece.is_end;
            }
        }
        parts
    }

    #[test]
    fn messages_are_told_apart_whatever_the_cuts() {
        let body = b"\0\0\0\0\x03abc\x01\0\0\0\x02zz\0\0\0\0\0\x80\0\0\0\x01t";
        let prefix = |bytes: &[u8]| (Part::Prefix, bytes.to_vec());
        let expected = [
            prefix(b"\0\0\0\0\x03"),
            (Part::Message, b"abc".to_vec()),
            (Part::Compressed, b"\x01\0\0\0\x02zz".to_vec()),
            prefix(b"\0\0\0\0\0"),
            prefix(b"\x80\0\0\0\x01"),
            (Part::Message, b"t".to_vec()),
        ];
        for first in 0..=body.len() {
            for second in first..=body.len() {
                let chunks = [&body[..first], &body[first..second], &body[second..]];
                assert_eq!(parts(&chunks), expected, "cut at {first} and {second}");
            }
        }
    }

    /// What would be a prefix may be half a secret.
    #[test]
    fn a_body_of_no_messages_is_told() {
        for (body, framed) in [(&b"token"[..], 0), (b"\0token", 1), (b"\0\0\0\0\x01a&b=token", 6)] {
            for at in 0..body.len() {
                let (first, second) = body.split_at(at);
                let parts = parts(&[first, second]);
                let unframed = parts.iter().filter(|(part, _)| *part == Part::Unframed);
                let text: Vec<u8> = unframed.flat_map(|(_, bytes)| bytes.clone()).collect();
                let expected = body.get(framed..).unwrap_or_default();
                assert!(text.ends_with(expected), "{body:?}, cut at {at}");
            }
        }
    }
}
