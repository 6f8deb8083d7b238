//! The laws of a stream: cuts, length, identity, idempotence.

use std::{fmt, rc::Rc};

use super::input::{Header, cut};
use crate::{
    Finding,
    finders::Finders,
    known::{self, KnownValues},
    mask::Style,
    rule::{Confidence, Exposure},
    secret::Secret,
    stream::{Limits, Redactor, Sink, Verdict},
    view::{
        UNTAKEN_BYTES_MAX,
        escape::{RAW_BYTES_MAX, is_introducer},
    },
};

/// A stream of any bytes, cut anywhere.
pub fn stream(data: &[u8]) {
    let (header, text) = Header::split(data);
    let finders = Finders { profile: header.profile(), ..Finders::default() };
    let whole = assert_stream(header, &text, header.limits(), &finders);
    if is_exact(header.limits()) {
        assert_shifted(header, &text, &whole, &finders);
        assert_looked_into(&text, &whole, header.limits(), &finders);
    }
    assert_settles(&text, &finders);
}

/// Redacting again changes nothing more, once there is no finding that another one's context hid: at first one is found, then what
/// shared its words (`a_context_hides_no_secret` in `src/stream/regressions.rs`).
fn assert_settles(text: &[u8], finders: &Finders) {
    let mut last = redact(&[text], Limits::default(), finders, true);
    for _ in 0..PASSES_MAX {
        let next = redact(&[&last.out], Limits::default(), finders, true);
        if next.out == last.out {
            return;
        }
        last = next;
    }
    assert!(text.is_empty(), "redacting again and again changes more: {last:?}");
}

/// How often a text is redacted until nothing changes, at most.
const PASSES_MAX: usize = 8;

/// Behind bytes of no meaning the same is found: wherever it falls in the blocks that are looked at together.
fn assert_shifted(header: Header, text: &[u8], whole: &Kept, finders: &Finders) {
    let before = vec![0xFF; header.shift()];
    let mut shifted = redact(&[&[&before, text].concat()], header.limits(), finders, false);
    shifted.out.drain(..before.len());
    for seen in &mut shifted.seen {
        seen.start -= before.len();
        seen.end -= before.len();
    }
    assert!(*whole == shifted, "{whole:?}, but {shifted:?} behind {} bytes", before.len());
}

/// Whoever knows a value looks closely at every encoded region, and finds no more for that.
fn assert_looked_into(text: &[u8], whole: &Kept, limits: Limits, finders: &Finders) {
    let value = Secret::new(b"a value that is nowhere".to_vec());
    let known_values = KnownValues::new(vec![value], Vec::new(), None).ok().map(Rc::new);
    let close = redact(&[text], limits, &Finders { known_values, ..finders.clone() }, false);
    let is_known = |seen: &Seen| seen.rule == known::VALUE.id;
    assert!(*whole == close || close.seen.iter().any(is_known), "{whole:?}, but {close:?}");
}

/// The laws of a stream that hold whatever is looked for; gives what comes out.
pub(super) fn assert_stream(
    header: Header,
    text: &[u8],
    limits: Limits,
    finders: &Finders,
) -> Kept {
    let whole = redact(&[text], limits, finders, false);
    whole.assert_is_of(text);
    let cuttings = header.cuttings(text.len());
    for places in &cuttings {
        let other = redact(&cut(text, places), limits, finders, false);
        other.assert_is_of(text);
        if is_exact(limits) {
            whole.assert_same(&other, places);
        }
    }
    assert_resolved(&cut(text, &cuttings[0]), limits, finders);
    whole
}

/// A host that holds nothing: what waits after a chunk is masked, and no byte is added or lost.
fn assert_resolved(pieces: &[&[u8]], limits: Limits, finders: &Finders) {
    let mut kept = Kept::default();
    let mut redactor = Redactor::with(limits, finders.clone());
    let mut len = 0;
    for piece in pieces {
        redactor.write(piece, &mut kept);
        redactor.resolve(&mut kept);
        len += piece.len();
        assert_eq!(redactor.tail_len(), 0, "what is resolved does not wait");
        assert_eq!(kept.out.len(), len, "what is resolved is as long as it was");
    }
    redactor.finish(&mut kept);
    assert_eq!(kept.out.len(), len);
}

