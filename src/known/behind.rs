//! Values behind escapes: the text that `%2B`, `\u002b`, `\\\"` or `&#43;` stand for, compared as it is read.
//!
//! Whoever writes a value into JSON, a URL or a page escapes it as they like: every byte, few, in any case, or twice. So no list
//! of forms is whole. A value is found through up to [`DEPTH_MAX`] layers; the fewest that give one decide.

use crate::view::escape::{self, DEPTH_MAX, Step, is_introducer};

/// What stands at the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Not the text.
    No,
    /// It may be: that depends on bytes not yet seen.
    Live,
    /// The text, in so many bytes.
    Yes(usize),
}

/// Some bytes that stand for a text, and whether nothing follows them that counts.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) end: bool,
}

impl Behind<'_> {
    /// Asks layer by layer, from the outermost on, until there is an answer or no other layer could give another.
    pub(super) fn first<T>(self, mut ask: impl FnMut(u8) -> (Option<T>, bool)) -> Option<T> {
        for depth in 1..=DEPTH_MAX {
            match ask(depth) {
                (None, true) => {}
                (answer, _) => return answer,
            }
        }
        None
    }

    /// The first bytes of the text, as many as there are up to `N`, and whether another layer may read others.
    pub(super) fn head<const N: usize>(self, depth: u8) -> ([u8; N], usize, bool) {
        let (mut head, mut len, mut at, mut again) = ([0; N], 0, 0, false);
        for slot in &mut head {
            let Ok((byte, next)) = self.read(depth, at) else { break };
            again |= is_introducer(byte);
            (*slot, len, at) = (byte, len + 1, next);
        }
        (head, len, again)
    }

    /// Whether the text behind so many layers begins with this one, and whether another layer may read another.
    pub(super) fn starts_with(self, text: &[u8], depth: u8) -> (Answer, bool) {
        let (mut at, mut again) = (0, false);
        for wanted in text {
            match self.read(depth, at) {
                Ok((byte, next)) => {
                    again |= is_introducer(byte);
                    if byte != *wanted {
                        return (Answer::No, again);
                    }
                    at = next;
                }
                Err(answer) => return (answer, again),
            }
        }
        (Answer::Yes(at), again)
    }

    /// The byte of the text that stands at a place, and where the next one does.
    fn read(self, depth: u8, at: usize) -> Result<(u8, usize), Answer> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        match escape::step_to(depth, rest, self.end) {
            Step::Byte { byte, len } => Ok((byte, at + len)),
            Step::Short => Err(Answer::Live),
            Step::Plain => match rest.first() {
                Some(byte) => Ok((*byte, at + 1)),
                None if self.end => Err(Answer::No),
                None => Err(Answer::Live),
            },
        }
    }
}

/// Where escapes begin in some bytes, looked for once.
pub(super) struct Escapes<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl<'a> Escapes<'a> {
    pub(super) fn new(bytes: &'a [u8], from: usize) -> Escapes<'a> {
        let mut escapes = Escapes { bytes, next: from };
        escapes.seek(from);
        escapes
    }

    /// The first place, from one on, with an escape in its first `within` bytes. Places are asked for in their order.
    pub(super) fn near(&mut self, from: usize, within: usize) -> usize {
        if self.next < from {
            self.seek(from);
        }
        from.max((self.next + 1).saturating_sub(within))
    }

    fn seek(&mut self, from: usize) {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let found = rest.iter().position(|byte| is_introducer(*byte));
        // Behind all bytes there is none, however near.
        self.next = found.map_or(usize::MAX / 2, |at| from + at);
    }
}
