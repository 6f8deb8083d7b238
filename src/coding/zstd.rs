//! zstd: Zstandard (RFC 8878), by zrip.
//!
//! The decoder reads, and cannot wait in the middle of a block. So the coded bytes are cut into what they consist of here, and
//! the decoder is called when a whole block has come: an event that its server has flushed goes out at once.

use std::{
    cell::RefCell,
    io::{self, Read, Write},
    rc::Rc,
};

use zrip::{FrameDecoder, FrameEncoder};

use super::{Broken, pack::Until, unpack::Sink};

/// The largest window, in bytes (RFC 9659 §3).
const WINDOW_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The most bytes of a block, packed or not (RFC 8878 §3.1.1.2).
const BLOCK_BYTES_MAX: usize = 128 * 1024;

const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// What the magics of frames without a text have in common: all but the lowest four bits.
const SKIPPABLE_MAGIC: u32 = 0x184D_2A50;
const BLOCK_HEADER_BYTES: usize = 3;

/// Fast: about what proxies choose for what they pack themselves.
const LEVEL: i32 = 1;

/// Bytes on their way into the decoder, or out of the encoder.
#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<Vec<u8>>>);

/// Unpacks zstd.
pub(super) struct Unzstd {
    decoder: FrameDecoder<Pipe>,
    /// What the decoder reads next: whole parts.
    pipe: Pipe,
    state: State,
    /// A part that has not come whole. `part.len() <= BLOCK_BYTES_MAX + BLOCK_HEADER_BYTES`.
    part: Vec<u8>,
    has_checksum: bool,
    /// The text of one block.
    text: Vec<u8>,
}

/// Which part comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A frame's magic; `is_first` before any frame has ended.
    Magic { is_first: bool },
    /// The length of a frame without a text.
    SkippableLength,
    /// So many bytes of it.
    Skipped(usize),
    /// The rest of a frame's header.
    FrameHeader,
    /// A block with its header.
    Block,
    /// The frame's checksum.
    Checksum,
}

impl Default for Unzstd {
    fn default() -> Unzstd {
        let pipe = Pipe::default();
        Unzstd {
            // What comes out is counted by others.
            decoder: FrameDecoder::with_limit(pipe.clone(), usize::MAX),
            pipe,
            state: State::Magic { is_first: true },
            part: Vec::new(),
            has_checksum: false,
            text: Vec::new(),
        }
    }
}

impl Unzstd {
    pub(super) fn is_at_end(&self) -> bool {
        self.state == State::Magic { is_first: false } && self.part.is_empty()
    }

    pub(super) fn is_in_block(&self) -> bool {
        self.state == State::Block && self.part.len() > BLOCK_HEADER_BYTES
    }

    pub(super) fn write(&mut self, mut bytes: &[u8], out: &mut Sink<'_>) -> Result<(), Broken> {
        while !bytes.is_empty() {
            if let State::Skipped(left) = self.state {
                let count = left.min(bytes.len());
                bytes = bytes.get(count..).unwrap_or_default();
                self.skip(left - count);
                continue;
            }
            // First what says how long the part is, then all of it.
            let count = self.part_bytes()?.saturating_sub(self.part.len()).min(bytes.len());
            let (now, later) = bytes.split_at_checked(count).ok_or(Broken::Corrupt)?;
            self.part.extend_from_slice(now);
            bytes = later;
            if self.part.len() == self.part_bytes()? {
                self.take(out)?;
                self.part.clear();
            }
        }
        Ok(())
    }

    /// How many bytes the part has, as far as those that have come say.
    fn part_bytes(&self) -> Result<usize, Broken> {
        let part = self.part.as_slice();
        Ok(match self.state {
            State::Magic { .. } | State::SkippableLength | State::Checksum => 4,
            State::Skipped(_) => 0,
            State::FrameHeader => part.first().map_or(1, |it| Descriptor(*it).header_bytes()),
            State::Block => match part.first_chunk() {
                None => BLOCK_HEADER_BYTES,
                Some(header) => BLOCK_HEADER_BYTES + Block::of(*header)?.coded_bytes,
            },
        })
    }

    /// Takes a part that has come whole.
    fn take(&mut self, out: &mut Sink<'_>) -> Result<(), Broken> {
        match self.state {
            State::Magic { .. } if self.part == MAGIC => {
                self.decoder.reset(self.pipe.clone());
                self.state = State::FrameHeader;
                self.feed();
            }
            State::Magic { .. } if number(&self.part) & !0xF == SKIPPABLE_MAGIC => {
                self.state = State::SkippableLength;
            }
            State::Magic { .. } => return Err(Broken::Corrupt),
            State::SkippableLength => {
                self.skip(usize::try_from(number(&self.part)).map_err(|_| Broken::TooMuch)?);
            }
            State::Skipped(_) => {}
            State::FrameHeader => {
                let (descriptor, rest) = self.part.split_first().ok_or(Broken::Corrupt)?;
                let descriptor = Descriptor(*descriptor);
                if descriptor.window_bytes(rest).ok_or(Broken::Corrupt)? > WINDOW_BYTES_MAX {
                    return Err(Broken::TooMuch);
                }
                (self.has_checksum, self.state) = (descriptor.has_checksum(), State::Block);
                self.feed();
            }
            State::Block => self.unpack(out)?,
            State::Checksum => {
                // The decoder compares it when it is asked for more.
                self.feed();
                self.read()?;
                self.state = State::Magic { is_first: false };
            }
        }
        Ok(())
    }

