//! Bodies in content codings.

use std::{
    cell::RefCell,
    io::{self, Read, Write},
    rc::Rc,
};

use flate2::{
    Compression,
    read::{MultiGzDecoder, ZlibDecoder},
    write::{GzEncoder, ZlibEncoder},
};

/// The codings that the filter reads.
pub const CODINGS: [&str; 4] = ["gzip", "deflate", "br", "zstd"];

/// A coded body.
pub fn packed(coding: &str, text: &[u8]) -> Vec<u8> {
    packed_in(coding, &[text]).concat()
}

/// A coded body that was flushed behind each piece; the last part has its end.
///
/// # Panics
/// Where there is no such coding.
pub fn packed_in(coding: &str, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let room = Room::default();
    let mut encoder: Box<dyn Write> = match coding {
        "gzip" => Box::new(GzEncoder::new(room.clone(), Compression::new(6))),
        "deflate" => Box::new(ZlibEncoder::new(room.clone(), Compression::new(6))),
        "br" => Box::new(brotli::CompressorWriter::new(room.clone(), 4_096, 6, 22)),
        // It has no end unless it is asked for one.
        "zstd" => Box::new(Zstd(zrip::FrameEncoder::new(room.clone(), 3).ok())),
        other => panic!("no such coding: {other}"),
    };
    let mut parts = Vec::new();
    for piece in pieces {
        encoder.write_all(piece).expect("room");
        encoder.flush().expect("room");
        parts.push(room.0.take());
    }
    drop(encoder);
    if let Some(last) = parts.last_mut() {
        last.extend(room.0.take());
    }
    parts
}

/// Where an encoder writes, to be emptied between its pieces.
#[derive(Clone, Default)]
struct Room(Rc<RefCell<Vec<u8>>>);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An encoder that ends its frame when it is dropped, as the others do.
struct Zstd(Option<zrip::FrameEncoder<Room>>);

impl Write for Zstd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().expect("one level is right").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().expect("one level is right").flush()
    }
}

impl Drop for Zstd {
    fn drop(&mut self) {
        self.0.take().expect("dropped once").finish().expect("room");
    }
}

/// What a coded body stands for.
///
/// # Panics
/// Where it is none, or not whole.
pub fn unpacked(coding: &str, coded: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let read = match coding {
        "gzip" => MultiGzDecoder::new(coded).read_to_end(&mut text),
        "deflate" => ZlibDecoder::new(coded).read_to_end(&mut text),
        "br" => brotli::Decompressor::new(coded, 4_096).read_to_end(&mut text),
        "zstd" => zrip::FrameDecoder::new(coded).read_to_end(&mut text),
        other => panic!("no such coding: {other}"),
    };
    read.unwrap_or_else(|error| panic!("{coding}: {error}"));
    text
}

/// As far as the bytes that have come say: of an event stream in gzip, say.
pub fn unpacked_so_far(coding: &str, coded: &[u8]) -> Vec<u8> {
    let mut reader: Box<dyn Read> = match coding {
        "gzip" => Box::new(MultiGzDecoder::new(coded)),
        "deflate" => Box::new(ZlibDecoder::new(coded)),
        "br" => Box::new(brotli::Decompressor::new(coded, 1)),
        "zstd" => Box::new(zrip::FrameDecoder::new(coded)),
        other => panic!("no such coding: {other}"),
    };
    let (mut text, mut byte) = (Vec::new(), [0]);
    while reader.read(&mut byte).is_ok_and(|count| count == 1) {
        text.push(byte[0]);
    }
    text
}
