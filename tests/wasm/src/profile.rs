//! Which proxy the simulated host imitates.

/// A proxy with its quirks.
///
/// The quirks are asked for one by one through the methods, so that another proxy is another
/// variant here and no change anywhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Envoy 1.40.
    Envoy {
        /// The plugin's `allow_on_headers_stop_iteration`: Pause on headers holds the headers and
        /// still lets the body callbacks run.
        headers_stop_iteration: bool,
    },
    /// NGINX with ngx_wasm_module 0.6.0, as it was measured.
    Nginx,
}

impl Profile {
    /// Returns Envoy with its defaults.
    pub fn envoy() -> Self {
        Profile::Envoy { headers_stop_iteration: false }
    }

    /// Returns Envoy with `allow_on_headers_stop_iteration: true`.
    pub fn envoy_holding_headers() -> Self {
        Profile::Envoy { headers_stop_iteration: true }
    }

    /// Returns NGINX.
    pub fn nginx() -> Self {
        Profile::Nginx
    }

    pub(crate) fn is_nginx(self) -> bool {
        self == Profile::Nginx
    }

    /// Says whether body callbacks still come after a headers callback returned Pause.
    pub(crate) fn body_runs_while_headers_wait(self) -> bool {
        match self {
            Profile::Envoy { headers_stop_iteration } => headers_stop_iteration,
            Profile::Nginx => true,
        }
    }

    /// Returns the shortest time between two rebuilds of a crashed instance, in nanoseconds.
    ///
    /// Envoy's `FAIL_RELOAD` rebuilds at once the first time, then once a second at most.
    pub(crate) fn reload_pause_nanos(self) -> u64 {
        match self {
            Profile::Envoy { .. } => 1_000_000_000,
            // The next request gets a fresh instance.
            Profile::Nginx => 0,
        }
    }
}
