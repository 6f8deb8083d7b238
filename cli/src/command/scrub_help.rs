//! `hushgate scrub-help`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
};

use hushgate::rule::{self, Kind, Rule};
use serde::Deserialize;

use crate::{
    failure::{Failure, Status},
    setup::read_text,
    words::{count, printable},
};

/// Say what to do about credentials in a git history, and in which order
///
/// Reads what `hushgate scan --history --format json` writes. It prints commands, and runs none.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Findings, a JSON object a line; `-` for the input
    #[arg(default_value = "-")]
    file: PathBuf,
}

#[derive(Deserialize)]
struct Line {
    rule: String,
    path: String,
    #[serde(default)]
    title: String,
    commit: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let text = read_text(&args.file)?;
    let mut lines: Vec<Line> = Vec::new();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line = serde_json::from_str(line).map_err(|error| {
            Failure::of(args.file.display(), format!("line {}: no finding: {error}", place + 1))
        })?;
        lines.push(line);
    }
    if lines.is_empty() {
        writeln!(out, "No findings: nothing to do.").map_err(Failure::output)?;
        return Ok(Status::Clean);
    }
    help(&lines, out).map_err(Failure::output)?;
    Ok(Status::Clean)
}

fn help(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let mut by_rule: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        by_rule.entry(&line.rule).or_default().push(line);
    }
    writeln!(
        out,
        "{} of {}.",
        count(lines.len() as u64, "finding"),
        count(by_rule.len() as u64, "rule")
    )?;
    writeln!(
        out,
        "A credential that was in a repository is known to others: revoking it is what helps,"
    )?;
    writeln!(
        out,
        "and comes first. Rewriting the history only keeps it from being found again.\n"
    )?;
    writeln!(out, "1. Revoke, in this order: what costs most first.")?;
    let severity = |id: &str| rule::find(id).map(|rule| std::cmp::Reverse(rule.severity));
    let mut rules: Vec<_> = by_rule.into_iter().collect();
    rules.sort_by_key(|(id, _)| (severity(id), *id));
    for (id, lines) in &rules {
        let title = lines.first().map_or(*id, |line| line.title.as_str());
        writeln!(out, "   - {} ({id})", printable(title))?;
        if let Some(rule) = rule::find(id) {
            writeln!(out, "     {}", advice(rule))?;
        }
        for line in lines {
            let commit = line.commit.as_deref().unwrap_or("a commit");
            writeln!(out, "     in {} since {}", printable(&line.path), printable(commit))?;
        }
    }
    write!(out, "{STEPS}")
}

fn advice(rule: &Rule) -> String {
    let hosts: Vec<&str> =
        rule.home_hosts.iter().map(|host| host.trim_start_matches("*.")).collect();
    let place = match hosts.first() {
        Some(host) => format!("at {} ({host})", rule.provider),
        None => "where it was issued".to_owned(),
    };
    match rule.kind {
        Kind::Password | Kind::ConnectionString => {
            "Change the password, and that of every other account which shares it.".to_owned()
        }
        Kind::PrivateKey => {
            "Make a new key pair, replace the public key everywhere, revoke certificates of the old one."
                .to_owned()
        }
        Kind::Webhook => format!("Delete the webhook {place}, and make a new one."),
        Kind::Session => format!("End the session {place}, and all others of that account."),
        Kind::SignedUrl => format!("Rotate the key that signed it, {place}."),
        Kind::Identifier => "It opens nothing alone: look for the secret that belongs to it.".to_owned(),
        _ => format!("Revoke it {place}; then make a new one, with fewer rights and an end."),
    }
}

const STEPS: &str = "
2. Look for use: the provider's audit log, from the day of the commit on. If there was any, it is an incident.

3. Bring the new credentials to where they are used, from a vault. Check that the old ones fail.

4. Stop new commits on all branches, and rewrite the history in a fresh clone. The command below redacts every
   version of every file, and every message, with this very program. It needs git-filter-repo.
     git clone --mirror URL scrub.git
     cd scrub.git
     git filter-repo --blob-callback '
       import subprocess
       blob.data = subprocess.run([\"hushgate\", \"redact\"], input=blob.data, stdout=subprocess.PIPE, check=True).stdout
     ' --message-callback '
       import subprocess
       return subprocess.run([\"hushgate\", \"redact\"], input=message, stdout=subprocess.PIPE, check=True).stdout
     '
   Or drop a file from every commit:
     git filter-repo --invert-paths --path PATH

5. Check that nothing is left, then replace the old history. It cannot be taken back.
     hushgate scan --history
     git push --force --mirror URL

6. Everybody makes a fresh clone: one merge of an old one brings it all back. Delete forks, caches of CI, artefacts,
   packages and images that were built from it. Ask the host to drop its cached views and pull requests.

7. Keep it from happening again: `hushgate scan --staged` as a pre-commit hook, and `hushgate scan` in CI.
";
