//! `hushgate`: finds credentials in files, folders, streams and git history, and redacts them.
//!
//! Thin over the engine: what is found and what is allowed is decided there, as in the proxy. Here are options, files
//! and forms of output, one file a command.

mod baseline;
mod check;
mod cli;
mod command;
mod convert;
mod explain;
mod failure;
mod hit;
mod lines;
mod masked;
mod output;
mod progress;
mod scanner;
mod setup;
mod source;
mod teller;
mod watch;
mod words;

use std::{
    io::{self, BufWriter, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use crate::failure::{Failure, Status};

/// How much output is collected before it is written.
const OUTPUT_BYTES: usize = 1 << 16;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut out = BufWriter::with_capacity(OUTPUT_BYTES, io::stdout().lock());
    let status = cli.command.run(&mut out).and_then(|status| {
        out.flush().map_err(Failure::output)?;
        Ok(status)
    });
    match status {
        Ok(status) => status.into(),
        Err(Failure::Closed) => Status::Clean.into(),
        Err(Failure::Message(message)) => {
            // What was found before is still worth reading.
            let _ = out.flush();
            say(&message);
            Status::Incomplete.into()
        }
    }
}

/// Says something to whoever runs the command: never on the output, which is for what was asked.
fn say(message: &str) {
    // Without a place to say it, there is nobody to hear it.
    let _ = writeln!(io::stderr(), "hushgate: {message}");
}
