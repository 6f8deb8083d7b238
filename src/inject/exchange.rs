//! One HTTP exchange: an [`Event`] in, an [`InjectStep`] out.
//!
//! The order is always the same: strip, find the binding, take the credential or wait for it, set it, send, watch the
//! answer, and on a 401 ask the store once more. What is held meanwhile the proxy holds.

mod request;
mod response;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::{
    audit::{Decision, InjectRecord},
    config::{Binding, InjectConfig},
    fields::Fields,
    keyring::{Guard, Keyring},
    reason::Reason,
    slot::Version,
    workload::Facts,
};
use crate::{
    exchange::{Event, Exchange, Flow, Step, Volume},
    http::HeaderEdit,
    policy::{Direction, Place},
    record::{Record, Refusal},
};

/// What the filter has to do, in this order.
#[derive(Default)]
pub struct InjectStep {
    /// Header (or trailer) values to replace.
    pub headers: Vec<HeaderEdit>,
    /// What the whole of the proxy's buffer is to be, if it changes.
    pub body: Option<Vec<u8>>,
    /// The path as it may be logged, once it is known.
    pub path: Option<Vec<u8>>,
    /// What to tell a later try of this request, as [`Facts::set_before`]: the fingerprint of what was set.
    pub set: Option<String>,
    /// How the message goes on.
    pub flow: InjectFlow,
}

/// How a message goes on.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum InjectFlow {
    /// All that the proxy holds of it goes on.
    #[default]
    Continue,
    /// The proxy holds it until the next event, or until [`InjectExchange::wake`] says otherwise.
    Pause,
    /// The proxy answers instead.
    Refuse(Answer),
    /// The proxy answers with this status and these headers, and no body: what the upstream answered, in a way that
    /// the proxy itself does not act on.
    Reply(u32, Vec<(Vec<u8>, Vec<u8>)>),
}

/// What the proxy answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u32,
    /// Why, in a word.
    pub reason: &'static str,
}

/// What is to be done about a part of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It goes on.
    Nothing,
    /// The proxy holds it; it need not be read yet.
    Hold,
    /// The bytes of the proxy's buffer from this place on are to be told as an event.
    Read(usize),
}

/// Where an exchange stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The request's headers have not come.
    Start,
    /// The whole body is awaited, for the credential is set in it.
    Collecting,
    /// The credential is awaited.
    Waiting,
    /// The request goes on.
    Sent,
    /// A refused answer is held while the store is asked once more.
    Refreshing,
    /// The answer goes on.
    Answering,
    /// The proxy has been told to answer instead.
    Refused,
}

/// One request and its answer.
pub struct InjectExchange {
    config: Rc<InjectConfig>,
    facts: Facts,
    state: State,
    /// The request's header map as it came.
    original: Fields,
    /// The same, stripped.
    clean: Fields,
    /// The binding that it falls under.
    chosen: Option<usize>,
    /// Whether a real key stood where the credential goes.
    is_on_sight: bool,
    /// The body, where it had to come first.
    body: Option<Vec<u8>>,
    ends_with_headers: bool,
    until_ms: u64,
    injected: Option<Version>,
    guard: Option<Guard>,
    /// The scan of both messages.
    inner: Option<Exchange>,
    /// What a scan that another took the place of had looked at of the request.
    looked: Volume,
    /// Whether it looks for needles alone.
    is_alone: bool,
    /// The answer's header map, while it is held.
    answer: Option<(Fields, bool)>,
    records: Vec<InjectRecord>,
}

impl InjectExchange {
    /// Starts an exchange of which the proxy knows this so far.
    pub fn new(config: Rc<InjectConfig>, facts: Facts) -> InjectExchange {
        InjectExchange {
            is_alone: config.redact.is_none(),
            config,
            facts,
            state: State::Start,
            original: Fields::default(),
            clean: Fields::default(),
            chosen: None,
            is_on_sight: false,
            body: None,
            ends_with_headers: false,
            until_ms: 0,
            injected: None,
            guard: None,
            inner: None,
            looked: Volume::default(),
            answer: None,
            records: Vec::new(),
        }
    }

