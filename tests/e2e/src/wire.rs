//! One end of an HTTP/1.1 connection, with control of every write and sight of every byte.

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{Head, PATIENCE};

/// A connection whose writes are the test's own and whose reads keep the exact bytes.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    framing: Framing,
    trailers: Vec<u8>,
    truncated: bool,
}

/// What is left to read of the current message's body.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Framing {
    /// Nothing.
    Done,
    /// That many bytes.
    Length(u64),
    /// Chunks; inside one of them, that many bytes and its line end.
    Chunked(u64),
    /// Everything until the peer closes.
    Close,
}

impl Wire {
    /// Takes a connected stream. Small writes leave at once.
    ///
    /// # Errors
    /// When the socket's options cannot be set.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let buffer = Vec::new();
        Ok(Self { stream, buffer, framing: Framing::Done, trailers: Vec::new(), truncated: false })
    }

    /// Sends bytes in one write of their own.
    ///
    /// # Errors
    /// When the peer is gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends bytes, and waits until the peer has read them: what is sent next cannot arrive in the
    /// same read.
    ///
    /// # Errors
    /// When the peer is gone, or does not read.
    pub fn send_apart(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.send(bytes)?;
        self.drained()
    }

    /// Waits until nothing this side sent is left in the peer's receive queue. Both ends are on
    /// this machine, so the kernel's table of connections has the peer's queue in it.
    ///
    /// # Errors
    /// When the peer does not read for a very long time.
    pub fn drained(&self) -> io::Result<()> {
        let peer_line = (hex(self.stream.peer_addr()?), hex(self.stream.local_addr()?));
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if receive_queue(&fs::read_to_string("/proc/net/tcp")?, &peer_line).unwrap_or(0) == 0 {
                // The peer has taken the bytes out of the kernel. It handles them before it reads
                // again; a moment more, for a read loop that looks whether there is more.
                std::thread::sleep(Duration::from_micros(300));
                return Ok(());
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read"))
    }

    /// Reads a message's head. `None` when the peer closed before it began.
    ///
    /// # Errors
    /// When the connection fails or ends inside the head.
    pub fn read_head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                let head = Head { raw: self.buffer.drain(..at + 4).collect() };
                self.framing = framing(&head);
                self.trailers.clear();
                self.truncated = false;
                return Ok(Some(head));
            }
            if self.fill()? == 0 {
                return if self.buffer.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }

    /// Says that the message whose head was just read has no body, whatever its headers say (an
    /// answer to HEAD, 204, 304).
    pub fn no_body(&mut self) {
        self.framing = Framing::Done;
    }

    /// Says that everything from here to the close belongs to the current message (an upgrade).
    pub fn read_to_close(&mut self) {
        self.framing = Framing::Close;
    }

    /// The next bytes of the body, as soon as there are any. `None` at its end, also when the peer
    /// broke off: then [`truncated`](Self::truncated) says so.
    ///
    /// # Errors
    /// When the connection fails, or chunks are malformed.
    pub fn next_piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let piece = match self.framing {
                Framing::Done => return Ok(None),
                Framing::Length(0) => {
                    self.framing = Framing::Done;
                    return Ok(None);
                }
                Framing::Length(left) => {
                    let piece = self.take(left);
                    self.framing = Framing::Length(left - piece.len() as u64);
                    piece
                }
                Framing::Close => self.take(u64::MAX),
                Framing::Chunked(_) => self.chunked_piece()?,
            };
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
            if matches!(self.framing, Framing::Done | Framing::Length(0)) {
                continue;
            }
            if self.fill_or_reset()? == 0 {
                self.truncated = self.framing != Framing::Close;
                self.framing = Framing::Done;
            }
        }
    }

    /// The rest of the body.
    ///
    /// # Errors
    /// As [`next_piece`](Self::next_piece).
    pub fn read_body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.next_piece()? {
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// The trailer lines after a chunked body, as they came.
    pub fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    /// Whether the last body broke off before its end.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Whether the peer has closed and nothing is left to read. Waits for one of the two.
    pub fn closed(&mut self) -> bool {
        self.buffer.is_empty() && matches!(self.fill_or_reset(), Ok(0))
    }

    fn chunked_piece(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let Framing::Chunked(left) = self.framing else {
                return Ok(Vec::new());
            };
            if left > 2 {
                let piece = self.take(left - 2);
                self.framing = Framing::Chunked(left - piece.len() as u64);
                return Ok(piece);
            }
            if left > 0 {
                // The line end after the chunk's bytes.
                let gone = self.take(left).len() as u64;
                self.framing = Framing::Chunked(left - gone);
                if gone < left {
                    return Ok(Vec::new());
                }
            }
            let Some(end) = find(&self.buffer, b"\r\n") else {
                return Ok(Vec::new());
            };
            let size = chunk_size(&self.buffer[..end])?;
            if size > 0 {
                self.buffer.drain(..end + 2);
                self.framing = Framing::Chunked(size + 2);
                continue;
            }
            // The last chunk: its trailers end with an empty line.
            let Some(stop) = find(&self.buffer[end..], b"\r\n\r\n") else {
                return Ok(Vec::new());
            };
            self.trailers = self.buffer[end + 2..end + stop + 2].to_vec();
            self.buffer.drain(..end + stop + 4);
            self.framing = Framing::Done;
        }
    }

    fn take(&mut self, limit: u64) -> Vec<u8> {
        let count = usize::try_from(limit).unwrap_or(usize::MAX).min(self.buffer.len());
        self.buffer.drain(..count).collect()
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut room = [0; 64 * 1024];
        let count = self.stream.read(&mut room)?;
        self.buffer.extend_from_slice(&room[..count]);
        Ok(count)
    }

    /// A reset ends a message as a close does: what came before it counts.
    fn fill_or_reset(&mut self) -> io::Result<usize> {
        match self.fill() {
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
            other => other,
        }
    }
}

