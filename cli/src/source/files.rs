//! Files and folders, by several threads, without what git ignores.

use std::{
    cell::RefCell,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError, SyncSender},
    thread,
};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{Tell, Told};
use crate::{
    failure::Failure,
    hit::Report,
    progress::{PERIOD, Progress, Totals},
    scanner::Scanner,
    setup::Setup,
};

/// Which files are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// Where to begin: files and folders.
    pub(crate) roots: Vec<PathBuf>,
    /// Whether what git ignores is looked at too.
    pub(crate) with_ignored: bool,
    /// How many threads; 0: as many as there are processors.
    pub(crate) threads: usize,
}

/// A file with the names of what need not be scanned, in the syntax of `.gitignore`.
const IGNORE_FILE: &str = ".hushgateignore";
/// How many reports may wait to be told.
const QUEUE_MAX: usize = 256;
/// How many findings of one file are told together.
const BATCH_MAX: usize = 1_024;

thread_local! {
    /// A scanner cannot go from thread to thread, and its buffer is worth keeping.
    static SCANNER: RefCell<Option<Scanner>> = const { RefCell::new(None) };
}

impl Files {
    /// Scans all of them, and tells in whatever order they come.
    pub(crate) fn scan(
        &self,
        setup: &Setup,
        totals: &Totals,
        progress: &mut Progress,
        tell: Tell<'_>,
    ) -> Result<(), Failure> {
        let Some(walk) = self.walk() else { return Ok(()) };
        let (sender, receiver) = mpsc::sync_channel(QUEUE_MAX);
        // Moved in, so that nobody waits for a listener that has gone.
        thread::scope(move |scope| {
            scope.spawn(move || {
                walk.run(|| {
                    let sender = sender.clone();
                    Box::new(move |entry| visit(entry, setup, totals, &sender))
                });
            });
            loop {
                match receiver.recv_timeout(PERIOD) {
                    Ok(told) => tell(told)?,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
                progress.tick(totals);
            }
        })
    }

    fn walk(&self) -> Option<ignore::WalkParallel> {
        let (first, others) = self.roots.split_first()?;
        let mut walk = WalkBuilder::new(first);
        for root in others {
            walk.add(root);
        }
        // A hidden file is where credentials are kept: `.env`, `.npmrc`.
        walk.standard_filters(!self.with_ignored).hidden(false).threads(self.threads);
        walk.add_custom_ignore_filename(IGNORE_FILE);
        walk.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git");
        Some(walk.build_parallel())
    }
}

fn visit(
    entry: Result<DirEntry, ignore::Error>,
    setup: &Setup,
    totals: &Totals,
    sender: &SyncSender<Told>,
) -> WalkState {
    let sent = match entry {
        Ok(entry) => {
            let kind = entry.file_type();
            let is_named = entry.depth() == 0 && !kind.is_some_and(|kind| kind.is_dir());
            if !is_named && !kind.is_some_and(|kind| kind.is_file()) {
                return WalkState::Continue;
            }
            scan_file(entry.path(), setup, totals, sender)
        }
        Err(error) => sender.send(Told::Skipped(error.to_string())).map_err(|_| ()),
    };
    // Nobody listens any more where it cannot be sent.
    if sent.is_err() { WalkState::Quit } else { WalkState::Continue }
}

/// Scans a file; fails where nobody listens any more.
fn scan_file(
    path: &Path,
    setup: &Setup,
    totals: &Totals,
    sender: &SyncSender<Told>,
) -> Result<(), ()> {
    let mut told = Ok(());
    let mut report = Report { path: name(path), commit: None, hits: Vec::new() };
    let scanned = with_scanner(setup, |scanner| {
        let file = File::open(path)?;
        scanner.scan(file, 1, |hit| {
            report.hits.push(hit);
            if report.hits.len() >= BATCH_MAX {
                let hits = std::mem::take(&mut report.hits);
                let batch = Report { hits, path: report.path.clone(), commit: None };
                told = told.and_then(|()| sender.send(Told::Found(batch)).map_err(|_| ()));
            }
        })
    });
    told?;
    match scanned {
        Ok(bytes) => totals.add(bytes),
        Err(error) => {
            let message = format!("{}: {error}", report.path);
            sender.send(Told::Skipped(message)).map_err(|_| ())?;
        }
    }
    if report.hits.is_empty() {
        return Ok(());
    }
    sender.send(Told::Found(report)).map_err(|_| ())
}

/// Gives this thread's scanner to something.
fn with_scanner<T>(
    setup: &Setup,
    use_it: impl FnOnce(&mut Scanner) -> io::Result<T>,
) -> io::Result<T> {
    SCANNER.with(|cell| {
        // Nothing below asks for it again.
        let mut place = cell.try_borrow_mut().map_err(io::Error::other)?;
        let scanner = match place.take() {
            Some(scanner) => scanner,
            None => setup.detector().and_then(Scanner::new).map_err(io::Error::other)?,
        };
        use_it(place.insert(scanner))
    })
}

/// How a file is named: as it was found, with `/` between its parts.
fn name(path: &Path) -> String {
    let name = path.to_string_lossy();
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() };
    match name.strip_prefix("./") {
        Some(rest) => rest.to_owned(),
        None => name,
    }
}
