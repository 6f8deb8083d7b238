//! What stands at a trigger: every shape that may be there is tried, and the longest match decides.

use std::ops::Range;

use once_cell::unsync::Lazy;

use super::{
    Found, Hit, RUN_BYTES_MIN, Window, batch,
    block::is_token,
    live,
    name::{self, Name},
};
use crate::{
    rule::{
        Confidence, Rule,
        shape::Match,
        table::{self, AfterLiteral, Anchored, Back, ByteSet, Left, Seg, Shape},
    },
    view::{
        Kind,
        escape::{self, Step},
        gate::{self, Gate},
    },
};

/// Trying shapes at one place of a window.
pub(super) struct Candidates<'a> {
    pub(super) window: &'a Window<'a>,
    /// What lies before this place is decided.
    pub(super) from: usize,
    pub(super) at: usize,
}

/// How far from its anchor a shape may start through escapes.
const BACK_BYTES_MAX: usize = 64;

/// How many last bytes a literal is looked up by, as the build has it.
const LITERAL_LENGTHS: [usize; 4] = [1, 2, 3, 5];

/// The best of what has been tried at a place.
#[derive(Default)]
struct Best {
    hit: Option<(usize, Hit)>,
    /// Where the first undecided candidate starts.
    live: Option<usize>,
    /// Where the first candidate starts that matches: it has to wait with those that may be longer.
    matched: Option<usize>,
}

impl Window<'_> {
    /// Whether what stands before a place allows the shape there.
    pub(super) fn admits(&self, shape: &Shape, at: usize) -> bool {
        if shape.left == Left::Word && !self.starts_word(at) {
            return false;
        }
        let words = table::RULES.get(usize::from(shape.rule)).map_or(&[][..], |rule| rule.context);
        words.is_empty()
            || Name::before(self, at)
                .is_some_and(|name| name.is_secret() && words.iter().any(|word| name.has(word)))
    }
}

