//! Redacting a stream: bytes in by chunks of any size, bytes out through a sink.
//!
//! # An example of a cut, with bytes
//! `write("…\"key\":\"ghp_ab")` sends `…"key":"` to the sink and keeps `ghp_ab`, the tail: it may be the start of a
//! GitHub token. If `write("c\"}")` follows, it was none and both go out as they came. If 34 more letters and digits
//! follow, the replacement goes out instead.

use crate::{
    finders::{Ahead, Finders},
    finding::{BEFORE_BYTES_MAX, Finding},
    mask::{Masker, Style},
    rule::Kind,
    scan::{self, ESCAPED_BYTES_MAX, Found, Hit, Recent, TRIGGER_BYTES_MAX, Window},
    view::{
        self, View, basic, escape,
        follow::{Follow, Piece},
    },
};

/// Where a [`Redactor`] sends what it has decided, in the order of the stream.
pub trait Sink {
    /// Decides on a finding. Called before its bytes are sent.
    fn found(&mut self, finding: &Finding<'_>) -> Verdict;

    /// Takes bytes that are as they came.
    fn pass(&mut self, bytes: &[u8]);

    /// Takes bytes that stand for as many others.
    fn replace(&mut self, bytes: &[u8]);
}

/// What becomes of a finding's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They pass.
    Keep,
    /// They are replaced by as many others.
    Replace(Style),
}

/// How far a stream may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest candidate that waits to be decided, in bytes; a longer one is taken for what it looks like.
    ///
    /// ### Default
    /// 8,192. No built-in shape has more than 4,096 bytes, so that none reaches it.
    pub tail_bytes_max: usize,
    /// The longest open-ended credential, such as a private key, in bytes; what follows is looked at anew.
    ///
    /// ### Default
    /// 65,536.
    pub open_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { tail_bytes_max: 8_192, open_bytes_max: 65_536 }
    }
}

/// Redacts bytes that are all there is, such as a header's value.
pub fn once(bytes: &[u8], sink: &mut impl Sink) {
    once_with(bytes, Finders::default(), sink);
}

/// The same, with what is looked for beside the built-in rules.
pub fn once_with(bytes: &[u8], finders: Finders, sink: &mut impl Sink) {
    Redactor::with(Limits::default(), finders).advance(bytes, true, sink);
}

/// Where a private key's body ends.
const FOOTER: &[u8] = b"-----";

/// How many encodings may stand inside each other: base64 of base64.
const VIEWS_MAX: u8 = 2;

/// How much of a chunk is joined with the tail before it, so that not all of it is copied: enough to decide what starts there.
const SEAM_BYTES: usize = 512;
const _: () = assert!(SEAM_BYTES >= TRIGGER_BYTES_MAX + ESCAPED_BYTES_MAX);

/// How many bytes of text an encoded region may have to be looked at as a whole.
const SKIM_BYTES_MAX: usize = 4_096;

/// How many bytes of an encoded region are looked at together, at first and at most.
const REGION_BYTES_MIN: usize = 192;
const REGION_BYTES_MAX: usize = 4 * view::UNTAKEN_BYTES_MAX;

/// Finds credentials in a stream and replaces them as its [`Sink`] says.
///
/// The result does not depend on how the stream is cut into chunks, and has as many bytes as came in.
pub struct Redactor {
    limits: Limits,
    finders: Finders,
    /// How many encodings inside each other are still looked into.
    views: u8,
    /// What may still become part of a finding. `0 <= tail.len() <= tail_bytes_max` between two writes.
    tail: Vec<u8>,
    /// The last bytes before the tail as they came in.
    before: Recent<BEFORE_BYTES_MAX>,
    /// How many bytes have been decided.
    decided: u64,
    /// The open-ended finding that the stream is inside of.
    open: Option<Open>,
    /// The encoded region that the stream is inside of.
    view: Option<Box<View>>,
    /// How many bytes of it have been read.
    viewed: usize,
}

/// What a stream in a filter keeps beside its tails, in bytes: with encodings inside each other, one redactor each.
#[cfg(target_arch = "wasm32")]
const _: () = assert!(size_of::<Redactor>() + VIEWS_MAX as usize * size_of::<View>() <= 1_024);

/// An open-ended finding under way.
struct Open {
    follow: Follow,
    /// What is written instead; `None` where it passes.
    masker: Option<Masker>,
}

/// Why deciding stopped.
enum Ended {
    /// All that can be decided is; what is left waits.
    Waiting,
    /// An encoded region turned out to have no byte.
    Empty,
}

