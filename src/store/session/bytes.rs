//! A session's layout in bytes: numbers of eight bytes, little endian; texts after their length.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// Writes, or counts what writing would take: a buffer that grew would leave copies behind.
pub(super) enum Writer {
    Count(usize),
    Bytes(Vec<u8>),
}

impl Writer {
    pub(super) fn len(&self) -> usize {
        match self {
            Writer::Count(size) => *size,
            Writer::Bytes(bytes) => bytes.len(),
        }
    }

    pub(super) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        match self {
            Writer::Count(_) => Zeroizing::default(),
            Writer::Bytes(bytes) => Zeroizing::new(bytes),
        }
    }

    pub(super) fn number(&mut self, number: u64) {
        self.raw(&number.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.raw(bytes);
    }

    pub(super) fn option<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Writer, &T)) {
        self.number(u64::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        match self {
            Writer::Count(size) => *size += bytes.len(),
            Writer::Bytes(out) => out.extend_from_slice(bytes),
        }
    }
}

/// Reads; `None`: the bytes are none of a session.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u64::from_le_bytes(*number))
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    pub(super) fn secret(&mut self) -> Option<Secret> {
        Some(Secret::new(self.bytes()?.to_vec()))
    }

    /// The outer `None` is an error, the inner one what was written.
    pub(super) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.number()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }
}
