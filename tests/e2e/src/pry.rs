//! A foreign module beside the filter, with the same `vm_id`: it reads and writes the shared data of the filter's workers.

use crate::{Client, Config, vaulted::AUTHORITY};

impl Config {
    /// With the foreign module before the router.
    #[must_use]
    pub fn pried(self) -> Self {
        let filter = "{ name: pry, typed_config: { \"@type\": \
            type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm, config: { name: pry, root_id: pry, \
            vm_config: { vm_id: hushgate.inject, runtime: envoy.wasm.runtime.v8, \
            code: { local: { filename: dist/test/hushgate_test_pry.wasm } } } } } }";
        let first = "http_filters:\n                  - name";
        self.edit(
            first,
            &format!("http_filters:\n                  - {filter}\n                  - name"),
        )
    }
}

/// What is shared under a key; written before, if there are bytes to write. `None` where there is nothing.
pub fn shared(client: &mut Client, key: &str, set: Option<&[u8]>) -> Option<Vec<u8>> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let set = set.map(hex);
    let mut headers = vec![("host", AUTHORITY), ("x-pry", key)];
    headers.extend(set.as_deref().map(|set| ("x-pry-set", set)));
    let text = client.get("pry", "/v1/x", &headers).text();
    let pairs = text.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok());
    (text != "-").then(|| pairs.filter_map(|pair| u8::from_str_radix(pair?, 16).ok()).collect())
}