impl Redactor {
    /// Starts at the beginning of a stream.
    pub fn new(limits: Limits) -> Redactor {
        Redactor::with(limits, Finders::default())
    }

    /// Starts at the beginning of a stream, with what is looked for beside the built-in rules.
    pub fn with(limits: Limits, finders: Finders) -> Redactor {
        Redactor {
            limits,
            finders,
            views: VIEWS_MAX,
            tail: Vec::new(),
            before: Recent::default(),
            decided: 0,
            open: None,
            view: None,
            viewed: 0,
        }
    }

    /// Takes the next chunk and sends all that is decided by it.
    pub fn write(&mut self, chunk: &[u8], sink: &mut impl Sink) {
        self.advance(chunk, false, sink);
    }

    /// Ends the stream: what was kept is decided and sent.
    pub fn finish(self, sink: &mut impl Sink) {
        self.finish_with(&[], sink);
    }

    /// Takes the last chunk and ends the stream, which is less work than both by themselves: nothing of it may wait.
    pub(crate) fn finish_with(mut self, chunk: &[u8], sink: &mut impl Sink) {
        self.advance(chunk, true, sink);
    }

    /// How many bytes wait because they may be the start of a finding.
    pub fn tail_len(&self) -> usize {
        self.tail.len() + self.view.as_ref().map_or(0, |view| view.tail_len())
    }

    /// Gives up waiting: the tail is taken for what it may become, and masked.
    ///
    /// For a host that cannot hold more. The result is then one of a limit, and no longer that of the bytes alone.
    pub fn resolve(&mut self, sink: &mut impl Sink) {
        if let Some(mut view) = self.view.take() {
            view.resolve(sink);
            view.finish(sink);
        }
        let masked = vec![crate::mask::FILL; self.tail.len()];
        if !masked.is_empty() {
            sink.replace(&masked);
        }
        self.decided += self.tail.len() as u64;
        self.before.push(&self.tail);
        self.tail.clear();
    }

    fn advance(&mut self, chunk: &[u8], end: bool, sink: &mut impl Sink) {
        let mut chunk = chunk;
        if !self.tail.is_empty() {
            let mut bytes = std::mem::take(&mut self.tail);
            let waited = bytes.len();
            let seam = chunk.get(..SEAM_BYTES).filter(|_| chunk.len() > 2 * SEAM_BYTES);
            bytes.extend_from_slice(seam.unwrap_or(chunk));
            let mut done = match seam {
                Some(_) => self.decide_seam(&bytes, waited, sink),
                None => self.decide(&bytes, end, sink),
            };
            match chunk.get(done.saturating_sub(waited)..) {
                // The tail is decided: the rest of the chunk can be looked at where it is.
                Some(rest) if seam.is_some() && done >= waited => chunk = rest,
                _ => {
                    if let Some(seam) = seam {
                        bytes.extend_from_slice(chunk.get(seam.len()..).unwrap_or_default());
                        bytes.drain(..done);
                        done = self.decide(&bytes, end, sink);
                    }
                    bytes.drain(..done);
                    self.tail = bytes;
                    return;
                }
            }
        }
        let done = self.decide(chunk, end, sink);
        self.tail.extend_from_slice(chunk.get(done..).unwrap_or_default());
    }

    /// Decides and sends as many of the bytes as can be; says how many.
    fn decide(&mut self, bytes: &[u8], end: bool, sink: &mut impl Sink) -> usize {
        let before = self.before;
        self.decide_in(self.window(before.bytes(), bytes, end), sink)
    }

    /// The same, of what starts in the first bytes, the tail that waited: what starts behind it is found again in the chunk.
    fn decide_seam(&mut self, bytes: &[u8], waited: usize, sink: &mut impl Sink) -> usize {
        let before = self.before;
        let window = self.window(before.bytes(), bytes, false);
        let (tail, seam) = bytes.split_at_checked(waited).unwrap_or_default();
        self.decide_in(window.with_undecided(waited, triggers_behind(tail, seam)), sink)
    }

    fn window<'a>(&self, before: &'a [u8], bytes: &'a [u8], end: bool) -> Window<'a> {
        let window = Window::new(before, bytes, end, self.limits.tail_bytes_max);
        window.with_profile(self.finders.profile)
    }

