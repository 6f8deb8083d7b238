//! What the proxy does with a request beside sending it: mirrors, retries, other clusters.

use std::sync::atomic::{AtomicU32, Ordering};

use hushgate_test_e2e::{
    Config, Upstream,
    secrets::{self, Planted},
    upstream::with_length,
    vaulted::{Vaulted, plugin},
};
use serde_json::{Value, json};

const TEXT: (&str, &str) = ("content-type", "text/plain");
const ROUTE: &str = "cluster: upstream\n                            timeout: 0s\n";

fn start(binding: Value, secret: &Planted, change: impl Fn(Config) -> Config) -> Vaulted {
    Vaulted::with(&plugin(json!({}), binding, json!({})), &secret.secret, change)
}

#[test]
fn a_mirror_stays_clean() {
    let secret = secrets::vault_value(740);
    let mirror = Upstream::start();
    mirror.reply("mirrored", with_length("200 OK", &[TEXT], b"mirror"));
    let rig = start(json!({}), &secret, |config| {
        let route = format!("{ROUTE}{:28}request_mirror_policies: [{{ cluster: mirror }}]\n", "");
        config.cluster("mirror", mirror.port()).edit(ROUTE, &route)
    });
    let (response, seen) = rig.request("mirrored", "/v1/x", &[]);
    assert_eq!(response.body, b"ok");
    assert!(seen.head.value("authorization").contains(&secret.secret));
    let mirrored = mirror.request("mirrored");
    rig.sweep(&[secret], &[&mirrored.everything()]);
    assert!(!mirrored.head.has("authorization"));
}

/// Three tries on one header map, one parameter, and a body as it was.
#[test]
fn a_retry_sends_one_parameter() {
    let secret = secrets::vault_value(741);
    let binding = json!({"surface": {"query": {"name": "key"}}, "accept_url_logging": true});
    let rig = start(binding, &secret, |config| {
        config
            .edit("retry_on: retriable-status-codes", "retry_on: 5xx")
            .edit("num_retries: 1", "num_retries: 2")
    });
    let tries = AtomicU32::new(0);
    rig.upstream.on("retried", move |_, wire| {
        let count = tries.fetch_add(1, Ordering::SeqCst);
        let status = if count < 2 { "503 Service Unavailable" } else { "200 OK" };
        wire.send(&with_length(status, &[TEXT], b"answer"))
    });
    assert_eq!(rig.get("retried", "/v1/x?a=1", &[]).status(), 200);
    let targets: Vec<_> =
        rig.upstream.requests("retried").iter().map(|it| it.head.target()).collect();
    assert_eq!(targets, vec![format!("/v1/x?a=1&key={}", secret.secret); 3]);
    rig.sweep(&[secret], &[]);
}

/// A header decides between two clusters: what is set upstream comes after that decision, and goes to one.
#[test]
fn another_cluster_gets_nothing() {
    let secret = secrets::vault_value(742);
    let other = Upstream::start();
    other.reply("routed", with_length("200 OK", &[TEXT], b"other"));
    let rig = start(json!({}), &secret, |config| {
        let rule = format!(
            "routes:\n{:24}- match: {{ prefix: \"/\", headers: [{{ name: authorization, present_match: true }}] }}\n\
             {:26}route: {{ cluster: other }}\n{:24}- match: {{ prefix: \"/v2\" }}\n{:26}route:\n{:28}weighted_clusters:\n\
             {:30}clusters: [{{ name: other, weight: 1 }}, {{ name: upstream, weight: 1 }}]\n",
            "", "", "", "", "", ""
        );
        config.cluster("other", other.port()).edit("routes:\n", &rule)
    });
    let (response, seen) = rig.request("routed", "/v1/x", &[]);
    assert_eq!(response.body, b"ok");
    assert!(seen.head.value("authorization").contains(&secret.secret));
    for _ in 0..20 {
        rig.get("routed", "/v2/x", &[]);
    }
    let others = other.requests("routed");
    assert!(!others.is_empty());
    let all: Vec<u8> = others.iter().flat_map(|it| it.everything()).collect();
    rig.sweep(&[secret], &[&all]);
}

/// Envoy's internal redirect starts again with the header map that the filter has worked on.
#[test]
fn an_internal_redirect_carries_nothing() {
    let secret = secrets::vault_value(743);
    let other = Upstream::start();
    other.reply("redirected", with_length("200 OK", &[TEXT], b"other"));
    let rig = start(json!({}), &secret, |config| {
        let route = format!("{ROUTE}{:28}internal_redirect_policy: {{}}\n", "");
        let rule = format!(
            "routes:\n{:24}- match: {{ prefix: \"/v2\" }}\n{:26}route: {{ cluster: other }}\n",
            "", ""
        );
        config.cluster("other", other.port()).edit(ROUTE, &route).edit("routes:\n", &rule)
    });
    let location = format!("http://{}/v2/x", hushgate_test_e2e::vaulted::AUTHORITY);
    rig.upstream.reply("redirected", with_length("302 Found", &[("location", &location)], b""));
    let response = rig.get("redirected", "/v1/x", &[]);
    let arrived: Vec<u8> =
        other.requests("redirected").iter().flat_map(|it| it.everything()).collect();
    // The client is told, and Envoy did not go there by itself.
    assert_eq!((response.status(), response.head.value("location")), (302, location));
    assert!(arrived.is_empty());
    assert!(
        rig.upstream.request("redirected").head.value("authorization").contains(&secret.secret)
    );
    rig.sweep(&[secret], &[&arrived]);
}
