use super::*;

const GOOD: &str = include_str!("../../../../envoy/redact.yaml");

fn names(text: &str) -> Vec<(usize, &'static str)> {
    check(text).unwrap().into_iter().map(|warning| (warning.line, warning.name)).collect()
}

fn with(from: &str, to: &str) -> Vec<&'static str> {
    assert!(GOOD.contains(from), "{from}");
    names(&GOOD.replacen(from, to, 1)).into_iter().map(|(_, name)| name).collect()
}

#[test]
fn what_is_shipped_is_right() {
    assert_eq!(names(GOOD), []);
}

#[test]
fn each_mistake_is_named() {
    let line = |text: &str| GOOD.lines().position(|line| line.contains(text)).unwrap() + 1;
    let without = |text: &str| with(text, "");
    assert_eq!(without("vm_id: hushgate.redact"), ["no-vm-id"]);
    assert_eq!(without("failure_policy: FAIL_RELOAD"), ["no-failure-policy"]);
    assert_eq!(with("failure_policy: FAIL_RELOAD", "failure_policy: FAIL_OPEN"), ["fail-open"]);
    let mistakes = ["headers-go-ahead", "headers-never-go"];
    assert_eq!(without("allow_on_headers_stop_iteration: true"), mistakes);
    let careful = GOOD.replace(",\"hold_headers\":true", "");
    assert!(names(&careful).is_empty());
    let alone = careful.replace("allow_on_headers_stop_iteration: true", "");
    let found: Vec<_> = names(&alone).into_iter().map(|(_, name)| name).collect();
    assert_eq!(found, ["headers-go-ahead"]);
    assert_eq!(with("allowed_capabilities:", "allowed:"), ["no-capability-restriction"]);
    assert_eq!(with("%PATH(NQ:PATH)%", "%REQ(:PATH)%"), ["url-logging"]);
    assert_eq!(with("log_format:", "log_formats:"), ["url-logging"]);
    assert_eq!(with("127.0.0.1, port_value: 9901", "0.0.0.0, port_value: 9901"), ["open-admin"]);
    let value = r#"'{"requests":"redact","responses":"redact","hold_headers":true}'"#;
    let changed = GOOD.replacen(value, r#"'{"response":"redact"}'"#, 1);
    assert_eq!(names(&changed), [(line(value), "configuration")]);
    assert_eq!(check("static_resources: {}").unwrap_err(), "has no filter of hushgate's");
    assert!(check("a: [").is_err());
}

/// A small configuration that injects, downstream or upstream, to a cluster with what is given of it.
fn injecting(downstream: bool, cluster: &str) -> String {
    let filter = r#"
- name: hushgate.inject
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
    config:
      failure_policy: FAIL_RELOAD
      allow_on_headers_stop_iteration: true
      vm_config:
        vm_id: hushgate.inject
        capability_restriction_config: {allowed_capabilities: {proxy_log: {}}}
      configuration:
        "@type": type.googleapis.com/google.protobuf.StringValue
        value: |
          {"stores": {"env": {"kind": "static"}},
          "credentials": [{"name": "k", "store": "env", "reference": {"value_env": "K"}}],
          "bindings": [{"name": "b", "credential": "k", "workload": "any", "cluster": "api",
            "authority": "api.example", "methods": ["GET"], "paths": ["/**"], "surface": "bearer"}],
          "trust_source_address": true}
"#;
    let indented = |spaces: usize| filter.replace('\n', &format!("\n{}", " ".repeat(spaces)));
    let (down, up) =
        if downstream { (indented(4), String::new()) } else { (String::new(), indented(8)) };
    format!(
        r#"
manager:
  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
  http_filters:
    - name: cache
      typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.cache.v3.CacheConfig}}{down}
    - name: router
      typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  route_config:
    routes: [{{route: {{request_mirror_policies: [{{cluster: other}}]}}}}]
static_resources:
  clusters:
  - name: api
    typed_extension_protocol_options:
      x:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        http_filters: {up}
{cluster}
"#
    )
}

#[test]
fn what_is_injected_goes_where_it_should() {
    let tls = |validation: &str| {
        format!(
            r#"    transport_socket:
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        common_tls_context: {{validation_context: {{{validation}}}}}"#
        )
    };
    let good =
        tls("trusted_ca: {filename: ca.pem}, match_typed_subject_alt_names: [{san_type: DNS}]");
    let only = |text: String| names(&text).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(only(injecting(false, &good)), ["spoofable-source"]);
    assert_eq!(only(injecting(false, "")), ["spoofable-source", "no-tls"]);
    let unnamed = tls("trusted_ca: {filename: ca.pem}");
    assert_eq!(only(injecting(false, &unnamed)), ["spoofable-source", "san-not-verified"]);
    let trusting =
        tls("trust_chain_verification: ACCEPT_UNTRUSTED, trusted_ca: {filename: ca.pem}");
    assert_eq!(only(injecting(false, &trusting)), ["spoofable-source", "tls-not-verified"]);
    assert_eq!(only(injecting(false, &tls(""))), ["spoofable-source", "tls-not-verified"]);
    let mut downstream = only(injecting(true, &good));
    downstream.sort_unstable();
    assert_eq!(downstream, ["cache-before", "downstream-injection", "mirror", "spoofable-source"]);
    let wrong = injecting(false, &good).replace("\"surface\"", "\"surfaces\"");
    let mut wrong = only(wrong);
    wrong.sort_unstable();
    assert_eq!(wrong, ["configuration", "spoofable-source"]);
    let other = injecting(false, &good).replace("name: api", "name: apis");
    assert_eq!(only(other), ["spoofable-source", "no-such-cluster"]);
}

