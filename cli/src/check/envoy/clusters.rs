//! Where credentials may go: a cluster that a binding names must know whom it talks to.

use super::{super::yaml::Node, Chain, Filter, Warnings, listeners::is_loopback};

/// The chains of filters that clusters have of their own.
pub(super) fn upstream_chains(document: &Node) -> Vec<Chain<'_>> {
    let options = document.all(".v3.HttpProtocolOptions").into_iter();
    options
        .filter_map(|owner| Some(Chain { owner, filters: owner.get("http_filters")?.list() }))
        .collect()
}

pub(super) fn check(filters: &[Filter<'_>], document: &Node, warnings: &mut Warnings) {
    let clusters = document.path(&["static_resources", "clusters"]).map_or(&[][..], Node::list);
    let named = |name: &str| clusters.iter().find(|it| it.text_of("name") == Some(name));
    let text = |value: &serde_json::Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
    for filter in filters {
        let Some((json, at)) = &filter.json else { continue };
        for binding in filter.bindings().into_iter().flatten() {
            let Some(name) = text(binding, "cluster") else { continue };
            match named(&name) {
                Some(cluster) => check_bound(cluster, &name, warnings),
                None => {
                    let message = format!("a binding names the cluster {name}, which is not here");
                    warnings.add(at, "no-such-cluster", message);
                }
            }
        }
        let stores = json.get("stores").and_then(serde_json::Value::as_object);
        for (store, config) in stores.into_iter().flatten() {
            let cluster = text(config, "cluster").and_then(|name| named(&name));
            if let Some(cluster) = cluster.filter(|it| !is_local(it) && tls(it).is_none()) {
                let message = format!("the vault {store} is asked without TLS");
                warnings.add(cluster, "vault-without-tls", message);
            }
        }
    }
}

/// A cluster that gets a credential: TLS, with a trusted issuer and the right name.
fn check_bound(cluster: &Node, name: &str, warnings: &mut Warnings) {
    let Some(tls) = tls(cluster) else {
        let message = format!("a credential goes to {name} without TLS");
        return warnings.add(cluster, "no-tls", message);
    };
    let context = tls.get("common_tls_context");
    let validation = context.and_then(|context| {
        let combined = ["combined_validation_context", "default_validation_context"];
        context.get("validation_context").or_else(|| context.path(&combined))
    });
    // What comes by SDS is not in this file.
    let by_sds = context.is_some_and(|context| {
        context.get("validation_context_sds_secret_config").is_some()
            || context
                .path(&["combined_validation_context", "validation_context_sds_secret_config"])
                .is_some()
    });
    let has = |name: &str| validation.is_some_and(|it| it.get(name).is_some());
    let is_trusting = validation
        .and_then(|it| it.text_of("trust_chain_verification"))
        .is_some_and(|word| word == "ACCEPT_UNTRUSTED");
    let is_verified = by_sds || has("trusted_ca") || has("system_root_certs");
    if is_trusting || !is_verified {
        let message =
            format!("a credential goes to {name}, whoever answers: no certificate is verified");
        return warnings.add(tls, "tls-not-verified", message);
    }
    let mut by_name = has("match_typed_subject_alt_names") || has("match_subject_alt_names");
    // Of the HTTP options, which take the name from the request, and of TLS itself.
    let by_itself = ["auto_san_validation", "auto_sni_san_validation"];
    cluster.walk(&mut |node| by_name |= by_itself.iter().any(|name| node.is_true(name)));
    if !by_name && !by_sds {
        let message = format!(
            "any certificate of a trusted issuer may stand for {name}: no name is verified"
        );
        warnings.add(tls, "san-not-verified", message);
    }
}

fn tls(cluster: &Node) -> Option<&Node> {
    cluster.all(".tls.v3.UpstreamTlsContext").into_iter().next()
}

/// Whether all of its endpoints are on this machine.
fn is_local(cluster: &Node) -> bool {
    let mut addresses = Vec::new();
    cluster.walk(&mut |node| addresses.extend(node.path(&["socket_address", "address"])));
    addresses.iter().all(|address| address.text().is_some_and(is_loopback))
}
