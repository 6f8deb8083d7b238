//! Records become counters and log lines: counters exactly, lines at a limited rate.

use std::{cell::RefCell, collections::HashMap};

use hushgate::record::{RateLimiter, Record};

use crate::abi::{self, Level};

/// Where a plugin's records go. One a VM, shared by its streams.
pub struct Telemetry {
    /// The host's number of each counter that has been used.
    counters: RefCell<HashMap<String, u32>>,
    limiter: RefCell<RateLimiter>,
}

impl Telemetry {
    /// Logs at most so many records a second.
    pub fn new(log_records_per_second_max: u32) -> Telemetry {
        Telemetry {
            counters: RefCell::default(),
            limiter: RefCell::new(RateLimiter::new(log_records_per_second_max)),
        }
    }

    /// Counts a record and, if there is room for it, logs it.
    ///
    /// A proxy that cannot count is no reason to fail a stream; it has logged that itself.
    pub fn tell(&self, record: &Record) {
        self.count(&record.counter());
        if record.is_logged() {
            self.log(record);
        }
    }

    fn count(&self, name: &str) {
        let mut counters = self.counters.borrow_mut();
        let id = match counters.get(name) {
            Some(id) => *id,
            None => match abi::define_counter(&format!("hushgate.{name}")) {
                Ok(id) => {
                    counters.insert(name.to_owned(), id);
                    id
                }
                Err(_) => return,
            },
        };
        _ = abi::increment_metric(id, 1);
    }

    fn log(&self, record: &Record) {
        let now = abi::now().unwrap_or_default();
        let Some(suppressed) = self.limiter.borrow_mut().admit(now) else {
            return self.count("log.suppressed");
        };
        if suppressed > 0 {
            _ = abi::log(Level::Warn, &format!("hushgate suppressed records={suppressed}"));
        }
        _ = abi::log(Level::Warn, &record.to_string());
    }
}
