//! What `hushgate config` prints, in a real Envoy.
//!
//! A resource of Istio or of Envoy Gateway becomes a filter as their control planes make one of it: name, root id and
//! configuration, no restriction of what the module may call, and no `allow_on_headers_stop_iteration`, for neither
//! resource has a field for them. That it is valid by their schemas is not shown here: those come with their clusters.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use hushgate_test_e2e::{
    Config, Envoy, Rig, root,
    secrets::{self, assert_redacted},
    upstream::with_length,
};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Value, json};

/// Every kind of character that has to be escaped somewhere, and a number.
fn plugin() -> Value {
    json!({
        "requests": "redact",
        "responses": "mask",
        "tail_bytes_max": 4096,
        "allow": {"patterns": ["^it's \"quoted\" \\d: #\\{\\}\u{e4}\u{1F600}\u{2028}"]},
    })
}

/// Runs `hushgate config` with this configuration.
fn printed(proxy: &str) -> String {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["run", "--quiet", "--locked", "--package", "hushgate-cli", "--"])
        .args(["config", proxy, "--config", "-"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("cargo");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(plugin().to_string().as_bytes()).expect("the configuration is read");
    drop(input);
    let done = child.wait_with_output().expect("its output");
    assert!(done.status.success(), "hushgate config {proxy}: {}", done.status);
    String::from_utf8(done.stdout).expect("UTF-8")
}

fn field<'a>(node: &'a Yaml<'a>, path: &[&str]) -> &'a Yaml<'a> {
    path.iter().fold(node, |node, name| {
        let mut fields = node.as_mapping().expect("a map").iter();
        let (_, value) = fields
            .find(|(key, _)| key.as_str() == Some(name))
            .unwrap_or_else(|| panic!("no {name} in {path:?}"));
        value
    })
}

fn text<'a>(node: &'a Yaml<'a>, path: &[&str]) -> &'a str {
    field(node, path).as_str().unwrap_or_else(|| panic!("{path:?} is no text"))
}

/// As Kubernetes reads it.
fn as_json(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Mapping(fields) => fields
            .iter()
            .map(|(key, value)| (key.as_str().expect("a name").to_owned(), as_json(value)))
            .collect(),
        Yaml::Sequence(list) => list.iter().map(as_json).collect(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::Boolean(word)) => (*word).into(),
        other => panic!("unexpected: {other:?}"),
    }
}

/// The filter that a control plane makes: of the shipped one, what a resource has no field for is left out.
fn by_control_plane(root_id: &str, plugin: &Value) -> Config {
    let config = Config::plugin(&plugin.to_string())
        .edit("root_id: hushgate.redact", &format!("root_id: {root_id}"))
        .edit("allow_on_headers_stop_iteration: true", "");
    let start = config.text().find("capability_restriction_config:").expect("a restriction");
    let rest = &config.text()[start..];
    let end = rest.find("                  - name: envoy.filters.http.router").expect("its end");
    let restriction = rest[..end].to_owned();
    config.edit(&restriction, "\n")
}

/// It is valid, and redacts in both directions.
fn works(case: &str, config: Config) {
    let done = Envoy::validate(config.clone());
    assert!(done.status.success(), "{case}: {}", String::from_utf8_lossy(&done.stderr));
    let rig = Rig::start(config);
    let (asked, told) = (secrets::github_pat(700), secrets::npm(701));
    let (request, reply) = (format!("{{\"k\": \"{}\"}}", asked.text), format!("is {}!", told.text));
    let plain = [("content-type", "text/plain")];
    rig.upstream.reply(case, with_length("200 OK", &plain, reply.as_bytes()));
    let headers = [("content-type", "application/json")];
    let response = rig.client().send_body("POST", case, "/", &headers, request.as_bytes());
    assert_eq!(response.status(), 200, "{case}");
    assert!(response.text().starts_with("is npm_***"), "{case}: masked, as configured");
    assert_eq!(response.body.len(), reply.len(), "{case}");
    assert_redacted(&asked, request.as_bytes(), &rig.upstream.request(case).body);
    rig.sweep(&[asked, told], &[&response.body]);
}

#[test]
fn a_whole_configuration_of_envoy() {
    works("printed-envoy", Config::made(printed("envoy")));
}

#[test]
fn a_wasm_plugin_of_istio() {
    let text_of = printed("istio");
    let documents = Yaml::load_from_str(&text_of).expect("YAML");
    let [plugin_of_istio] = documents.as_slice() else { panic!("one document") };
    assert_eq!(text(plugin_of_istio, &["apiVersion"]), "extensions.istio.io/v1alpha1");
    assert_eq!(text(plugin_of_istio, &["kind"]), "WasmPlugin");
    let config = as_json(field(plugin_of_istio, &["spec", "pluginConfig"]));
    assert_eq!(config, plugin(), "nothing is lost on the way through YAML");
    assert_eq!(text(plugin_of_istio, &["spec", "failStrategy"]), "FAIL_RELOAD");
    let root_id = text(plugin_of_istio, &["spec", "pluginName"]);
    // Istio sets no vm_id.
    let config = by_control_plane(root_id, &config).edit("vm_id: hushgate.redact", "");
    works("printed-istio", config);
}

#[test]
fn an_extension_policy_of_envoy_gateway() {
    let text_of = printed("envoy-gateway");
    let documents = Yaml::load_from_str(&text_of).expect("YAML");
    let [policy] = documents.as_slice() else { panic!("one document") };
    assert_eq!(text(policy, &["apiVersion"]), "gateway.envoyproxy.io/v1alpha1");
    assert_eq!(text(policy, &["kind"]), "EnvoyExtensionPolicy");
    let filters = field(policy, &["spec", "wasm"]).as_sequence().expect("a list");
    let [filter] = filters.as_slice() else { panic!("one filter") };
    let config = as_json(field(filter, &["config"]));
    assert_eq!(config, plugin(), "nothing is lost on the way through YAML");
    assert_eq!(field(filter, &["failOpen"]).as_bool(), Some(false));
    // Closed, and for ever: it has no field for another policy.
    let config = by_control_plane(text(filter, &["rootID"]), &config)
        .edit("failure_policy: FAIL_RELOAD", "fail_open: false")
        .edit("reload_config:\n", "\n")
        .edit("                          backoff: { base_interval: 1s }\n", "");
    works("printed-gateway", config);
}

/// Envoy does read the filter's own configuration, as the tests above give it.
#[test]
fn what_is_wrong_is_refused() {
    let wrong = by_control_plane("hushgate.redact", &json!({"response": "mask"}));
    assert!(Envoy::try_start(wrong, 1).is_err());
}