impl Candidates<'_> {
    /// Tries what a run's start and an anchor stand for.
    #[inline(never)]
    pub(super) fn decide(&self, is_run: bool, is_anchor: bool) -> Found {
        let mut best = Best::default();
        if is_run {
            self.starts(&mut best);
            let before = self.before();
            if before.is_none_or(batch::is_after_literal) {
                self.after_literals(&mut best);
            }
            if before.is_none_or(name::may_be_secret) {
                self.contexts(&mut best);
            }
        }
        if is_anchor {
            self.anchors(&mut best);
            if self.is_at_escape() {
                self.escapes(&mut best);
            }
        }
        best.found()
    }

    /// The eight bytes before, as a number, where the window has them.
    fn before(&self) -> Option<u64> {
        let start = self.at.checked_sub(8)?;
        let before = self.window.bytes().get(start..)?.first_chunk::<8>()?;
        Some(u64::from_le_bytes(*before))
    }

    /// What is looked for by the anchor here: all its fixed bytes are there.
    #[inline(always)]
    fn anchors_here(&self) -> impl Iterator<Item = &'static Anchored> {
        let rest = self.window.bytes().get(self.at..).unwrap_or_default();
        let numbers = match rest.first_chunk::<3>() {
            Some(head) => table::ANCHORS.of(table::key(head)),
            None => &[],
        };
        // Near the end of the window the shape itself has to tell.
        let bytes = rest.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
        let anchored = numbers.iter().filter_map(|number| table::ANCHORED.get(*number as usize));
        anchored.filter(move |anchored| bytes.is_none_or(|bytes| anchored.is_at(bytes)))
    }

    /// Whether there is an anchor or an escape here: the masks and hashes say so of some other bytes as well.
    #[inline(always)]
    pub(super) fn is_at_anchor(&self) -> bool {
        self.is_at_escape() || self.anchors_here().next().is_some()
    }

    fn is_at_escape(&self) -> bool {
        self.window.bytes().get(self.at).is_some_and(|byte| escape::is_introducer(*byte))
    }

    /// Whether a character of UTF-16 stands here: its second byte is NUL.
    #[inline(always)]
    pub(super) fn is_at_wide(&self) -> bool {
        self.window.bytes().get(self.at + 1) == Some(&0)
    }

    /// A region that starts here.
    pub(super) fn view(&self, kind: Kind) -> Found {
        // With the high byte first, its text starts a byte earlier.
        match kind {
            Kind::Utf16Le if self.window.byte_before(self.at) == Some(0) => {
                Found::View(self.at.saturating_sub(1), Kind::Utf16Be)
            }
            kind => Found::View(self.at, kind),
        }
    }

    /// Where the region starts that starts with the text here, if it is one.
    pub(super) fn view_start(&self, is_run: bool) -> usize {
        match self.window.byte_before(self.at) {
            Some(0) if !is_run => self.at.saturating_sub(1),
            _ => self.at,
        }
    }

    /// How a region that starts here is encoded, if it is.
    pub(super) fn gate(&self, is_run: bool) -> Gate {
        let (bytes, end) = self.window.rest(self.at);
        let follows_token = self.window.byte_before(self.at).is_some_and(is_token);
        if is_run && !follows_token {
            return gate::run(bytes, end);
        }
        match bytes {
            // With the low byte first, a text starts where a word does; with the high byte first, at a NUL.
            [_, 0, ..] if self.window.byte_before(self.at) == Some(0) => {
                match self.at.checked_sub(1) {
                    Some(place) if place >= self.from => gate::utf16(bytes, end),
                    _ => Gate::No,
                }
            }
            [_, 0, ..] if !follows_token => gate::utf16(bytes, end),
            _ => Gate::No,
        }
    }

    /// Shapes that have an anchor here.
    fn anchors(&self, best: &mut Best) {
        self.anchors_here().for_each(|anchored| self.anchored(anchored, best));
    }

    /// Shapes whose anchor, start or literal is, or begins with, the escape here.
    fn escapes(&self, best: &mut Best) {
        let (rest, end) = self.window.rest(self.at);
        let Some(head) = Escaped::read::<3>(rest, end) else { return };
        for number in table::STARTS.of(head.0) {
            self.attempt(*number, self.at, best);
        }
        let before = u64::from(self.window.byte_before(self.at).unwrap_or(0));
        let behind = (head.0 << 8 | before) & 0xFF_FFFF;
        if table::ANCHORS.may_have(head.0) || table::ANCHORS.may_have(behind) {
            // Few places come so far.
            let text = Escaped::read::<8>(rest, end).map_or(0, |text| text.0);
            self.anchors_at(text, self.at, best);
            self.anchors_at(text << 8 | before, self.at.wrapping_sub(1), best);
        }
        if let Step::Byte { byte, len } = escape::step(rest, end)
            && rest.iter().skip(len).take(RUN_BYTES_MIN).take_while(|b| is_token(**b)).count()
                == RUN_BYTES_MIN
        {
            self.after_escape(byte, best);
        }
    }

    /// Shapes with an anchor in eight bytes of text, the first of which stands at a place.
    fn anchors_at(&self, text: u64, place: usize, best: &mut Best) {
        for number in table::ANCHORS.of(text & 0xFF_FFFF) {
            let Some(anchored) = table::ANCHORED.get(*number as usize) else { continue };
            if anchored.is_at(text) {
                let at = self.back_from(place, anchored.back.0.into());
                Candidates { at, ..*self }.anchored(anchored, best);
            }
        }
    }

    /// Where an anchor would stand if no byte before it were an escape: so that its shape starts where it does.
    fn back_from(&self, at: usize, back: usize) -> usize {
        let bytes = self.window.bytes().get(..at).unwrap_or_default();
        let plain = bytes.get(at.saturating_sub(back)..).unwrap_or_default();
        if back > BACK_BYTES_MAX || !plain.iter().any(|byte| escape::is_introducer(*byte)) {
            return at;
        }
        let start = (0..back).fold(at, |at, _| {
            let before = bytes.get(..at).unwrap_or_default();
            at.saturating_sub(escape::ending_len(before).unwrap_or(1))
        });
        // The end of a window waits for no more than this.
        let is_near = at - start <= back + live::ESCAPED_BACK_MAX;
        if is_near { start + back } else { at }
    }

    /// Shapes whose literal ends with the escape here.
    fn after_escape(&self, byte: u8, best: &mut Best) {
        let start = self.at.saturating_sub(4 * escape::RAW_BYTES_MAX);
        let before = self.window.bytes().get(start..self.at).unwrap_or_default();
        let mut last = escape::decode(before);
        last.push(byte);
        for len in LITERAL_LENGTHS {
            let Some(last) = last.len().checked_sub(len).and_then(|from| last.get(from..)) else {
                return;
            };
            for entry in table::LITERALS.of(table::folded_key(last)) {
                let Some(after) = table::AFTER.get(*entry as usize) else { continue };
                if let Some(start) = self.start_before_escape(after) {
                    self.attempt(u32::from(after.shape), start, best);
                }
            }
        }
    }

    /// Where a shape starts whose literal ends with the escape here.
    fn start_before_escape(&self, after: &AfterLiteral) -> Option<usize> {
        match after.back {
            Back::Fixed(back) => {
                let back = (back as usize).checked_sub(1)?;
                self.back_from(self.at, back).checked_sub(back)
            }
            Back::Lead { set, min, max } => {
                let text = (after.literal.len() - 1) as u32;
                let bytes = self.window.bytes().get(..self.at)?.iter().rev().skip(text as usize);
                let lead = bytes.take(max as usize).take_while(|b| set.has(**b)).count();
                let starts = (min as usize..=lead).rev().map(|lead| self.at - text as usize - lead);
                starts.into_iter().find(|start| self.window.starts_word(*start))
            }
        }
    }

    fn anchored(&self, anchored: &Anchored, best: &mut Best) {
        let (min, max) = (usize::from(anchored.back.0), usize::from(anchored.back.1));
        let Some(last) = self.at.checked_sub(min) else { return };
        let first = self.at.saturating_sub(max).max(self.from);
        for start in first..=last {
            self.attempt(u32::from(anchored.shape), start, best);
        }
    }

    /// Shapes that start where a run does.
    fn starts(&self, best: &mut Best) {
        let rest = self.window.bytes().get(self.at..).unwrap_or_default();
        let Some(head) = rest.first_chunk::<3>() else {
            return;
        };
        for shape in table::STARTS.of(table::key(head)) {
            self.attempt(*shape, self.at, best);
        }
        for (shape, at, byte) in table::PROBED {
            // Beyond the window's end it may still come.
            if rest.get(*at).is_none_or(|b| b == byte) {
                self.attempt(*shape, self.at, best);
            }
        }
    }

    /// Shapes whose run is assigned to a name with a certain word.
    fn contexts(&self, best: &mut Best) {
        let Some(name) = Name::before(self.window, self.at).filter(Name::is_secret) else {
            return;
        };
        for word in name.bytes().windows(3) {
            for shape in table::CONTEXTS.of(table::key(word)) {
                self.attempt(*shape, self.at, best);
            }
        }
    }

    /// Shapes whose literal ends where the run starts: looked up by the literal's last bytes.
    fn after_literals(&self, best: &mut Best) {
        if self.window.byte_before(self.at).is_none_or(is_token) {
            return;
        }
        let before = self.window.bytes().get(..self.at).unwrap_or_default();
        for len in LITERAL_LENGTHS {
            let Some(start) = self.at.checked_sub(len) else {
                return;
            };
            let last = before.get(start..).unwrap_or_default();
            for entry in table::LITERALS.of(table::folded_key(last)) {
                if let Some(after) = table::AFTER.get(*entry as usize)
                    && let Some(start) = self.start_before(after)
                {
                    self.attempt(u32::from(after.shape), start, best);
                }
            }
        }
    }

    /// Where a shape starts whose literal ends at this place.
    fn start_before(&self, after: &AfterLiteral) -> Option<usize> {
        let bytes = self.window.bytes();
        let literal = self.at.checked_sub(after.literal.len())?;
        let seen = bytes.get(literal..self.at)?;
        let same = if after.fold {
            seen.eq_ignore_ascii_case(after.literal)
        } else {
            seen == after.literal
        };
        if !same {
            return None;
        }
        match after.back {
            Back::Fixed(back) => self.at.checked_sub(back as usize),
            Back::Lead { set, min, max } => {
                let lead = bytes.get(..literal)?.iter().rev().take(max as usize);
                let lead = lead.take_while(|b| set.has(**b)).count();
                // Digits of an escape (`%20`) may stand before the shape's own: the longest that is a word.
                let starts = (min as usize..=lead).rev().map(|lead| literal - lead);
                starts.into_iter().find(|start| self.window.starts_word(*start))
            }
        }
    }

    fn attempt(&self, shape: u32, start: usize, best: &mut Best) {
        if start < self.from {
            return;
        }
        let Some(shape) = table::SHAPES.get(shape as usize) else {
            return;
        };
        if shape.profile > self.window.profile() {
            return;
        }
        let (bytes, end) = self.window.candidate(start);
        match shape.attempt_text(bytes, end) {
            Match::No => {}
            // Asked last: nearly all that is tried is refused by its first bytes.
            _ if !self.window.admits(shape, start) => {}
            Match::Live if self.window.is_at_limit(bytes.len()) => {
                best.take(shape, start, self.hit_at_limit(shape, start, bytes.len()));
            }
            Match::Live => best.wait(start),
            Match::Yes { len, secret } => {
                best.take(shape, start, self.hit(shape, start, len, secret));
            }
        }
    }

    fn hit(&self, shape: &Shape, start: usize, len: usize, secret: Range<usize>) -> Option<Hit> {
        let rule = table::RULES.get(usize::from(shape.rule))?;
        let secret = start + secret.start..start + secret.end;
        let bytes = self.window.bytes().get(secret.clone())?;
        let prefix = if secret.start == start { usize::from(shape.literal) } else { 0 };
        // What is judged is what the bytes stand for.
        let text = Lazy::new(|| escape::decode(bytes));
        let is_escaped = bytes.iter().any(|byte| escape::is_introducer(*byte));
        let bytes = if is_escaped { text.as_slice() } else { bytes };
        let prefix = if is_escaped { 0 } else { prefix };
        let (confidence, label) = (rule.judge(bytes, prefix)?, rule.label);
        let (rule, confidence) =
            Some(bytes).filter(|_| rule.yields).and_then(specific).unwrap_or((rule, confidence));
        // A failed checksum lowers the confidence, and frees nothing.
        if confidence.max(rule.confidence) < self.window.profile().confidence_min() {
            return None;
        }
        Some(Hit {
            rule,
            confidence,
            start,
            secret,
            end: start + len,
            open: shape.open.then(|| last_set(shape)).flatten(),
            label,
            prefix,
        })
    }

    /// A candidate that is longer than may stay undecided is taken for what it looks like: closed, not passed.
    fn hit_at_limit(&self, shape: &Shape, start: usize, len: usize) -> Option<Hit> {
        let rule = table::RULES.get(usize::from(shape.rule))?;
        Some(Hit {
            rule,
            confidence: rule.confidence,
            start,
            secret: start..start + len,
            end: start + len,
            open: last_set(shape),
            label: rule.label,
            prefix: 0,
        })
    }
}