    /// Takes what the proxy knows of the request by the time that its headers are there.
    pub fn know(&mut self, facts: Facts) {
        self.facts = facts;
    }

    /// Takes an event and says what to do. The time is asked for where it counts, which in most events it does not.
    pub fn on(
        &mut self,
        event: Event<'_>,
        keyring: &mut Keyring,
        now_ms: impl FnOnce() -> u64,
    ) -> InjectStep {
        if self.state == State::Refused {
            return InjectStep::default();
        }
        match event {
            Event::Headers { direction: Direction::Request, headers, end_of_stream } => {
                self.on_request(Fields::of(headers), end_of_stream, keyring, now_ms())
            }
            Event::Headers { direction: Direction::Response, headers, end_of_stream } => {
                self.on_answer(Fields::of(headers), end_of_stream, keyring, now_ms)
            }
            Event::Body { direction: Direction::Request, bytes, .. }
                if self.state == State::Collecting =>
            {
                self.on_whole_body(bytes, keyring, now_ms())
            }
            Event::Trailers { direction: Direction::Request, trailers } => {
                self.on_request_trailers(Fields::of(trailers), keyring)
            }
            Event::Trailers { direction: Direction::Response, trailers } => {
                self.on_answer_trailers(Fields::of(trailers), keyring)
            }
            Event::Body { direction, bytes, end_of_stream } => {
                let event = Event::Body { direction, bytes, end_of_stream };
                let mut step = self.tell(event, keyring);
                let headers = std::mem::take(&mut step.headers);
                self.with_inner(step, headers)
            }
            Event::HostError { .. } => self.refuse(Reason::HostError),
        }
    }

    /// Looks again at what was waited for. `None` while there is nothing new.
    pub fn wake(&mut self, keyring: &mut Keyring, now_ms: u64) -> Option<InjectStep> {
        match self.state {
            State::Waiting => self.seek_again(keyring, now_ms),
            State::Refreshing => self.answer_again(keyring, now_ms),
            _ => None,
        }
    }

    /// Which message waits for [`InjectExchange::wake`].
    pub fn waits(&self) -> Option<Direction> {
        match self.state {
            State::Waiting => Some(Direction::Request),
            State::Refreshing => Some(Direction::Response),
            _ => None,
        }
    }

    /// Ends it before its time: the client or the upstream has gone.
    pub fn drop_out(&mut self, keyring: &mut Keyring) {
        if self.waits().is_some() {
            keyring.stop_waiting();
        }
        self.state = State::Refused;
    }

    /// What is to be done about a body of which the proxy's buffer has so many bytes.
    pub fn need(&self, direction: Direction, size: usize, end_of_stream: bool) -> Need {
        match (self.state, direction) {
            (State::Refused, _) => Need::Nothing,
            (State::Waiting, Direction::Request) | (State::Refreshing, Direction::Response) => {
                Need::Hold
            }
            (State::Collecting, Direction::Request) => {
                let is_over = size > self.config.body_bytes_max;
                if end_of_stream || is_over { Need::Read(0) } else { Need::Hold }
            }
            _ => match &self.inner {
                Some(inner) if inner.reads_body(direction) => Need::Read(inner.held_len(direction)),
                _ => Need::Nothing,
            },
        }
    }

    /// Whether trailers or headers of this direction are to be told.
    pub fn reads_headers(&self, direction: Direction) -> bool {
        let is_answer_plain = self.injected.is_none() && self.config.redact.is_none();
        self.state != State::Refused && !(direction == Direction::Response && is_answer_plain)
    }

    /// Whether the whole request body is still wanted when trailers end it.
    pub fn wants_body(&self) -> bool {
        self.state == State::Collecting
    }

    /// Whether a credential was set.
    pub fn is_injected(&self) -> bool {
        self.injected.is_some()
    }

    /// What there is to tell since the last call.
    pub fn take_records(&mut self) -> Vec<InjectRecord> {
        std::mem::take(&mut self.records)
    }

