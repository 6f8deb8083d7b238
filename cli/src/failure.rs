//! Why a command ends early, and what its exit code says.

use std::{fmt, io, process::ExitCode};

/// How a command ended that did what it was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// There is nothing to report: 0.
    Clean,
    /// There are findings: 1.
    Findings,
    /// Something could not be looked at, and was named: 2.
    Incomplete,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Incomplete => 2,
        })
    }
}

/// Why a command could not do what it was asked to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reader of the output is gone, which is its good right.
    Closed,
    /// Anything else: a sentence for people.
    Message(String),
}

impl Failure {
    /// A failure of something that has a name, such as a file.
    pub(crate) fn of(name: impl fmt::Display, reason: impl fmt::Display) -> Failure {
        Failure::Message(format!("{name}: {reason}"))
    }

    /// What a failure to write the output is.
    pub(crate) fn output(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::of("output", error),
        }
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::Message(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Failure {
        Failure::Message(message.to_owned())
    }
}
