//! A real OpenBao with a secret in it, for the tests of injection.

use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{PATIENCE, Wire, child::Guarded, request_head, root};

/// `bao server -dev` on a free port: unsealed, in memory, KV version 2 at `secret`. It stops on drop.
pub struct Vault {
    process: Mutex<Option<Guarded>>,
    port: u16,
    token: String,
    files: PathBuf,
}

impl Vault {
    /// Starts it, and waits until it serves.
    ///
    /// # Panics
    /// When it does not.
    pub fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let count = STARTED.fetch_add(1, Ordering::Relaxed);
        let files = env::temp_dir().join(format!("hushgate-bao-{}-{count}", std::process::id()));
        fs::create_dir_all(&files).expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let token = format!("root-{}-{count}", std::process::id());
        let vault = Self { process: Mutex::new(None), port, token, files };
        vault.revive();
        vault
    }

    /// Starts it again, empty, after [`Vault::kill`].
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn revive(&self) {
        let log = fs::File::create(self.files.join("log")).expect("a log file");
        let mut command = Command::new(program());
        command.args(["server", "-dev", "-dev-no-store-token"]);
        command.arg(format!("-dev-listen-address=127.0.0.1:{}", self.port));
        command.arg(format!("-dev-root-token-id={}", self.token));
        command.current_dir(&self.files).env_remove("BAO_ADDR").env("HOME", &self.files);
        command.stdout(log.try_clone().expect("the log file")).stderr(log);
        let process = Guarded::start(&mut command).expect("bao's process");
        *self.process.lock().expect("the process") = Some(process);
        self.wait();
    }

    fn wait(&self) {
        let start = Instant::now();
        while self.try_call("GET", "secret/config", &Value::Null).is_none_or(|it| it.0 != 200) {
            assert!(start.elapsed() < PATIENCE, "OpenBao does not get ready: {:?}", self.files);
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once.
    pub fn kill(&self) {
        self.process.lock().expect("the process").take();
    }

    /// Seals it: it is there, and answers that.
    ///
    /// # Panics
    /// When OpenBao refuses.
    pub fn seal(&self) {
        self.call("PUT", "sys/seal", &Value::Null);
    }

    /// Unseals it with the key that it printed when it started, and waits until it serves.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn unseal(&self) {
        let log = fs::read_to_string(self.files.join("log")).expect("the log");
        let key = log.lines().find_map(|line| line.strip_prefix("Unseal Key: "));
        self.call("PUT", "sys/unseal", &json!({"key": key.expect("the key").trim()}));
        self.wait();
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A token that may do anything.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Writes a secret with one field, `key`; another version of it if there is one. Says which version that is.
    ///
    /// # Panics
    /// When OpenBao refuses it.
    pub fn put(&self, path: &str, value: &str) -> u64 {
        let body = json!({"data": {"key": value}});
        let answer = self.call("POST", &format!("secret/data/{path}"), &body);
        answer["data"]["version"].as_u64().expect("a version")
    }

    /// Any call, which must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_call(method, path, body).expect("an answer of OpenBao");
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    fn try_call(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let mut wire = Wire::new(stream).ok()?;
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let length = body.len().to_string();
        let headers = [("x-vault-token", self.token.as_str()), ("content-length", &length)];
        let path = format!("/v1/{path}");
        wire.send(&[request_head(method, &path, "vault", &headers), body].concat()).ok()?;
        let head = wire.read_head().ok()??;
        let answer = wire.read_body().ok()?;
        Some((head.status(), serde_json::from_slice(&answer).unwrap_or(Value::Null)))
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.files);
    }
}

fn program() -> PathBuf {
    let program = env::var_os("HUSHGATE_OPENBAO")
        .map_or_else(|| root().join("target/tools/bin/openbao"), PathBuf::from);
    assert!(program.exists(), "there is no OpenBao: run `make openbao`");
    program
}