    fn decide_in(&mut self, window: Window<'_>, sink: &mut impl Sink) -> usize {
        let bytes = window.bytes();
        let mut views_from = (self.views > 0).then_some(0);
        let mut at = 0;
        while let Ended::Empty = self.decide_from(&mut at, window.with_views(views_from), sink) {
            // A region of nothing: another one does not start there.
            views_from = Some(at + 1);
        }
        self.before.push(bytes.get(..at).unwrap_or_default());
        self.decided += at as u64;
        at
    }

    /// Decides from a place on, until nothing more can be decided or an encoded region turns out to be empty.
    fn decide_from(&mut self, at: &mut usize, window: Window<'_>, sink: &mut impl Sink) -> Ended {
        let (bytes, end) = (window.bytes(), window.is_end());
        let finders = self.finders.clone();
        let mut ahead = Ahead::new(&finders, &window);
        // Where a region starts of which nothing has been read.
        let mut started = None;
        loop {
            *at += self.go_on(bytes.get(*at..).unwrap_or_default(), end, sink);
            if self.open.is_some() {
                return Ended::Waiting;
            }
            let viewed = self.look_in(&window, *at, sink);
            *at += viewed;
            match (&self.view, viewed) {
                (Some(_), 0) => return Ended::Waiting,
                (Some(_), _) => continue,
                (None, 0) if started == Some(*at) => return Ended::Empty,
                (None, _) => {}
            }
            match ahead.next(*at) {
                Found::Hit(hit) => *at = self.send(&window, *at, hit, sink),
                Found::View(place, kind) => {
                    if let Some(len) = self.skim(&window, place, kind) {
                        pass(sink, bytes.get(*at..place + len));
                        *at = place + len;
                        continue;
                    }
                    pass(sink, bytes.get(*at..place));
                    *at = place;
                    started = Some(place);
                    self.start_view(kind, place);
                }
                Found::Live(live) => {
                    pass(sink, bytes.get(*at..live));
                    *at = live;
                    return Ended::Waiting;
                }
                Found::Nothing => {
                    pass(sink, bytes.get(*at..));
                    *at = bytes.len();
                    return Ended::Waiting;
                }
            }
        }
    }

    /// How long an encoded region is in which there is nothing, and in which nothing begins; `None` if it takes a view to tell.
    ///
    /// Nearly every region is short, whole and clean: this is what a view would say of it, without one.
    fn skim(&self, window: &Window<'_>, place: usize, kind: view::Kind) -> Option<usize> {
        let Finders { rules, known_values, needles, .. } = &self.finders;
        if rules.is_some() || known_values.is_some() || needles.is_some() {
            return None;
        }
        let (bytes, end) = (window.bytes(), window.is_end());
        let rest = bytes.get(place..)?;
        let (text, len) = view::whole(kind, rest, end, SKIM_BYTES_MAX)?;
        // The triggers of all that may begin in it, so that nothing is undecided there.
        let after = rest.get(len..)?;
        let triggers = triggers_behind(rest.get(..len)?, after);
        if len == 0 || after.len() < triggers {
            return None;
        }
        // What its start may be has been tried.
        let part = window.with_views(None).with_triggers(place + 1, place + len + triggers);
        let views = (self.views > 1).then_some(0);
        let inner = Window::new(b"", &text, true, self.limits.tail_bytes_max)
            .with_profile(self.finders.profile)
            .with_views(views);
        let is_clean = matches!(scan::search(&inner, 0), Found::Nothing)
            && matches!(scan::search(&part, place), Found::Nothing);
        is_clean.then_some(len)
    }

    fn start_view(&mut self, kind: view::Kind, place: usize) {
        let views = self.views.saturating_sub(1);
        let inner = Redactor { views, ..Redactor::with(self.limits, self.finders.clone()) };
        let offset = self.decided + place as u64;
        self.view = Some(Box::new(View::new(kind, offset, inner)));
        self.viewed = 0;
    }

