//! Whole messages, cut in any way, and whole exchanges.

use crate::host::Host;
use crate::map::Headers;
use crate::received::Received;
use crate::reply::LocalReply;
use crate::state::Direction;
use crate::stream::Stream;

/// How a message with a body ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The last piece of the body says so, as with HTTP/2 when the last frame has data.
    #[default]
    LastPiece,
    /// An empty piece says so: how HTTP/1 bodies end in Envoy, those with a Content-Length too.
    EmptyPiece,
    /// Trailers follow the body, and no piece says that it is the last.
    Trailers(Headers),
    /// A filter between the codec and this one adds trailers when the body ends, as Envoy's decompressor does: an empty piece is
    /// shown that ends nothing, and whoever holds the body then never sees the trailers.
    AddedTrailers(Headers),
}

/// A message to send: headers, and a body in pieces.
#[derive(Clone, Debug)]
pub struct Message {
    headers: Headers,
    body: Vec<u8>,
    cuts: Vec<usize>,
    end: End,
}

impl Message {
    /// Makes a message without a body.
    pub fn new(headers: impl Into<Headers>) -> Self {
        Self { headers: headers.into(), body: Vec::new(), cuts: Vec::new(), end: End::default() }
    }

    /// Makes a GET request for a path.
    pub fn get(path: &str) -> Self {
        Self::request("GET", path)
    }

    /// Makes a POST request to a path.
    pub fn post(path: &str) -> Self {
        Self::request("POST", path)
    }

    /// Makes a response with a status.
    pub fn status(status: u16) -> Self {
        Self::new([(":status", status.to_string())])
    }

    fn request(method: &str, path: &str) -> Self {
        let rest = [(":scheme", "http"), (":authority", "upstream.test")];
        Self::new(
            [(":method", method), (":path", path)].into_iter().chain(rest).collect::<Headers>(),
        )
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers = self.headers.with(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Cuts the body before these offsets, in rising order.
    #[must_use]
    pub fn cut(mut self, offsets: impl IntoIterator<Item = usize>) -> Self {
        self.cuts = offsets.into_iter().collect();
        self
    }

    /// Cuts the body into single bytes.
    #[must_use]
    pub fn byte_by_byte(self) -> Self {
        let len = self.body.len();
        self.cut(1..len)
    }

    /// Sets how the message ends.
    #[must_use]
    pub fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Returns the pieces of the body, none of them empty.
    fn pieces(&self) -> Vec<&[u8]> {
        let ends = self.cuts.iter().copied().chain([self.body.len()]);
        let mut start = 0;
        let mut pieces = Vec::new();
        for end in ends.filter(|end| *end <= self.body.len()) {
            if end > start {
                pieces.push(&self.body[start..end]);
                start = end;
            }
        }
        pieces
    }

    fn send(&self, stream: &Stream, direction: Direction) {
        let pieces = self.pieces();
        let headers = &self.headers;
        let bare = pieces.is_empty() && self.end == End::LastPiece;
        match direction {
            Direction::Request => stream.request_headers(headers, bare),
            Direction::Response => stream.response_headers(headers, bare),
        }
        let body = |piece: &[u8], end: bool| match direction {
            Direction::Request => stream.request_body(piece, end),
            Direction::Response => stream.response_body(piece, end),
        };
        for (index, piece) in pieces.iter().enumerate() {
            body(piece, self.end == End::LastPiece && index + 1 == pieces.len());
        }
        match (&self.end, direction) {
            (End::LastPiece, _) => {}
            (End::EmptyPiece, _) => body(b"", true),
            (End::Trailers(trailers), Direction::Request) => stream.request_trailers(trailers),
            (End::Trailers(trailers), Direction::Response) => stream.response_trailers(trailers),
            (End::AddedTrailers(trailers), _) => stream.added_trailers(direction, trailers),
        }
    }
}

/// What came of a whole exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the upstream received.
    pub upstream: Received,
    /// What the client received.
    pub client: Received,
    /// The reply made in the upstream's place.
    pub local_reply: Option<LocalReply>,
    /// The direction whose held body grew over the buffer limit.
    pub overflow: Option<Direction>,
}

impl Host {
    /// Runs one exchange: the request, and the response once the upstream has a complete request.
    ///
    /// If the upstream never gets one (the request is refused, or held for good), it does not
    /// respond.
    pub fn exchange(&self, request: &Message, response: &Message) -> Outcome {
        let stream = self.stream();
        request.send(&stream, Direction::Request);
        if stream.upstream_received().complete {
            response.send(&stream, Direction::Response);
        }
        stream.close_log();
        Outcome {
            upstream: stream.upstream_received(),
            client: stream.client_received(),
            local_reply: stream.local_reply(),
            overflow: stream.overflow(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_cut_where_asked_and_never_empty() {
        let message = Message::status(200).body("abcdef");
        assert_eq!(message.pieces(), [b"abcdef"]);
        let cut = message.clone().cut([0, 2, 2, 5, 6, 9]);
        assert_eq!(cut.pieces(), [&b"ab"[..], b"cde", b"f"]);
        assert_eq!(message.byte_by_byte().pieces().len(), 6);
        assert!(Message::status(204).byte_by_byte().pieces().is_empty());
    }
}
