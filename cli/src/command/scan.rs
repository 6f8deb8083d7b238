//! `hushgate scan`.

use std::{
    ffi::OsString,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

use crate::{
    baseline::{Baseline, Recording},
    failure::{Failure, Status},
    hit::Report,
    output::Format,
    progress::{Progress, Totals},
    say,
    scanner::Scanner,
    setup::{Setup, SetupArgs},
    source::{Told, files::Files, git::Git, history, patch},
    teller::{Sum, Teller},
    words::count,
};

/// Find credentials, and say where they are
///
/// Looks at hidden files, not at what git ignores (nor what .ignore and .hushgateignore name), and into binary files.
/// A line with the comment `hushgate:allow`, or `hushgate:allow github.pat: why`, is allowed. Exits with 0 where
/// nothing is found, with 1 where something is, and with 2 where something could not be looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and folders, `-` for the input; without any, this folder
    paths: Vec<PathBuf>,
    #[command(flatten)]
    source: SourceArgs,
    /// How findings are told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Do not tell what this file names
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found into such a file, instead of telling it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "format"])]
    write_baseline: Option<PathBuf>,
    /// Look at what is ignored as well
    #[arg(long)]
    no_ignore: bool,
    /// How many threads; 0 is one a processor
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    threads: usize,
    /// Say nothing but the findings
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    setup: SetupArgs,
}

/// Where from, instead of files.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct SourceArgs {
    /// Look at what is staged for the next commit, in its added lines
    #[arg(long)]
    staged: bool,
    /// Look at the added lines of a change: `main...HEAD`, or `-` for a patch on the input; without a value, of
    /// what is not staged
    #[arg(long, value_name = "RANGE", num_args = 0..=1, default_missing_value = "")]
    diff: Option<String>,
    /// Look at all that this repository has ever held, each version of a file once
    #[arg(long)]
    history: bool,
}

/// How git is asked for a change: as it is stored, without anything that its users have set up.
const DIFF: &[&str] = &[
    "diff",
    "--text",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--diff-filter=d",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
];

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let setup = Setup::new(&args.setup)?;
    let key_lasts = setup.has_lasting_key();
    let baseline =
        args.baseline.as_ref().map(|path| Baseline::read(path, key_lasts)).transpose()?;
    let recording = args.write_baseline.as_ref().map(|_| Recording::new(key_lasts));
    let totals = Totals::default();
    let mut progress = Progress::start();
    let mut teller = Teller::new(args.format.writer(), out, baseline, recording);
    scan(args, &setup, &totals, &mut progress, &mut teller)?;
    progress.clear();
    let (sum, recording) = teller.finish()?;
    if let (Some(path), Some(recording)) = (&args.write_baseline, recording) {
        let entries = recording.len();
        recording.write(path)?;
        say(&format!("{} in {}", count(entries, "known finding"), path.display()));
    } else if !args.quiet {
        summarise(sum, &totals);
    }
    Ok(match sum {
        Sum { skipped: 1.., .. } => Status::Incomplete,
        Sum { hits: 1.., .. } => Status::Findings,
        _ => Status::Clean,
    })
}

fn summarise(sum: Sum, totals: &Totals) {
    let known = match sum.known {
        0 => String::new(),
        known => format!(", {} of the baseline", count(known, "known one")),
    };
    let files = count(totals.files(), "file");
    say(&format!("{} in {files}{known}", count(sum.hits, "finding")));
}

fn scan(
    args: &Args,
    setup: &Setup,
    totals: &Totals,
    progress: &mut Progress,
    teller: &mut Teller<'_>,
) -> Result<(), Failure> {
    let scanner = || setup.detector().and_then(Scanner::new);
    let SourceArgs { staged, diff, history } = &args.source;
    if *history {
        let tell = &mut |told| teller.tell(told);
        return history::scan(&args.paths, &mut scanner()?, totals, progress, tell);
    }
    if *staged {
        return scan_diff("--cached", &args.paths, &mut scanner()?, totals, teller);
    }
    match diff.as_deref() {
        Some("-") => {
            let input = BufReader::new(io::stdin().lock());
            patch::scan("input", input, &mut scanner()?, totals, &mut |told| teller.tell(told))
        }
        Some(range) => scan_diff(range, &args.paths, &mut scanner()?, totals, teller),
        None => scan_files(args, setup, totals, progress, teller),
    }
}

/// Scans what git says of a change.
fn scan_diff(
    range: &str,
    paths: &[PathBuf],
    scanner: &mut Scanner,
    totals: &Totals,
    teller: &mut Teller<'_>,
) -> Result<(), Failure> {
    // Anything else that begins so would be an option of git's.
    if range.starts_with('-') && range != "--cached" {
        return Err(Failure::of(range, "is no range of commits"));
    }
    Git::check()?;
    let mut arguments: Vec<OsString> = DIFF.iter().map(Into::into).collect();
    arguments.extend(Some(range).filter(|range| !range.is_empty()).map(Into::into));
    arguments.push("--".into());
    arguments.extend(paths.iter().map(Into::into));
    let mut git = Git::start(&arguments)?;
    patch::scan("git diff", git.output(), scanner, totals, &mut |told| teller.tell(told))?;
    git.finish()
}

fn scan_files(
    args: &Args,
    setup: &Setup,
    totals: &Totals,
    progress: &mut Progress,
    teller: &mut Teller<'_>,
) -> Result<(), Failure> {
    let (inputs, mut roots): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path == Path::new("-"));
    if !inputs.is_empty() {
        scan_input(setup, totals, teller)?;
    }
    if args.paths.is_empty() {
        roots.push(PathBuf::from("."));
    }
    let files = Files { roots, with_ignored: args.no_ignore, threads: args.threads };
    files.scan(setup, totals, progress, &mut |told| teller.tell(told))
}

fn scan_input(setup: &Setup, totals: &Totals, teller: &mut Teller<'_>) -> Result<(), Failure> {
    let mut scanner = setup.detector().and_then(Scanner::new)?;
    let mut failed = Ok(());
    let bytes = scanner
        .scan(io::stdin().lock(), 1, |hit| {
            let report = Report { path: "-".to_owned(), commit: None, hits: vec![hit] };
            if failed.is_ok() {
                failed = teller.tell(Told::Found(report));
            }
        })
        .map_err(|error| Failure::of("input", error))?;
    totals.add(bytes);
    failed
}
