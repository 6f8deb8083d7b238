//! A proxy of a few lines around the engine's exchange: it holds what it is told to hold.

use std::{collections::BTreeMap, rc::Rc};

use hushgate::{
    config::Config,
    exchange::{Event, Exchange, Flow, Step},
    http::{HeaderEdit, Headers},
    policy::{Direction, Role},
    record::{Record, Refusal},
};
use hushgate_test_corpus as corpus;
use hushgate_test_corpus::{Cutting, Listener, Outcome, Pairs, Part, Proxy, Received};

/// The engine, without a module or a host around it.
pub(crate) struct Native {
    config: Rc<Config>,
    role: Role,
    log: Vec<String>,
    faults: Vec<String>,
}

impl Proxy for Native {
    fn start(config: &str, listener: Listener) -> Native {
        let config = Config::parse(config.as_bytes()).expect("a case has a good configuration");
        let role = if listener == Listener::Outbound { Role::Outbound } else { Role::Inbound };
        Native { config: Rc::new(config), role, log: Vec::new(), faults: Vec::new() }
    }

    fn exchange(&mut self, sent: &corpus::Exchange) -> Outcome {
        let mut stream = Stream {
            exchange: Exchange::new(Rc::clone(&self.config), self.role),
            records: Vec::new(),
            refused: None,
        };
        let upstream = stream.send(Direction::Request, &sent.request);
        let mut client = match upstream.is_complete {
            true => stream.send(Direction::Response, &sent.response),
            false => Received::default(),
        };
        if let Some(refusal) = stream.refused
            && client.headers.is_none()
        {
            client = reply(refusal);
        }
        for record in stream.records.iter().filter(|record| record.is_logged()) {
            self.log.push(record.to_string());
        }
        if stream.records.iter().any(|record| record.to_string().contains("host_error")) {
            self.faults.push("a host error natively".into());
        }
        let mut counters = BTreeMap::new();
        for record in &stream.records {
            *counters.entry(record.counter()).or_default() += 1;
        }
        let refused = stream.refused.map(|it| (it.status() as u16, it.reason().to_owned()));
        Outcome { upstream, client, refused, counters }
    }

    fn finish(self) -> (Vec<String>, Vec<String>) {
        (self.log, self.faults)
    }
}

/// One exchange.
struct Stream {
    exchange: Exchange,
    records: Vec<Record>,
    refused: Option<Refusal>,
}

impl Stream {
    /// Sends a message through, and returns what came out at the other side.
    fn send(&mut self, direction: Direction, message: &Cutting) -> Received {
        let mut received = Received::default();
        let map = map(&message.headers);
        let end_of_stream = message.parts.is_empty();
        let event = Event::Headers { direction, headers: &map, end_of_stream };
        let step = self.exchange.on(event);
        if self.flow(&step) != Flow::Continue {
            return received;
        }
        received.headers = Some(edited(&message.headers, step.headers));
        received.is_complete = end_of_stream;
        let (mut buffer, mut sent) = (Vec::new(), 0);
        for part in &message.parts {
            let step = match part {
                Part::Piece(piece, end_of_stream) => {
                    sent += piece.len();
                    buffer.extend_from_slice(piece);
                    self.body(direction, &buffer, *end_of_stream)
                }
                Part::Trailers(trailers) => self.trailers(direction, trailers, &mut received),
            };
            match self.flow(&step) {
                Flow::Continue => {
                    received.body.append(&mut step.body.unwrap_or_else(|| buffer.clone()));
                    buffer.clear();
                    received.is_complete = !matches!(part, Part::Piece(_, false));
                }
                Flow::Pause => buffer = step.body.unwrap_or(buffer),
                Flow::Refuse(_) => return received,
            }
            received.progress.push((sent, received.body.len()));
        }
        received
    }

    fn body(&mut self, direction: Direction, buffer: &[u8], end_of_stream: bool) -> Step {
        if !self.exchange.reads_body(direction) {
            return Step::default();
        }
        let bytes = &buffer[self.exchange.held_len(direction)..];
        self.exchange.on(Event::Body { direction, bytes, end_of_stream })
    }

    fn trailers(&mut self, direction: Direction, pairs: &Pairs, received: &mut Received) -> Step {
        let mut step = Step::default();
        if self.exchange.reads_headers(direction) {
            step = self.exchange.on(Event::Trailers { direction, trailers: &map(pairs) });
        }
        received.trailers = edited(pairs, std::mem::take(&mut step.headers));
        step
    }

    fn flow(&mut self, step: &Step) -> Flow {
        self.records.extend(self.exchange.take_records());
        if let Flow::Refuse(refusal) = step.flow {
            self.refused = Some(refusal);
        }
        step.flow
    }
}

/// What a client gets for a refusal of which nothing has gone on.
fn reply(refusal: Refusal) -> Received {
    Received {
        headers: Some(vec![(":status".into(), refusal.status().to_string().into_bytes())]),
        body: refusal.body().into(),
        is_complete: true,
        ..Received::default()
    }
}

fn map(pairs: &Pairs) -> Headers {
    pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())).collect()
}

fn edited(pairs: &Pairs, edits: Vec<HeaderEdit>) -> Pairs {
    let mut pairs = pairs.clone();
    for HeaderEdit { name, values } in edits {
        let name = String::from_utf8(name).expect("the names of cases are text");
        pairs.retain(|(other, _)| *other != name);
        pairs.extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    pairs
}
