//! `hushgate rules`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use hushgate::rule::{self, Rule, selector::Selector};
use serde_json::json;

use crate::{
    check::{configs, locate},
    command::check::explained,
    convert,
    failure::{Failure, Status},
    say,
    setup::read_text,
    words::{Labels, count, printable, word},
};

/// List and show rules, and try rules of your own
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the built-in rules
    List {
        /// A JSON object a line
        #[arg(long)]
        json: bool,
        /// Ids, or `vendor.*`; without any, all
        selectors: Vec<String>,
    },
    /// Show what a built-in rule says of a credential
    Show {
        /// The rule's id
        id: String,
    },
    /// Try the rules of a configuration on their examples
    Test {
        /// The configuration; `-` for the input
        file: PathBuf,
    },
    /// Print rules of gitleaks as a configuration, and name what cannot be carried over
    Convert {
        /// A configuration of gitleaks (TOML); `-` for the input
        file: PathBuf,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    match &args.command {
        Command::List { json, selectors } => {
            let rules = selected(selectors)?;
            list(&rules, *json, out).map_err(Failure::output)?;
        }
        Command::Show { id } => {
            let rule = rule::find(id).ok_or_else(|| unknown(id))?;
            show(rule, out).map_err(Failure::output)?;
        }
        Command::Test { file } => test(file, out)?,
        Command::Convert { file } => convert(file, out)?,
    }
    Ok(Status::Clean)
}

fn selected(selectors: &[String]) -> Result<Vec<&'static Rule>, Failure> {
    let mut rules: Vec<&Rule> = rule::builtin().iter().collect();
    rules.sort_by_key(|rule| rule.id);
    let mut wanted = Vec::new();
    for text in selectors {
        let selector = Selector::parse(text).map_err(|reason| Failure::of(text, reason))?;
        if !rules.iter().any(|rule| selector.names(rule.id)) {
            return Err(unknown(text));
        }
        wanted.push(selector);
    }
    if !wanted.is_empty() {
        rules.retain(|rule| wanted.iter().any(|selector| selector.names(rule.id)));
    }
    Ok(rules)
}

fn unknown(id: &str) -> Failure {
    let near = locate::nearest(id, rule::builtin().iter().map(|rule| rule.id));
    let hint = near.map(|id| format!("; did you mean {id}?")).unwrap_or_default();
    Failure::of(id, format!("there is no such rule{hint}"))
}

fn list(rules: &[&Rule], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        if as_json {
            let line = json!({
                "rule": rule.id,
                "title": rule.title,
                "confidence": rule.confidence.name(),
                "labels": Labels::of(rule),
            });
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{:<width$}  {}", rule.id, rule.title)?;
        }
    }
    Ok(())
}

fn show(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |name: &str, value: &str| match value {
        "" => Ok(()),
        value => writeln!(out, "{name:<12} {value}"),
    };
    line("rule", rule.id)?;
    line("title", rule.title)?;
    line("provider", rule.provider)?;
    line("kind", &word(rule.kind))?;
    line("severity", &word(rule.severity))?;
    line("exposure", &word(rule.exposure))?;
    line("confidence", rule.confidence.name())?;
    line("home hosts", &rule.home_hosts.join(" "))?;
    line("context", &rule.context.join(" "))?;
    let Some(examples) = rule::example::of(rule) else { return Ok(()) };
    for (name, templates) in [("found in", examples.found), ("not found in", examples.not_found)] {
        for template in templates {
            // Some are of several lines.
            line(name, &template.escape_debug().to_string())?;
        }
    }
    Ok(())
}

fn test(file: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    let text = read_text(file)?;
    let config = configs::redact(text.as_bytes())
        .map_err(|error| Failure::of(file.display(), explained(&text, &error)))?;
    let Some(rules) = &config.rules else {
        return Err(Failure::of(file.display(), "has no rules"));
    };
    // They have been tried by now: it is read again for their number alone.
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let tried = |place: usize, name: &str| {
        json.pointer(&format!("/rules/{place}/{name}"))
            .and_then(|it| it.as_array())
            .map_or(0, Vec::len)
    };
    for (place, rule) in rules.rules().enumerate() {
        let examples = tried(place, "examples") + tried(place, "negative_examples");
        let examples = match examples {
            0 => "has no examples".to_owned(),
            examples => format!("{} as they should be", count(examples as u64, "example")),
        };
        writeln!(out, "{}: {examples}", rule.id).map_err(Failure::output)?;
    }
    let rules = count(rules.rules().count() as u64, "rule");
    writeln!(out, "{rules}, none of them wrong").map_err(Failure::output)
}

fn convert(file: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    let text = read_text(file)?;
    let converted =
        convert::convert(&text).map_err(|reason| Failure::of(file.display(), reason))?;
    serde_json::to_writer_pretty(&mut *out, &converted.config)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(out))
        .map_err(Failure::output)?;
    for note in &converted.notes {
        say(&printable(note));
    }
    say(&format!("{} converted", count(converted.rules as u64, "rule")));
    Ok(())
}
