//! All that a repository has ever held: every version of every file, once, and every commit's message.
//!
//! A version is scanned as a whole, as the file itself would be. A secret that stayed in a file for many versions is
//! told once, of the oldest one.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, BufRead, Read},
    path::PathBuf,
};

use hushgate::fingerprint::Fingerprint;

use super::{Tell, Told, git::Git};
use crate::{
    failure::Failure,
    hit::{Hit, Report},
    progress::{Progress, Totals},
    scanner::Scanner,
};

/// What a message of a commit is called.
const MESSAGE: &str = "(commit message)";
/// What an object is told by: name, type, size, and the path that it was listed with.
const BATCH: &str = "--batch=%(objectname) %(objecttype) %(objectsize) %(rest)";

/// What tells findings of different versions to be one.
type Key = (String, &'static str, Fingerprint);
/// The findings, each with the name of its version; what is listed later is older.
type Found = HashMap<Key, (String, Hit)>;

/// Scans a history; of some paths only, if there are any.
pub(crate) fn scan(
    paths: &[PathBuf],
    scanner: &mut Scanner,
    totals: &Totals,
    progress: &mut Progress,
    tell: Tell<'_>,
) -> Result<(), Failure> {
    Git::check()?;
    let mut found = Found::new();
    let blobs = ["--objects", "--filter=object:type=blob", "--filter-provided-objects"];
    for filter in [&blobs[..], &[]] {
        let mut arguments: Vec<_> = ["rev-list", "--all", "--topo-order"].map(Into::into).to_vec();
        arguments.extend(filter.iter().map(Into::<std::ffi::OsString>::into));
        arguments.push("--".into());
        arguments.extend(paths.iter().map(Into::into));
        let mut git = Git::start(&arguments)?.then(&["cat-file", BATCH, "--buffer"])?;
        while scan_object(git.output(), scanner, totals, &mut found)? {
            progress.tick(totals);
        }
        git.finish()?;
    }
    let mut commits = commits(&found)?;
    let mut reports: BTreeMap<(String, String), Vec<Hit>> = BTreeMap::new();
    for ((path, ..), (object, hit)) in found {
        let commit = match path == MESSAGE {
            true => object,
            false => commits.get(&object).cloned().unwrap_or_default(),
        };
        reports.entry((path, commit)).or_default().push(hit);
    }
    commits.clear();
    for ((path, commit), mut hits) in reports {
        hits.sort_by_key(|hit| hit.place.line);
        let commit = Some(commit).filter(|commit| !commit.is_empty());
        tell(Told::Found(Report { path, commit, hits }))?;
    }
    Ok(())
}

/// Scans the next object; says whether there was one.
fn scan_object(
    output: &mut impl BufRead,
    scanner: &mut Scanner,
    totals: &Totals,
    found: &mut Found,
) -> Result<bool, Failure> {
    let failed = |error: io::Error| Failure::of("git", error);
    let mut header = Vec::new();
    output.read_until(b'\n', &mut header).map_err(failed)?;
    if header.is_empty() {
        return Ok(false);
    }
    let header = String::from_utf8_lossy(&header);
    let mut words = header.trim_end_matches('\n').splitn(4, ' ');
    let (object, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // Of an object that is missing (a partial clone) git says so in place of its size.
    let Some(size) = words.next().and_then(|size| size.parse().ok()) else { return Ok(true) };
    let path = if kind == "commit" { MESSAGE } else { words.next().unwrap_or_default() };
    let mut content = output.take(size);
    if kind == "commit" {
        skip_header(&mut content).map_err(failed)?;
    }
    if matches!(kind, "blob" | "commit") {
        let bytes = scanner
            .scan(&mut content, 1, |hit| {
                let digest = hit.fingerprint.unwrap_or(hit.context);
                found.insert((path.to_owned(), hit.rule.id, digest), (object.to_owned(), hit));
            })
            .map_err(failed)?;
        totals.add(bytes);
    }
    io::copy(&mut content, &mut io::sink()).map_err(failed)?;
    output.read_exact(&mut [0]).map_err(failed)?;
    Ok(true)
}

/// Skips what stands before a commit's message: names, dates, a signature.
fn skip_header(commit: &mut impl BufRead) -> io::Result<()> {
    let mut line = Vec::new();
    while commit.read_until(b'\n', &mut line)? > 1 {
        line.clear();
    }
    Ok(())
}

/// The oldest commit that brought each version.
fn commits(found: &Found) -> Result<HashMap<String, String>, Failure> {
    let mut wanted: HashMap<String, String> =
        found.values().map(|(object, _)| (object.clone(), String::new())).collect();
    if wanted.is_empty() {
        return Ok(wanted);
    }
    let raw = [
        "log",
        "--all",
        "--topo-order",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "-c",
        "--format=%H",
        "--root",
    ];
    let mut git = Git::start(&raw)?;
    let (mut commit, mut line) = (String::new(), Vec::new());
    loop {
        line.clear();
        let read = git.output().read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::of("git", error))? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if !text.starts_with(':') {
            if !text.is_empty() {
                commit = text.to_owned();
            }
            continue;
        }
        // `:mode mode old new M<tab>path`, of a merge with as many more colons, modes and names as it has parents more.
        let parents = text.bytes().take_while(|byte| *byte == b':').count();
        let new = text.split([' ', '\t']).nth(2 * parents + 1).unwrap_or_default();
        if let Some(known) = wanted.get_mut(new) {
            known.clone_from(&commit);
        }
    }
    git.finish()?;
    Ok(wanted)
}
