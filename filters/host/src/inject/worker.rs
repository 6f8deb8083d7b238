//! One worker: its keyring, its fetches, and the exchanges that wait for them.
//!
//! All calls to stores are made here, in the root context: an exchange that ends while its call is under way would lose
//! the answer. An exchange asks by a kick of the tick.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use hushgate::{
    fingerprint::Fingerprinter,
    inject::{InjectConfig, InjectExchange, InjectRecord, Keyring, Outcome, share::Entry},
    policy::Direction,
    store::Want,
};

use super::{
    shared::{Shared, Turn},
    stream::Held,
    vault::{Progress, Vaults},
};
use crate::{
    abi::{self, Level},
    calls,
    telemetry::Telemetry,
};

/// The time between two ticks while something is under way, in milliseconds.
const TICK_MS: u32 = 5;

/// What the streams of one worker share.
pub(super) struct Worker {
    root: u32,
    pub(super) keyring: Keyring,
    pub(super) config: Rc<InjectConfig>,
    telemetry: Telemetry,
    vaults: Vaults,
    shared: Shared,
    waiting: Vec<(u32, Weak<RefCell<Held>>)>,
    is_ticking: bool,
}

impl Worker {
    pub(super) fn new(
        root: u32,
        config: Rc<InjectConfig>,
        fingerprinter: Rc<Fingerprinter>,
        vaults: Vaults,
        shared: Shared,
    ) -> Worker {
        Worker {
            root,
            keyring: Keyring::new(Rc::clone(&config), fingerprinter),
            telemetry: Telemetry::new(
                config.log_records_per_second_max,
                config.log_format,
                config.host,
            ),
            config,
            vaults,
            shared,
            waiting: Vec::new(),
            is_ticking: false,
        }
    }

    /// Milliseconds since 1970.
    pub(super) fn now_ms() -> u64 {
        abi::now().unwrap_or_default() / 1_000_000
    }

    pub(super) fn tell(&self, records: Vec<InjectRecord>) {
        for record in records {
            let level = if record.is_usual() { Level::Info } else { Level::Warn };
            let line = record.is_logged().then_some(&record as _);
            self.telemetry.put(&record.counter(), level, line);
        }
    }

    /// Counts what was looked at of an exchange's bodies.
    pub(super) fn measure(&self, exchange: &InjectExchange) {
        for direction in [Direction::Request, Direction::Response] {
            self.telemetry.measure(direction, exchange.volume(direction));
        }
    }

    /// Takes note of an exchange that waits.
    pub(super) fn wait(&mut self, id: u32, held: &Rc<RefCell<Held>>) {
        self.waiting.retain(|(other, _)| *other != id);
        self.waiting.push((id, Rc::downgrade(held)));
    }

    /// Forgets an exchange.
    pub(super) fn forget(&mut self, id: u32) {
        self.waiting.retain(|(other, _)| *other != id);
    }

    /// Makes the root context's next tick come soon, if there is anything to do.
    pub(super) fn kick(&mut self, now_ms: u64) {
        if !self.is_ticking && (!self.waiting.is_empty() || self.is_due(now_ms)) {
            self.is_ticking = calls::set_tick_period(1).is_ok();
        }
    }

    pub(super) fn on_tick(worker: &Rc<RefCell<Worker>>) {
        let now_ms = Worker::now_ms();
        worker.borrow_mut().fetch_due(now_ms);
        Worker::wake(worker, now_ms);
        worker.borrow_mut().set_tick(now_ms);
    }

    pub(super) fn on_call(worker: &Rc<RefCell<Worker>>, token: u32, headers: usize, body: usize) {
        let now_ms = Worker::now_ms();
        worker.borrow_mut().answered(token, headers, body, now_ms);
        Worker::wake(worker, now_ms);
    }

    fn is_due(&self, now_ms: u64) -> bool {
        let mut slots = self.keyring.slots().iter().enumerate();
        slots.any(|(number, slot)| slot.is_due(now_ms) && !self.vaults.is_calling(number))
    }

    /// Begins the fetches that are due, unless another worker is at it or has been.
    fn fetch_due(&mut self, now_ms: u64) {
        self.keyring.tidy(now_ms);
        for number in 0..self.keyring.slots().len() {
            let Some(slot) = self.keyring.slots().get(number) else { continue };
            if !slot.is_due(now_ms) || self.vaults.is_calling(number) {
                continue;
            }
            let Some(store) = self.vaults.store_of(number) else { continue };
            let Some(label) = self.vaults.label_of(number) else { continue };
            let names = (label, store);
            let answers = |entry: &Entry| {
                let version = entry.fetched.as_ref().ok().map(|fetched| fetched.version.as_str());
                slot.is_answered_by(entry.fetched_ms, version, now_ms)
            };
            let want = match (slot.is_forced(), slot.wants_previous()) {
                (_, true) => Want::WithPrevious,
                (true, _) => Want::Fresh,
                _ => Want::Current,
            };
            match self.shared.turn(names, now_ms, answers) {
                Turn::Wait => {}
                Turn::Adopt(entry) => self.adopt(number, entry),
                Turn::Fetch => self.fetch(number, want, now_ms),
            }
        }
    }

