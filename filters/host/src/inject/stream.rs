//! The context of one HTTP exchange: each callback is read, given to the engine, and its step applied.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use hushgate::{
    exchange::Event,
    inject::{Answer, InjectExchange, InjectFlow, InjectStep, Need},
    policy::Direction,
};
use proxy_wasm::types::Action;

use super::{facts, worker::Worker};
use crate::{
    abi, calls,
    message::{self, Messages},
    outlet::{Outlet, Part, Reply},
    state::State,
};

/// One exchange in the proxy.
pub(super) struct InjectStream {
    id: u32,
    worker: Rc<RefCell<Worker>>,
    held: Rc<RefCell<Held>>,
}

/// The part of a stream that the root context reaches, to let it go on.
pub(super) struct Held {
    exchange: InjectExchange,
    outlet: Outlet,
    /// How many bytes of the held message's body the proxy has, and whether that is all.
    size: usize,
    is_whole: bool,
}

/// The time of a callback, asked for once, and only if somebody wants it: each call of the host costs something.
#[derive(Default)]
struct Clock(Cell<Option<u64>>);

impl Clock {
    fn now_ms(&self) -> u64 {
        let now_ms = self.0.get().unwrap_or_else(Worker::now_ms);
        self.0.set(Some(now_ms));
        now_ms
    }

    /// The time, if somebody has wanted it.
    fn read(&self) -> Option<u64> {
        self.0.get()
    }
}

impl InjectStream {
    pub(super) fn new(id: u32, worker: Rc<RefCell<Worker>>) -> InjectStream {
        let config = Rc::clone(&worker.borrow().config);
        // What is known of a request is read with its headers; the cluster is not chosen before.
        let outlet = Outlet::new(config.host);
        let exchange = InjectExchange::new(config, Default::default());
        let held = Held { exchange, outlet, size: 0, is_whole: false };
        InjectStream { id, worker, held: Rc::new(RefCell::new(held)) }
    }

    fn on(&self, held: &mut Held, event: Event<'_>, clock: &Clock) -> InjectStep {
        held.exchange.on(event, &mut self.worker.borrow_mut().keyring, || clock.now_ms())
    }

    /// Carries out a step, and sees to it that who waits is woken.
    fn done(
        &self,
        held: &mut Held,
        direction: Direction,
        part: Part,
        step: InjectStep,
        clock: &Clock,
    ) -> Action {
        let flow = held.apply(direction, part, step, &self.worker);
        let mut worker = self.worker.borrow_mut();
        if held.exchange.waits().is_some() {
            worker.wait(self.id, &self.held);
        }
        // A credential is looked up at a time. Without one nothing can have become due.
        if let Some(now_ms) = clock.read() {
            worker.kick(now_ms);
        }
        match flow {
            InjectFlow::Continue => Action::Continue,
            InjectFlow::Pause => Action::Pause,
            InjectFlow::Refuse(answer) => held.refuse(direction, part, answer),
            InjectFlow::Reply(status, headers) => held.reply(direction, part, status, &headers),
        }
    }
}

impl Held {
    /// Ends it before its time.
    pub(super) fn drop_out(&mut self, worker: &mut Worker) {
        self.exchange.drop_out(&mut worker.keyring);
    }

    /// Looks again at what was waited for. Whether the wait is over.
    pub(super) fn wake(&mut self, worker: &Rc<RefCell<Worker>>, now_ms: u64) -> bool {
        let Some(direction) = self.exchange.waits() else { return true };
        let step = self.exchange.wake(&mut worker.borrow_mut().keyring, now_ms);
        let Some(step) = step else { return false };
        let mut part = Part::Headers;
        let mut flow = self.apply(direction, part, step, worker);
        let is_on = matches!(flow, InjectFlow::Continue | InjectFlow::Pause);
        if is_on && self.exchange.waits().is_none() {
            // What the proxy has of the body was held unread; the headers may go on waiting for the rest of it.
            let need = self.exchange.need(direction, self.size, self.is_whole);
            if let (Need::Read(from), true) = (need, self.size > 0) {
                part = Part::Body(self.size);
                let step = self.read_body(direction, from, worker, &Clock::default());
                flow = self.apply(direction, part, step, worker);
            }
        }
        match flow {
            InjectFlow::Continue => _ = calls::go_on(direction),
            InjectFlow::Pause => {}
            InjectFlow::Refuse(answer) => _ = self.refuse(direction, part, answer),
            InjectFlow::Reply(status, headers) => {
                _ = self.reply(direction, part, status, &headers);
            }
        }
        true
    }

