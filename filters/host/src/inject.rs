//! An injecting plugin: the root context, which holds the keyring, calls the stores, and wakes who waits.
//!
//! - [`worker`]: what the streams of one worker share.
//! - [`stream`]: one HTTP exchange.
//! - [`vault`]: calls to stores.
//! - [`shared`]: what workers share through the proxy, sealed.
//! - [`facts`]: what the proxy knows of a request.

mod facts;
mod shared;
mod stream;
mod vault;
mod worker;

use std::{cell::RefCell, rc::Rc};

use hushgate::{fingerprint::Fingerprinter, inject::InjectConfig};
use proxy_wasm::{
    traits::{Context, HttpContext, RootContext},
    types::ContextType,
};

use self::{stream::InjectStream, worker::Worker};
use crate::{
    abi::{self, Buffer, Level},
    calls, key,
    message::Callbacks,
};

/// The variable that holds the key of what workers share. Without it each of them fetches for itself.
pub const SHARED_KEY: &str = "HUSHGATE_SHARED_KEY";

/// A plugin. Until it is configured there is no worker, and every exchange is refused.
pub struct InjectPlugin {
    /// The context's own number.
    id: u32,
    /// Whether it does the other job too.
    is_both: bool,
    worker: Option<Rc<RefCell<Worker>>>,
}

impl InjectPlugin {
    /// The plugin of a root context.
    pub fn new(id: u32) -> InjectPlugin {
        InjectPlugin { id, is_both: false, worker: None }
    }

    /// The plugin of a root context that redacts too, by `redact` of its configuration; `{}` if there is none.
    pub fn both(id: u32) -> InjectPlugin {
        InjectPlugin { is_both: true, ..InjectPlugin::new(id) }
    }

    fn configure(&self, size: usize) -> Result<Worker, String> {
        let failed = |error: abi::HostError| format!("configuration: {error}");
        let json = abi::buffer(Buffer::PluginConfiguration, 0, size).map_err(failed)?;
        let fingerprinter = fingerprinter()?;
        let mut config = InjectConfig::parse(&json, Some(Rc::clone(&fingerprinter)))
            .map_err(|error| error.to_string())?;
        config.do_both(self.is_both).map_err(|error| error.to_string())?;
        let vaults = vault::Vaults::of(&mut config).map_err(|error| error.to_string())?;
        let id = calls::random::<8>().map(u64::from_le_bytes).map_err(failed)?;
        let shared = shared::Shared::new(id)?;
        shared.prepare(config.stores.keys().map(String::as_str));
        Ok(Worker::new(self.id, Rc::new(config), fingerprinter, vaults, shared))
    }
}

/// Made with the key of the environment, or with a random one: then they mean something within one process only.
fn fingerprinter() -> Result<Rc<Fingerprinter>, String> {
    if let Some(fingerprinter) = key::fingerprinter()? {
        return Ok(fingerprinter);
    }
    let key = calls::random::<32>().map_err(|error| error.to_string())?;
    Fingerprinter::ephemeral(&key).map(Rc::new).map_err(|error| error.to_string())
}

/// A variable of the module's environment, which the proxy's configuration fills.
fn environment(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(|value| value.into_encoded_bytes()).filter(|it| !it.is_empty())
}

impl Context for InjectPlugin {
    fn on_http_call_response(&mut self, token: u32, headers: usize, body: usize, _: usize) {
        if let Some(worker) = &self.worker {
            Worker::on_call(worker, token, headers, body);
        }
    }
}

impl RootContext for InjectPlugin {
    fn on_configure(&mut self, size: usize) -> bool {
        match self.configure(size) {
            Ok(worker) => {
                self.worker = Some(Rc::new(RefCell::new(worker)));
                true
            }
            Err(reason) => {
                _ = abi::log(Level::Error, &format!("hushgate: {reason}"));
                false
            }
        }
    }

    fn on_tick(&mut self) {
        if let Some(worker) = &self.worker {
            Worker::on_tick(worker);
        }
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        let worker = self.worker.as_ref()?;
        Some(Box::new(Callbacks(InjectStream::new(id, Rc::clone(worker)))))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}
