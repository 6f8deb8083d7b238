//! What the proxy knows of a request, beside the request: only what the configuration asks for is read.
//!
//! None of these properties can be set by a client, `source.address` excepted: it follows `X-Forwarded-For` where the proxy
//! does not set `use_remote_address`, so that a configuration which uses it has to say that it may be trusted.

use std::net::IpAddr;

use hushgate::{
    config::Host,
    policy::{Asks, Facts},
};

use crate::abi;

/// Reads them. What the proxy does not know is left empty.
pub(crate) fn read(asks: Asks, host: Host) -> Facts {
    let mut facts = Facts::default();
    if asks.cluster {
        facts.cluster = text(&["xds", "cluster_name"]);
    }
    if asks.route {
        facts.route = text(&["xds", "route_name"]);
    }
    if asks.source {
        facts.source = source(host);
    }
    if asks.uri_sans {
        facts.uri_sans = uri_sans();
    }
    facts
}

/// The peer's address.
pub(crate) fn source(host: Host) -> Option<IpAddr> {
    match host {
        Host::Envoy => address(&text(&["source", "address"])),
        Host::Nginx => text(&["ngx", "remote_addr"]).parse().ok(),
    }
}

/// The URI SANs of the peer's verified certificate: the proxy joins them by commas.
pub(crate) fn uri_sans() -> Vec<String> {
    let sans = text(&["connection", "uri_san_peer_certificate"]);
    sans.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// A property that is a text; empty where the proxy has none.
pub(crate) fn text(path: &[&str]) -> String {
    let bytes = abi::property(path).ok().flatten().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// An address without its port: `10.0.0.1:443`, `[::1]:443`.
fn address(text: &str) -> Option<IpAddr> {
    let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_ports() {
        assert_eq!(address("10.0.0.1:443"), "10.0.0.1".parse().ok());
        assert_eq!(address("[2001:db8::1]:443"), "2001:db8::1".parse().ok());
        assert_eq!(address(""), None);
        assert_eq!(address("pipe"), None);
    }
}
