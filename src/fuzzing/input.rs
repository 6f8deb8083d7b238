//! The first bytes of an input: how its text is cut, and under which limits.

use crate::{rule::Profile, stream::Limits};

/// How many bytes the header has.
pub(super) const HEADER_BYTES: usize = 8;

/// How many pieces of one size a text is cut into, at most.
const PIECES_MAX: usize = 64;

/// What the first bytes of an input choose. Those that are missing are 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// What is up to the target.
    pub(super) choice: u8,
    flags: u8,
    bytes: [u8; HEADER_BYTES],
}

impl Header {
    /// The header and the text, which is repeated where the header says so: some limits lie beyond what a fuzzer would
    /// ever write.
    pub(super) fn split(data: &[u8]) -> (Header, Vec<u8>) {
        let (head, text) = data.split_at(data.len().min(HEADER_BYTES));
        let mut bytes = [0; HEADER_BYTES];
        bytes.iter_mut().zip(head).for_each(|(to, from)| *to = *from);
        let [choice, flags, ..] = bytes;
        let header = Header { choice, flags, bytes };
        (header, text.repeat(header.repeats()))
    }

    fn repeats(self) -> usize {
        if self.flags >> 6 == 3 { 8 } else { 1 }
    }

    /// Limits that a configuration may set; half of all headers leave the default ones.
    pub(super) fn limits(self) -> Limits {
        let tail_bytes_max = [64, 100, 600, 8_192].get(usize::from(self.flags & 3)).copied();
        let open_bytes_max = if self.flags & 4 == 0 { 4_096 } else { 65_536 };
        match tail_bytes_max {
            Some(tail_bytes_max) if self.flags & 8 != 0 => {
                Limits { tail_bytes_max, open_bytes_max }
            }
            _ => Limits::default(),
        }
    }

    /// How much is looked for: everything, by half of all headers.
    pub(super) fn profile(self) -> Profile {
        match self.flags >> 4 & 3 {
            0 => Profile::Default,
            1 => Profile::Quiet,
            _ => Profile::Strict,
        }
    }

    /// How many bytes to put before the text: up to two blocks.
    pub(super) fn shift(self) -> usize {
        usize::from(self.choice & 0x7F)
    }

    /// Ways of cutting a text of this length, each as the places where chunks end, the last one excepted.
    pub(super) fn cuttings(self, len: usize) -> [Vec<usize>; 2] {
        let [_, _, first_low, first_high, second_low, second_high, size, third] = self.bytes;
        let place = |low, high| usize::from(u16::from_le_bytes([low, high])) % (len + 1);
        let mut places =
            vec![place(first_low, first_high), place(second_low, second_high), place(third, 0)];
        places.sort_unstable();
        // Long texts in larger pieces: a candidate that waits is looked at again with each of them.
        let size = (usize::from(size) + 1).max(len / PIECES_MAX);
        [places, (size..len).step_by(size).collect()]
    }
}

/// The text in pieces that end at these places.
pub(super) fn cut<'a>(text: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let ends = places.iter().copied().chain([text.len()]);
    let starts = [0].into_iter().chain(places.iter().copied());
    starts.zip(ends).map(|(start, end)| text.get(start..end).unwrap_or_default()).collect()
}
