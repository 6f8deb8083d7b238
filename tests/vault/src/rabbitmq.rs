//! OpenBao's rabbitmq engine, which makes users of a broker. The broker is a small server of the test itself.

use serde_json::{Value, json};

use crate::{Bao, Peer, unique};

/// Mounts the engine with a role `app` and these leases; gives the mount and the broker.
///
/// # Panics
/// When the vault refuses.
pub fn mounted(bao: &Bao, lease: &Value) -> (String, Peer) {
    let (mount, broker) = (unique("rabbitmq"), broker());
    bao.admin("POST", &format!("sys/mounts/{mount}"), json!({"type": "rabbitmq"}));
    let connection = json!({"connection_uri": format!("http://{}", broker.address()),
        "username": "admin", "password": "planted", "verify_connection": false});
    bao.admin("POST", &format!("{mount}/config/connection"), connection);
    bao.admin("POST", &format!("{mount}/config/lease"), lease.clone());
    bao.admin("POST", &format!("{mount}/roles/app"), json!({"tags": "monitoring"}));
    (mount, broker)
}

/// A broker that lets users be made and removed.
fn broker() -> Peer {
    Peer::start(|seen| match seen.line.split(' ').next() {
        Some("GET") => (200, "[]".to_owned()),
        _ => (204, String::new()),
    })
}