/// The rule that matches the whole of a secret which a generic rule has found, and the confidence of that.
fn specific(secret: &[u8]) -> Option<(&'static Rule, Confidence)> {
    table::FIRST_INDEX.of(usize::from(*secret.first()?)).iter().find_map(|number| {
        let shape = table::SHAPES.get(*number as usize)?;
        let rule = table::RULES.get(usize::from(shape.rule))?;
        match shape.attempt(secret, true) {
            _ if !rule.context.is_empty() => None,
            Match::Yes { len, secret: span } if len == secret.len() && span == (0..len) => {
                Some((rule, rule.judge(secret, usize::from(shape.literal))?))
            }
            _ => None,
        }
    })
}

/// The first bytes of a text that begins with an escape, eight at most, as a number, the first one lowest.
#[derive(Clone, Copy)]
struct Escaped(u64);

impl Escaped {
    /// As many as there are, and NULs behind them; `None` where no escape starts, or more bytes are needed to tell.
    fn read<const N: usize>(bytes: &[u8], end: bool) -> Option<Escaped> {
        let mut text = 0;
        let mut rest = bytes;
        for number in 0..N {
            let (byte, len) = match escape::step(rest, end) {
                Step::Byte { byte, len } => (byte, len),
                Step::Plain if number > 0 => (rest.first().copied().unwrap_or(0), 1),
                Step::Short if number > 0 => (0, rest.len()),
                _ => return None,
            };
            text |= u64::from(byte) << (8 * number);
            rest = rest.get(len..).unwrap_or_default();
        }
        Some(Escaped(text))
    }
}