#[test]
fn a_filter_needs_a_vm_of_its_own() {
    let start = GOOD.find("vm_config:").unwrap();
    let end = GOOD.find("- name: envoy.filters.http.router").unwrap();
    let without = format!("{}\n                  {}", &GOOD[..start], &GOOD[end..]);
    assert_eq!(names(&without).into_iter().map(|it| it.1).collect::<Vec<_>>(), ["no-vm"]);
    let open = with("failure_policy: FAIL_RELOAD", "fail_open: true");
    assert_eq!(open, ["fail-open"]);

    // Another module with the same id; the same one again shares nothing that is not its own.
    let router = "                  - name: envoy.filters.http.router";
    let other = |file: &str| {
        let wasm = format!(
            r#"                  - name: other
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
                      config:
                        vm_config:
                          vm_id: hushgate.redact
                          runtime: envoy.wasm.runtime.v8
                          code:
                            local: {{ filename: {file} }}
"#
        );
        let text = GOOD.replacen(router, &format!("{wasm}{router}"), 1);
        names(&text).into_iter().map(|it| it.1).collect::<Vec<_>>()
    };
    assert_eq!(other("other.wasm"), ["shared-vm-id"]);
    assert!(!other("dist/hushgate_redact.wasm").contains(&"shared-vm-id"));
}

/// Responses pass the filters from the last one to the first.
#[test]
fn the_order_of_filters_is_looked_at() {
    let compressor = |before: bool| {
        let entry = r#"- name: compressor
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor
                  "#;
        let at =
            if before { "- name: hushgate.redact\n" } else { "- name: envoy.filters.http.router" };
        with(at, &format!("{entry}{at}"))
    };
    assert_eq!(compressor(false), ["coded-before"]);
    assert_eq!(compressor(true), <[&str; 0]>::default());

    let router = "    - name: router\n";
    let lua = "    - name: lua\n      typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}\n";
    let text = injecting(true, "");
    let has = |text: &str| names(text).into_iter().any(|it| it.1 == "not-last");
    assert!(text.contains(router) && !has(&text));
    assert!(has(&text.replacen(router, &format!("{lua}{router}"), 1)));
}

#[test]
fn a_vault_is_asked_by_tls() {
    let store =
        r#"{"kind": "vault", "cluster": "vault", "auth": {"method": "token", "token_env": "T"}}"#;
    let vault = |address: &str, tls: &str| {
        let cluster = format!(
            r#"  - name: vault
    load_assignment:
      endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: {address}, port_value: 8200}}}}}}}}]}}]
    {tls}
"#
        );
        let text = injecting(false, "").replacen(r#"{"kind": "static"}"#, store, 1) + &cluster;
        names(&text).into_iter().any(|it| it.1 == "vault-without-tls")
    };
    let tls = r#"transport_socket: {typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext}}"#;
    assert!(vault("vault.internal", ""));
    assert!(!vault("vault.internal", tls));
    assert!(!vault("127.0.0.1", ""), "what stays on this machine");
}

/// What verifies a name, and what comes by SDS, is not warned of.
#[test]
fn what_is_verified_elsewhere_is_not_warned_of() {
    let tls = |validation: &str, more: &str| {
        let text = injecting(
            false,
            &format!(
                r#"    transport_socket:
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        {more}
        common_tls_context: {{{validation}}}"#
            ),
        );
        let names = names(&text).into_iter().map(|it| it.1);
        names.filter(|it| *it != "spoofable-source").collect::<Vec<_>>()
    };
    let nothing = <[&str; 0]>::default();
    let roots = "validation_context: {system_root_certs: {}}";
    assert_eq!(tls(roots, ""), ["san-not-verified"]);
    assert_eq!(tls(roots, "auto_sni_san_validation: true"), nothing);
    assert_eq!(tls("validation_context_sds_secret_config: {name: x}", ""), nothing);
    let combined =
        "combined_validation_context: {default_validation_context: {trusted_ca: {filename: a}}}";
    assert_eq!(tls(combined, ""), ["san-not-verified"]);
    let trusted =
        injecting(false, "").replacen("manager:", "manager:\n  use_remote_address: true", 1);
    assert!(names(&trusted).iter().all(|it| it.1 != "spoofable-source"));
}
