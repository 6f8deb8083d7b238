//! How a message goes on, and how it is stopped: what Envoy does at a word, and NGINX does not.
//!
//! In NGINX (docs/nginx.md) a response goes on whatever its callback returns, a reply takes the place of its first bytes at most,
//! and some calls trap: then all of it passes unseen. So a response that is refused is overwritten, to its end.

use hushgate::{
    config::Host,
    http::{HeaderEdit, Headers},
    policy::Direction,
};
use proxy_wasm::types::Action;

use crate::{
    abi::{self, HostError, HostResult, Map},
    message::{self, headers_of, trailers_of},
};

/// What each byte is overwritten with.
const BLANK: u8 = b'*';
/// As little as a part of a response may be: NGINX never ends one whose last part is empty.
const LEAST: &[u8] = b"\n";

/// The part of a message that a callback is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Headers,
    /// So many bytes that the proxy shows of a body.
    Body(usize),
    Trailers,
}

/// An answer instead of the proxy's.
pub(crate) struct Reply<'a> {
    pub(crate) status: u32,
    pub(crate) details: &'a str,
    pub(crate) headers: &'a [(&'a [u8], &'a [u8])],
    pub(crate) body: &'a str,
}

/// The way out of the filter for the messages of one exchange.
pub(crate) struct Outlet {
    host: Host,
    response: Response,
    /// How many bytes of the response's body have been seen and have not gone on.
    carried: usize,
}

/// What becomes of a response in NGINX.
enum Response {
    Open,
    /// This body has been sent instead of its first bytes.
    Replied(Box<str>),
    /// All that comes of its body is overwritten.
    Blanked,
}

impl Part {
    fn map(self, direction: Direction) -> Map {
        match self {
            Part::Headers | Part::Body(_) => headers_of(direction),
            Part::Trailers => trailers_of(direction),
        }
    }
}

impl Outlet {
    pub(crate) fn new(host: Host) -> Outlet {
        Outlet { host, response: Response::Open, carried: 0 }
    }

    /// Headers or trailers, as many as the callback said.
    pub(crate) fn read_map(
        &self,
        direction: Direction,
        part: Part,
        count: usize,
    ) -> HostResult<Headers> {
        message::read_map(part.map(direction), count, self.host)
    }

    /// Changes a header map, and the whole of what the proxy holds of the body.
    ///
    /// # Errors
    /// As the host says, and instead of a call that traps.
    pub(crate) fn change(
        &mut self,
        direction: Direction,
        part: Part,
        headers: &[HeaderEdit],
        body: Option<&[u8]>,
    ) -> HostResult<()> {
        let in_body = direction == Direction::Response && matches!(part, Part::Body(_));
        if self.host.is_nginx() && in_body && !headers.is_empty() {
            return Err(HostError { call: "proxy_replace_header_map_value", status: 0 });
        }
        message::change(direction, part.map(direction), headers, body)?;
        if let (Part::Body(size), Some(body), true) = (part, body, in_body) {
            self.carried = (self.carried + size).saturating_sub(body.len());
        }
        Ok(())
    }

    /// Stops a message, with an answer where there can be one.
    pub(crate) fn stop(&mut self, direction: Direction, part: Part, reply: &Reply<'_>) -> Action {
        let Reply { status, details, headers, body } = reply;
        let send = || abi::send_local_response_with(*status, details, headers, body);
        match part {
            _ if !self.host.is_nginx() || direction == Direction::Request => {
                _ = send();
                Action::Pause
            }
            Part::Body(size) => {
                self.response = Response::Blanked;
                self.overwrite(size)
            }
            Part::Headers | Part::Trailers => {
                let is_sent = send().is_ok();
                let replied = Response::Replied((*body).into());
                self.response = if is_sent { replied } else { Response::Blanked };
                Action::Continue
            }
        }
    }

    /// Whether a message has been stopped, and yet goes on.
    pub(crate) fn is_stopped(&self, direction: Direction) -> bool {
        direction == Direction::Response && !matches!(self.response, Response::Open)
    }

    /// Lets nothing through of a part of a stopped response's body.
    pub(crate) fn overwrite(&mut self, size: usize) -> Action {
        let blank = match &self.response {
            // Its headers have gone: as many bytes as they said.
            Response::Blanked => vec![BLANK; std::mem::take(&mut self.carried) + size],
            Response::Replied(reply) if size > 0 && !is_shown(reply, size) => LEAST.to_vec(),
            Response::Replied(_) | Response::Open => Vec::new(),
        };
        // Nothing is left to say by the call that ends a body: an empty part there would keep it from ending.
        if !blank.is_empty() {
            _ = message::change(Direction::Response, Map::ResponseHeaders, &[], Some(&blank));
        }
        Action::Continue
    }

    /// Whether the proxy holds a message when it is told to.
    pub(crate) fn can_hold(&self, direction: Direction) -> bool {
        !self.host.is_nginx() || direction == Direction::Request
    }
}

/// Whether what the proxy shows is this reply; it may add a line's end.
fn is_shown(reply: &str, size: usize) -> bool {
    let shown = message::read_body(Direction::Response, 0, size);
    shown.is_ok_and(|shown| shown.trim_ascii_end() == reply.as_bytes().trim_ascii_end())
}
