//! Coded bytes that go on as they came, each piece as soon as all that it stands for has been decided.

use std::collections::VecDeque;

/// Coded bytes that wait.
#[derive(Default)]
pub(super) struct Watched {
    /// What has come and not gone on, as it came.
    coded: Vec<u8>,
    /// Its pieces, in their order. `pieces.sum(len) == coded.len()`.
    pieces: VecDeque<Piece>,
    /// Whether the proxy's buffer lacks some of it: the rest of a buffer that went on without its end.
    is_apart: bool,
}

struct Piece {
    len: usize,
    /// Where the text ends that is known by it.
    text_end: u64,
    /// Whether it ends in a block that has not come whole, so that it stands for more.
    is_open: bool,
}

/// What becomes of the proxy's buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// Nothing goes on.
    Nothing,
    /// It goes on; as these bytes, if it lacked some.
    All(Option<Vec<u8>>),
    /// These bytes go on; what is left needs more of the body to go on with.
    Part(Vec<u8>),
}

impl Watched {
    /// Takes coded bytes, of which is not known yet what they stand for.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.coded.extend_from_slice(bytes);
        match self.pieces.back_mut().filter(|last| last.is_open) {
            Some(last) => last.len += bytes.len(),
            None => self.pieces.push_back(Piece { len: bytes.len(), text_end: 0, is_open: true }),
        }
    }

    /// Says up to where the text is known by what was taken, and whether it is known that it stands for more.
    pub(super) fn end_piece(&mut self, text_end: u64, is_open: bool) {
        if let Some(last) = self.pieces.back_mut() {
            (last.text_end, last.is_open) = (text_end, is_open);
        }
    }

    /// Says what goes on when the text has been decided up to here.
    pub(super) fn release(&mut self, decided: u64, may_carry: bool) -> Release {
        let is_decided = |piece: &&Piece| !piece.is_open && piece.text_end <= decided;
        let mut decided = self.pieces.iter().take_while(is_decided).peekable();
        let is_some = decided.peek().is_some();
        let (count, len) = decided.fold((0, 0), |(count, len), piece| (count + 1, len + piece.len));
        if count == self.pieces.len() {
            return Release::All(self.rest());
        }
        if !(is_some && may_carry) {
            return Release::Nothing;
        }
        self.pieces.drain(..count);
        let later = self.coded.split_off(len);
        self.is_apart = true;
        Release::Part(std::mem::replace(&mut self.coded, later))
    }

    /// All that has not gone on, if the proxy's buffer lacks some of it.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        self.pieces.clear();
        let coded = std::mem::take(&mut self.coded);
        std::mem::take(&mut self.is_apart).then_some(coded)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn take(watched: &mut Watched, bytes: &[u8], text_end: u64, is_open: bool) {
        watched.take(bytes);
        watched.end_piece(text_end, is_open);
    }

    #[test]
    fn what_is_decided_goes_on_without_the_rest() {
        let mut watched = Watched::default();
        take(&mut watched, b"ab", 10, false);
        assert_eq!(watched.release(10, true), Release::All(None));
        take(&mut watched, b"cd", 20, false);
        assert_eq!(watched.release(19, true), Release::Nothing);
        take(&mut watched, b"ef", 30, false);
        assert_eq!(watched.release(29, false), Release::Nothing);
        assert_eq!(watched.release(29, true), Release::Part(b"cd".to_vec()));
        take(&mut watched, b"gh", 30, true);
        assert_eq!(watched.release(30, true), Release::Part(b"ef".to_vec()));
        // An open piece goes on with what closes it.
        take(&mut watched, b"ij", 40, false);
        assert_eq!(watched.release(39, true), Release::Nothing);
        assert_eq!(watched.release(40, true), Release::All(Some(b"ghij".to_vec())));
        take(&mut watched, b"kl", 40, false);
        assert_eq!(watched.release(40, true), Release::All(None));
    }
}
