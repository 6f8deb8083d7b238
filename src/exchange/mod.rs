//! One HTTP exchange as a state machine: an [`Event`] in, a [`Step`] out.
//!
//! The proxy's filter reads what the event needs, asks here, and applies the step. All decisions about HTTP are made
//! here, so that they are the same in every proxy and can be tested without one.

mod body;
mod coded;
mod frames;
mod hold;
mod judge;
mod message;
mod policies;
mod request;
mod shown;
mod start;
mod volume;
mod watched;

use std::rc::Rc;

pub use self::volume::Volume;
use self::{
    body::Buffer,
    judge::{Judge, Told},
    message::Message,
    policies::Choosing,
    request::Grant,
};
use crate::{
    config::{Config, SignedMessages},
    content::{self, Content, Unscanned},
    http::{HeaderEdit, Headers},
    policy::{Action, Direction, Place, Role},
    record::{Record, Refusal},
};

/// What the proxy reports.
pub enum Event<'a> {
    /// A header map.
    Headers {
        /// Of which message.
        direction: Direction,
        /// The map.
        headers: &'a Headers,
        /// Whether the message ends here.
        end_of_stream: bool,
    },
    /// A part of a body.
    Body {
        /// Of which message.
        direction: Direction,
        /// What has come since the last event: the bytes of the proxy's buffer from [`Exchange::held_len`] on.
        bytes: &'a [u8],
        /// Whether the message ends here.
        end_of_stream: bool,
    },
    /// Trailers, which end the message.
    Trailers {
        /// Of which message.
        direction: Direction,
        /// The map.
        trailers: &'a Headers,
    },
    /// The proxy failed to hand over what an event needs.
    HostError {
        /// Of which message.
        direction: Direction,
    },
}

/// What the filter has to do, in this order.
#[derive(Default)]
pub struct Step {
    /// Header (or trailer) values to replace.
    pub headers: Vec<HeaderEdit>,
    /// What the whole of the proxy's buffer is to be, if it changes.
    pub body: Option<Vec<u8>>,
    /// What an access log may show for the path, where that is asked for.
    pub log_path: Option<Vec<u8>>,
    /// How the message goes on.
    pub flow: Flow,
}

/// How a message goes on.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// All that the proxy holds of it goes on.
    #[default]
    Continue,
    /// The proxy holds it until the next event.
    Pause,
    /// The proxy answers instead, and sends nothing more of it.
    Refuse(Refusal),
}

impl Step {
    fn refuse(refusal: Refusal) -> Step {
        Step { flow: Flow::Refuse(refusal), ..Step::default() }
    }
}

/// One request and its response.
pub struct Exchange {
    /// What holds where no policy does; each message has what holds for it.
    base: Rc<Config>,
    role: Role,
    choosing: Choosing,
    request: Message,
    response: Message,
    /// The host that the request is for.
    host: Vec<u8>,
    /// Whether it goes to a token endpoint (RFC 6749), by its path: then its own fields may hold tokens.
    is_to_token_endpoint: bool,
    /// Whether its form names a grant: then its answer holds tokens, wherever it goes.
    grant: Grant,
    /// Whether the response has no body whatever its headers say.
    is_head: bool,
    /// Whether a 2xx answer makes it a tunnel.
    is_connect: bool,
    /// Whether the proxy has been told to answer instead: what follows is our own reply.
    is_refused: bool,
    records: Vec<Record>,
}

impl Exchange {
    /// Starts an exchange; `role` is what the listener says, for a configuration that leaves it open.
    pub fn new(config: Rc<Config>, role: Role) -> Exchange {
        let role = config.role.unwrap_or(role);
        let message = |direction| Message::new(direction, Rc::clone(&config), role);
        Exchange {
            request: message(Direction::Request),
            response: message(Direction::Response),
            base: config,
            role,
            choosing: Choosing::default(),
            host: Vec::new(),
            is_to_token_endpoint: false,
            grant: Grant::default(),
            is_head: false,
            is_connect: false,
            is_refused: false,
            records: Vec::new(),
        }
    }

    /// Takes an event and says what to do.
    pub fn on(&mut self, event: Event<'_>) -> Step {
        if self.is_refused {
            return Step::default();
        }
        let step = match event {
            Event::Headers { direction: Direction::Request, headers, end_of_stream } => {
                self.on_request_headers(headers, end_of_stream)
            }
            Event::Headers { direction: Direction::Response, headers, end_of_stream } => {
                self.on_response_headers(headers, end_of_stream)
            }
            Event::Body { direction, bytes, end_of_stream } => {
                self.on_body(direction, bytes, end_of_stream)
            }
            Event::Trailers { direction, trailers } => self.on_trailers(direction, trailers),
            Event::HostError { direction } => self.on_host_error(direction),
        };
        if let Flow::Refuse(refusal) = step.flow {
            self.is_refused = true;
            self.note_refusal(refusal);
        }
        step
    }

