//! Records become counters and log lines: counters exactly, lines at a limited rate.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use hushgate::{
    config::Host,
    exchange::Volume,
    policy::Direction,
    record::{
        RateLimiter, Record,
        line::{LogFormat, Moment, Suppressed, Told},
    },
};

use crate::{
    abi::{self, Level, Metric},
    facts,
};

/// Where a plugin's records go. One a VM, shared by its streams.
pub struct Telemetry {
    /// The host's number of each counter that has been used.
    counters: RefCell<HashMap<String, u32>>,
    limiter: RefCell<RateLimiter>,
    format: LogFormat,
    host: Host,
    requests: Volumes,
    responses: Volumes,
}

/// The host's numbers of the metrics of one direction's volumes, once they are used: no name is put together a stream.
#[derive(Default)]
struct Volumes {
    scanned_bytes: Cell<Option<u32>>,
    held_bytes: Cell<Option<u32>>,
}

impl Telemetry {
    /// Logs at most so many records a second, in this format.
    pub fn new(log_records_per_second_max: u32, format: LogFormat, host: Host) -> Telemetry {
        Telemetry {
            counters: RefCell::default(),
            limiter: RefCell::new(RateLimiter::new(log_records_per_second_max)),
            format,
            host,
            requests: Volumes::default(),
            responses: Volumes::default(),
        }
    }

    /// Counts a record and, if there is room for it, logs it.
    ///
    /// A proxy that cannot count is no reason to fail a stream; it has logged that itself.
    pub fn tell(&self, record: &Record) {
        self.put(&record.counter(), Level::Warn, record.is_logged().then_some(record as _));
    }

    /// Counts what was looked at of a body that has ended.
    pub fn measure(&self, direction: Direction, volume: Volume) {
        let metrics = match direction {
            Direction::Request => &self.requests,
            Direction::Response => &self.responses,
        };
        let name = |what: &str| format!("hushgate.{what}.{}", direction.name());
        if volume.scanned_bytes > 0 {
            let id = once(&metrics.scanned_bytes, Metric::Counter, || name("scanned_bytes"));
            let bytes = i64::try_from(volume.scanned_bytes).unwrap_or(i64::MAX);
            _ = id.map(|id| abi::increment_metric(id, bytes));
        }
        if volume.held_bytes > 0 {
            let id = once(&metrics.held_bytes, Metric::Histogram, || name("held_bytes"));
            _ = id.map(|id| abi::record_metric(id, volume.held_bytes));
        }
    }

    /// Counts, and writes a line if there is one and room for it.
    pub(crate) fn put(&self, counter: &str, level: Level, line: Option<&dyn Told>) {
        self.count(counter);
        if let Some(line) = line {
            self.log(level, line);
        }
    }

    fn count(&self, name: &str) {
        let mut counters = self.counters.borrow_mut();
        let id = match counters.get(name) {
            Some(id) => *id,
            None => match abi::define_metric(Metric::Counter, &format!("hushgate.{name}")) {
                Ok(id) => {
                    counters.insert(name.to_owned(), id);
                    id
                }
                Err(_) => return,
            },
        };
        _ = abi::increment_metric(id, 1);
    }

    fn log(&self, level: Level, told: &dyn Told) {
        let now = abi::now().unwrap_or_default();
        let Some(suppressed) = self.limiter.borrow_mut().admit(now) else {
            return self.count("log.suppressed");
        };
        let moment = Moment { time_ms: now / 1_000_000, connection: self.connection() };
        if suppressed > 0 {
            let line =
                self.format.line(&Suppressed(suppressed), Moment { connection: None, ..moment });
            _ = abi::log(Level::Warn, &line);
        }
        _ = abi::log(level, &self.format.line(told, moment));
    }

    /// The number of the client's connection, where a line shows it and there is one: not where a vault is called.
    fn connection(&self) -> Option<u64> {
        if self.format == LogFormat::Text {
            return None;
        }
        match self.host {
            Host::Envoy => {
                let bytes = abi::property(&["connection", "id"]).ok().flatten()?;
                bytes.first_chunk().copied().map(u64::from_le_bytes)
            }
            Host::Nginx => facts::text(&["ngx", "connection"]).parse().ok(),
        }
    }
}

/// The host's number of a metric, which is defined the first time.
fn once(id: &Cell<Option<u32>>, kind: Metric, name: impl Fn() -> String) -> Option<u32> {
    if id.get().is_none() {
        id.set(abi::define_metric(kind, &name()).ok());
    }
    id.get()
}
