//! An Envoy and its HTTP/1.1 upstream, ready for tests to share.

use crate::{Client, Config, Envoy, Upstream, secrets::Planted, sweep};

/// One Envoy in front of one upstream.
pub struct Rig {
    /// Answers what Envoy passes on.
    pub upstream: Upstream,
    /// The proxy.
    pub envoy: Envoy,
}

impl Rig {
    /// Starts both.
    pub fn start(config: Config) -> Self {
        let upstream = Upstream::start();
        let envoy = Envoy::start(config, upstream.port());
        Self { upstream, envoy }
    }

    /// A new connection to Envoy.
    pub fn client(&self) -> Client {
        self.envoy.client()
    }

    /// [`sweep::sweep`] over this Envoy.
    pub fn sweep(&self, planted: &[Planted], outputs: &[&[u8]]) {
        sweep::sweep(&self.envoy, planted, outputs);
    }
}