    /// Closes the exchange because the proxy did not carry out a step: what was decided did not happen.
    pub fn close(&mut self, direction: Direction) -> Refusal {
        let refusal = Refusal::HostError(direction);
        self.is_refused = true;
        self.note_refusal(refusal);
        refusal
    }

    fn note_refusal(&mut self, refusal: Refusal) {
        let policy = self.policy(refusal.direction());
        self.records.push(Record::Refused { refusal, policy });
    }

    /// How many bytes of the proxy's buffer of this body have been seen already.
    pub fn held_len(&self, direction: Direction) -> usize {
        self.message(direction).body.as_ref().map_or(0, |body| body.held_len())
    }

    /// Whether this direction's body is looked at: a proxy need not read it otherwise.
    pub fn reads_body(&self, direction: Direction) -> bool {
        self.message(direction).body.is_some() && !self.is_refused
    }

    /// Whether this direction's headers and trailers are looked at.
    pub fn reads_headers(&self, direction: Direction) -> bool {
        let is_needed =
            direction == Direction::Request || !self.is_off(direction) || self.awaits_response();
        is_needed && !self.is_refused
    }

    /// What there is to tell since the last call.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// How much of a message's body has been looked at.
    pub fn volume(&self, direction: Direction) -> Volume {
        self.message(direction).volume
    }

    fn message(&self, direction: Direction) -> &Message {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }

    fn message_mut(&mut self, direction: Direction) -> &mut Message {
        match direction {
            Direction::Request => &mut self.request,
            Direction::Response => &mut self.response,
        }
    }

    /// Whether nothing of this direction is looked at.
    fn is_off(&self, direction: Direction) -> bool {
        self.message(direction).actions.is_off() && !self.base.has_needles(direction)
    }

    /// Whether something of this direction may be changed or stopped.
    fn is_enforcing(&self, direction: Direction) -> bool {
        self.would_enforce(direction) && !self.is_dry_run(direction)
    }

    /// The same, were it no dry run.
    fn would_enforce(&self, direction: Direction) -> bool {
        self.message(direction).actions.is_enforcing() || self.base.has_needles(direction)
    }

    /// Whether nothing is done of what is decided. Needles are no part of it: who injects has a dry run of its own.
    fn is_dry_run(&self, direction: Direction) -> bool {
        self.config(direction).dry_run && !self.base.has_needles(direction)
    }

    fn on_response_headers(&mut self, headers: &Headers, end_of_stream: bool) -> Step {
        let status = headers.first(":status").unwrap_or_default();
        // 1xx answers come before the response; they have no body and are not its end.
        let is_interim = status.first() == Some(&b'1') && status != b"101";
        let is_bodiless = self.is_head || end_of_stream || matches!(status, b"204" | b"304");
        if !is_interim {
            self.choose_by_response(headers);
        }
        self.response.note_signature(headers);
        let mut step = self.scan_headers(Direction::Response, Place::Header, headers);
        if step.flow == Flow::Continue && !is_interim && !is_bodiless {
            let content = match content::of_response(status, headers) {
                _ if self.is_connect && status.first() == Some(&b'2') => {
                    Content::Skipped(Unscanned::Upgrade)
                }
                content => content,
            };
            self.start_body(Direction::Response, content, headers, &mut step);
        }
        step
    }

    fn on_body(&mut self, direction: Direction, bytes: &[u8], end_of_stream: bool) -> Step {
        let Some(mut body) = self.message_mut(direction).body.take() else {
            if direction == Direction::Request {
                self.grant.note(bytes);
            }
            return Step::default();
        };
        if body.is_behind_end(bytes) {
            return Step::refuse(Refusal::Stranded(direction));
        }
        let mut grant = match direction {
            Direction::Request => std::mem::take(&mut self.grant),
            Direction::Response => Grant::default(),
        };
        let mut judge = self.judge(direction, Place::Body, body.style());
        let written = body.write(bytes, end_of_stream, &mut judge, &mut grant);
        let (told, is_blocked) = (judge.told(), judge.is_blocked);
        self.tell(direction, told);
        self.message_mut(direction).volume.note(bytes.len(), body.held_len());
        if direction == Direction::Request {
            self.grant = grant;
        }
        if body.take_resolved() {
            self.records.push(Record::Resolved { direction });
        }
        if is_blocked {
            return Step::refuse(Refusal::Blocked(direction));
        }
        let buffer = match written {
            Ok(buffer) => buffer,
            Err(reason) => {
                let flow = self.on_unscannable(direction, reason, body.can_pass());
                let rest = body.take_rest().filter(|_| flow == Flow::Continue);
                return Step { body: rest, flow, ..Step::default() };
            }
        };
        let headers = body.take_edits();
        if !end_of_stream {
            self.message_mut(direction).body = Some(body);
        }
        match buffer {
            Buffer::GoesOn(body) => Step { headers, body, ..Step::default() },
            Buffer::Held => Step { flow: Flow::Pause, ..Step::default() },
        }
    }