    fn skip(&mut self, left: usize) {
        self.state = if left > 0 { State::Skipped(left) } else { State::Magic { is_first: false } };
    }

    /// Puts the part where the decoder reads.
    fn feed(&mut self) {
        self.pipe.0.borrow_mut().append(&mut self.part);
    }

    fn unpack(&mut self, out: &mut Sink<'_>) -> Result<(), Broken> {
        let block = Block::of(*self.part.first_chunk().ok_or(Broken::Corrupt)?)?;
        self.state = match block.is_last {
            false => State::Block,
            true if self.has_checksum => State::Checksum,
            true => State::Magic { is_first: false },
        };
        // Of a block without a text the decoder would go on to the next, which is not there. It may not miss the last.
        if block.is_empty && !block.is_last {
            return Ok(());
        }
        self.feed();
        if block.is_empty && self.has_checksum {
            return Ok(());
        }
        let count = self.read()?;
        match self.text.get(..count).ok_or(Broken::Corrupt)? {
            [] => Ok(()),
            text => out(text),
        }
    }

    /// Asks the decoder for the text of a block. All of it comes at once.
    fn read(&mut self) -> Result<usize, Broken> {
        self.text.resize(BLOCK_BYTES_MAX, 0);
        self.decoder.read(&mut self.text).map_err(|_| Broken::Corrupt)
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().copied().map_or(0, u32::from_le_bytes)
}

/// The first byte of a frame's header (RFC 8878 §3.1.1.1.1).
#[derive(Clone, Copy)]
struct Descriptor(u8);

impl Descriptor {
    fn is_single_segment(self) -> bool {
        self.0 & 0x20 != 0
    }

    fn has_checksum(self) -> bool {
        self.0 & 0x04 != 0
    }

    fn dictionary_bytes(self) -> usize {
        match self.0 & 3 {
            3 => 4,
            few => few.into(),
        }
    }

    fn content_size_bytes(self) -> usize {
        match self.0 >> 6 {
            0 => usize::from(self.is_single_segment()),
            log => 1 << log,
        }
    }

    /// How many bytes the header has, this one among them.
    fn header_bytes(self) -> usize {
        let window = usize::from(!self.is_single_segment());
        1 + window + self.dictionary_bytes() + self.content_size_bytes()
    }

    /// How far back the frame may reach, by what follows this byte.
    fn window_bytes(self, rest: &[u8]) -> Option<u64> {
        if !self.is_single_segment() {
            let log = 10 + u32::from(rest.first()? >> 3);
            let base = 1_u64 << log;
            return Some(base + base / 8 * u64::from(rest.first()? & 7));
        }
        let mut size = [0; 8];
        let field = rest.get(self.dictionary_bytes()..)?;
        size.iter_mut().zip(field).for_each(|(to, from)| *to = *from);
        let size = u64::from_le_bytes(size);
        // Two bytes count from 256 on.
        Some(if self.content_size_bytes() == 2 { size + 256 } else { size })
    }
}

/// What a block's header says (RFC 8878 §3.1.1.2).
struct Block {
    is_last: bool,
    /// How many bytes follow.
    coded_bytes: usize,
    /// Whether it says by itself that it has no text.
    is_empty: bool,
}

impl Block {
    fn of([low, middle, high]: [u8; BLOCK_HEADER_BYTES]) -> Result<Block, Broken> {
        let header = u32::from_le_bytes([low, middle, high, 0]);
        let size = usize::try_from(header >> 3).unwrap_or(usize::MAX);
        let (coded_bytes, is_empty) = match header >> 1 & 3 {
            0 => (size, size == 0),
            1 => (1, size == 0),
            2 => (size, false),
            _ => return Err(Broken::Corrupt),
        };
        if size > BLOCK_BYTES_MAX {
            return Err(Broken::Corrupt);
        }
        Ok(Block { is_last: header & 1 != 0, coded_bytes, is_empty })
    }
}

impl Read for Pipe {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.0.borrow_mut();
        let count = bytes.as_slice().read(to)?;
        bytes.drain(..count);
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Packs zstd.
#[derive(Default)]
pub(super) struct Zstd {
    encoder: Option<FrameEncoder<Pipe>>,
    pipe: Pipe,
}

impl Zstd {
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        until: Until,
        out: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        let mut encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => FrameEncoder::new(self.pipe.clone(), LEVEL).map_err(|_| Broken::Unpackable)?,
        };
        encoder.write_all(bytes).map_err(|_| Broken::Unpackable)?;
        if until == Until::End {
            encoder.finish().map_err(|_| Broken::Unpackable)?;
        } else {
            if until == Until::Flush {
                encoder.flush().map_err(|_| Broken::Unpackable)?;
            }
            self.encoder = Some(encoder);
        }
        out.append(&mut self.pipe.0.borrow_mut());
        Ok(())
    }
}