    fn fetch(&mut self, number: usize, want: Want, now_ms: u64) {
        let store = self.vaults.store_of(number).map(str::to_owned).unwrap_or_default();
        if let Some(session) = self.shared.session(&store) {
            self.vaults.take_session(&store, &session);
        }
        if let Some(ms) = self.vaults.closed_for(number, now_ms) {
            self.shared.release(&store, now_ms);
            self.keyring.leave(number, ms, now_ms);
            return;
        }
        let progress = self.vaults.fetch(number, want, now_ms);
        self.progressed(number, progress, now_ms);
    }

    fn answered(&mut self, token: u32, headers: usize, body: usize, now_ms: u64) {
        if let Some((number, progress)) = self.vaults.on_call(token, headers, body, now_ms) {
            self.progressed(number, progress, now_ms);
        }
    }

    fn progressed(&mut self, number: usize, progress: Progress, now_ms: u64) {
        let Some(slot) = self.keyring.slots().get(number) else { return };
        let store = self.vaults.store_of(number).unwrap_or_default();
        match progress {
            Progress::UnderWay => self.shared.prolong(store, now_ms),
            Progress::Lost => {}
            Progress::Done(fetched) => {
                if let Some(session) = self.vaults.session_bytes(store) {
                    self.shared.leave_session(store, &session);
                }
                // The store may want to be asked before the value ends, to prolong a lease.
                let due_ms = self.vaults.due_in_ms(number, now_ms);
                let (fetched_ms, forced_ms) = (now_ms, slot.forced_ms());
                let entry = Entry { fetched_ms, forced_ms, due_ms, fetched };
                let label = self.vaults.label_of(number).unwrap_or_default();
                self.shared.publish((label, store), &entry, now_ms);
                self.take(number, entry, None);
            }
        }
    }

    /// Takes what another worker has fetched.
    fn adopt(&mut self, number: usize, entry: Entry) {
        if let Some(slot) = self.keyring.slot_mut(number) {
            slot.note_forced(entry.forced_ms);
        }
        self.take(number, entry, Some("shared"));
    }

    fn take(&mut self, number: usize, entry: Entry, word: Option<&'static str>) {
        let random = calls::random::<8>().map(u64::from_le_bytes).unwrap_or_default();
        let due_ms = entry.due_ms.map(|due_ms| entry.fetched_ms.saturating_add(due_ms));
        let outcome = self.keyring.take(number, entry.fetched, entry.fetched_ms, random);
        let Some(outcome) = outcome else { return };
        if let Some((slot, due_ms)) = self.keyring.slot_mut(number).zip(due_ms) {
            slot.refresh_by(due_ms);
        }
        let Some(slot) = self.keyring.slots().get(number) else { return };
        let record = InjectRecord::Fetched {
            credential: slot.policy().name.as_str().into(),
            outcome: match outcome {
                Outcome::Failed(reason) => reason.name(),
                Outcome::Changed => word.unwrap_or("changed"),
                Outcome::Same => word.unwrap_or("same"),
            },
            version: slot.current_version(),
        };
        self.tell(vec![record]);
    }

    /// Lets those exchanges go on whose wait is over. They are about contexts of their own; afterwards the calls are
    /// about the root context again.
    fn wake(worker: &Rc<RefCell<Worker>>, now_ms: u64) {
        let (waiting, root) = {
            let worker = worker.borrow();
            (worker.waiting.clone(), worker.root)
        };
        for (id, held) in waiting {
            let Some(held) = held.upgrade() else {
                worker.borrow_mut().forget(id);
                continue;
            };
            if calls::set_effective_context(id).is_err() {
                held.borrow_mut().drop_out(&mut worker.borrow_mut());
            } else if !held.borrow_mut().wake(worker, now_ms) {
                continue;
            }
            worker.borrow_mut().forget(id);
        }
        _ = calls::set_effective_context(root);
    }

    fn set_tick(&mut self, now_ms: u64) {
        let is_wanted = !self.waiting.is_empty() || self.vaults.is_busy() || self.is_due(now_ms);
        let period = if is_wanted { TICK_MS } else { 0 };
        self.is_ticking = calls::set_tick_period(period).is_ok() && is_wanted;
    }
}
