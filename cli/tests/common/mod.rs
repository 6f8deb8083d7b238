//! A folder to run the program in, with credentials that exist at run time only.

#![allow(dead_code)] // No test file uses all of it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use hushgate::rule::{self, example};

/// A folder that goes with its test.
pub(crate) struct Folder(tempfile::TempDir);

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program, to be run here, without the environment's settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hushgate"));
        command.args(arguments).current_dir(self.0.path()).env_remove("HUSHGATE_FINGERPRINT_KEY");
        isolate_git(&mut command);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, b"")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Run {
        finish(self.command(arguments), input)
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.0.path());
        isolate_git(&mut command);
        let run = finish(command, b"");
        assert_eq!(run.code, 0, "git {arguments:?}: {}", run.err);
        run.out
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }
}

/// The same commits everywhere, whoever runs the tests, and wherever.
fn isolate_git(command: &mut Command) {
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
    {
        command.env_remove(name);
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ann")
        .env("GIT_AUTHOR_EMAIL", "ann@example.org")
        .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
        .env("GIT_COMMITTER_NAME", "Ann")
        .env("GIT_COMMITTER_EMAIL", "ann@example.org")
        .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z");
}

pub(crate) fn finish(mut command: Command, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // It may end before it has read everything.
        let _ = to.write_all(&input);
    });
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// A text with a credential of this rule, and the credential.
pub(crate) fn example(id: &str, seed: u64) -> (String, String) {
    let rule = rule::find(id).unwrap();
    let template = example::of(rule).unwrap().found[0];
    let example = example::expand(template, rule, seed).unwrap();
    let secret = String::from_utf8(example.secret().to_vec()).unwrap();
    (String::from_utf8(example.text).unwrap(), secret)
}

/// A credential of GitHub's. Its template stands here, so that the pages change with the program alone.
pub(crate) fn token(seed: u64) -> String {
    expanded("github.pat", "ghp_{alnum:30}{check}", seed)
}

/// A line with a password in it.
pub(crate) fn database(seed: u64) -> String {
    let url = "DATABASE_URL=mysql://shop:{lowernum:14}@db.internal/orders";
    expanded("generic.url_password", url, seed)
}

fn expanded(id: &str, template: &str, seed: u64) -> String {
    let example = example::expand(template, rule::find(id).unwrap(), seed).unwrap();
    String::from_utf8(example.text).unwrap()
}

/// A file of this repository.
pub(crate) fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name)
}
