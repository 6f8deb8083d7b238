//! The native engine's word on a response.

use std::rc::Rc;

use hushgate::{
    config::Config,
    exchange::{Event, Exchange, Flow},
    http::Headers,
    policy::{Direction, Role},
};

/// What the engine said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) body: Vec<u8>,
    /// The log lines of its records.
    pub(crate) lines: Vec<String>,
    /// Whether it wrote to the proxy's buffer or headers at all.
    pub(crate) has_written: bool,
}

/// Sends a response with this body through an exchange, cut at these places.
pub(crate) fn respond(config: &str, body: &[u8], cuts: &[usize]) -> Said {
    let config = Rc::new(Config::parse(config.as_bytes()).unwrap());
    let mut exchange = Exchange::new(config, Role::Inbound);
    let direction = Direction::Response;
    let headers: Headers = [(&b":status"[..], &b"200"[..])].into_iter().collect();
    let end_of_stream = body.is_empty();
    let step = exchange.on(Event::Headers { direction, headers: &headers, end_of_stream });
    let mut said = Said { body: Vec::new(), lines: Vec::new(), has_written: false };
    said.has_written |= !step.headers.is_empty();
    let (mut buffer, mut start) = (Vec::new(), 0);
    for end in cuts.iter().copied().chain([body.len()]) {
        buffer.extend_from_slice(&body[start..end]);
        let (bytes, end_of_stream) = (&buffer[exchange.held_len(direction)..], end == body.len());
        let step = exchange.on(Event::Body { direction, bytes, end_of_stream });
        said.has_written |= step.body.is_some();
        let shown = step.body.unwrap_or_else(|| buffer.clone());
        match step.flow {
            Flow::Continue => {
                said.body.extend(shown);
                buffer.clear();
            }
            Flow::Pause => buffer = shown,
            Flow::Refuse(refusal) => panic!("refused: {refusal:?}"),
        }
        start = end;
    }
    said.lines = exchange.take_records().iter().map(ToString::to_string).collect();
    said
}
