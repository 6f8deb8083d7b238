//! `hushgate completions` and `hushgate man`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::CommandFactory as _;

use crate::{
    cli::Cli,
    failure::{Failure, Status},
};

/// Print what completes commands in a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Print the manual page, or write a page for every command
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// Where to write all pages to
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Prints completions.
pub(crate) fn completions(args: &Completions, out: &mut dyn Write) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hushgate", &mut script);
    out.write_all(&script).map_err(Failure::output)?;
    Ok(Status::Clean)
}

/// Prints or writes manual pages.
pub(crate) fn man(args: &Man, out: &mut dyn Write) -> Result<Status, Failure> {
    match &args.folder {
        None => {
            clap_mangen::Man::new(Cli::command()).render(&mut &mut *out).map_err(Failure::output)?
        }
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| Failure::of(folder.display(), error))?;
            write_all(folder, Cli::command(), "hushgate")?;
        }
    }
    Ok(Status::Clean)
}

/// Writes the page of a command, and those of the commands below it: `hushgate-rules-list.1`.
fn write_all(folder: &Path, command: clap::Command, name: &str) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.1"));
    let failed = |error: std::io::Error| Failure::of(path.display(), error);
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write_all(folder, below.clone(), &format!("{name}-{}", below.get_name()))?;
    }
    // A name lives as long as the command; there are a dozen.
    let name: &'static str = name.to_owned().leak();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.name(name)).render(&mut page).map_err(failed)?;
    fs::write(&path, page).map_err(failed)
}
