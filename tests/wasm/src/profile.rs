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

    /// Says whether body callbacks still come after a headers callback returned Pause.
    pub(crate) fn body_runs_while_headers_wait(self) -> bool {
        match self {
            Profile::Envoy { headers_stop_iteration } => headers_stop_iteration,
        }
    }

    /// Returns the shortest time between two rebuilds of a crashed instance, in nanoseconds.
    ///
    /// Envoy's `FAIL_RELOAD` rebuilds at once the first time, then once a second at most.
    pub(crate) fn reload_pause_nanos(self) -> u64 {
        match self {
            Profile::Envoy { .. } => 1_000_000_000,
        }
    }
}
