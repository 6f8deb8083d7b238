//! A child process that never outlives this one.

use std::{
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
};

/// A process that is killed on drop, and also when this process ends in any other way: a watchdog
/// holds the reading end of a pipe whose writing end dies with us, by exit, panic, signal or kill.
#[derive(Debug)]
pub(crate) struct Guarded {
    child: Child,
    watchdog: Child,
}

impl Guarded {
    /// Starts the command in a process group of its own: Ctrl-C reaches us, and we end it.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn()?;
        let script = "read -r child; read -r _; kill -KILL \"$child\" 2>/dev/null";
        let watchdog = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let mut guarded = Self { child, watchdog };
        if let Some(pipe) = &mut guarded.watchdog.stdin {
            pipe.write_all(format!("{}\n", guarded.child.id()).as_bytes())?;
        }
        Ok(guarded)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // The watchdog first: once the child is reaped, its number may be another's.
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