fn redact(pieces: &[&[u8]], limits: Limits, finders: &Finders, secrets_only: bool) -> Kept {
    let mut kept = Kept { secrets_only, ..Kept::default() };
    let mut redactor = Redactor::with(limits, finders.clone());
    let (mut len, max) = (0, waiting_max(pieces, limits));
    for piece in pieces {
        redactor.write(piece, &mut kept);
        len += piece.len();
        let tail = redactor.tail_len();
        assert!(tail <= max, "{tail} bytes wait, and {max} may");
        assert_eq!(kept.out.len() + tail, len, "what is not sent waits");
    }
    redactor.finish(&mut kept);
    kept
}

/// Whether what is found depends on the bytes alone. A shape with its trigger behind the limit is taken at the limit, or not, as
/// the bytes come: `a_trigger_behind_the_limit_tells_nothing` in `src/stream/regressions.rs`.
fn is_exact(limits: Limits) -> bool {
    limits.tail_bytes_max >= EXACT_TAIL_BYTES_MIN
}

/// A limit that no shape of a text of the fuzzer's length reaches.
const EXACT_TAIL_BYTES_MIN: usize = 8_192;

/// How many bytes may wait.
fn waiting_max(pieces: &[&[u8]], limits: Limits) -> usize {
    // A match may wait with a longer candidate that starts inside it: one limit behind the other. What waits of an encoded
    // text is two bytes each, or with another encoding inside it four; more where characters of base64 are escaped.
    let is_escaped = pieces.iter().any(|piece| piece.iter().any(|byte| is_introducer(*byte)));
    let factor = if is_escaped { 2 * RAW_BYTES_MAX } else { 4 };
    2 * limits.tail_bytes_max * factor + UNTAKEN_BYTES_MAX
}

/// A finding, and the place of its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    rule: &'static str,
    confidence: Confidence,
    field: Option<Vec<u8>>,
    start: usize,
    end: usize,
}

/// A sink that remembers.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) out: Vec<u8>,
    seen: Vec<Seen>,
    secrets_only: bool,
}

impl Kept {
    /// As many bytes as came in, and the same ones where nothing was found.
    pub(super) fn assert_is_of(&self, text: &[u8]) {
        assert_eq!(self.out.len(), text.len(), "{self:?}: the length is another");
        let places = self.seen.iter().map(|seen| seen.start..seen.end);
        let mut from = 0;
        for place in places.chain(std::iter::once(text.len()..text.len())) {
            let (new, old) = (self.out.get(from..place.start), text.get(from..place.start));
            assert!(
                new.is_some() && new == old,
                "{self:?}: changed from {from} to {}",
                place.start
            );
            from = place.end;
        }
    }

    /// The same findings and bytes as this one, which was not cut.
    pub(super) fn assert_same(&self, other: &Kept, places: &[usize]) {
        let places = places.get(..4).unwrap_or(places);
        assert!(self.seen == other.seen, "whole {self:?}, cut at {places:?} {other:?}");
        let mut pairs = self.out.iter().zip(&other.out);
        let differs = pairs.position(|(one, other)| one != other);
        assert!(self.out == other.out, "{self:?}: cut at {places:?} differs at {differs:?}");
    }
}

/// No byte of what was found.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.seen.iter().map(|seen| (seen.rule, seen.confidence, seen.start, seen.end));
        f.debug_list().entries(seen).finish()
    }
}

impl Sink for Kept {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let start = finding.offset as usize;
        assert_eq!(start, self.out.len(), "{finding:?}: an offset is a place in the stream");
        let (rule, confidence) = (finding.rule.id, finding.confidence);
        let field = finding.field().map(<[u8]>::to_vec);
        self.seen.push(Seen { rule, confidence, field, start, end: start });
        if self.secrets_only && finding.rule.exposure != Exposure::Secret {
            return Verdict::Keep;
        }
        Verdict::Replace(Style::Label)
    }

    fn pass(&mut self, bytes: &[u8]) {
        assert!(!bytes.is_empty(), "nothing is sent");
        self.out.extend_from_slice(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        assert!(!bytes.is_empty(), "nothing is replaced");
        self.out.extend_from_slice(bytes);
        if let Some(last) = self.seen.last_mut() {
            last.end = self.out.len();
        }
    }
}
