//! `envoy/redact.yaml` as shipped, with the few edits a test needs.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The plugin configuration in the shipped file.
pub const SHIPPED_PLUGIN: &str = r#"{"requests":"redact","responses":"redact"}"#;

const SHIPPED_FILE: &str = "envoy/redact.yaml";
const SHIPPED_MODULE: &str = "dist/hushgate_redact.wasm";

/// The text of a configuration, on its way to Envoy.
#[derive(Clone, Debug)]
pub struct Config {
    text: String,
}

impl Config {
    /// The file as shipped.
    pub fn shipped() -> Self {
        let path = root().join(SHIPPED_FILE);
        let text = fs::read_to_string(&path);
        Self { text: text.unwrap_or_else(|error| panic!("{}: {error}", path.display())) }
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
        assert_eq!(count, 1, "{SHIPPED_FILE} has {from:?} {count} times, not once");
        Self { text: self.text.replace(from, to) }
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
