//! One direction of an exchange: what it holds back, and what it has let through.

use crate::buffer::Body;
use crate::map::Headers;
use crate::received::Received;

/// Whether the direction moves on, in the terms of Envoy's filter chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nothing is held.
    #[default]
    No,
    /// What came is held; callbacks still run for what comes (`StopIteration`).
    Held,
    /// What came is held, and callbacks wait as well (`StopAllIteration`).
    Frozen,
}

/// The request or the response of one stream.
#[derive(Debug, Default)]
pub(crate) struct Half {
    pub(crate) headers: Headers,
    /// The module can reach the headers: in their callback, and after it until they are resumed if
    /// it returned Pause.
    pub(crate) headers_open: bool,
    pub(crate) headers_seen: bool,
    pub(crate) trailers: Option<Headers>,
    pub(crate) trailers_open: bool,
    /// The module is in the body callback that ends the message: it may add trailers.
    pub(crate) can_add_trailers: bool,
    pub(crate) body: Body,
    pub(crate) stop: Stop,
    /// The sender's message is complete.
    pub(crate) ended: bool,
    /// The body that came while the direction was frozen.
    pub(crate) frozen_body: Option<Vec<u8>>,
    /// The trailers that came while the direction was frozen.
    pub(crate) frozen_trailers: Option<Headers>,
    /// Nothing more happens here: a reply, a reset or a crash came between.
    pub(crate) over: bool,
    pub(crate) sent: Received,
    // What follows is of NGINX.
    /// The URL as the client wrote it, which is what is sent on.
    pub(crate) url: Option<Vec<u8>>,
    /// Headers that the module has removed from a request, and that are sent all the same.
    pub(crate) removed: Headers,
    /// What has come of a request's body.
    pub(crate) unread: Vec<u8>,
    /// The Content-Length, and how many bytes of the body have come.
    pub(crate) length: Option<usize>,
    pub(crate) seen: usize,
    /// A reply's body, which replaces the first part of a response's.
    pub(crate) instead: Option<Vec<u8>>,
    /// What is buffered because the module paused, which it may once.
    pub(crate) buffered: Option<Vec<u8>>,
    pub(crate) has_buffered: bool,
}

impl Half {
    pub(crate) fn headers_sent(&self) -> bool {
        self.sent.headers.is_some()
    }

    /// Lets everything through that is held.
    ///
    /// The headers are copied as they are now: what a module changes in them later goes nowhere.
    pub(crate) fn flush(&mut self) {
        self.stop = Stop::No;
        if !self.headers_sent() {
            self.sent.headers = Some(self.headers.clone());
        }
        let body = self.body.take();
        if !body.is_empty() {
            self.sent.chunks.push(body);
        }
        self.sent.trailers = self.trailers.clone();
        self.sent.complete = self.ended;
    }

    /// Replaces the whole message, none of which has been sent.
    pub(crate) fn send_instead(&mut self, headers: Headers, body: Vec<u8>) {
        let chunks = if body.is_empty() { Vec::new() } else { vec![body] };
        self.sent =
            Received { headers: Some(headers), chunks, complete: true, ..Received::default() };
        self.over = true;
    }

    /// Ends the direction where it is.
    pub(crate) fn reset(&mut self) {
        self.over = true;
        self.sent.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flushing_sends_headers_once_and_the_body_in_pieces() {
        let mut half = Half { headers: Headers::from([("a", "1")]), ..Half::default() };
        half.body.receive(b"one");
        half.flush();
        half.headers.add(b"b", b"2");
        half.body.receive(b"two");
        half.ended = true;
        half.flush();
        assert_eq!(half.sent.headers, Some(Headers::from([("a", "1")])));
        assert_eq!(half.sent.chunks, [b"one", b"two"]);
        assert!(half.sent.complete);
    }

    #[test]
    fn a_reset_cuts_only_what_had_begun() {
        let mut half = Half::default();
        half.reset();
        assert!(!half.sent.cut);
        let mut half = Half::default();
        half.flush();
        half.reset();
        assert!(half.sent.cut);
    }
}
