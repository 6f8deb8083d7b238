//! A running moto: AWS, pretended, with signatures and policies checked.

use std::{
    env, fs,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{PATIENCE, bao::free_address, child::Guarded, exchange, root};

/// Where everything is.
const REGION: &str = "eu-central-1";

/// The real moto on a free port. It stops on drop, or with this process.
pub struct Moto {
    address: String,
    _process: Mutex<Guarded>,
}

/// A user's key.
pub struct AwsKey {
    /// Its name.
    pub id: String,
    /// Its secret half.
    pub secret: String,
}

impl Moto {
    /// Starts it, with authentication on from the first call.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start() -> Moto {
        let packages = root().join("target/tools/moto");
        assert!(packages.exists(), "there is no moto: run `make moto`");
        let address = free_address();
        let port = address.rsplit(':').next().expect("a port");
        let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut command = Command::new(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", port]);
        command.env("PYTHONPATH", fs::canonicalize(packages).expect("moto's path"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("INITIAL_NO_AUTH_ACTION_COUNT", "0");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = Guarded::start(&mut command).expect("moto's process");
        let moto = Moto { address, _process: Mutex::new(process) };
        let start = Instant::now();
        while exchange(&moto.address, b"GET /moto-api/ HTTP/1.1\r\nhost: moto\r\n", b"").is_err() {
            assert!(start.elapsed() < PATIENCE, "moto does not get ready");
            thread::sleep(Duration::from_millis(50));
        }
        moto
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The configuration of a store that is this moto.
    pub fn store(&self) -> Value {
        json!({"kind": "aws_secrets_manager", "cluster": "aws", "authority": self.address,
            "region": REGION, "access_key_id_env": "ID", "secret_access_key_env": "SECRET"})
    }

    /// A new user's key; with a policy, if there are actions.
    ///
    /// # Panics
    /// When moto refuses.
    pub fn user(&self, name: &str, action: Option<&str>) -> AwsKey {
        self.iam(&format!("Action=CreateUser&UserName={name}"));
        if let Some(action) = action {
            let policy = format!(
                "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A\
                 %22Allow%22%2C%22Action%22%3A%22{action}%22%2C%22Resource%22%3A%22*%22%7D%5D%7D"
            );
            self.iam(&format!(
                "Action=PutUserPolicy&UserName={name}&PolicyName=p&PolicyDocument={policy}"
            ));
        }
        let answer = self.iam(&format!("Action=CreateAccessKey&UserName={name}"));
        let part = |tag: &str| {
            let (_, rest) = answer.split_once(&format!("<{tag}>")).expect("a key");
            rest.split_once('<').expect("its end").0.to_owned()
        };
        AwsKey { id: part("AccessKeyId"), secret: part("SecretAccessKey") }
    }

    /// An administrator's call of Secrets Manager that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn secrets(&self, action: &str, body: &Value) {
        let head = format!(
            "x-amz-target: secretsmanager.{action}\r\ncontent-type: application/x-amz-json-1.1\r\n"
        );
        self.unsigned("secretsmanager", &head, &body.to_string());
    }

    fn iam(&self, body: &str) -> String {
        self.unsigned("iam", "content-type: application/x-www-form-urlencoded\r\n", body)
    }

    /// A call that moto is told to let pass unsigned; the header only says which service is meant.
    fn unsigned(&self, service: &str, head: &str, body: &str) -> String {
        let reset = b"POST /moto-api/reset-auth HTTP/1.1\r\nhost: moto\r\n";
        exchange(&self.address, reset, b"1").expect("an answer of moto");
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\nauthorization: AWS4-HMAC-SHA256 Credential=nobody/\
             20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=none\r\n{head}",
            self.address
        );
        let response = exchange(&self.address, head.as_bytes(), body.as_bytes());
        let response = response.expect("an answer of moto");
        let text = String::from_utf8_lossy(response.body.expose()).into_owned();
        assert_eq!(response.status, 200, "{service}: {text}");
        text
    }
}
