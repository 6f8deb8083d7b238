//! br: Brotli (RFC 7932).

#[expect(deprecated, reason = "the way to it that is not, brings every other packer with it")]
use brotli::enc::{
    StandardAlloc as PackerAlloc, compress_fragment_two_pass::BrotliCompressFragmentTwoPass,
};
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{Broken, PIECE_BYTES, pack::Until, unpack::Sink};

/// How much is packed at once. Matches are looked for in it alone, so that a stream which waits keeps nothing else.
const FRAGMENT_BYTES: usize = 32 << 10;

/// The positions that are remembered in a fragment.
const TABLE_LEN: usize = 1 << 13;

/// What the packer wants beside twice the fragment.
const MARGIN_BYTES: usize = 512;

/// A window of 256 KiB, the least that the packer reckons with (RFC 7932, section 9.1): four bits.
const WINDOW: u8 = 0b0011;

/// An empty block of metadata (section 9.2): not the last one, no length, a reserved bit, no bytes. What follows begins at
/// the next whole byte.
const EMPTY: (u8, usize) = (0b00_0110, 6);

/// The last block, and it is empty.
const LAST: (u8, usize) = (0b11, 2);

/// Unpacks br. Its window is at most 16 MiB, as the format says; the larger ones of an extension are refused.
pub(super) struct Unbrotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    is_at_end: bool,
    piece: Vec<u8>,
}

impl Default for Unbrotli {
    fn default() -> Unbrotli {
        let allocator = StandardAlloc::default;
        Unbrotli {
            state: BrotliState::new_strict(allocator(), allocator(), allocator()),
            is_at_end: false,
            piece: vec![0; PIECE_BYTES],
        }
    }
}

impl Unbrotli {
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    pub(super) fn write(&mut self, bytes: &[u8], out: &mut Sink<'_>) -> Result<(), Broken> {
        let (mut left, mut offset) = (bytes.len(), 0);
        while !self.is_at_end {
            let (mut room, mut written, mut total) = (self.piece.len(), 0, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut offset,
                bytes,
                &mut room,
                &mut written,
                &mut self.piece,
                &mut total,
                &mut self.state,
            );
            let piece = self.piece.get(..written).ok_or(Broken::Corrupt)?;
            if !piece.is_empty() {
                out(piece)?;
            }
            match result {
                BrotliResult::ResultSuccess => self.is_at_end = true,
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::ResultFailure => return Err(Broken::Corrupt),
            }
        }
        // The format has no members.
        if left > 0 { Err(Broken::Corrupt) } else { Ok(()) }
    }
}

/// Packs br, fragment by fragment.
pub(super) struct Brotli {
    pending: Vec<u8>,
    /// What of the last byte is known, and how many bits of it.
    rest: (u8, usize),
}

impl Default for Brotli {
    fn default() -> Brotli {
        Brotli { pending: Vec::new(), rest: (WINDOW, 4) }
    }
}

impl Brotli {
    pub(super) fn write(&mut self, bytes: &[u8], until: Until, out: &mut Vec<u8>) {
        let mut left = bytes;
        while self.pending.len() + left.len() >= FRAGMENT_BYTES {
            let most = FRAGMENT_BYTES.saturating_sub(self.pending.len()).min(left.len());
            let (piece, after) = left.split_at(most);
            self.pending.extend_from_slice(piece);
            left = after;
            self.pack(out);
        }
        self.pending.extend_from_slice(left);
        match until {
            Until::Whenever => {}
            Until::Flush => {
                self.pack(out);
                self.close(EMPTY, out);
            }
            Until::End => {
                self.pack(out);
                self.close(LAST, out);
            }
        }
    }

    /// Packs what there is.
    #[expect(deprecated, reason = "see above")]
    fn pack(&mut self, out: &mut Vec<u8>) {
        let len = self.pending.len();
        if len == 0 {
            return;
        }
        let (byte, mut bits) = self.rest;
        let mut packed = vec![0; 2 * len + MARGIN_BYTES];
        packed.first_mut().into_iter().for_each(|first| *first = byte);
        let table_len = len.next_power_of_two().clamp(1 << 8, TABLE_LEN);
        BrotliCompressFragmentTwoPass(
            &mut PackerAlloc::default(),
            &self.pending,
            len,
            0,
            &mut vec![0; len],
            &mut vec![0; len],
            &mut vec![0; table_len],
            table_len,
            &mut bits,
            &mut packed,
        );
        out.extend_from_slice(packed.get(..bits / 8).unwrap_or_default());
        self.rest = (packed.get(bits / 8).copied().unwrap_or_default(), bits % 8);
        self.pending.clear();
    }

    /// Puts a block behind what there is that ends with a whole byte.
    fn close(&mut self, (block, len): (u8, usize), out: &mut Vec<u8>) {
        let (byte, bits) = std::mem::take(&mut self.rest);
        let together = u16::from(byte) | u16::from(block) << bits;
        let [low, high] = together.to_le_bytes();
        out.push(low);
        if bits + len > 8 {
            out.push(high);
        }
    }
}
