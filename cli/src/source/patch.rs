//! What a patch adds: the unified diffs of git and others.
//!
//! A hunk is scanned as it reads after the change, so that what stands around an added line is known; what is found
//! elsewhere than in added lines was there before.

use std::{
    io::{self, BufRead, Read},
    ops::RangeInclusive,
};

use super::{Tell, Told};
use crate::{failure::Failure, hit::Report, progress::Totals, scanner::Scanner};

/// How long a line outside hunks may be, in bytes: it holds a path.
const LINE_BYTES_MAX: u64 = 1 << 16;

/// Scans what a patch adds.
pub(crate) fn scan(
    name: &str,
    mut patch: impl BufRead,
    scanner: &mut Scanner,
    totals: &Totals,
    tell: Tell<'_>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::of(name, error);
    let mut path = None;
    while let Some(line) = read_line(&mut patch).map_err(failed)? {
        if let Some(rest) = line.strip_prefix(b"+++ ") {
            path = target(rest);
            totals.add(0);
        } else if line.starts_with(b"@@@ ") {
            let path = path.as_deref().unwrap_or("a file");
            tell(Told::Skipped(format!("{path}: a diff of several parents is not looked at")))?;
        } else if let (Some(path), Some(hunk)) = (&path, Counts::read(&line)) {
            let mut hunk = Hunk::new(&mut patch, hunk);
            let mut hits = Vec::new();
            let first_line = hunk.line;
            scanner.scan(&mut hunk, first_line, |hit| hits.push(hit)).map_err(failed)?;
            hits.retain(|hit| hunk.added.iter().any(|lines| lines.contains(&hit.place.line)));
            if !hits.is_empty() {
                // How far a hunk is from the start of its file, a patch does not say.
                hits.iter_mut().for_each(|hit| hit.offset = None);
                tell(Told::Found(Report { path: path.clone(), commit: None, hits }))?;
            }
        }
    }
    Ok(())
}

/// The next line, without its end; of one that is too long, its start.
fn read_line(patch: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    patch.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_none() {
        patch.skip_until(b'\n')?;
    }
    line.pop_if(|last| *last == b'\r');
    Ok(Some(line))
}

/// The path behind `+++ `; `None` of a file that is gone.
fn target(rest: &[u8]) -> Option<String> {
    let path = match rest.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted),
        // Others than git write a date behind a tab.
        None => rest.split(|byte| *byte == b'\t').next().unwrap_or_default().to_vec(),
    };
    if path == b"/dev/null" {
        return None;
    }
    let path = path.strip_prefix(b"b/").unwrap_or(&path);
    Some(String::from_utf8_lossy(path).into_owned())
}

/// A path that git has quoted as C does, up to the closing quote.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut path = Vec::new();
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        path.push(match byte {
            b'"' => break,
            b'\\' => match bytes.next().unwrap_or_default() {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                first @ b'0'..=b'7' => {
                    let digits =
                        [first, bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
                    let octal = |sum: u32, digit: &u8| sum * 8 + u32::from(*digit & 7);
                    digits.iter().fold(0, octal) as u8
                }
                other => other,
            },
            other => other,
        });
    }
    path
}

/// What `@@ -1,2 +3,4 @@` says: how many old lines, the first new one, how many of those.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    old: u64,
    first: u64,
    new: u64,
}

impl Counts {
    fn read(line: &[u8]) -> Option<Counts> {
        let mut words = str::from_utf8(line.strip_prefix(b"@@ ")?.split(|b| *b == b'@').next()?)
            .ok()?
            .split_whitespace();
        let old = words.next()?.strip_prefix('-')?;
        let new = words.next()?.strip_prefix('+')?;
        let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, n)| n.parse().ok());
        let first = new.split(',').next()?.parse().ok()?;
        Some(Counts { old: count(old)?, first, new: count(new)? })
    }
}

/// A hunk as it reads after the change.
struct Hunk<'a, R> {
    patch: &'a mut R,
    /// How many lines are still to come, of the old text and of the new one.
    old: u64,
    new: u64,
    /// The number of the next new line.
    line: u64,
    /// What the line is that is being read.
    within: Option<Kind>,
    /// The lines that were added so far.
    added: Vec<RangeInclusive<u64>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    New,
    Old,
}

