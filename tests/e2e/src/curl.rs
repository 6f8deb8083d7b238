//! The real curl, for behaviour that is a client's and not a test's: `Expect`, HTTP/2, HEAD.

use std::process::{Command, Stdio};

/// What curl said.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code.
    pub code: i32,
    /// What it wrote to standard output.
    pub output: Vec<u8>,
    /// What it reported.
    pub errors: String,
}

/// Whether curl is installed. The tests that use it say that they did not run when it is not.
pub fn available() -> bool {
    Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// Runs curl, silent but for errors and without anybody's configuration, on a path of this port.
///
/// # Panics
/// When curl cannot be started.
pub fn run(port: u16, path: &str, case: &str, arguments: &[&str]) -> Outcome {
    let done = Command::new("curl")
        .args(["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "120"])
        .args(["--header", &format!("x-case: {case}")])
        .args(arguments)
        .arg(format!("http://127.0.0.1:{port}{path}"))
        .stdin(Stdio::null())
        .output()
        .expect("curl runs");
    Outcome {
        code: done.status.code().unwrap_or(-1),
        output: done.stdout,
        errors: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}