    fn refuse(&mut self, direction: Direction, part: Part, answer: Answer) -> Action {
        let reply = Reply {
            status: answer.status,
            details: &format!("hushgate_{}", answer.reason),
            headers: abi::PLAIN_TEXT,
            body: &answer.body(),
        };
        self.outlet.stop(direction, part, &reply)
    }

    /// Hands the upstream's answer on as an answer of our own.
    fn reply(
        &mut self,
        direction: Direction,
        part: Part,
        status: u32,
        headers: &[(Vec<u8>, Vec<u8>)],
    ) -> Action {
        let headers: Vec<(&[u8], &[u8])> =
            headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let reply = Reply { status, details: "hushgate_redirect", headers: &headers, body: "" };
        self.outlet.stop(direction, part, &reply)
    }

    /// Tells the engine what the proxy has of a body from a place on.
    fn read_body(
        &mut self,
        direction: Direction,
        from: usize,
        worker: &Rc<RefCell<Worker>>,
        clock: &Clock,
    ) -> InjectStep {
        let read = message::read_body(direction, from, self.size);
        let event = message::of_body(direction, &read, self.is_whole);
        self.exchange.on(event, &mut worker.borrow_mut().keyring, || clock.now_ms())
    }

    /// Carries out a step: what is told goes out before the bytes do. What the proxy refuses to do closes the exchange.
    fn apply(
        &mut self,
        direction: Direction,
        part: Part,
        step: InjectStep,
        worker: &Rc<RefCell<Worker>>,
    ) -> InjectFlow {
        let done = self.outlet.change(direction, part, &step.headers, step.body.as_deref());
        let flow = match done {
            Ok(()) if step.flow != InjectFlow::Pause || self.outlet.can_hold(direction) => {
                step.flow
            }
            _ => InjectFlow::Refuse(self.exchange.close()),
        };
        if let Some(path) = &step.path {
            State::path(path);
        }
        if let Some(set) = &step.set {
            _ = abi::set_property(facts::SET, set.as_bytes());
        }
        worker.borrow().tell(self.exchange.take_records());
        flow
    }
}

impl Messages for InjectStream {
    fn on_headers(&mut self, direction: Direction, count: usize, end_of_stream: bool) -> Action {
        let mut held = self.held.borrow_mut();
        if !held.exchange.reads_headers(direction) {
            return Action::Continue;
        }
        (held.size, held.is_whole) = (0, end_of_stream);
        if direction == Direction::Request {
            held.exchange.know(facts::read(&self.worker.borrow().config));
        }
        let (part, clock) = (Part::Headers, Clock::default());
        let read = held.outlet.read_map(direction, part, count);
        let event = message::of_headers(direction, &read, end_of_stream);
        let step = self.on(&mut held, event, &clock);
        self.done(&mut held, direction, part, step, &clock)
    }

    fn on_body(&mut self, direction: Direction, size: usize, end_of_stream: bool) -> Action {
        let mut held = self.held.borrow_mut();
        if held.outlet.is_stopped(direction) {
            return held.outlet.overwrite(size);
        }
        (held.size, held.is_whole) = (size, end_of_stream);
        let from = match held.exchange.need(direction, size, end_of_stream) {
            Need::Nothing => return Action::Continue,
            Need::Hold => return Action::Pause,
            Need::Read(from) => from,
        };
        let clock = Clock::default();
        let step = held.read_body(direction, from, &self.worker, &clock);
        self.done(&mut held, direction, Part::Body(size), step, &clock)
    }

    fn on_trailers(&mut self, direction: Direction, count: usize) -> Action {
        let mut held = self.held.borrow_mut();
        if !held.exchange.reads_headers(direction) {
            return Action::Continue;
        }
        held.is_whole = true;
        let clock = Clock::default();
        if direction == Direction::Request && held.exchange.wants_body() {
            let step = held.read_body(direction, 0, &self.worker, &clock);
            let part = Part::Body(held.size);
            let action = self.done(&mut held, direction, part, step, &clock);
            if action == Action::Pause && held.exchange.waits().is_none() {
                return Action::Pause;
            }
        }
        let read = held.outlet.read_map(direction, Part::Trailers, count);
        let step = self.on(&mut held, message::of_trailers(direction, &read), &clock);
        self.done(&mut held, direction, Part::Trailers, step, &clock)
    }
}

/// A client that goes away gives its place among those that wait back.
impl Drop for InjectStream {
    fn drop(&mut self) {
        // Streams end in callbacks of their own: nobody else is at work on either.
        let (Ok(mut worker), Ok(mut held)) =
            (self.worker.try_borrow_mut(), self.held.try_borrow_mut())
        else {
            return;
        };
        worker.forget(self.id);
        worker.measure(&held.exchange);
        held.drop_out(&mut worker);
    }
}