/// One chunk of a chunked body. Not for an empty piece: that would end the body.
pub fn chunk(piece: &[u8]) -> Vec<u8> {
    assert!(!piece.is_empty(), "an empty chunk ends the body");
    let mut out = format!("{:x}\r\n", piece.len()).into_bytes();
    out.extend_from_slice(piece);
    out.extend_from_slice(b"\r\n");
    out
}

/// Where `needle` first stands in `hay`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

fn framing(head: &Head) -> Framing {
    let status = head.status();
    if head.value("transfer-encoding").eq_ignore_ascii_case("chunked") {
        return Framing::Chunked(0);
    }
    if let Ok(length) = head.value("content-length").parse() {
        return Framing::Length(length);
    }
    // A request without either has no body; a response has one up to the close.
    let bodiless = status == 0 || status == 204 || status == 304 || (100..200).contains(&status);
    if bodiless { Framing::Done } else { Framing::Close }
}

fn chunk_size(line: &[u8]) -> io::Result<u64> {
    let text = std::str::from_utf8(line).unwrap_or_default();
    let digits = text.split(';').next().unwrap_or_default().trim();
    u64::from_str_radix(digits, 16)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a chunk without a size"))
}

/// An address as `/proc/net/tcp` writes it: the four bytes in host order, then the port.
fn hex(address: std::net::SocketAddr) -> String {
    match address {
        std::net::SocketAddr::V4(v4) => {
            format!("{:08X}:{:04X}", u32::from_le_bytes(v4.ip().octets()), v4.port())
        }
        std::net::SocketAddr::V6(_) => String::new(),
    }
}

/// The bytes waiting in the receive queue of the socket with these two addresses.
fn receive_queue(table: &str, (local, remote): &(String, String)) -> Option<u64> {
    table.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        if words.next()? != local || words.next()? != remote {
            return None;
        }
        let queues = words.nth(1)?;
        u64::from_str_radix(queues.split(':').nth(1)?, 16).ok()
    })
}