    fn on_trailers(&mut self, direction: Direction, trailers: &Headers) -> Step {
        let mut step = match &self.message(direction).body {
            // No proxy takes a body once trailers have come: what was carried cannot be sent any more.
            Some(body) if body.is_carrying() => Step::refuse(Refusal::Stranded(direction)),
            Some(_) => self.on_body(direction, &[], true),
            None => Step::default(),
        };
        // Headers that are still held are out of reach now; a body that had to change them is broken off.
        if !step.headers.is_empty() {
            return Step::refuse(Refusal::Stranded(direction));
        }
        if step.flow == Flow::Continue {
            let scanned = self.scan_headers(direction, Place::Trailer, trailers);
            (step.headers, step.flow) = (scanned.headers, scanned.flow);
        }
        step
    }

    fn on_host_error(&mut self, direction: Direction) -> Step {
        let body = self.message_mut(direction).body.take();
        let can_pass = body.is_none_or(|body| body.is_untouched());
        let flow = self.on_unscannable(direction, Unscanned::HostError, can_pass);
        Step { flow, ..Step::default() }
    }

    /// Scans the values of a header map, all but those that carry credentials by design.
    fn scan_headers(&mut self, direction: Direction, place: Place, headers: &Headers) -> Step {
        if self.is_off(direction) {
            return Step::default();
        }
        let (edits, told, is_blocked) = message::scan_headers(
            headers,
            |place, style| self.judge(direction, place, style),
            place,
        );
        self.tell(direction, told);
        let is_nginx = self.base.host.is_nginx();
        // NGINX sends a request header on that a filter has removed, so that several values cannot become others.
        let is_stuck = is_nginx && direction == Direction::Request && has_several(&edits);
        let flow = match is_blocked || is_stuck {
            true => Flow::Refuse(Refusal::Blocked(direction)),
            false => Flow::Continue,
        };
        // In NGINX a reply may yet fail to take the place of a response's headers: they say nothing then.
        let is_of_use = flow == Flow::Continue || is_nginx && direction == Direction::Response;
        Step { headers: if is_of_use { edits } else { Vec::new() }, flow, ..Step::default() }
    }

    /// Takes what a judge has to tell. A dry run says once a message that it would have been refused.
    fn tell(&mut self, direction: Direction, told: Told) {
        self.records.extend(told.records);
        let message = self.message_mut(direction);
        if told.would_block && !std::mem::replace(&mut message.would_block, true) {
            let (refusal, policy) = (Refusal::Blocked(direction), self.policy(direction));
            self.records.push(Record::WouldRefuse { refusal, policy });
        }
    }

    /// What is done where a message cannot be rewritten.
    fn instead_of_rewriting(&self, message: &Message, place: Place) -> Option<Action> {
        match message.config.signed_messages {
            SignedMessages::Block if message.is_signed => Some(Action::Block),
            SignedMessages::Report if message.is_signed => Some(Action::Report),
            // NGINX sends the URL on as the client wrote it.
            _ if place == Place::Path && self.base.host.is_nginx() => Some(Action::Block),
            _ => None,
        }
    }

    fn judge(&self, direction: Direction, place: Place, style: crate::mask::Style) -> Judge<'_> {
        let message = self.message(direction);
        Judge {
            config: &message.config,
            actions: &message.actions,
            direction,
            place,
            style,
            instead_of_rewriting: self.instead_of_rewriting(message, place),
            is_token_exchange: match direction {
                Direction::Request => self.is_to_token_endpoint,
                Direction::Response => self.is_to_token_endpoint || self.grant.is_named(),
            },
            host: match direction {
                Direction::Request => &self.host,
                Direction::Response => &[],
            },
            is_dry_run: message.config.dry_run,
            records: Vec::new(),
            is_blocked: false,
            would_block: false,
        }
    }
}

/// Whether an edit is of a header with more than one value.
fn has_several(edits: &[HeaderEdit]) -> bool {
    edits.iter().any(|edit| edit.values.len() > 1)
}

#[cfg(test)]
mod tests;
