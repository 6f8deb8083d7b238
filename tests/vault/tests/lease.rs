//! Leased secrets: OpenBao's rabbitmq engine makes users of a broker that is a small server of this test.

use hushgate::store::Want;
use hushgate_test_vault::{AppRole, Drive, Peer, rabbitmq, shared, vault};
use serde_json::{Value, json};

const RENEWED: &str = "PUT /v1/sys/leases/renew 200";

struct Stage {
    mount: String,
    role: AppRole,
    drive: Drive,
    reference: Value,
    read: String,
    broker: Peer,
}

fn stage(lease: &Value, mut role: Value) -> Stage {
    let bao = shared();
    let (mount, broker) = rabbitmq::mounted(bao, lease);
    let path = format!("{mount}/creds/app");
    // The default policy lets a token renew its own leases.
    role["token_policies"] = json!(bao.policy(&[(&path, "read")]));
    let role = bao.approle(role);
    let login = json!({"method": "approle", "mount": role.mount, "role_id": role.role_id,
        "secret_id_env": "SECRET_ID"});
    let drive = Drive::new(bao.address(), vault(&login), &[("SECRET_ID", &role.secret_id)]);
    Stage {
        reference: json!({"engine": "leased", "mount": mount, "path": "creds/app",
            "fields": ["username", "password"]}),
        read: format!("GET /v1/{path} 200"),
        mount,
        role,
        drive,
        broker,
    }
}

impl Stage {
    fn value(&mut self) -> String {
        self.drive.value(self.reference.clone()).unwrap()
    }

    fn lives_ms(&mut self) -> u64 {
        let fetched = self.drive.fetch(self.reference.clone(), Want::Current).unwrap();
        fetched.lives_ms.unwrap()
    }

    fn users_made(&self) -> usize {
        let seen = self.broker.seen();
        seen.iter().filter(|seen| seen.line.starts_with("PUT /api/users/")).count()
    }
}

#[test]
fn a_lease_is_kept_renewed_and_replaced() {
    let lease = json!({"ttl": 600, "max_ttl": 3_600});
    let mut stage = stage(&lease, json!({"token_ttl": "10h"}));
    let first = stage.value();
    assert_eq!(first.split(':').count(), 2, "user and password of one lease");
    assert_eq!(stage.drive.taken()[1..], [stage.read.clone()]);
    assert_eq!(stage.users_made(), 1);
    let due = stage.drive.due_in_ms(stage.reference.clone()).unwrap();
    assert!((300_000..=400_000).contains(&due), "{due}");

    // Another worker with the session has it as well, without a call.
    stage.drive.pass_session_on();
    assert_eq!(stage.value(), first);
    assert_eq!(stage.drive.taken(), [""; 0]);
    stage.drive.ahead_ms = 100_000;
    let lives_ms = stage.lives_ms();
    assert!((400_000..=500_000).contains(&lives_ms), "{lives_ms}");

    stage.drive.ahead_ms = 401_000;
    assert_eq!(stage.value(), first);
    assert_eq!(stage.drive.taken(), [RENEWED]);
    let lives_ms = stage.lives_ms();
    assert!((500_000..=600_000).contains(&lives_ms), "{lives_ms}");

    // By the client's clock it is over.
    stage.drive.ahead_ms = 1_100_000;
    assert_ne!(stage.value(), first);
    assert_eq!(stage.drive.taken(), [stage.read.clone()]);
    assert_eq!(stage.users_made(), 2);
}

#[test]
fn an_upstream_that_refuses_it_makes_a_new_one() {
    let mut stage = stage(&json!({"ttl": 600, "max_ttl": 3_600}), json!({"token_ttl": "10h"}));
    let first = stage.value();
    let fetched = stage.drive.fetch(stage.reference.clone(), Want::Fresh).unwrap();
    assert_ne!(fetched.value.expose(), first.as_bytes());
    assert_eq!(stage.value().as_bytes(), fetched.value.expose(), "and that one is kept");
}

#[test]
fn a_lease_that_was_revoked_is_read_anew() {
    let mut stage = stage(&json!({"ttl": 600, "max_ttl": 3_600}), json!({"token_ttl": "10h"}));
    let first = stage.value();
    let path = format!("sys/leases/revoke-prefix/{}", stage.mount);
    shared().admin("PUT", &path, json!({"sync": true}));
    stage.drive.taken();
    stage.drive.ahead_ms = 401_000;
    assert_ne!(stage.value(), first);
    assert_eq!(stage.drive.taken(), ["PUT /v1/sys/leases/renew 400", &stage.read]);
}

#[test]
fn a_lease_dies_with_its_token() {
    let mut stage = stage(&json!({"ttl": 6_000, "max_ttl": 6_000}), json!({"token_ttl": "600s"}));
    let first = stage.value();
    let lives_ms = stage.lives_ms();
    assert!(lives_ms <= 600_000, "the token's end, not the lease's: {lives_ms}");
    let due = stage.drive.due_in_ms(stage.reference.clone()).unwrap();
    assert!(due <= 400_000, "the token's renewal, not the lease's: {due}");

    // The token is renewed in time, and the lease goes on.
    stage.drive.ahead_ms = 401_000;
    stage.drive.taken();
    assert_eq!(stage.value(), first);
    assert_eq!(stage.drive.taken(), ["POST /v1/auth/token/renew-self 200"]);

    // It is not, and the lease is not used any more.
    stage.drive.ahead_ms = 1_100_000;
    assert_ne!(stage.value(), first);
    let login = format!("POST /v1/auth/{}/login 200", stage.role.mount);
    assert_eq!(stage.drive.taken(), [login.as_str(), &stage.read]);
}

#[test]
fn the_token_died_unnoticed() {
    let mut stage = stage(&json!({"ttl": 600, "max_ttl": 3_600}), json!({"token_ttl": "10h"}));
    let first = stage.value();
    let path = format!("sys/leases/revoke-prefix/auth/{}/login", stage.role.mount);
    shared().admin("PUT", &path, json!({"sync": true}));
    stage.drive.taken();
    stage.drive.ahead_ms = 401_000;
    assert_ne!(stage.value(), first);
    let login = format!("POST /v1/auth/{}/login 200", stage.role.mount);
    let denied = stage.read.replace("200", "403");
    let expected = [
        "PUT /v1/sys/leases/renew 403",
        &denied,
        "GET /v1/auth/token/lookup-self 403",
        &login,
        &stage.read,
    ];
    assert_eq!(stage.drive.taken(), expected);
}
