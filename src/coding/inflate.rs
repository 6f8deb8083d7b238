//! gzip and deflate: zlib's formats, by zlib-rs.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::{Broken, PIECE_BYTES, pack::Until, unpack::Sink};

/// Around the same deflated bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 1952: members one behind the other.
    Gzip,
    /// RFC 1950, or RFC 1951 alone.
    Deflate,
}

/// The largest window of the format, as a power of two: what has been packed with a smaller one is read as well.
const WINDOW_BITS: u8 = 15;

/// Fast: about the level that proxies choose for what they pack themselves.
const LEVEL: u32 = 3;

/// Unpacks gzip or deflate.
pub(super) struct Inflate {
    format: Format,
    /// The member under way.
    member: Option<Decompress>,
    /// The first byte of a deflated body, which alone does not tell what it is.
    first: Option<u8>,
    is_at_end: bool,
    piece: Vec<u8>,
}

impl Inflate {
    pub(super) fn new(format: Format) -> Inflate {
        let piece = vec![0; PIECE_BYTES];
        Inflate { format, member: None, first: None, is_at_end: false, piece }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    pub(super) fn write(&mut self, mut bytes: &[u8], out: &mut Sink<'_>) -> Result<(), Broken> {
        while !bytes.is_empty() {
            if self.member.is_none() {
                let (&next, rest) = bytes.split_first().ok_or(Broken::Corrupt)?;
                match (self.format, self.first) {
                    (Format::Gzip, _) => {
                        self.member = Some(Decompress::new_gzip(WINDOW_BITS));
                    }
                    (Format::Deflate, _) if self.is_at_end => return Err(Broken::Corrupt),
                    (Format::Deflate, None) => {
                        (self.first, bytes) = (Some(next), rest);
                        continue;
                    }
                    (Format::Deflate, Some(first)) => {
                        self.member = Some(Decompress::new(is_zlib([first, next])));
                        self.inflate(&[first], out)?;
                    }
                }
                self.is_at_end = false;
            }
            let read = self.inflate(bytes, out)?;
            bytes = bytes.get(read..).unwrap_or_default();
        }
        Ok(())
    }

    /// Unpacks up to the end of the bytes or of the member. How many were read.
    fn inflate(&mut self, bytes: &[u8], out: &mut Sink<'_>) -> Result<usize, Broken> {
        let mut read = 0;
        while let Some(member) = &mut self.member {
            let (before_in, before_out) = (member.total_in(), member.total_out());
            let left = bytes.get(read..).unwrap_or_default();
            let status = member.decompress(left, &mut self.piece, FlushDecompress::None);
            let count = |now: u64, before| usize::try_from(now - before).unwrap_or(usize::MAX);
            let written = count(member.total_out(), before_out);
            let taken = count(member.total_in(), before_in);
            read += taken;
            let is_full = written == self.piece.len();
            let piece = self.piece.get(..written).ok_or(Broken::Corrupt)?;
            if !piece.is_empty() {
                out(piece)?;
            }
            // What stood before a wrong byte has been given.
            let status = status.map_err(|_| Broken::Corrupt)?;
            if status == Status::StreamEnd {
                (self.member, self.is_at_end) = (None, true);
            } else if taken + written == 0 && read < bytes.len() {
                // A dictionary that nobody has, say.
                return Err(Broken::Corrupt);
            } else if read == bytes.len() && !is_full {
                break;
            }
        }
        Ok(read)
    }
}

/// Whether a body begins as RFC 1950 says. Bare deflate hardly can: it would be a stored block with odd bits.
fn is_zlib([first, next]: [u8; 2]) -> bool {
    first & 0x0F == 8 && first >> 4 <= 7 && u16::from_be_bytes([first, next]).is_multiple_of(31)
}

/// Packs gzip or deflate.
pub(super) struct Deflate {
    state: Compress,
}

impl Deflate {
    pub(super) fn new(format: Format) -> Deflate {
        let level = Compression::new(LEVEL);
        Deflate {
            state: match format {
                Format::Gzip => Compress::new_gzip(level, WINDOW_BITS),
                Format::Deflate => Compress::new(level, true),
            },
        }
    }

    pub(super) fn write(
        &mut self,
        mut bytes: &[u8],
        until: Until,
        out: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        let flush = match until {
            Until::Whenever => FlushCompress::None,
            Until::Flush => FlushCompress::Sync,
            Until::End => FlushCompress::Finish,
        };
        loop {
            out.reserve(PIECE_BYTES);
            let before = self.state.total_in();
            let status = self.state.compress_vec(bytes, out, flush);
            let status = status.map_err(|_| Broken::Unpackable)?;
            let taken = usize::try_from(self.state.total_in() - before).unwrap_or(usize::MAX);
            bytes = bytes.get(taken..).unwrap_or_default();
            // Room that is left over says that there is nothing more to give.
            let is_done = bytes.is_empty() && out.len() < out.capacity();
            if status == Status::StreamEnd || is_done {
                return Ok(());
            }
        }
    }
}
