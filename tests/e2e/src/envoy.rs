//! A running Envoy.

use std::{
    env, fs,
    io::Write,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{self, Command, Output, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{Client, Config, PATIENCE, child::Guarded, client::request_head, root, version};

/// The real thing, on free ports, with one worker unless the configuration says otherwise. It stops on drop, or with this process.
pub struct Envoy {
    // A mutex only because asking whether a child has ended needs `&mut`.
    process: Mutex<Guarded>,
    port: u16,
    admin_port: u16,
    files: PathBuf,
}

/// Envoy did not start.
#[derive(Debug)]
pub struct Refusal {
    /// What it printed.
    pub log: String,
}

impl Envoy {
    /// Starts Envoy in front of an upstream, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not start; the message has the end of its log.
    pub fn start(config: Config, upstream_port: u16) -> Self {
        match Self::try_start(config, upstream_port) {
            Ok(envoy) => envoy,
            Err(refusal) => panic!("Envoy did not start:\n{}", tail(&refusal.log)),
        }
    }

    /// Starts Envoy, which may refuse its configuration.
    ///
    /// # Errors
    /// When it ended before it was ready.
    ///
    /// # Panics
    /// When there is no Envoy, or it neither gets ready nor ends.
    pub fn try_start(config: Config, upstream_port: u16) -> Result<Self, Refusal> {
        let (environment, workers) = (config.environment.clone(), config.workers);
        let files = write_files(config, upstream_port);
        let log = fs::File::create(files.join("log")).expect("a log file");
        let mut command = command(&files, workers);
        command.envs(environment).arg("--admin-address-path").arg(files.join("admin"));
        command.stdout(log.try_clone().expect("the log file")).stderr(log);
        let mut process = Guarded::start(&mut command).expect("Envoy's process");

        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if process.ended().is_some() {
                return Err(Refusal { log: read_text(&files.join("log")) });
            }
            if let Some((admin_port, port)) = ready(&files) {
                return Ok(Self { process: Mutex::new(process), port, admin_port, files });
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("Envoy did not get ready:\n{}", tail(&read_text(&files.join("log"))));
    }

    /// Runs `envoy --mode validate` on a configuration.
    pub fn validate(config: Config) -> Output {
        let files = write_files(config, 1);
        let mut command = command(&files, 1);
        command.args(["--mode", "validate"]).stdin(Stdio::null());
        command.output().expect("Envoy's process")
    }

    /// The listener's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A new client connection to the listener.
    pub fn client(&self) -> Client {
        Client::connect(self.port)
    }

    /// Everything Envoy has printed so far: its log, the filter's, and the access log.
    pub fn log(&self) -> String {
        read_text(&self.files.join("log"))
    }

    /// Waits until the log contains a text, and returns the log.
    ///
    /// # Panics
    /// When it does not come.
    pub fn wait_for_log(&self, text: &str) -> String {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let log = self.log();
            if log.contains(text) {
                return log;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{text:?} is not in Envoy's log:\n{}", tail(&self.log()));
    }

    /// `/stats`: one `name: value` a line.
    pub fn stats(&self) -> String {
        self.admin("/stats")
    }

    /// The sum of the counters whose name contains a text, now. What has just been done may be counted a moment after its
    /// answer, or by another worker: [`Envoy::wait_for_count`] waits.
    pub fn count(&self, part: &str) -> u64 {
        let stats = self.stats();
        let values = stats.lines().filter(|line| line.contains(part));
        values.filter_map(|line| line.rsplit(": ").next()?.parse::<u64>().ok()).sum()
    }

    /// A page of the admin interface.
    pub fn admin(&self, path: &str) -> String {
        admin(self.admin_port, "GET", path).expect("the admin interface")
    }

    /// Asks the admin interface to do something.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn order(&self, path: &str) -> String {
        admin(self.admin_port, "POST", path).expect("the admin interface")
    }

    /// Changes what all of Envoy's loggers print.
    pub fn set_log_level(&self, level: &str) {
        self.order(&format!("/logging?level={level}"));
    }

    /// Waits until a page of the admin interface contains a text.
    ///
    /// # Panics
    /// When it does not.
    pub fn wait_for_page(&self, path: &str, text: &str) {
        let start = Instant::now();
        while !self.admin(path).contains(text) {
            assert!(start.elapsed() < PATIENCE, "{text:?} is not in {path}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the counters whose name contains a text come to a number together, and not beyond it.
    ///
    /// # Panics
    /// When they do not.
    pub fn wait_for_count(&self, part: &str, count: u64) {
        let counted = self.wait_for_at_least(part, count);
        assert_eq!(counted, count, "{part}");
    }

    /// Waits until the counters whose name contains a text come to a number together, or beyond it; the number.
    ///
    /// # Panics
    /// When they do not.
    pub fn wait_for_at_least(&self, part: &str, count: u64) -> u64 {
        let start = Instant::now();
        loop {
            let counted = self.count(part);
            if counted >= count {
                return counted;
            }
            let log = || tail(&self.log());
            assert!(start.elapsed() < PATIENCE, "{part}: {counted} of {count}\n{}", log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Resident memory now, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let id = self.process.lock().expect("the process").id();
        let status = read_text(Path::new(&format!("/proc/{id}/status")));
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.expect("the process's memory") * 1024
    }

    /// Whether the process is still there.
    pub fn alive(&self) -> bool {
        self.process.lock().expect("the process").ended().is_none()
    }
}

/// A directory for one Envoy's files, kept afterwards to look at.
fn write_files(config: Config, upstream_port: u16) -> PathBuf {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    let program = env::current_exe().unwrap_or_default();
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // Cargo's hash says nothing to a reader, and without it old files are overwritten.
    let name = name.rsplit_once('-').map_or(name.as_str(), |(name, _)| name);
    let count = STARTED.fetch_add(1, Ordering::Relaxed);
    let thread = thread::current().name().unwrap_or("main").replace("::", "-");
    let files = root().join("target/e2e").join(format!("{name}-{thread}-{count}"));
    let _ = fs::remove_dir_all(&files);
    fs::create_dir_all(&files).expect("a directory below target");
    fs::write(files.join("envoy.yaml"), version::adapted(config.on_ports(upstream_port)))
        .expect("a file there");
    files
}

fn command(files: &Path, workers: u32) -> Command {
    let mut command = Command::new(version::program());
    // The configuration names the module relative to the root.
    command.current_dir(root()).arg("--config-path").arg(files.join("envoy.yaml"));
    command.args(["--disable-hot-restart", "--concurrency", &workers.to_string()]);
    command
}

/// The ports of admin interface and listener, once both serve.
fn ready(files: &Path) -> Option<(u16, u16)> {
    let address = fs::read_to_string(files.join("admin")).ok()?;
    let admin_port = address.trim().rsplit(':').next()?.parse().ok()?;
    if !admin(admin_port, "GET", "/ready")?.contains("LIVE") {
        return None;
    }
    let listeners = admin(admin_port, "GET", "/listeners?format=json")?;
    let listeners: serde_json::Value = serde_json::from_str(&listeners).ok()?;
    let address = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
    let port = u16::try_from(address["port_value"].as_u64()?).ok()?;
    (port != 0).then_some((admin_port, port))
}

fn admin(port: u16, method: &str, path: &str) -> Option<String> {
    let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let mut wire = crate::Wire::new(stream).ok()?;
    wire.send(&request_head(method, path, "admin", &[])).ok()?;
    wire.read_head().ok()??;
    String::from_utf8(wire.read_body().ok()?).ok()
}

fn read_text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// The end of a log, for a message.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

impl Drop for Envoy {
    fn drop(&mut self) {
        // A failing test's message should say where to look.
        if thread::panicking() {
            let mut out = std::io::stderr();
            let _ = writeln!(out, "Envoy's log ({}): {}", process::id(), self.files.display());
        }
    }
}
