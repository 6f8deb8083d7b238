//! One plugin in one worker of a proxy.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use wasmtime::InstancePre;

use crate::drive;
use crate::map::Headers;
use crate::module::{Error, compile};
use crate::profile::Profile;
use crate::state::{ROOT, State, StreamState};
use crate::stream::Stream;
use crate::vm::{self, Vm};
use crate::world::{HttpCall, Level, LogLine};

/// A simulated proxy with one module loaded.
///
/// It is a handle: clones and streams share the same proxy. Streams may be open side by side. Envoy
/// configures the module several times, once a worker and twice more; here it happens once.
#[derive(Clone)]
pub struct Host {
    shared: Rc<RefCell<Worker>>,
}

pub(crate) struct Worker {
    pre: InstancePre<State>,
    /// Never `None` but for the moment of a rebuild.
    vm: Option<Vm>,
    crashes: u32,
    rebuilt_at: Option<u64>,
}

impl Host {
    /// Loads a module and instantiates it. It is compiled once a process and path.
    ///
    /// # Errors
    ///
    /// If the file is missing, imports what the host does not have, or crashes at its start.
    pub fn load(path: impl AsRef<Path>, profile: Profile) -> Result<Self, Error> {
        let pre = vm::link(&compile(path.as_ref())?, profile)?;
        let vm = Vm::start(&pre, State::new(profile))?;
        let worker = Worker { pre, vm: Some(vm), crashes: 0, rebuilt_at: None };
        Ok(Self { shared: Rc::new(RefCell::new(worker)) })
    }

    /// Starts the module with its plugin configuration.
    ///
    /// # Errors
    ///
    /// If it refuses the configuration (the error has its log lines) or crashes.
    pub fn configure(self, configuration: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.with(|vm| {
            vm.state_mut().plugin_configuration = configuration.as_ref().to_vec();
            vm.configure()
        })?;
        Ok(self)
    }

    /// Opens a stream.
    ///
    /// After a crash it gets a fresh instance, if the last one is not too young; else it is
    /// refused.
    pub fn stream(&self) -> Stream {
        let mut worker = self.shared.borrow_mut();
        worker.rebuild();
        let vm = worker.vm();
        let id = vm.state().next_context;
        let generation = vm.state().generation;
        let state = vm.state_mut();
        state.next_context += 1;
        state.streams.insert(id, StreamState { generation, ..StreamState::default() });
        if vm.call::<_, ()>(id, "proxy_on_context_create", (id, ROOT)).is_err() {
            drive::refuse(vm, id);
        }
        worker.count_crash();
        drop(worker);
        Stream::new(self.clone(), id)
    }

    /// Sets a property that streams can read, by its path; integers are eight bytes, little endian.
    pub fn set_property(&self, path: &[&str], value: impl AsRef<[u8]>) {
        let path = path.join("\0").into_bytes();
        let value = value.as_ref().to_vec();
        self.with(|vm| vm.state_mut().world.properties.insert(path, value));
    }

    /// Sets how many bytes may wait in one direction of a stream.
    ///
    /// ### Default
    ///
    /// 1 MiB.
    pub fn set_buffer_limit(&self, bytes: usize) {
        self.with(|vm| vm.state_mut().buffer_limit = bytes);
    }

    /// Sets how long a request's body may be before NGINX puts it into a file (`client_body_buffer_size`).
    ///
    /// ### Default
    ///
    /// 1 MiB.
    pub fn set_client_body_buffer(&self, bytes: usize) {
        self.with(|vm| vm.state_mut().client_body_buffer = bytes);
    }

    /// Takes the shared memory zone (`shm_kv`) away that NGINX has by default here.
    pub fn without_shared_zone(&self) {
        self.with(|vm| vm.state_mut().has_shared_zone = false);
    }

    /// Sets an environment variable for the module; before its configuration, if it is to be seen.
    pub fn set_environment(&self, name: &str, value: &str) {
        let variable = (name.to_owned(), value.to_owned());
        self.with(|vm| vm.state_mut().world.environment.push(variable));
    }

    /// Sets the level that the module sees as the log's; every line is kept whatever it is.
    pub fn set_log_level(&self, level: Level) {
        self.with(|vm| vm.state_mut().world.log_level = level);
    }

    /// Makes a cluster known, to which HTTP calls can go.
    pub fn add_cluster(&self, name: &str) {
        self.with(|vm| vm.state_mut().world.clusters.push(name.to_owned()));
    }

    /// Sets the clock, in nanoseconds since 1970.
    pub fn set_time(&self, nanos: u64) {
        self.with(|vm| vm.state_mut().world.now_nanos = nanos);
    }

    /// Lets time pass on the clock. Nothing fires: call [`Host::tick`] for that.
    pub fn advance(&self, time: Duration) {
        self.with(|vm| vm.state_mut().world.now_nanos += time.as_nanos() as u64);
    }

