//! The root context: a plugin's configuration, and what its streams share.

use std::rc::Rc;

use hushgate::config::Config;
use proxy_wasm::{
    traits::{Context, HttpContext, RootContext},
    types::ContextType,
};

use crate::{
    abi::{self, Buffer, Level},
    key,
    message::Callbacks,
    stream::{Scan, Stream},
    telemetry::Telemetry,
};

/// What all streams of a plugin share.
pub(crate) struct Shared {
    pub(crate) config: Rc<Config>,
    pub(crate) telemetry: Telemetry,
}

impl Shared {
    fn new(config: Config) -> Shared {
        Shared {
            telemetry: Telemetry::new(
                config.log_records_per_second_max,
                config.log_format,
                config.host,
            ),
            config: Rc::new(config),
        }
    }
}

/// A plugin. Until it is configured it does what `{}` does.
pub struct Plugin {
    shared: Rc<Shared>,
    context: fn(Stream) -> Box<dyn HttpContext>,
}

impl Plugin {
    /// A plugin whose streams are wrapped so, for what a module adds around them.
    pub fn new(context: fn(Stream) -> Box<dyn HttpContext>) -> Plugin {
        Plugin { shared: Rc::new(Shared::new(Config::default())), context }
    }

    fn configure(&self, size: usize) -> Result<Config, String> {
        let json = abi::buffer(Buffer::PluginConfiguration, 0, size)
            .map_err(|error| format!("configuration: {error}"))?;
        Config::parse_with(&json, key::fingerprinter()?).map_err(|error| error.to_string())
    }
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, size: usize) -> bool {
        match self.configure(size) {
            Ok(config) => {
                self.shared = Rc::new(Shared::new(config));
                true
            }
            Err(reason) => {
                _ = abi::log(Level::Error, &format!("hushgate: {reason}"));
                false
            }
        }
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        let scan = Scan::new(Rc::clone(&self.shared));
        Some((self.context)(Callbacks(scan)))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}
