//! What the proxy knows of a request, beside the request: only what the configuration asks for is read.

use hushgate::{
    inject::{Claim, Facts, InjectConfig, Workload},
    policy::Asks,
};

use crate::{
    abi,
    facts::{source, text, uri_sans},
};

/// The property that tells a later try what this one has set. It lives as long as the request, and no client sets it.
pub(super) const SET: &str = "hushgate_set";

/// Where Envoy's JWT filter writes what it has verified.
const JWT: [&str; 3] = ["metadata", "filter_metadata", "envoy.filters.http.jwt_authn"];

/// Reads them. What the proxy does not know is left out, and then fits no binding and no policy.
pub(super) fn read(config: &InjectConfig) -> Facts {
    let is_asked = |is: fn(&Workload) -> bool| config.bindings.iter().any(|it| is(&it.workload));
    let policies = config.redact.as_ref().map_or_else(Asks::default, |it| it.policies.asks());
    let mut facts = Facts { cluster: text(&["xds", "cluster_name"]), ..Facts::default() };
    if policies.uri_sans || is_asked(|workload| matches!(workload, Workload::UriSan(_))) {
        facts.uri_sans = uri_sans();
    }
    if policies.source || is_asked(|workload| matches!(workload, Workload::Source(_))) {
        facts.source = source(config.host);
    }
    if policies.route {
        facts.route = text(&["xds", "route_name"]);
    }
    facts.claims = config.claims.iter().map(claim).collect();
    facts.set_before = abi::property(&[SET]).ok().flatten();
    facts
}

fn claim(claim: &Claim) -> Option<Vec<u8>> {
    let [first, second, third] = JWT;
    let path = [first, second, third, &claim.payload, &claim.claim];
    abi::property(&path).ok().flatten()
}