    /// How much of a message's body has been looked at.
    pub fn volume(&self, direction: Direction) -> Volume {
        match direction {
            Direction::Request if self.looked.scanned_bytes > 0 => self.looked,
            _ => self.inner.as_ref().map(|inner| inner.volume(direction)).unwrap_or_default(),
        }
    }

    /// Closes the exchange because the proxy did not carry out a step.
    pub fn close(&mut self) -> Answer {
        self.state = State::Refused;
        self.decided(Decision::Refuse, Reason::HostError, None);
        answer_of(Reason::HostError)
    }

    fn binding(&self) -> Option<&Binding> {
        self.config.bindings.get(self.chosen?)
    }

    /// Gives the scan an event, and takes what it has to tell.
    fn tell(&mut self, event: Event<'_>, keyring: &Keyring) -> Step {
        let direction = match &event {
            Event::Headers { direction, .. }
            | Event::Body { direction, .. }
            | Event::Trailers { direction, .. }
            | Event::HostError { direction } => *direction,
        };
        let Some(inner) = &mut self.inner else { return Step::default() };
        let step = inner.on(event);
        for record in inner.take_records() {
            let record = self.translated(record, keyring);
            self.records.push(record);
        }
        if matches!(step.flow, Flow::Refuse(_)) && direction == Direction::Request {
            self.state = State::Refused;
        }
        step
    }

    /// A record of the scan as one of injection, if it is about a needle.
    fn translated(&self, record: Record, keyring: &Keyring) -> InjectRecord {
        use crate::known::{HONEYTOKEN, NEEDLE, PLACEHOLDER};
        match record {
            Record::Found { rule, direction, place, fingerprint, .. } if rule == NEEDLE.id => {
                let named = fingerprint.and_then(|fingerprint| keyring.named(fingerprint));
                super::audit::found(direction, place, named)
            }
            Record::Found { rule, place, .. } if rule == HONEYTOKEN.id => {
                InjectRecord::Honeytoken { place }
            }
            Record::Found { rule, place, action, .. } if rule == PLACEHOLDER.id => {
                let is_blocked = action == crate::policy::Action::Block;
                InjectRecord::Placeholder { place, is_blocked }
            }
            record => InjectRecord::Scan(record),
        }
    }

    /// The scan's step as one of ours.
    fn with_inner(&mut self, step: Step, headers: Vec<HeaderEdit>) -> InjectStep {
        let flow = match step.flow {
            Flow::Continue => InjectFlow::Continue,
            Flow::Pause => InjectFlow::Pause,
            Flow::Refuse(refusal) => {
                self.state = State::Refused;
                InjectFlow::Refuse(scan_answer(refusal))
            }
        };
        InjectStep { headers, body: step.body, flow, ..InjectStep::default() }
    }

    fn refuse(&mut self, reason: Reason) -> InjectStep {
        self.state = State::Refused;
        self.decided(Decision::Refuse, reason, None);
        InjectStep { flow: InjectFlow::Refuse(answer_of(reason)), ..InjectStep::default() }
    }

    fn decided(
        &mut self,
        decision: Decision,
        reason: Reason,
        version: Option<(&Version, &Keyring)>,
    ) {
        let binding = self.binding();
        let record = InjectRecord::Decided {
            decision,
            reason,
            binding: binding.map(|it| it.name.as_str().into()),
            credential: binding.map(|it| it.credential.as_str().into()),
            surface: binding.map(|it| it.surface.name()),
            version: version.map(|(version, _)| Rc::clone(&version.version)),
            fingerprint: version.map(|(version, keyring)| keyring.fingerprint_of(version)),
            is_dry_run: self.config.dry_run,
        };
        self.records.push(record);
    }
}

fn answer_of(reason: Reason) -> Answer {
    Answer { status: reason.status(), reason: reason.name() }
}

fn scan_answer(refusal: Refusal) -> Answer {
    Answer { status: refusal.status(), reason: refusal.reason() }
}

impl Answer {
    /// What the client is told: what happened, and no more.
    pub fn body(self) -> String {
        format!("hushgate: refused: {}\n", self.reason)
    }
}

/// Where a part of a message is, for its trailers.
const TRAILER: Place = Place::Trailer;
