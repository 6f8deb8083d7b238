//! Nodes that store by themselves, and join.

use serde_json::json;

use crate::{Bao, free_address};

/// A node with raft storage, not initialised.
///
/// # Panics
/// When there is no `bao`.
pub fn node(name: &str) -> Bao {
    let (address, cluster) = (free_address(), free_address());
    let config = format!(
        r#"storage "raft" {{
          path = "{{files}}"
          node_id = "{name}"
        }}
        listener "tcp" {{
          address = "{address}"
          cluster_address = "{cluster}"
          tls_disable = true
        }}
        api_addr = "http://{address}"
        cluster_addr = "https://{cluster}""#,
    );
    Bao::configured("server", address, String::new(), &config)
}

/// Initialises it with one key, and unseals it; gives the key.
///
/// # Panics
/// When it does not get ready.
pub fn initialised(bao: Bao) -> (Bao, String) {
    bao.wait_for("/v1/sys/health", 501);
    let request = json!({"secret_shares": 1, "secret_threshold": 1});
    let answer = bao.admin("PUT", "sys/init", request);
    let key = answer["keys_base64"][0].as_str().expect("a text").to_owned();
    let bao = bao.with_token(answer["root_token"].as_str().expect("a text").to_owned());
    unseal(&bao, &key);
    bao.wait_for("/v1/sys/health", 200);
    (bao, key)
}

/// Unseals it.
///
/// # Panics
/// When it refuses the key.
pub fn unseal(bao: &Bao, key: &str) {
    bao.admin("PUT", "sys/unseal", json!({"key": key}));
}

/// A node that is not initialised, as a standby of an active one.
///
/// # Panics
/// When it does not get there.
pub fn joined(standby: Bao, active: &Bao, key: &str) -> Bao {
    standby.wait_for("/v1/sys/health", 501);
    let join = json!({"leader_api_addr": format!("http://{}", active.address())});
    standby.admin("POST", "sys/storage/raft/join", join);
    let standby = standby.with_token(active.token().to_owned());
    unseal(&standby, key);
    standby.wait_for("/v1/sys/health", 429);
    standby
}
