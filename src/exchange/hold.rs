//! How long a body waits together with its headers, where a finding in it may block.
//!
//! What has not gone on can be answered for what it is: a 403, or a status of gRPC. Once the headers have gone a message can
//! only be cut.
//!
//! A message that lives by going on piece by piece would never go on. So events of an event stream do not wait, nor do the
//! messages of a gRPC request: there the answer is still to come, and can be a real one. Of a gRPC response the first message
//! waits until it is whole, which is all of a unary call.

use super::Exchange;
use crate::{
    config::SignedMessages,
    content,
    http::{Headers, media_type},
    policy::Direction,
};

/// What is known of how long headers wait.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// How many bytes of the body may wait with the headers; none where these have gone.
    left: Option<usize>,
}

impl Hold {
    /// Whether the headers wait for bytes that are still to come.
    pub(super) fn is_on(&self) -> bool {
        self.left.is_some()
    }

    /// Takes note of so many bytes that have come; `is_whole` if all that waits for is there. Whether the body waits on with its
    /// headers.
    pub(super) fn keeps(&mut self, count: usize, is_whole: bool) -> bool {
        // A call without bytes comes before trailers that a filter adds, and they would wait in vain.
        let may_wait = count > 0 && !is_whole;
        self.left = self.left.filter(|_| may_wait).and_then(|left| left.checked_sub(count));
        self.left.is_some()
    }
}

impl Exchange {
    /// How long the body of this message waits with its headers, of which a proxy has not let go.
    pub(super) fn hold(&self, direction: Direction, headers: &Headers) -> Hold {
        let config = self.config(direction);
        let kind = headers.first("content-type").map(media_type).unwrap_or_default();
        let is_stream = match direction {
            Direction::Request => content::has_messages(headers),
            Direction::Response => kind == b"text/event-stream",
        };
        let may_refuse = self.may_block_body(direction)
            || content::is_grpc_coded(headers) && self.is_enforcing(direction);
        let is_wanted =
            config.block_held_bytes_max > 0 && config.holds_headers(direction) && may_refuse;
        match is_wanted && !is_stream {
            true => Hold { left: Some(config.block_held_bytes_max) },
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

    #[test]
    fn bytes_wait_up_to_the_limit() {
        for (count, waits) in [(9, true), (10, true), (11, false)] {
            let mut hold = Hold { left: Some(10) };
            assert!(hold.keeps(4, false));
            assert_eq!(hold.keeps(count - 4, false), waits, "{count}");
            assert_eq!(hold.is_on(), waits);
        }
        assert!(!Hold::default().keeps(1, false));
        let mut ended = Hold { left: Some(10) };
        assert!(!ended.keeps(2, true) && !ended.keeps(2, false));
        assert!(!Hold { left: Some(10) }.keeps(0, false));
    }
}
