//! The commands, and what each is for.

use std::{io::Write, sync::LazyLock};

use clap::{Parser, Subcommand};

use crate::{
    command::{check, config, explain, generate, redact, rules, scan, scrub_help},
    failure::{Failure, Status},
};

/// Find credentials in files, folders, streams and git history, and redact them
#[derive(Debug, Parser)]
#[command(name = "hushgate", version = VERSION.as_str(), max_term_width = 100)]
#[command(after_help = "Exit codes: 0 clean, 1 findings, 2 error.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The version, with what tells one set of rules from another.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let count = hushgate::rule::builtin().len();
    format!("{} ({count} rules, {})", env!("CARGO_PKG_VERSION"), hushgate::rule::DIGEST)
});

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Scan(scan::Args),
    Redact(redact::Args),
    Check(check::Args),
    Explain(explain::Args),
    Rules(rules::Args),
    Config(config::Args),
    ScrubHelp(scrub_help::Args),
    Completions(generate::Completions),
    Man(generate::Man),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Status, Failure> {
        match self {
            Command::Scan(args) => scan::run(&args, out),
            Command::Redact(args) => redact::run(&args, out),
            Command::Check(args) => check::run(&args, out),
            Command::Explain(args) => explain::run(&args, out),
            Command::Rules(args) => rules::run(&args, out),
            Command::Config(args) => config::run(&args, out),
            Command::ScrubHelp(args) => scrub_help::run(&args, out),
            Command::Completions(args) => generate::completions(&args, out),
            Command::Man(args) => generate::man(&args, out),
        }
    }
}
