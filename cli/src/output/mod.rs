//! How findings are told.

mod github;
mod json;
mod sarif;
mod text;

use std::io::{self, IsTerminal as _, Write};

use clap::ValueEnum;

use crate::hit::{Hit, Report};

/// The forms that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line a finding: `file:line:column: rule confidence: excerpt`
    Text,
    /// A JSON object a line
    Json,
    /// SARIF 2.1.0, one document
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

/// What writes findings in one form.
pub(crate) trait Writer {
    /// Writes the findings of one file.
    fn report(&mut self, out: &mut dyn Write, report: &Report) -> io::Result<()>;

    /// Writes what comes behind all of them.
    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

impl Format {
    /// A writer of this form.
    pub(crate) fn writer(self) -> Box<dyn Writer> {
        match self {
            Format::Text => Box::new(text::Text { is_coloured: is_coloured() }),
            Format::Json => Box::new(json::Json),
            Format::Sarif => Box::new(sarif::Sarif::default()),
            Format::Github => Box::new(github::Github),
        }
    }
}

/// Whether the output is a terminal whose user wants colours (<https://no-color.org>).
fn is_coloured() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// What a finding is, in a sentence's half: `GitHub personal access token`, or the id of a rule without a title.
fn title(hit: &Hit) -> &'static str {
    if hit.rule.title.is_empty() { hit.rule.id } else { hit.rule.title }
}
