//! The context of one HTTP exchange: each callback is read, given to the engine, and its step applied.

use std::rc::Rc;

use hushgate::{
    exchange::{Event, Exchange, Flow, Step},
    http::{HeaderEdit, Headers},
    policy::{Direction, Role},
};
use proxy_wasm::{
    traits::{Context, HttpContext},
    types::Action,
};

use crate::{
    abi::{self, Buffer, HostError, HostResult, Map},
    pairs,
    plugin::Shared,
};

/// What Envoy says of a listener that sends traffic out (`xds.listener_direction`).
const OUTBOUND: u64 = 2;

/// One exchange in the proxy.
pub struct Stream {
    shared: Rc<Shared>,
    exchange: Exchange,
}

impl Stream {
    pub(crate) fn new(shared: Rc<Shared>) -> Stream {
        let role = shared.config.role.unwrap_or_else(listener_role);
        Stream { exchange: Exchange::new(Rc::clone(&shared.config), role), shared }
    }

    fn on_headers(&mut self, direction: Direction, count: usize, end_of_stream: bool) -> Action {
        if !self.exchange.reads_headers(direction) {
            return Action::Continue;
        }
        let map = headers_of(direction);
        let step = match headers(map, count) {
            Ok(headers) => {
                self.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream })
            }
            Err(_) => self.exchange.on(Event::HostError { direction }),
        };
        self.apply(direction, map, step)
    }

    fn on_body(&mut self, direction: Direction, size: usize, end_of_stream: bool) -> Action {
        if !self.exchange.reads_body(direction) {
            return Action::Continue;
        }
        let held = self.exchange.held_len(direction);
        let new = size.saturating_sub(held);
        let step = match abi::buffer(body_of(direction), held, new) {
            Ok(bytes) if bytes.len() == new => {
                self.exchange.on(Event::Body { direction, bytes: &bytes, end_of_stream })
            }
            _ => self.exchange.on(Event::HostError { direction }),
        };
        self.apply(direction, headers_of(direction), step)
    }

    fn on_trailers(&mut self, direction: Direction, count: usize) -> Action {
        if !self.exchange.reads_headers(direction) {
            return Action::Continue;
        }
        let map = trailers_of(direction);
        let step = match headers(map, count) {
            Ok(trailers) => self.exchange.on(Event::Trailers { direction, trailers: &trailers }),
            Err(_) => self.exchange.on(Event::HostError { direction }),
        };
        self.apply(direction, map, step)
    }

    /// Carries out a step. What the proxy refuses to do is a failure of the proxy, and closes the exchange.
    fn apply(&mut self, direction: Direction, map: Map, step: Step) -> Action {
        let flow = match edit(direction, map, &step) {
            Ok(()) => step.flow,
            Err(_) => Flow::Refuse(self.exchange.close(direction)),
        };
        for record in self.exchange.take_records() {
            self.shared.telemetry.tell(&record);
        }
        match flow {
            Flow::Continue => Action::Continue,
            Flow::Pause => Action::Pause,
            Flow::Refuse(refusal) => {
                let details = format!("hushgate_{}", refusal.reason());
                _ = abi::send_local_response(refusal.status(), &details, refusal.body());
                Action::Pause
            }
        }
    }
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, count: usize, end_of_stream: bool) -> Action {
        self.on_headers(Direction::Request, count, end_of_stream)
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.on_body(Direction::Request, size, end_of_stream)
    }

    fn on_http_request_trailers(&mut self, count: usize) -> Action {
        self.on_trailers(Direction::Request, count)
    }

    fn on_http_response_headers(&mut self, count: usize, end_of_stream: bool) -> Action {
        self.on_headers(Direction::Response, count, end_of_stream)
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.on_body(Direction::Response, size, end_of_stream)
    }

    fn on_http_response_trailers(&mut self, count: usize) -> Action {
        self.on_trailers(Direction::Response, count)
    }
}

/// The role that the listener's direction implies; inbound where it says nothing.
fn listener_role() -> Role {
    let direction = abi::property(&["xds", "listener_direction"]).ok().flatten();
    match direction.and_then(|bytes| bytes.first_chunk().copied()).map(u64::from_le_bytes) {
        Some(OUTBOUND) => Role::Outbound,
        _ => Role::Inbound,
    }
}

/// A map with as many pairs as the callback said: a proxy that hands over fewer has cut it off.
fn headers(map: Map, count: usize) -> HostResult<Headers> {
    let headers = pairs::read(abi::map_pairs(map)?).filter(|headers| headers.len() == count);
    headers.ok_or(HostError { call: "proxy_get_header_map_pairs", status: 0 })
}

fn edit(direction: Direction, map: Map, step: &Step) -> HostResult<()> {
    step.headers.iter().try_for_each(|edit| edit_header(map, edit))?;
    match &step.body {
        Some(body) => abi::set_buffer(body_of(direction), body),
        None => Ok(()),
    }
}

/// One value is replaced in its place; of several all are removed and added again, since a replacement would leave
/// one (Envoy) or change the first alone (NGINX).
fn edit_header(map: Map, edit: &HeaderEdit) -> HostResult<()> {
    match edit.values.as_slice() {
        [value] => abi::replace_map_value(map, &edit.name, value),
        values => {
            abi::remove_map_value(map, &edit.name)?;
            values.iter().try_for_each(|value| abi::add_map_value(map, &edit.name, value))
        }
    }
}

fn headers_of(direction: Direction) -> Map {
    match direction {
        Direction::Request => Map::RequestHeaders,
        Direction::Response => Map::ResponseHeaders,
    }
}

fn trailers_of(direction: Direction) -> Map {
    match direction {
        Direction::Request => Map::RequestTrailers,
        Direction::Response => Map::ResponseTrailers,
    }
}

fn body_of(direction: Direction) -> Buffer {
    match direction {
        Direction::Request => Buffer::RequestBody,
        Direction::Response => Buffer::ResponseBody,
    }
}
