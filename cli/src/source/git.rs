//! Asking git, by its own command.
//!
//! It is there wherever there is a repository to scan or a hook to run, it knows every form of storage that a
//! repository may have, and it reads objects in a process of its own while this one scans. A library for it would be
//! most of this program.

use std::{
    ffi::OsStr,
    io::{BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::failure::Failure;

/// What a repository may not choose: a program that git would run to learn what has changed.
const SAFE: &[&str] = &["-c", "core.fsmonitor=false", "--no-pager"];
/// How much of git's output is read at once.
const READ_BYTES: usize = 1 << 18;

/// A running git, whose output can be read.
pub(crate) struct Git {
    children: Vec<(Child, String)>,
    output: BufReader<ChildStdout>,
}

impl Git {
    /// Starts `git` with these arguments.
    pub(crate) fn start<S: AsRef<OsStr>>(arguments: &[S]) -> Result<Git, Failure> {
        Git::spawn(arguments, Stdio::null(), Vec::new())
    }

    /// Fails where there is no repository, before several programs say so.
    pub(crate) fn check() -> Result<(), Failure> {
        let status = Command::new("git")
            .args(SAFE)
            .args(["rev-parse", "--git-dir"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .map_err(|error| Failure::of("git", error))?;
        // Git has said why.
        if status.success() {
            Ok(())
        } else {
            Err(Failure::of("git", "there is no repository to scan"))
        }
    }

    /// Starts another one that reads what this one writes.
    pub(crate) fn then<S: AsRef<OsStr>>(self, arguments: &[S]) -> Result<Git, Failure> {
        Git::spawn(arguments, self.output.into_inner().into(), self.children)
    }

    fn spawn<S: AsRef<OsStr>>(
        arguments: &[S],
        input: Stdio,
        mut children: Vec<(Child, String)>,
    ) -> Result<Git, Failure> {
        let mut child = Command::new("git")
            .args(SAFE)
            .args(arguments)
            // A scan writes nothing, not even a fresher index.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(input)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::of("git", error))?;
        let output = child.stdout.take().ok_or("git: has no output")?;
        let name = arguments.first().map(|it| it.as_ref().to_string_lossy().into_owned());
        children.push((child, name.unwrap_or_default()));
        Ok(Git { children, output: BufReader::with_capacity(READ_BYTES, output) })
    }

    /// Its output.
    pub(crate) fn output(&mut self) -> &mut BufReader<ChildStdout> {
        &mut self.output
    }

    /// Waits for its end, which must be a good one. It has said itself what was wrong.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        // One that is not read to its end would wait for ever.
        std::io::copy(&mut self.output.by_ref(), &mut std::io::sink())
            .map_err(|error| Failure::of("git", error))?;
        for (mut child, name) in self.children {
            let status = child.wait().map_err(|error| Failure::of("git", error))?;
            if !status.success() {
                return Err(Failure::of(format!("git {name}"), status));
            }
        }
        Ok(())
    }
}
