//! Scanning one stream of any length, in constant memory.

use std::io::{self, Read};

use hushgate::{allow, fingerprint::Fingerprinter};

use crate::{
    hit::{Hit, told_len},
    lines::{Lines, Place},
    masked::{masked, shortened},
    setup::Detector,
    watch::{Seen, Watch},
    words::printable,
};

/// How much is read at once.
const CHUNK_BYTES: usize = 1 << 20;
/// How much is kept behind what is read next, so that a finding that began earlier still has its line: more than may
/// wait in the redactor and the two encodings inside each other that it looks into.
const KEPT_BYTES_MIN: usize = 1 << 18;
/// How much of a line is shown before and behind the start of a finding, in characters.
const SHOWN_BEFORE_MAX: usize = 40;
const SHOWN_BEHIND_MAX: usize = 32;

/// What digests contexts. It is no secret: a context has none either.
const CONTEXT_KEY: &[u8] = b"hushgate baseline context";

/// Scans one stream after another.
pub(crate) struct Scanner {
    detector: Detector,
    contexts: Fingerprinter,
    buffer: Vec<u8>,
    kept_max: usize,
}

impl Scanner {
    /// Takes what to look for.
    pub(crate) fn new(detector: Detector) -> Result<Scanner, String> {
        let contexts = Fingerprinter::new(CONTEXT_KEY).map_err(|error| error.to_string())?;
        let kept_max = KEPT_BYTES_MIN.max(4 * detector.limits().tail_bytes_max);
        Ok(Scanner { detector, contexts, buffer: vec![0; kept_max + CHUNK_BYTES], kept_max })
    }

    /// Scans a stream to its end and tells what is found in it, in its order; says how many bytes it had.
    ///
    /// The first line has this number: a part of a file does not begin with its first one.
    pub(crate) fn scan(
        &mut self,
        mut reader: impl Read,
        first_line: u64,
        mut tell: impl FnMut(Hit),
    ) -> io::Result<u64> {
        let mut watch = Watch::new(&self.detector);
        let mut redactor = self.detector.redactor();
        let mut lines = Lines::starting_at(first_line);
        let (mut total, mut kept) = (0, 0);
        loop {
            let room = kept + CHUNK_BYTES;
            let read = fill(&mut reader, self.buffer.get_mut(kept..room).unwrap_or_default())?;
            let is_end = read < CHUNK_BYTES;
            let memory = self.buffer.get(..kept + read).unwrap_or_default();
            redactor.write(memory.get(kept..).unwrap_or_default(), &mut watch);
            total += read as u64;
            let mut tell_seen = |seen: Vec<Seen>| {
                for seen in seen {
                    let place = lines.place(memory, seen.offset);
                    hit(&self.detector, &self.contexts, seen, place).map(&mut tell);
                }
            };
            if is_end {
                redactor.finish(&mut watch);
                tell_seen(watch.take(true));
                return Ok(total);
            }
            tell_seen(watch.take(false));
            let forgotten = (kept + read).saturating_sub(self.kept_max);
            lines.forget(memory.get(..forgotten).unwrap_or_default());
            self.buffer.copy_within(forgotten..kept + read, 0);
            kept = kept + read - forgotten;
        }
    }
}

/// What is told of a finding; nothing where its line has a marker that allows it.
fn hit(detector: &Detector, contexts: &Fingerprinter, seen: Seen, place: Place) -> Option<Hit> {
    if allow::is_marked(&seen.line, seen.rule.id) {
        return None;
    }
    // A narrow profile does not look for what its neighbours hold.
    let line = masked(&seen.line, detector.finders());
    Some(Hit {
        rule: seen.rule,
        confidence: seen.confidence,
        offset: Some(seen.offset),
        len: told_len(seen.rule, seen.len),
        place,
        excerpt: excerpt(&line, seen.at),
        context: contexts.of(seen.line.trim_ascii()),
        fingerprint: seen.fingerprint,
    })
}

/// A part of a masked line around the start of a finding.
fn excerpt(line: &[u8], at: usize) -> String {
    let (before, behind) = line.split_at_checked(at).unwrap_or((line, &[]));
    let text = |bytes: &[u8]| shortened(&printable(&String::from_utf8_lossy(bytes)));
    let (before, behind) = (text(before.trim_ascii_start()), text(behind.trim_ascii_end()));
    let cut = before.chars().count().saturating_sub(SHOWN_BEFORE_MAX);
    let mut shown: String = if cut > 0 { "\u{2026}" } else { "" }.to_owned();
    shown.extend(before.chars().skip(cut));
    shown.extend(behind.chars().take(SHOWN_BEHIND_MAX));
    if behind.chars().count() > SHOWN_BEHIND_MAX {
        shown.push('\u{2026}');
    }
    shown
}

/// Reads until the buffer is full or the stream ends; says how much there is.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