    /// Returns the log so far, oldest line first.
    pub fn logs(&self) -> Vec<LogLine> {
        self.with(|vm| vm.state().world.logs.clone())
    }

    /// Returns the metrics by name, without a prefix of the proxy's own.
    pub fn metrics(&self) -> BTreeMap<String, u64> {
        self.with(|vm| vm.state().world.metrics.clone())
    }

    /// Returns the metrics that tell what was done, and not how much was looked at: that depends on how bodies came.
    pub fn deeds(&self) -> BTreeMap<String, u64> {
        let mut metrics = self.metrics();
        metrics
            .retain(|name, _| !name.contains(".scanned_bytes.") && !name.contains(".held_bytes."));
        metrics
    }

    /// Returns the value of one metric, 0 if the module has not defined it.
    pub fn metric(&self, name: &str) -> u64 {
        self.with(|vm| vm.state().world.metrics.get(name).copied().unwrap_or(0))
    }

    /// Returns what the module did that a correct one does not: calls that failed for a reason of
    /// its own making, a second local reply, going on without a pause.
    pub fn faults(&self) -> Vec<String> {
        self.with(|vm| vm.state().world.faults.clone())
    }

    /// Returns how often the module crashed.
    pub fn crashes(&self) -> u32 {
        self.shared.borrow().crashes
    }

    /// Returns the HTTP calls that wait for an answer.
    pub fn calls(&self) -> Vec<HttpCall> {
        self.with(|vm| vm.state().world.calls.clone())
    }

    /// Answers an HTTP call. No headers at all mean that the connection was reset.
    ///
    /// # Panics
    ///
    /// If there is no such call.
    pub fn answer(&self, token: u32, headers: impl Into<Headers>, body: impl AsRef<[u8]>) {
        let (headers, body) = (headers.into(), body.as_ref().to_vec());
        let sizes = (headers.len() as u32, body.len() as u32);
        self.with(|vm| {
            let calls = &mut vm.state_mut().world.calls;
            let at = calls.iter().position(|call| call.token == token).expect("the call waits");
            calls.remove(at);
            vm.state_mut().call_answer = Some((headers, body, Headers::new()));
            let arguments = (ROOT, token, sizes.0, sizes.1, 0u32);
            // Envoy makes the call's context the root; the module itself says for which stream it
            // acts.
            let called = vm.call::<_, ()>(ROOT, "proxy_on_http_call_response", arguments);
            vm.state_mut().call_answer = None;
            // A crash here leaves the waiting stream hanging, in Envoy too.
            if called.is_ok() {
                drive::run_deferred(vm);
            }
        });
    }

    /// Runs the timer's callback once.
    pub fn tick(&self) {
        self.with(|vm| {
            if vm.call::<_, ()>(ROOT, "proxy_on_tick", (ROOT,)).is_ok() {
                drive::run_deferred(vm);
            }
        });
    }

    /// Returns the timer's period in milliseconds; 0 is no timer.
    pub fn tick_period_ms(&self) -> u32 {
        self.with(|vm| vm.state().world.tick_period_ms)
    }

    /// Tells the module about every queue that is not empty, once each.
    pub fn deliver_queues(&self) {
        self.with(|vm| {
            let queues = &vm.state().world.queues;
            let full = (1u32..).zip(queues).filter(|(_, (_, items))| !items.is_empty());
            for token in full.map(|(token, _)| token).collect::<Vec<_>>() {
                if vm.call::<_, ()>(ROOT, "proxy_on_queue_ready", (ROOT, token)).is_ok() {
                    drive::run_deferred(vm);
                }
            }
        });
    }

    /// Returns how many bytes of memory the module occupies; it never gives any back.
    pub fn memory_bytes(&self) -> usize {
        self.with(Vm::memory_bytes)
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Vm) -> T) -> T {
        let mut worker = self.shared.borrow_mut();
        let result = work(worker.vm());
        worker.count_crash();
        result
    }
}

impl Worker {
    fn vm(&mut self) -> &mut Vm {
        self.vm.as_mut().expect("there is an instance but for the moment of a rebuild")
    }

    fn count_crash(&mut self) {
        if self.vm().take_news_of_crash() {
            self.crashes += 1;
        }
    }

    /// Puts a fresh instance in the place of a crashed one (`FAIL_RELOAD`).
    fn rebuild(&mut self) {
        let state = self.vm().state();
        let now = state.world.now_nanos;
        let pause = state.profile.reload_pause_nanos();
        let too_early = self.rebuilt_at.is_some_and(|at| now.saturating_sub(at) < pause);
        if !self.vm().crashed() || too_early {
            return;
        }
        self.rebuilt_at = Some(now);
        let mut state = self.vm.take().expect("there is an instance").into_state();
        state.renew();
        let mut vm = Vm::start(&self.pre, state).expect("it started before");
        // A configuration that was good once crashes or refuses only for a reason of the module's
        // own.
        vm.configure().expect("it accepted this configuration before");
        self.vm = Some(vm);
    }
}