fn last_set(shape: &Shape) -> Option<&'static ByteSet> {
    match shape.segs.last() {
        Some(Seg::Run { set, .. }) => Some(set),
        _ => None,
    }
}

fn earlier(place: Option<usize>, other: usize) -> Option<usize> {
    Some(place.map_or(other, |place| place.min(other)))
}

impl Best {
    fn wait(&mut self, start: usize) {
        self.live = earlier(self.live, start);
    }

    /// Keeps the longer match; a bounded one before an open-ended one, whose length says nothing.
    fn take(&mut self, shape: &Shape, start: usize, hit: Option<Hit>) {
        let Some(hit) = hit else {
            return;
        };
        self.matched = earlier(self.matched, start);
        let rank = |hit: &Hit, open: bool| if open { 0 } else { hit.end - hit.secret.start };
        let rank = rank(&hit, shape.open);
        if self.hit.as_ref().is_none_or(|(best, _)| rank > *best) {
            self.hit = Some((rank, hit));
        }
    }

    fn found(self) -> Found {
        match (self.live, self.hit) {
            (Some(live), _) => Found::Live(self.matched.map_or(live, |start| start.min(live))),
            (None, Some((_, hit))) => Found::Hit(hit),
            (None, None) => Found::Nothing,
        }
    }
}
