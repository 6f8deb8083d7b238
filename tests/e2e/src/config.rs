//! `envoy/redact.yaml`, `envoy/compressed.yaml`, `envoy/inject.yaml` and `envoy/edge.yaml` as shipped, with the few edits a test needs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{delivery::Delivery, vault::Vault};

/// The plugin configuration in the shipped file.
pub const SHIPPED_PLUGIN: &str =
    r#"{"requests":"redact","responses":"redact","hold_headers":true}"#;

const SHIPPED_FILE: &str = "envoy/redact.yaml";
const SHIPPED_MODULE: &str = "dist/hushgate_redact.wasm";

/// The text of a configuration, on its way to Envoy.
#[derive(Clone, Debug)]
pub struct Config {
    text: String,
    /// Variables of Envoy's environment.
    pub(crate) environment: Vec<(String, String)>,
    /// How many workers Envoy has.
    pub(crate) workers: u32,
}

impl Config {
    /// The file as shipped.
    pub fn shipped() -> Self {
        Self::of_file(SHIPPED_FILE)
    }

    /// A file that was made from the shipped one.
    pub fn made(text: String) -> Self {
        Self { text, environment: Vec::new(), workers: 1 }
    }

    /// `envoy/compressed.yaml`: Envoy's own compressors and decompressors around the filter.
    pub fn compressed() -> Self {
        Self::of_file("envoy/compressed.yaml")
    }

    /// `envoy/inject.yaml`, with this vault, and another plugin configuration if there is one.
    pub fn inject(json: Option<&Value>, vault: &Vault) -> Self {
        Self::of_file("envoy/inject.yaml").with_vault(json, vault)
    }

    /// The same of `envoy/edge.yaml`.
    pub fn edge(json: Option<&Value>, vault: &Vault) -> Self {
        Self::of_file("envoy/edge.yaml").with_vault(json, vault)
    }

    /// `envoy/inject.yaml` with a vault on this port, and this token for it.
    pub fn inject_at(json: Option<&Value>, port: u16, token: &str) -> Self {
        Self::of_file("envoy/inject.yaml").with_vault_at(json, port, token)
    }

    /// `envoy/egress.yaml`, its filter delivered by a file in this folder.
    pub fn egress(delivery: &Delivery) -> Self {
        let folder = delivery.folder().display();
        Self::of_file("envoy/egress.yaml")
            .edit("path: envoy/egress.ecds.yaml", &format!("path: {folder}/egress.ecds.yaml"))
            .edit("path: envoy }", &format!("path: {folder} }}"))
    }

    /// `envoy/upstream.yaml`.
    pub fn upstream() -> Self {
        Self::of_file("envoy/upstream.yaml")
    }

    fn of_file(file: &str) -> Self {
        let path = root().join(file);
        let text = fs::read_to_string(&path);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::made(text)
    }

    fn with_vault(self, json: Option<&Value>, vault: &Vault) -> Self {
        self.with_vault_at(json, vault.port(), vault.token())
    }

    fn with_vault_at(mut self, json: Option<&Value>, port: u16, token: &str) -> Self {
        if let Some(json) = json {
            let start = self.text.find("value: |\n").expect("the plugin's configuration");
            let (before, rest) = self.text.split_at(start);
            let end = rest.find("# After a trap").expect("what follows it");
            let quoted = json.to_string().replace('\'', "''");
            self.text = format!("{before}value: '{quoted}'\n{:18}{}", "", &rest[end..]);
        }
        let random = |name: &str| format!("{name} of one run of the tests, {}", std::process::id());
        self.environment = vec![
            ("HUSHGATE_VAULT_TOKEN".to_owned(), token.to_owned()),
            ("HUSHGATE_SHARED_KEY".to_owned(), random("the shared key")),
            ("HUSHGATE_FINGERPRINT_KEY".to_owned(), random("the fingerprint key")),
        ];
        let port = format!("port_value: {port} }}");
        self.edit("port_value: 8200 }", &port)
    }

    /// With a variable of Envoy's environment, or without it.
    #[must_use]
    pub fn variable(mut self, name: &str, value: Option<&str>) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// With a variable that the module gets as well, beside those of the shipped file.
    #[must_use]
    pub fn handed(self, name: &str, value: &str) -> Self {
        let keys = "host_env_keys:\n";
        self.variable(name, Some(value)).edit(keys, &format!("{keys}{:24}- {name}\n", ""))
    }

    /// With another cluster, on a port of this machine, without the filter.
    #[must_use]
    pub fn cluster(self, name: &str, port: u16) -> Self {
        let cluster = format!(
            "  clusters:\n    - name: {name}\n      type: STATIC\n      load_assignment:\n        \
             cluster_name: {name}\n        endpoints:\n          - lb_endpoints:\n              \
             - endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }} }}\n"
        );
        self.edit("  clusters:\n", &cluster)
    }

    /// With so many workers.
    #[must_use]
    pub fn workers(self, workers: u32) -> Self {
        Self { workers, ..self }
    }

    /// The file with another plugin configuration.
    pub fn plugin(json: &str) -> Self {
        let quoted = |json: &str| format!("value: '{}'", json.replace('\'', "''"));
        Self::shipped().edit(&quoted(SHIPPED_PLUGIN), &quoted(json))
    }

    /// For a module of the tests' own instead of the filter.
    #[must_use]
    pub fn module(self, path: &str) -> Self {
        self.edit(&format!("filename: {SHIPPED_MODULE}"), &format!("filename: {path}"))
    }

    /// With workloads on the listener's side: requests go out to the world.
    #[must_use]
    pub fn outbound(self) -> Self {
        self.edit("traffic_direction: INBOUND", "traffic_direction: OUTBOUND")
    }

    /// Without hushgate: what the same Envoy does by itself.
    #[must_use]
    pub fn without_filter(self) -> Self {
        let name = "- name: hushgate.redact\n";
        self.edit(name, &format!("{name}{:20}disabled: true\n", ""))
    }

    /// With other HTTP filters around hushgate's: requests meet those before it first, answers those behind it.
    #[must_use]
    pub fn between(self, before: &str, behind: &str) -> Self {
        let indented = |filters: &str| -> String {
            filters.lines().map(|line| format!("{:18}{line}\n", "")).collect()
        };
        let (name, router) = ("- name: hushgate.redact\n", "- name: envoy.filters.http.router\n");
        self.edit(name, &format!("{}{:18}{name}", indented(before).trim_start(), ""))
            .edit(router, &format!("{}{:18}{router}", indented(behind).trim_start(), ""))
    }

    /// With HTTP/2 to the upstream for requests that came by HTTP/2.
    #[must_use]
    pub fn http2_upstream(self) -> Self {
        self.edit(
            "explicit_http_config:\n",
            &format!("use_downstream_protocol_config:\n{:12}http2_protocol_options: {{}}\n", ""),
        )
    }

    /// Replaces one text, which must be there exactly once: an edit that misses would test nothing.
    #[must_use]
    pub fn edit(self, from: &str, to: &str) -> Self {
        let count = self.text.matches(from).count();
        assert_eq!(count, 1, "the shipped file has {from:?} {count} times, not once");
        Self { text: self.text.replace(from, to), ..self }
    }

    /// With ports that Envoy chooses, and this upstream.
    pub(crate) fn on_ports(self, upstream: u16) -> String {
        self.edit("port_value: 10000 }", "port_value: 0 }")
            .edit("port_value: 9901 }", "port_value: 0 }")
            .edit("port_value: 8080 }", &format!("port_value: {upstream} }}"))
            .text
    }

    /// The text as it is.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
