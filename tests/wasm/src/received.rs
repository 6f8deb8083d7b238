//! What one side of the proxy got to see.

use crate::map::Headers;

/// A message as the upstream or the client received it, up to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The headers, once they have been sent.
    pub headers: Option<Headers>,
    /// The body in the pieces in which it was sent.
    pub chunks: Vec<Vec<u8>>,
    /// The trailers, if any were sent.
    pub trailers: Option<Headers>,
    /// The message came to its proper end.
    pub complete: bool,
    /// The stream was reset before its end.
    pub cut: bool,
}

impl Received {
    /// Returns the whole body.
    pub fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    /// Returns the first value of a header.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.as_ref()?.value(name)
    }

    /// Returns the response status; a request has none.
    pub fn status(&self) -> Option<u16> {
        std::str::from_utf8(self.header(":status")?).ok()?.parse().ok()
    }

    pub(crate) fn reset(&mut self) {
        self.cut = self.headers.is_some() && !self.complete;
    }
}
