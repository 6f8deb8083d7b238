//! What a request's headers say of the exchange.

use super::{Exchange, Flow, Step};
use crate::{
    content::{self, Content, Unscanned},
    http::{HeaderEdit, Headers, host_of, media_type},
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
        self.is_token_request = is_form_post(headers) && is_token_endpoint(headers);
        let content = content::of_request(headers);
        self.is_upgrade = content == Content::Skipped(Unscanned::Upgrade);
        self.request.note_signature(headers);
        let mut step = self.scan_headers(Direction::Request, Place::Header, headers);
        if step.flow == Flow::Continue && !end_of_stream {
            step.flow = self.start_body(Direction::Request, content, headers);
        }
        if self.response.actions.is_enforcing() && !self.is_upgrade {
            step.headers.extend(identity_only(headers));
        }
        step
    }

    /// Whether a form's body says that the request asks for a token.
    pub(super) fn note_grant(&mut self, direction: Direction, bytes: &[u8]) {
        let is_first = self.held_len(direction) == 0;
        let is_form = self
            .request
            .body
            .as_ref()
            .is_some_and(|body| body.style == crate::mask::Style::UrlLabel);
        if direction == Direction::Request && is_first && is_form && !self.is_token_request {
            let head = bytes.get(..GRANT_BYTES_MAX).unwrap_or(bytes);
            self.is_token_request = head.windows(11).any(|window| window == b"grant_type=");
        }
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
