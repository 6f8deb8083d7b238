//! How long a body waits together with its headers, where a finding in it may block.
//!
//! What has not gone on can be answered for what it is: a 403, or a status of gRPC. Once the headers have gone a message can
//! only be cut.
//!
//! A message that lives by going on piece by piece would never go on. So events of an event stream do not wait, nor do the
//! messages of a gRPC request: there the answer is still to come, and can be a real one. Of a gRPC response the first message
//! waits until it is whole, which is all of a unary call.

use super::{Exchange, frames::Frames};
use crate::{
    config::SignedMessages,
    http::{Headers, media_type},
    policy::Direction,
};

/// What is known of how long headers wait.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// How many bytes of the body may wait with the headers; none where these have gone.
    left: Option<usize>,
    /// The messages of the body, if it is one of gRPC.
    frames: Option<Frames>,
}

impl Hold {
    /// Whether the headers wait for bytes that are still to come.
    pub(super) fn is_on(&self) -> bool {
        self.left.is_some()
    }

    /// Takes note of bytes that have come. Whether all of the body waits on with its headers.
    pub(super) fn keeps(&mut self, bytes: &[u8], is_last: bool) -> bool {
        let left = self.left.and_then(|left| left.checked_sub(bytes.len()));
        // A call without bytes comes before trailers that a filter adds, and they would wait in vain.
        let is_over = is_last || bytes.is_empty() || self.ends_message(bytes);
        self.left = left.filter(|_| !is_over);
        self.left.is_some()
    }

    fn ends_message(&mut self, bytes: &[u8]) -> bool {
        let Some(frames) = &mut self.frames else { return false };
        let mut rest = bytes;
        while let Some(piece) = frames.next(rest) {
            if piece.is_end {
                return true;
            }
            rest = rest.get(piece.len..).unwrap_or_default();
        }
        false
    }
}

impl Exchange {
    /// How long the body of this message waits with its headers, of which a proxy has not let go.
    pub(super) fn hold(&self, direction: Direction, headers: &Headers) -> Hold {
        let config = self.config(direction);
        let frames = Frames::of(headers);
        let kind = headers.first("content-type").map(media_type).unwrap_or_default();
        let is_stream = match direction {
            Direction::Request => frames.is_some(),
            Direction::Response => kind == b"text/event-stream",
        };
        let is_wanted = config.block_held_bytes_max > 0
            && config.holds_headers(direction)
            && self.may_block_body(direction);
        match is_wanted && !is_stream {
            true => Hold { left: Some(config.block_held_bytes_max), frames },
            false => Hold::default(),
        }
    }

    /// Whether a finding in the body of this message may refuse it.
    fn may_block_body(&self, direction: Direction) -> bool {
        let message = self.message(direction);
        let by_signature = message.is_signed
            && message.actions.is_rewriting()
            && message.config.signed_messages == SignedMessages::Block;
        (message.actions.blocks_bodies() || by_signature) && !self.is_dry_run(direction)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn hold(bytes_max: usize, frames: Option<Frames>) -> Hold {
        Hold { left: Some(bytes_max), frames }
    }

    #[test]
    fn bytes_wait_up_to_the_limit() {
        for (count, waits) in [(9, true), (10, true), (11, false)] {
            let mut hold = hold(10, None);
            assert!(hold.keeps(b"....", false));
            assert_eq!(hold.keeps(&vec![b'.'; count - 4], false), waits, "{count}");
            assert_eq!(hold.is_on(), waits);
        }
        assert!(!Hold::default().keeps(b".", false));
        let mut ended = hold(10, None);
        assert!(!ended.keeps(b"..", true) && !ended.keeps(b"..", false));
        assert!(!hold(10, None).keeps(b"", false));
    }

    #[test]
    fn a_message_of_grpc_goes_on_when_it_is_whole() {
        let mut hold = hold(100, Some(Frames::default()));
        assert!(hold.keeps(b"\0\0\0\0\x02a", false));
        assert!(!hold.keeps(b"b", false));
        assert!(!hold.keeps(b"\0\0\0", false), "the headers have gone");
    }
}
