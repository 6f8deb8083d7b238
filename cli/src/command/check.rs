//! `hushgate check`.

use std::{io::Write, path::PathBuf};

use clap::ValueEnum;
use hushgate::{config::ConfigError, inject::InjectConfig};

use crate::{
    check::{configs, effective, envoy, locate},
    failure::{Failure, Status},
    setup::read_text,
    words::count,
};

/// Check a configuration of the filter, and print what it comes to
///
/// It is read by the very code that the filter runs. With --envoy it is a whole configuration of Envoy, in YAML or
/// JSON: what is printed is what may leak or fail open in it, and the exit code is 1 where there is something.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The filter's configuration; `-` for the input
    file: PathBuf,
    /// Look at a whole configuration of Envoy
    #[arg(long)]
    envoy: bool,
    /// Which filter reads it
    #[arg(long, value_enum, default_value_t = Filter::Redact, conflicts_with = "envoy")]
    filter: Filter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Filter {
    Redact,
    Inject,
    Edge,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let text = read_text(&args.file)?;
    let name = args.file.display();
    if args.envoy {
        let warnings = envoy::check(&text).map_err(|reason| Failure::of(&name, reason))?;
        for envoy::Warning { line, name: kind, message } in &warnings {
            writeln!(out, "{name}:{line}: {kind}: {message}").map_err(Failure::output)?;
        }
        return Ok(if warnings.is_empty() { Status::Clean } else { Status::Findings });
    }
    let failed = |error: ConfigError| Failure::of(&name, explained(&text, &error));
    let printed = match args.filter {
        Filter::Redact => effective::print(&configs::redact(text.as_bytes()).map_err(failed)?, out),
        filter => {
            let is_edge = filter == Filter::Edge;
            bindings(&configs::inject(text.as_bytes(), is_edge).map_err(failed)?, out)
        }
    };
    printed.map_err(Failure::output)?;
    Ok(Status::Clean)
}

/// Prints what may be sent where.
fn bindings(config: &InjectConfig, out: &mut dyn Write) -> std::io::Result<()> {
    for binding in &config.bindings {
        writeln!(out, "binding {}", binding.name)?;
        let credential = config.credentials.iter().find(|it| it.name == binding.credential);
        let store = credential.map_or("", |it| it.store.as_str());
        writeln!(out, "  credential  {} of {store}", binding.credential)?;
        writeln!(out, "  cluster     {}", binding.cluster)?;
        writeln!(out, "  authority   {}", String::from_utf8_lossy(&binding.authority))?;
        writeln!(out, "  methods     {}", binding.methods.join(", "))?;
    }
    let counts = [
        (config.bindings.len(), "binding"),
        (config.credentials.len(), "credential"),
        (config.stores.len(), "store"),
        (config.honeytokens.len(), "honeytoken"),
    ];
    let counts = counts.map(|(number, noun)| count(number as u64, noun));
    writeln!(out, "{}", counts.join(", "))
}

/// The error with its line, and the key that was probably meant.
pub(super) fn explained(text: &str, error: &ConfigError) -> String {
    let (field, reason) = (error.field(), error.reason());
    if field.is_empty() {
        return reason.to_owned();
    }
    let line =
        locate::line_of(text, field).map(|line| format!("line {line}: ")).unwrap_or_default();
    let name = field.rsplit('.').next().unwrap_or(field);
    let known = reason.split_once("known are ").map(|(_, names)| names.split(", "));
    let hint = known
        .and_then(|names| locate::nearest(name, names))
        .map(|name| format!("; did you mean \"{name}\"?"))
        .unwrap_or_default();
    format!("{line}field \"{field}\": {reason}{hint}")
}
