//! A running OpenBao.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{PATIENCE, child::Guarded, exchange, root, scratch, unique};

/// The real thing on a free port. It stops on drop, or with this process.
pub struct Bao {
    process: Mutex<Option<Guarded>>,
    address: String,
    token: String,
    /// Kept until the next run, for whoever looks into a failure.
    files: PathBuf,
}

/// One OpenBao for all tests that leave it as it is, but for mounts and roles of their own.
pub fn shared() -> &'static Bao {
    static SHARED: LazyLock<Bao> = LazyLock::new(Bao::dev);
    &SHARED
}

impl Bao {
    /// Starts `bao server -dev`: unsealed, in memory, with KV version 2 at `secret`.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn dev() -> Bao {
        Bao::dev_with("")
    }

    /// The same, with a configuration beside it; it may use the directory `{files}`.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn dev_with(config: &str) -> Bao {
        let (address, token) = (free_address(), unique("root"));
        let arguments = ["server", "-dev", "-dev-no-store-token"].map(str::to_owned);
        let (files, path) = configuration(config);
        let own = [
            format!("-config={path}"),
            format!("-dev-listen-address={address}"),
            format!("-dev-root-token-id={token}"),
        ];
        let bao = Bao::start_in(files, &[&arguments[..], &own].concat(), address, token);
        bao.wait_for("/v1/sys/health", 200);
        // As `mount_kv` waits.
        bao.wait_for("/v1/secret/config", 200);
        bao
    }

    /// Starts a server or a proxy with a configuration; it may use the directory `{files}`.
    ///
    /// # Panics
    /// When there is no `bao`.
    pub fn configured(command: &str, address: String, token: String, config: &str) -> Bao {
        let (files, path) = configuration(config);
        Bao::start_in(files, &[command.to_owned(), format!("-config={path}")], address, token)
    }

    fn start_in(files: PathBuf, arguments: &[String], address: String, token: String) -> Bao {
        let log = fs::File::create(files.join("log")).expect("a log file");
        let mut command = Command::new(program());
        command.args(arguments).current_dir(&files).env_remove("BAO_ADDR").env("HOME", &files);
        command.stdout(log.try_clone().expect("the log file")).stderr(log);
        let process = Mutex::new(Some(Guarded::start(&mut command).expect("bao's process")));
        Bao { process, address, token, files }
    }

    /// Where it listens: `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The port of that.
    ///
    /// # Panics
    /// Never: every address has one.
    pub fn port(&self) -> u16 {
        self.address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// Ends it at once.
    ///
    /// # Panics
    /// When a thread that held the process has panicked.
    pub fn kill(&self) {
        self.process.lock().expect("the process").take();
    }

    /// A file that it has written into its directory.
    pub fn file(&self, name: &str) -> String {
        fs::read_to_string(self.files.join(name)).unwrap_or_default()
    }

    /// Its root token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.file("log")
    }

    /// Changes the root token, as initialisation gives it.
    pub fn with_token(mut self, token: String) -> Bao {
        self.token = token;
        self
    }

    /// Waits until a path answers with this status.
    ///
    /// # Panics
    /// When it does not, in a long time.
    pub fn wait_for(&self, path: &str, status: u16) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let mut process = self.process.lock().expect("the process");
            let is_there = process.as_mut().is_some_and(|it| it.ended().is_none());
            assert!(is_there, "bao ended:\n{}", self.log());
            drop(process);
            if self.try_call("GET", path, "", &Value::Null).is_some_and(|(got, _)| got == status) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("{path} does not answer {status}:\n{}", self.log());
    }

    /// An administrator's call that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn admin(&self, method: &str, path: &str, body: Value) -> Value {
        self.admin_in("", method, path, body)
    }

    /// The same in a namespace.
    ///
    /// # Panics
    /// When it does not succeed.
    pub fn admin_in(&self, namespace: &str, method: &str, path: &str, body: Value) -> Value {
        let extra = match namespace {
            "" => String::new(),
            name => format!("x-vault-namespace: {name}\r\n"),
        };
        let (status, answer) = self.call(method, &format!("/v1/{path}"), &extra, &body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Mounts KV version 2, and waits until it can be used: it is mounted as the first version and upgraded behind
    /// the answer, and refuses what comes in between.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn mount_kv(&self, namespace: &str, mount: &str) {
        let kind = json!({"type": "kv", "options": {"version": "2"}});
        self.admin_in(namespace, "POST", &format!("sys/mounts/{mount}"), kind);
        let config = ["/v1", namespace, mount, "config"].into_iter().filter(|it| !it.is_empty());
        self.wait_for(&config.collect::<Vec<_>>().join("/"), 200);
    }

    /// Any call, with the root token.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn call(&self, method: &str, path: &str, extra: &str, body: &Value) -> (u16, Value) {
        self.try_call(method, path, extra, body).expect("an answer of OpenBao")
    }

    fn try_call(
        &self,
        method: &str,
        path: &str,
        extra: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let (address, token) = (&self.address, &self.token);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nx-vault-token: {token}\r\n\
             x-vault-request: true\r\n{extra}"
        );
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let response = exchange(address, head.as_bytes(), &body).ok()?;
        let answer = serde_json::from_slice(response.body.expose()).unwrap_or(Value::Null);
        Some((response.status, answer))
    }

    /// Writes a policy that allows this, and gives its name.
    pub fn policy(&self, rules: &[(&str, &str)]) -> String {
        let name = unique("policy");
        let rules: Vec<String> = rules
            .iter()
            .map(|(path, can)| format!("path \"{path}\" {{ capabilities = [\"{can}\"] }}"))
            .collect();
        let path = format!("sys/policies/acl/{name}");
        self.admin("PUT", &path, json!({"policy": rules.join("\n")}));
        name
    }

    /// Makes a token.
    pub fn make_token(&self, request: Value) -> String {
        let answer = self.admin("POST", "auth/token/create", request);
        answer["auth"]["client_token"].as_str().expect("a token").to_owned()
    }

    /// Mounts an AppRole with one role, and gives mount, role id and SecretID.
    pub fn approle(&self, role: Value) -> AppRole {
        let mount = unique("approle");
        self.admin("POST", &format!("sys/auth/{mount}"), json!({"type": "approle"}));
        self.admin("POST", &format!("auth/{mount}/role/app"), role);
        let answer = self.admin("GET", &format!("auth/{mount}/role/app/role-id"), Value::Null);
        let role_id = answer["data"]["role_id"].as_str().expect("a role id").to_owned();
        let answer = self.admin("POST", &format!("auth/{mount}/role/app/secret-id"), json!({}));
        let secret_id = answer["data"]["secret_id"].as_str().expect("a SecretID").to_owned();
        AppRole { mount, role_id, secret_id }
    }

    /// A proxy of it on the loopback, which logs in as a role and adds its token to every call.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn proxy(&self, role: &AppRole) -> Bao {
        let (address, files) = (free_address(), scratch(&unique("proxy")));
        fs::write(files.join("role"), &role.role_id).expect("a file");
        fs::write(files.join("secret"), &role.secret_id).expect("a file");
        let config = format!(
            r#"vault {{ address = "http://{}" }}
            auto_auth {{
              method "approle" {{
                mount_path = "auth/{}"
                config = {{ role_id_file_path = "{files}/role", secret_id_file_path = "{files}/secret",
                  remove_secret_id_file_after_reading = false }}
              }}
            }}
            api_proxy {{ use_auto_auth_token = true }}
            listener "tcp" {{
              address = "{address}"
              tls_disable = true
              require_request_header = true
            }}"#,
            self.address,
            role.mount,
            files = files.display(),
        );
        let proxy = Bao::configured("proxy", address, String::new(), &config);
        // It listens before it has logged in.
        proxy.wait_for("/v1/auth/token/lookup-self", 200);
        proxy
    }

    /// Wraps the answer to a call, and gives the wrapping token.
    pub fn wrap(&self, path: &str) -> String {
        let path = format!("/v1/{path}");
        let (_, answer) = self.call("POST", &path, "x-vault-wrap-ttl: 300s\r\n", &json!({}));
        answer["wrap_info"]["token"].as_str().expect("a wrapping token").to_owned()
    }
}

