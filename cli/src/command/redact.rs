//! `hushgate redact`.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use hushgate::{
    Finding,
    mask::Style,
    stream::{Sink, Verdict},
};

use crate::{
    failure::{Failure, Status},
    say,
    setup::{Detector, Judgement, Setup, SetupArgs},
    words::count,
};

/// Replace credentials, and leave every other byte as it is
///
/// Reads files, or the input where there are none, and writes to the output as it reads. What is replaced keeps its
/// length. Exits with 0 whether or not there was something to replace.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files; `-` for the input
    files: Vec<PathBuf>,
    /// Rewrite the files themselves, each as a whole or not at all
    #[arg(long, requires = "files")]
    in_place: bool,
    /// What is written instead
    #[arg(long, value_enum, default_value_t = StyleWord::Label)]
    style: StyleWord,
    #[command(flatten)]
    setup: SetupArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StyleWord {
    /// `[REDACTED:github.pat]***`
    Label,
    /// The vendor's public prefix, then `*`
    Mask,
    /// The label with a fingerprint, to tell two appearances to be one
    Hash,
}

/// How much is read at once.
const CHUNK_BYTES: usize = 1 << 18;

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let detector = Setup::new(&args.setup)?.detector()?;
    if args.in_place {
        for path in &args.files {
            let found = rewrite(path, &detector, args.style)?;
            say(&format!("{}: {} replaced", path.display(), count(found, "finding")));
        }
        return Ok(Status::Clean);
    }
    if args.files.is_empty() {
        redact("input", io::stdin().lock(), out, &detector, args.style)?;
    }
    for path in &args.files {
        if path == Path::new("-") {
            redact("input", io::stdin().lock(), out, &detector, args.style)?;
        } else {
            let failed = |error| Failure::of(path.display(), error);
            let file = File::open(path).map_err(failed)?;
            redact(path.display(), file, out, &detector, args.style)?;
        }
    }
    Ok(Status::Clean)
}

/// Redacts a stream; says how much was replaced.
fn redact(
    name: impl std::fmt::Display,
    mut input: impl Read,
    out: &mut dyn Write,
    detector: &Detector,
    style: StyleWord,
) -> Result<u64, Failure> {
    let mut rewrite = Rewrite { out, detector, style, found: 0, written: Ok(()) };
    let mut redactor = detector.redactor();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::of(name, error)),
        };
        if read == 0 {
            redactor.finish(&mut rewrite);
            return rewrite.end();
        }
        redactor.write(buffer.get(..read).unwrap_or_default(), &mut rewrite);
        // What is decided goes on at once: somebody may be watching a log.
        rewrite.flush()?;
    }
}

/// Redacts a file in its place: the new one replaces it when it is complete.
fn rewrite(path: &Path, detector: &Detector, style: StyleWord) -> Result<u64, Failure> {
    let failed = |error: io::Error| Failure::of(path.display(), error);
    // A link stays one: what it leads to is rewritten.
    let target = path.canonicalize().map_err(failed)?;
    let input = File::open(&target).map_err(failed)?;
    let metadata = input.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Failure::of(path.display(), "is no file that could be rewritten"));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut output = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut buffered = io::BufWriter::new(output.as_file_mut());
    let found = redact(path.display(), input, &mut buffered, detector, style)?;
    buffered.flush().map_err(failed)?;
    drop(buffered);
    if found > 0 {
        output.as_file().set_permissions(metadata.permissions()).map_err(failed)?;
        output.as_file().sync_all().map_err(failed)?;
        output.persist(&target).map_err(|error| failed(error.error))?;
    }
    Ok(found)
}

struct Rewrite<'a> {
    out: &'a mut dyn Write,
    detector: &'a Detector,
    style: StyleWord,
    found: u64,
    /// The first failure: a sink cannot report one.
    written: io::Result<()>,
}

impl Rewrite<'_> {
    fn write(&mut self, bytes: &[u8]) {
        if self.written.is_ok() {
            self.written = self.out.write_all(bytes);
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let written = std::mem::replace(&mut self.written, Ok(()));
        written.and_then(|()| self.out.flush()).map_err(Failure::output)
    }

    fn end(mut self) -> Result<u64, Failure> {
        self.flush()?;
        Ok(self.found)
    }
}

impl Sink for Rewrite<'_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let fingerprint = self.detector.fingerprint(finding);
        if self.detector.judge(finding, fingerprint) != Judgement::Told {
            return Verdict::Keep;
        }
        self.found += 1;
        Verdict::Replace(match (self.style, fingerprint) {
            (StyleWord::Mask, _) => Style::Prefix,
            (StyleWord::Hash, Some(fingerprint)) if self.detector.has_lasting_key() => {
                Style::Hash(fingerprint)
            }
            _ => Style::Label,
        })
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.write(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.write(bytes);
    }
}