    /// Sends what stands before a finding, and the finding; says where to go on.
    fn send(&mut self, window: &Window<'_>, from: usize, hit: Hit, sink: &mut impl Sink) -> usize {
        let bytes = window.bytes();
        let (start, secret_end) = (hit.secret.start, hit.secret.end);
        pass(sink, bytes.get(from..start));
        let preceding = window.preceding::<BEFORE_BYTES_MAX>(start);
        let secret = bytes.get(hit.secret).unwrap_or_default();
        let finding = Finding {
            rule: hit.rule,
            confidence: hit.confidence,
            offset: self.decided + start as u64,
            len: hit.open.is_none().then_some(secret.len()),
            len_min: secret.len(),
            label: hit.label,
            is_encoded: false,
            prefix: hit.prefix,
            before: preceding.bytes(),
            secret,
        };
        let mut masker = match sink.found(&finding) {
            Verdict::Keep => None,
            Verdict::Replace(style) => Some(Masker::new(&finding, style)),
        };
        // A key's layout is kept, so it is followed from behind its header on; anything else has a beginning of its own,
        // as has a candidate at the limit, header and all.
        let is_key = hit.rule.kind == Kind::PrivateKey && start > hit.start;
        let is_whole = hit.open.is_none() || !is_key;
        if is_whole {
            let basic = hit.rule.is_basic() && masker.is_some();
            match basic.then(|| basic::mask_password(secret)).flatten() {
                // Behind its encoding there are a name and a password: the name is none.
                Some(masked) => sink.replace(&masked),
                None => send(sink, masker.as_mut(), secret),
            }
        }
        if let Some(set) = hit.open {
            let footer = if is_key { FOOTER } else { b"" };
            let sent = if is_whole { secret.len() } else { 0 };
            let left = self.limits.open_bytes_max.saturating_sub(sent);
            let follow = Follow::new(set, footer, is_key, left);
            self.open = Some(Open { follow, masker });
        }
        // What stands behind the secret may begin another match: `password=A;user=sa;password=B`.
        if is_whole { secret_end } else { start }
    }

    /// Sends what belongs to the open-ended finding; says how many bytes those were.
    fn go_on(&mut self, bytes: &[u8], end: bool, sink: &mut impl Sink) -> usize {
        let mut count = 0;
        while let Some(open) = &mut self.open {
            let rest = bytes.get(count..).unwrap_or_default();
            let len = match open.follow.next(rest, end) {
                Piece::Secret(len) => {
                    send(sink, open.masker.as_mut(), rest.get(..len).unwrap_or_default());
                    len
                }
                Piece::Layout(len) => {
                    pass(sink, rest.get(..len));
                    len
                }
                Piece::Over => {
                    self.open = None;
                    0
                }
                Piece::Short => break,
            };
            count += len;
        }
        count
    }

    /// Sends what belongs to the encoded region; says how many bytes those were.
    ///
    /// What begins inside it and is not encoded comes first: the region ends before it.
    fn look_in(&mut self, window: &Window<'_>, from: usize, sink: &mut impl Sink) -> usize {
        let mut at = from;
        // Most regions are short, so a part of the window is enough, and a larger one the longer it gets; unless what
        // waits is longer than that.
        let part = (REGION_BYTES_MIN + 2 * self.viewed).min(REGION_BYTES_MAX);
        for len in [part, REGION_BYTES_MAX, usize::MAX] {
            let Some(mut view) = self.view.take() else { break };
            let part = window.cut(at.saturating_add(len)).with_views(None).with_all();
            let (limit, is_cut) = match Ahead::new(&self.finders, &part).next(at) {
                Found::Hit(hit) => (hit.start, true),
                Found::Live(live) => (live, false),
                Found::View(..) | Found::Nothing => (part.bytes().len(), part.is_end()),
            };
            let region = part.bytes().get(at..limit).unwrap_or_default();
            let taken = view.write(region, is_cut, sink);
            at += taken.len;
            if taken.is_over || is_cut {
                view.finish(sink);
            } else {
                self.view = Some(view);
            }
            if at > from {
                break;
            }
        }
        self.viewed += at - from;
        at - from
    }
}

fn send(sink: &mut impl Sink, masker: Option<&mut Masker>, bytes: &[u8]) {
    match masker {
        // Nothing in place of nothing would still be a change to the sink.
        _ if bytes.is_empty() => {}
        None => pass(sink, Some(bytes)),
        Some(masker) => masker.write(bytes, |masked| sink.replace(masked)),
    }
}

/// How far into what follows some bytes the triggers stand of all that may begin in them.
fn triggers_behind(bytes: &[u8], after: &[u8]) -> usize {
    let near = after.get(..TRIGGER_BYTES_MAX).unwrap_or(after);
    let is_escaped = bytes.iter().chain(near).any(|byte| escape::is_introducer(*byte));
    TRIGGER_BYTES_MAX + if is_escaped { ESCAPED_BYTES_MAX } else { 0 }
}

fn pass(sink: &mut impl Sink, bytes: Option<&[u8]>) {
    if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
        sink.pass(bytes);
    }
}

#[cfg(test)]
mod encoded;
#[cfg(test)]
mod regressions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
