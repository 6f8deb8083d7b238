//! Whether bytes are a text: UTF-8 without control characters.

/// How far into a character of more than one byte the last byte was.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Text {
    /// How many bytes of it are to come.
    left: u8,
}

impl Text {
    /// Whether the last byte ended a character.
    pub(super) fn is_between(self) -> bool {
        self.left == 0
    }

    /// Takes three bytes, if all may be of a text; says whether they are.
    #[inline]
    pub(super) fn accept(&mut self, bytes: [u8; 3]) -> bool {
        // Without a branch for each.
        if self.left == 0 && bytes.iter().fold(true, |all, byte| all & is_plain(*byte)) {
            return true;
        }
        let mut after = *self;
        let are_text = bytes.iter().all(|byte| after.accepts(*byte));
        if are_text {
            *self = after;
        }
        are_text
    }

    /// Takes the next byte; says whether it may be one of a text.
    #[inline]
    pub(super) fn accepts(&mut self, byte: u8) -> bool {
        self.left = match (self.left, byte) {
            (0, _) if is_plain(byte) => 0,
            (0, 0xC2..=0xDF) => 1,
            (0, 0xE0..=0xEF) => 2,
            (0, 0xF0..=0xF4) => 3,
            (left @ 1.., 0x80..=0xBF) => left - 1,
            _ => return false,
        };
        true
    }
}

/// Whether the byte is printable ASCII, a tab or of a line break.
#[inline]
pub(super) fn is_plain(byte: u8) -> bool {
    // Nearly always the first; the others are bits 9, 10 and 13.
    byte.wrapping_sub(0x20) < 0x5F || (byte < 16 && 0x2600_u16 >> byte & 1 == 1)
}
