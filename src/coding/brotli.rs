//! br: Brotli (RFC 7932).

use brotli::enc::{
    StandardAlloc as EncoderAlloc,
    encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct},
};
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{Broken, PIECE_BYTES, pack::Until, unpack::Sink};

/// Fast: the least that looks for matches in what came before.
const QUALITY: u32 = 2;

/// A window of 256 KiB, as a power of two: the encoder's memory is a few times that.
const WINDOW_BITS: u32 = 18;

/// How much room the encoder has at once.
const ROOM_BYTES: usize = 4_096;

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

/// Packs br.
pub(super) struct Brotli {
    state: BrotliEncoderStateStruct<EncoderAlloc>,
}

impl Default for Brotli {
    fn default() -> Brotli {
        let mut state = BrotliEncoderStateStruct::new(EncoderAlloc::default());
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, QUALITY);
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_LGWIN, WINDOW_BITS);
        Brotli { state }
    }
}

impl Brotli {
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        until: Until,
        out: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        let operation = match until {
            Until::Whenever => BrotliEncoderOperation::BROTLI_OPERATION_PROCESS,
            Until::Flush => BrotliEncoderOperation::BROTLI_OPERATION_FLUSH,
            Until::End => BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
        };
        let (mut left, mut offset) = (bytes.len(), 0);
        loop {
            let from = out.len();
            out.resize(from + ROOM_BYTES, 0);
            let (mut room, mut written) = (ROOM_BYTES, 0);
            // One call for all operations: the encoder is generic over the callback, and large.
            let is_fine = self.state.compress_stream(
                operation,
                &mut left,
                bytes,
                &mut offset,
                &mut room,
                out.get_mut(from..).unwrap_or_default(),
                &mut written,
                &mut None,
                &mut |_, _, _, _| (),
            );
            out.truncate(from + written);
            if !is_fine {
                return Err(Broken::Unpackable);
            }
            let is_done = until != Until::End || self.state.is_finished();
            if left == 0 && is_done && !self.state.has_more_output() {
                return Ok(());
            }
        }
    }
}