/// A role to log in as.
pub struct AppRole {
    /// Where the method is mounted.
    pub mount: String,
    /// The role's id.
    pub role_id: String,
    /// One of its SecretIDs.
    pub secret_id: String,
}

fn program() -> PathBuf {
    let program = env::var_os("HUSHGATE_OPENBAO")
        .map_or_else(|| root().join("target/tools/bin/openbao"), PathBuf::from);
    assert!(Path::new(&program).exists(), "there is no OpenBao: run `make openbao`");
    program.canonicalize().expect("the program's path")
}

/// An address that nothing listens on. Another process may take it before it is used, which no test has met.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

/// A directory for one server with its configuration in it, and the path of that.
fn configuration(text: &str) -> (PathBuf, String) {
    let files = directory();
    let path = files.join("config.hcl");
    fs::write(&path, text.replace("{files}", &files.to_string_lossy())).expect("a file");
    let path = path.to_string_lossy().into_owned();
    (files, path)
}

/// A directory of this test program, for one server; what an earlier run left there is removed.
fn directory() -> PathBuf {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    let program = env::current_exe().unwrap_or_default();
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // Cargo's hash says nothing to a reader, and without it old files are overwritten.
    let name = name.rsplit_once('-').map_or(name.as_str(), |(name, _)| name);
    let count = STARTED.fetch_add(1, Ordering::Relaxed);
    scratch(&format!("{name}-{count}"))
}
