//! The context of one HTTP exchange: each callback is read, given to the engine, and its step applied.

use std::rc::Rc;

use hushgate::{
    config::Host,
    exchange::{Event, Exchange, Flow, Step},
    policy::{Direction, Role},
};
use proxy_wasm::types::Action;

use crate::{
    abi, facts,
    message::{self, Callbacks, Messages},
    outlet::{Outlet, Part, Reply},
    plugin::Shared,
    state::State,
};

/// What Envoy says of a listener that sends traffic out (`xds.listener_direction`).
const OUTBOUND: u64 = 2;

/// One exchange in the proxy.
pub type Stream = Callbacks<Scan>;

/// The scan of one exchange.
pub struct Scan {
    shared: Rc<Shared>,
    exchange: Exchange,
    outlet: Outlet,
    state: State,
}

impl Scan {
    pub(crate) fn new(shared: Rc<Shared>) -> Scan {
        let host = shared.config.host;
        let role = shared.config.role.unwrap_or_else(|| listener_role(host));
        let exchange = Exchange::new(Rc::clone(&shared.config), role);
        Scan { exchange, outlet: Outlet::new(host), shared, state: State::default() }
    }

    /// Tells the engine, and carries out its step.
    fn tell(&mut self, direction: Direction, part: Part, event: Event<'_>) -> Action {
        let step = self.exchange.on(event);
        self.apply(direction, part, step)
    }

    /// Carries out a step. What the proxy refuses to do is a failure of the proxy, and closes the exchange.
    fn apply(&mut self, direction: Direction, part: Part, step: Step) -> Action {
        let done = self.outlet.change(direction, part, &step.headers, step.body.as_deref());
        let flow = match done {
            Ok(()) if step.flow != Flow::Pause || self.outlet.can_hold(direction) => step.flow,
            _ => Flow::Refuse(self.exchange.close(direction)),
        };
        if let Some(path) = &step.log_path {
            State::path(path);
        }
        self.record();
        match flow {
            Flow::Continue => Action::Continue,
            Flow::Pause => Action::Pause,
            Flow::Refuse(refusal) => self.outlet.stop(
                direction,
                part,
                &Reply {
                    status: refusal.status(),
                    details: &format!("hushgate_{}", refusal.reason()),
                    headers: abi::PLAIN_TEXT,
                    body: refusal.body(),
                },
            ),
        }
    }

    fn record(&mut self) {
        let records = self.exchange.take_records();
        if self.shared.config.filter_state {
            self.state.note(&records);
        }
        for record in &records {
            self.shared.telemetry.tell(record);
        }
    }
}

/// Bodies are measured once a stream, at its end, however it ends.
impl Drop for Scan {
    fn drop(&mut self) {
        for direction in [Direction::Request, Direction::Response] {
            self.shared.telemetry.measure(direction, self.exchange.volume(direction));
        }
    }
}

impl Messages for Scan {
    fn on_headers(&mut self, direction: Direction, count: usize, end_of_stream: bool) -> Action {
        if !self.exchange.reads_headers(direction) {
            return Action::Continue;
        }
        let asks = self.exchange.asks();
        if direction == Direction::Request && asks.is_any() {
            self.exchange.know(facts::read(asks, self.shared.config.host));
        }
        let read = self.outlet.read_map(direction, Part::Headers, count);
        self.tell(direction, Part::Headers, message::of_headers(direction, &read, end_of_stream))
    }

    fn on_body(&mut self, direction: Direction, size: usize, end_of_stream: bool) -> Action {
        if self.outlet.is_stopped(direction) {
            return self.outlet.overwrite(size);
        }
        if !self.exchange.reads_body(direction) {
            return Action::Continue;
        }
        let read = message::read_body(direction, self.exchange.held_len(direction), size);
        let step = self.exchange.on(message::of_body(direction, &read, end_of_stream));
        let step = match step.flow {
            // Nothing new in what is held: the engine takes that for the end.
            Flow::Pause if !end_of_stream && has_ended(direction) => {
                self.exchange.on(Event::Body { direction, bytes: &[], end_of_stream })
            }
            _ => step,
        };
        self.apply(direction, Part::Body(size), step)
    }

    fn on_trailers(&mut self, direction: Direction, count: usize) -> Action {
        if !self.exchange.reads_headers(direction) {
            return Action::Continue;
        }
        let read = self.outlet.read_map(direction, Part::Trailers, count);
        self.tell(direction, Part::Trailers, message::of_trailers(direction, &read))
    }
}

/// The role that the listener's direction implies; inbound where it says nothing.
fn listener_role(host: Host) -> Role {
    if host.is_nginx() {
        return Role::Inbound;
    }
    let direction = abi::property(&["xds", "listener_direction"]).ok().flatten();
    match direction.and_then(|bytes| bytes.first_chunk().copied()).map(u64::from_le_bytes) {
        Some(OUTBOUND) => Role::Outbound,
        _ => Role::Inbound,
    }
}

/// Whether the upstream has sent all of an answer that the callback does not call ended.
///
/// Envoy's decompressor adds trailers in the very call that has the last bytes. They come next, unless these bytes are held: then
/// they never come, and the answer hangs. The time of the last byte is known only when it has come.
fn has_ended(direction: Direction) -> bool {
    let latency = || abi::property(&["response", "backend_latency"]);
    direction == Direction::Response && latency().is_ok_and(|it| it.is_some())
}
