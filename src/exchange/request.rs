//! What a request's headers say of the exchange.

use super::{Exchange, Flow, Step};
use crate::{
    content::{self, Content},
    http::{HeaderEdit, Headers, host_of, media_type},
    mask::Style,
    policy::{Direction, Place},
};

/// How far into a request's body the name of a grant is looked for.
const GRANT_BYTES_MAX: usize = 4096;
/// Headers that ask for a coding that could not be scanned.
const CODING_HEADERS: &[&str] = &["accept-encoding", "grpc-accept-encoding"];
/// What paths of token endpoints end in.
const TOKEN_ENDPOINTS: &[&[u8]] = &[b"token", b"access_token"];

impl Exchange {
    pub(super) fn on_request_headers(&mut self, headers: &Headers, end_of_stream: bool) -> Step {
        self.host = host_of(headers.first(":authority").unwrap_or_default());
        self.is_head = headers.first(":method") == Some(b"HEAD");
        self.is_connect = headers.first(":method") == Some(b"CONNECT");
        self.is_to_token_endpoint = is_form_post(headers) && is_token_endpoint(headers);
        let content = content::of_request(headers);
        if content == Content::Text(Style::UrlLabel) {
            self.grant = Grant::new();
        }
        self.request.note_signature(headers);
        let mut step = self.scan_headers(Direction::Request, Place::Header, headers);
        if step.flow == Flow::Continue && !end_of_stream {
            step.flow = self.start_body(Direction::Request, content, headers);
        }
        if self.response.actions.is_enforcing() {
            step.headers.extend(identity_only(headers));
        }
        step
    }
}

/// Looks for the name of a grant (RFC 6749 §4) in a form, whatever its cuts.
#[derive(Default)]
pub(super) struct Grant {
    /// How many bytes of the body are still looked at; none where it is no form.
    left: usize,
    /// The last bytes, fewer than the name has.
    last: Vec<u8>,
    is_named: bool,
}

impl Grant {
    const NAME: &'static [u8] = b"grant_type=";

    fn new() -> Grant {
        Grant { left: GRANT_BYTES_MAX, ..Grant::default() }
    }

    /// Takes what has come of the body.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(..self.left).unwrap_or(bytes);
        if bytes.is_empty() || self.is_named {
            return;
        }
        self.left -= bytes.len();
        self.last.extend_from_slice(bytes);
        self.is_named = self.last.windows(Self::NAME.len()).any(|window| window == Self::NAME);
        let old = self.last.len().saturating_sub(Self::NAME.len() - 1);
        self.last.drain(..old);
    }

    /// Whether it was there.
    pub(super) fn is_named(&self) -> bool {
        self.is_named
    }
}

/// Asks for a plain answer where one may come that could not be scanned.
fn identity_only(headers: &Headers) -> impl Iterator<Item = HeaderEdit> {
    CODING_HEADERS.iter().filter_map(|name| {
        let is_asked = headers.all(name).any(|value| !value.eq_ignore_ascii_case(b"identity"));
        let edit =
            HeaderEdit { name: name.as_bytes().to_vec(), values: vec![b"identity".to_vec()] };
        is_asked.then_some(edit)
    })
}

fn is_form_post(headers: &Headers) -> bool {
    let kind = headers.first("content-type").map(media_type).unwrap_or_default();
    let is_form = kind == b"application/x-www-form-urlencoded" || kind == b"application/json";
    headers.first(":method") == Some(b"POST") && is_form
}

fn is_token_endpoint(headers: &Headers) -> bool {
    let target = headers.first(":path").unwrap_or_default();
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    path.rsplit(|byte| *byte == b'/').next().is_some_and(|end| TOKEN_ENDPOINTS.contains(&end))
}
