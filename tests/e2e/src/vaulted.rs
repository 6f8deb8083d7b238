//! An Envoy that injects, its upstream and its vault, ready for tests.

use serde_json::{Value, json};

use crate::{
    Client, Config, Envoy, Response, Upstream,
    secrets::Planted,
    sweep,
    upstream::{Request, with_length},
    vault::Vault,
};

/// The authority that the bindings of tests name.
pub const AUTHORITY: &str = "api.example.com";

/// One Envoy in front of one upstream, with a vault beside it.
pub struct Vaulted {
    /// Answers what Envoy passes on.
    pub upstream: Upstream,
    /// The proxy.
    pub envoy: Envoy,
    /// The vault, with a secret at `secret/example`.
    pub vault: Vault,
}

impl Vaulted {
    /// Starts all three; the vault holds this value.
    pub fn start(json: &Value, value: &str) -> Self {
        Self::with(json, value, |config| config)
    }

    /// The same, with changes of Envoy's configuration.
    pub fn with(json: &Value, value: &str, change: impl Fn(Config) -> Config) -> Self {
        let vault = Vault::start();
        vault.put("example", value);
        let config = Config::inject(Some(json), &vault);
        let upstream = Upstream::start();
        let envoy = Envoy::start(change(config), upstream.port());
        Self { upstream, envoy, vault }
    }

    /// A new connection to Envoy.
    pub fn client(&self) -> Client {
        self.envoy.client()
    }

    /// A request to the bound authority, answered `ok`: what the client got, and what the upstream.
    pub fn request(&self, case: &str, path: &str, headers: &[(&str, &str)]) -> (Response, Request) {
        self.upstream.reply(case, with_length("200 OK", &[("content-type", "text/plain")], b"ok"));
        let response = self.get(case, path, headers);
        let requests = self.upstream.requests(case);
        (response, requests.last().cloned().unwrap_or_default())
    }

    /// A GET of the bound authority.
    pub fn get(&self, case: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut all = vec![("host", AUTHORITY)];
        all.retain(|(name, _)| !headers.iter().any(|(other, _)| other == name));
        all.extend(headers);
        self.client().get(case, path, &all)
    }

    /// That Envoy printed no error, and that no planted value is in its log, its metrics, its configuration, or these
    /// outputs.
    pub fn sweep(&self, planted: &[Planted], outputs: &[&[u8]]) {
        let dump = self.envoy.admin("/config_dump");
        let outputs: Vec<&[u8]> = outputs.iter().copied().chain([dump.as_bytes()]).collect();
        sweep::sweep(&self.envoy, planted, &outputs);
    }
}

/// A plugin configuration with one credential and one binding, merged with what a test says of each.
pub fn plugin(credential: Value, binding: Value, top: Value) -> Value {
    let merged = |mut base: Value, more: Value| {
        if let (Some(fields), Some(more)) = (base.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        base
    };
    let credential = merged(
        json!({
            "name": "example", "store": "vault",
            "reference": {"path": "secret/data/example", "field": "key"},
        }),
        credential,
    );
    let binding = merged(
        json!({
            "name": "example-api", "credential": "example", "workload": "any", "cluster": "upstream",
            "authority": AUTHORITY, "methods": ["GET", "POST"], "paths": ["/v1/**"], "surface": "bearer",
        }),
        binding,
    );
    let stores = json!({"vault": {
        "kind": "openbao", "cluster": "vault", "authority": "127.0.0.1:8200",
        "login": {"method": "token", "token_env": "HUSHGATE_VAULT_TOKEN"},
    }});
    // No test is about how fast a vault answers on the machine that it runs on.
    let base = json!({"stores": stores, "credentials": [credential], "bindings": [binding],
        "wait_ms_max": 60_000});
    merged(base, top)
}

/// One credential of many: each has a store, a binding and a path of its own, so that none stands in another's way.
#[derive(Clone, Debug)]
pub struct Kind {
    /// What it is called, in the path `/v1/<name>/x` too.
    pub name: String,
    /// Its store.
    pub store: Value,
    /// Which secret of it.
    pub reference: Value,
}

impl Kind {
    /// A secret of an OpenBao, which the proxy knows as this cluster.
    pub fn of(name: &str, cluster: &str, login: &Value, reference: Value) -> Self {
        let store = json!({
            "kind": "openbao", "cluster": cluster, "authority": "vault.internal:8200", "login": login,
        });
        Self { name: name.to_owned(), store, reference }
    }
}

/// A plugin configuration with all of them, each merged with what a test says of its credential.
pub fn plugin_of(kinds: &[Kind], credential: &Value) -> Value {
    let (mut stores, mut credentials, mut bindings) = (json!({}), Vec::new(), Vec::new());
    for Kind { name, store, reference } in kinds {
        stores[name] = store.clone();
        let one = plugin(
            credential.clone(),
            json!({"name": name, "credential": name, "paths": [format!("/v1/{name}/**")]}),
            json!({}),
        );
        let mut own = one["credentials"][0].clone();
        (own["name"], own["store"], own["reference"]) =
            (json!(name), json!(name), reference.clone());
        credentials.push(own);
        bindings.push(one["bindings"][0].clone());
    }
    json!({"stores": stores, "credentials": credentials, "bindings": bindings, "wait_ms_max": 60_000})
}
