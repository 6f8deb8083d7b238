//! Reading `host`, and what one proxy cannot do that another can.

use serde_json::Value;

use super::{Config, ConfigError, value::word};

/// The proxy that a filter runs in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Host {
    /// Envoy, and what is built on it.
    #[default]
    Envoy,
    /// NGINX with ngx_wasm_module (docs/nginx.md).
    Nginx,
}

impl Host {
    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Host::Envoy => "envoy",
            Host::Nginx => "nginx",
        }
    }

    /// Whether it is NGINX.
    pub fn is_nginx(self) -> bool {
        self == Host::Nginx
    }
}

pub(crate) fn read(field: &str, value: &Value) -> Result<Host, ConfigError> {
    word(field, value, &[Host::Envoy, Host::Nginx].map(|host| (host.name(), host)))
}

/// Checks that nothing is asked of NGINX that it does not have: it would fit nothing, or fail in the middle of a response.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    if !config.host.is_nginx() {
        return Ok(());
    }
    let asks = config.policies.asks();
    let lacks = [
        ("hold_headers", config.hold_headers),
        ("filter_state", config.filter_state),
        ("policies", asks.cluster || asks.route || asks.uri_sans),
    ];
    match lacks.into_iter().find(|(_, is_asked)| *is_asked) {
        None => Ok(()),
        Some(("policies", _)) => {
            let reason = "the host nginx knows no clusters, routes and uri_sans";
            Err(ConfigError::new("policies", reason))
        }
        Some((field, _)) => Err(ConfigError::new(field, "the host nginx cannot do it")),
    }
}
