//! Where a byte stands: its line and column.
//!
//! Lines are counted where something was found, and where a stream goes on beyond what is in memory; never for a
//! clean file that fits into one buffer.

use memchr::{memchr_iter, memrchr};

/// A place in a text, as people count: both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The line.
    pub(crate) line: u64,
    /// The column, in characters of UTF-8.
    pub(crate) column: u64,
}

/// A place that moves forward over bytes.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    offset: u64,
    place: Place,
}

impl Cursor {
    fn advance(&mut self, bytes: &[u8]) {
        let newlines = memchr_iter(b'\n', bytes).count() as u64;
        let rest = match memrchr(b'\n', bytes) {
            Some(at) => {
                self.place.line += newlines;
                self.place.column = 1;
                bytes.get(at + 1..).unwrap_or_default()
            }
            None => bytes,
        };
        // Every byte but those that go on with a character.
        self.place.column += rest.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
        self.offset += bytes.len() as u64;
    }
}

/// Finds the places of ascending offsets in a stream of which a part is in memory.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Where the part in memory starts.
    start: Cursor,
    /// The last place that was asked for, since nothing before it need be counted again.
    last: Cursor,
}

impl Lines {
    /// At the start of a stream, whose first line has this number.
    pub(crate) fn starting_at(line: u64) -> Lines {
        let start = Cursor { offset: 0, place: Place { line, column: 1 } };
        Lines { start, last: start }
    }

    /// The place of an offset of the stream, by the bytes in memory.
    pub(crate) fn place(&mut self, memory: &[u8], offset: u64) -> Place {
        if offset < self.last.offset || self.last.offset < self.start.offset {
            self.last = self.start;
        }
        let index = |offset: u64| usize::try_from(offset - self.start.offset).unwrap_or(usize::MAX);
        let to = index(offset.max(self.start.offset)).min(memory.len());
        self.last.advance(memory.get(index(self.last.offset)..to).unwrap_or_default());
        self.last.place
    }

    /// Forgets the first bytes in memory.
    pub(crate) fn forget(&mut self, bytes: &[u8]) {
        self.start.advance(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text() {
        let text = "ab\ncdé f\n\n\u{1F600}x".as_bytes();
        let place = |offset: usize| {
            let before = std::str::from_utf8(&text[..offset]).unwrap();
            let line = before.matches('\n').count() as u64 + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() as u64 + 1;
            Place { line, column }
        };
        let offsets = [0, 1, 2, 3, 5, 7, 9, 10, 11, 15, 16, 3, 16];
        for forgotten in 0..3 {
            let mut lines = Lines::starting_at(1);
            lines.forget(&text[..forgotten]);
            for offset in offsets.into_iter().filter(|offset| *offset >= forgotten) {
                let memory = &text[forgotten..];
                assert_eq!(lines.place(memory, offset as u64), place(offset), "{offset}");
            }
        }
    }
}