impl<'a, R: BufRead> Hunk<'a, R> {
    fn new(patch: &'a mut R, counts: Counts) -> Hunk<'a, R> {
        let Counts { old, first, new } = counts;
        Hunk { patch, old, new, line: first, within: None, added: Vec::new() }
    }

    /// Reads what the next line is; `None` at the end of the hunk.
    fn start_line(&mut self) -> io::Result<Option<Kind>> {
        if self.old == 0 && self.new == 0 {
            return Ok(None);
        }
        let Some(mark) = self.patch.fill_buf()?.first().copied() else { return Ok(None) };
        // Some tools strip the space of an empty line that did not change.
        let is_bare = matches!(mark, b'\n' | b'\r');
        if !is_bare {
            self.patch.consume(1);
        }
        let kind = match mark {
            b'+' => {
                self.note_added();
                Kind::New
            }
            b'-' => Kind::Old,
            b' ' | b'\n' | b'\r' => {
                self.old = self.old.saturating_sub(1);
                Kind::New
            }
            // `\ No newline at end of file`
            _ => return Ok(Some(Kind::Old)),
        };
        if kind == Kind::New {
            self.new = self.new.saturating_sub(1);
            self.line += 1;
        } else {
            self.old = self.old.saturating_sub(1);
        }
        Ok(Some(kind))
    }

    fn note_added(&mut self) {
        match self.added.last_mut() {
            Some(last) if *last.end() + 1 == self.line => *last = *last.start()..=self.line,
            _ => self.added.push(self.line..=self.line),
        }
    }
}

impl<R: BufRead> Read for Hunk<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(kind) = (match self.within {
                None => self.start_line()?,
                within => within,
            }) else {
                return Ok(0);
            };
            self.within = Some(kind);
            let bytes = self.patch.fill_buf()?;
            let end = memchr::memchr(b'\n', bytes).map(|at| at + 1);
            let mut len = end.unwrap_or(bytes.len());
            let is_new = kind == Kind::New;
            if is_new {
                len = len.min(to.len());
                if let (Some(to), Some(from)) = (to.get_mut(..len), bytes.get(..len)) {
                    to.copy_from_slice(from);
                }
            }
            let is_over = end == Some(len) || bytes.is_empty();
            self.patch.consume(len);
            if is_over {
                self.within = None;
            }
            if is_new && (len > 0 || to.is_empty()) {
                return Ok(len);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_read_as_after_the_change() {
        let patch =
            b" a\n-+++ b\n+++ c\n\n-d\n\\ No newline at end of file\n+e\n\\ No newline\nrest\n";
        let counts = Counts::read(b"@@ -7,4 +9,4 @@ fn x() @@").unwrap();
        assert_eq!(counts, Counts { old: 4, first: 9, new: 4 });
        for size in 1..9 {
            let mut rest = io::BufReader::with_capacity(size, &patch[..]);
            let counts = Counts { old: 4, first: 9, new: 4 };
            let mut hunk = Hunk::new(&mut rest, counts);
            let mut text = Vec::new();
            let mut part = vec![0; size];
            loop {
                let len = hunk.read(&mut part).unwrap();
                if len == 0 {
                    break;
                }
                text.extend_from_slice(&part[..len]);
            }
            assert_eq!(text, b"a\n++ c\n\ne\n");
            assert_eq!(hunk.added, [10..=10, 12..=12]);
            assert_eq!(read_line(&mut rest).unwrap().unwrap(), b"\\ No newline");
            assert_eq!(read_line(&mut rest).unwrap().unwrap(), b"rest");
        }
        assert_eq!(Counts::read(b"@@ -1 +1 @@"), Some(Counts { old: 1, first: 1, new: 1 }));
        assert_eq!(Counts::read(b"@@ -1 1 @@"), None);
    }

    #[test]
    fn paths_are_read() {
        assert_eq!(target(b"b/src/a b.rs").as_deref(), Some("src/a b.rs"));
        assert_eq!(target(b"/dev/null"), None);
        assert_eq!(target(b"x.c\t2026-01-01 00:00").as_deref(), Some("x.c"));
        assert_eq!(target(b"\"b/\\303\\244\\\"\\t\"").as_deref(), Some("\u{e4}\"\t"));
    }
}
