//! Who sends a request: what the proxy has verified of it, and nothing that the client says.

use std::net::IpAddr;

use crate::policy;

/// What the proxy knows of a request, beside the request itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The cluster that the request goes to.
    pub cluster: String,
    /// The route that it takes, where a policy asks for it.
    pub route: String,
    /// The URI SANs of the client's verified certificate, joined as the proxy joins them (by commas).
    pub uri_sans: Vec<String>,
    /// The verified claims that the configuration asks for, in the order of [`super::InjectConfig::claims`].
    pub claims: Vec<Option<Vec<u8>>>,
    /// The peer's address, as the proxy sees it.
    pub source: Option<IpAddr>,
    /// What an earlier try of this request left as [`super::InjectStep::set`]: it is on the header map already.
    pub set_before: Option<Vec<u8>>,
}

impl Facts {
    /// What the policies of the other job ask for.
    pub(crate) fn for_policies(&self) -> policy::Facts {
        policy::Facts {
            cluster: self.cluster.clone(),
            route: self.route.clone(),
            source: self.source,
            uri_sans: self.uri_sans.clone(),
        }
    }
}

/// A claim in the metadata that the proxy's JWT filter has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The name that the filter writes the payload under (`payload_in_metadata`).
    pub payload: String,
    /// The claim.
    pub claim: String,
}

/// Which workloads a binding is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workload {
    /// All that can reach the listener.
    Any,
    /// One whose certificate has this URI SAN (a SPIFFE id).
    UriSan(String),
    /// One whose verified token has this claim: the number of the claim, and its value.
    Claim(usize, String),
    /// One in this network. The configuration has said that the proxy's word on addresses is to be trusted.
    Source(Network),
}

impl Workload {
    /// Whether the facts are those of such a workload.
    pub(crate) fn is(&self, facts: &Facts) -> bool {
        match self {
            Workload::Any => true,
            Workload::UriSan(uri) => facts.uri_sans.iter().any(|san| san == uri),
            Workload::Claim(number, value) => {
                facts.claims.get(*number).and_then(Option::as_deref) == Some(value.as_bytes())
            }
            Workload::Source(network) => facts.source.is_some_and(|ip| network.contains(ip)),
        }
    }
}

/// A network, as an address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: u128,
    bits: u32,
    is_v4: bool,
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<Network, &'static str> {
        let reason = "want an address, or a network such as 10.0.0.0/8";
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| reason)?;
        let (number, width) = number(address);
        let bits = bits.map_or(Ok(width), |bits| bits.parse().map_err(|_| reason))?;
        if bits > width || number & mask(width - bits) != 0 {
            return Err("want a network whose address has no bit behind its prefix");
        }
        Ok(Network { address: number, bits, is_v4: address.is_ipv4() })
    }

    pub(crate) fn contains(self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let (number, width) = number(ip);
        self.is_v4 == ip.is_ipv4() && number & !mask(width - self.bits) == self.address
    }
}

fn number(ip: IpAddr) -> (u128, u32) {
    match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    }
}

/// So many bits from the lowest on.
fn mask(bits: u32) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        let holds = |network: &str, ip: &str| {
            Network::parse(network).unwrap().contains(ip.parse().unwrap())
        };
        for (network, ip) in [
            ("10.0.0.0/8", "10.255.0.1"),
            ("10.0.0.7", "10.0.0.7"),
            ("10.0.0.7", "::ffff:10.0.0.7"),
            ("0.0.0.0/0", "192.0.2.1"),
            ("2001:db8::/32", "2001:db8:1::1"),
            ("::/0", "2001:db8::1"),
        ] {
            assert!(holds(network, ip), "{network} {ip}");
        }
        for (network, ip) in [
            ("10.0.0.0/8", "11.0.0.1"),
            ("10.0.0.7", "10.0.0.8"),
            ("0.0.0.0/0", "2001:db8::1"),
            ("::/0", "10.0.0.1"),
        ] {
            assert!(!holds(network, ip), "{network} {ip}");
        }
        for bad in ["", "10.0.0.1/8", "10.0.0.0/33", "host", "10.0.0.0/x", "10.0.0.0/-1"] {
            assert!(Network::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_workload_is_what_the_proxy_has_verified() {
        let facts = Facts {
            uri_sans: vec!["spiffe://prod/agent".into()],
            claims: vec![None, Some(b"agent-1".to_vec())],
            source: Some("10.1.2.3".parse().unwrap()),
            ..Facts::default()
        };
        let is = |workload: Workload| workload.is(&facts);
        assert!(is(Workload::Any) && is(Workload::UriSan("spiffe://prod/agent".into())));
        assert!(!is(Workload::UriSan("spiffe://prod/age".into())));
        assert!(
            is(Workload::Claim(1, "agent-1".into())) && !is(Workload::Claim(0, "agent-1".into()))
        );
        assert!(
            !is(Workload::Claim(1, "agent-2".into())) && !is(Workload::Claim(7, String::new()))
        );
        assert!(is(Workload::Source(Network::parse("10.0.0.0/8").unwrap())));
        let unknown = Facts::default();
        assert!(!Workload::Source(Network::parse("0.0.0.0/0").unwrap()).is(&unknown));
        assert!(!Workload::UriSan(String::new()).is(&unknown));
    }
}
