//! What stands at a trigger: every shape that may be there is tried, and the longest match decides.

use std::ops::Range;

use once_cell::unsync::Lazy;

use super::{
    Found, Hit, RUN_BYTES_MIN, Window,
    batch::{LITERAL_LENGTHS, Reasons},
    best::Best,
    block::is_token,
    live,
    name::{self, Name},
    specific::specific,
};
use crate::{
    rule::{
        shape::{Match, escaped::Candidate},
        table::{self, AfterLiteral, Anchored, Back, ByteSet, Left, Seg, Shape},
    },
    view::{
        Kind,
        escape::{self, Step},
        gate::{self, Gate},
        unescaped::Unescaped,
    },
};

/// Trying shapes at one place of a window.
pub(super) struct Candidates<'a> {
    pub(super) window: &'a Window<'a>,
    /// What stands behind the window's escapes.
    pub(super) unescaped: &'a Unescaped,
    /// What lies before this place is decided.
    pub(super) from: usize,
    pub(super) at: usize,
}

/// How far from its anchor a shape may start through escapes.
const BACK_BYTES_MAX: usize = 64;

/// How many bytes before a value tell how it is assigned to its name.
const LEAD_BYTES: usize = 8;

impl Window<'_> {
    /// Whether the shape may start here as a word.
    pub(super) fn is_word(&self, shape: &Shape, at: usize) -> bool {
        match shape.left {
            Left::Any => true,
            Left::Word => self.starts_word(at),
            Left::Value => {
                let before = self.byte_before(at);
                let joins = before.is_some_and(|byte| matches!(byte, b'_' | b'-' | b'/' | b'.'));
                self.starts_word(at) && !joins
            }
        }
    }

    /// Whether what stands before a place allows the shape there.
    pub(super) fn admits(&self, shape: &Shape, at: usize) -> bool {
        if !self.is_word(shape, at) {
            return false;
        }
        let words = table::RULES.get(usize::from(shape.rule)).map_or(&[][..], |rule| rule.context);
        words.is_empty()
            || Name::before(self, at)
                .is_some_and(|name| name.is_secret() && words.iter().any(|word| name.has(word)))
    }
}

impl Candidates<'_> {
    /// Tries what there is a reason to try.
    #[inline(never)]
    pub(super) fn decide(&self, reasons: u16) -> Found {
        let mut best = Best::default();
        if reasons & Reasons::START != 0 {
            self.starts(&mut best);
        }
        if reasons & Reasons::LITERAL != 0 {
            self.after_literals(&mut best);
        }
        if reasons & Reasons::NAME != 0 {
            self.contexts(&mut best);
        }
        if reasons & Reasons::ANCHOR != 0 {
            self.anchors(&mut best);
            if self.is_at_escape() {
                self.escapes(&mut best);
            }
        }
        best.found()
    }

    /// What is looked for by the anchor here: all its fixed bytes are there.
    #[inline(always)]
    fn anchors_here(&self) -> impl Iterator<Item = &'static Anchored> {
        let rest = self.window.bytes().get(self.at..).unwrap_or_default();
        let head = rest.first_chunk::<3>().map(|head| table::key(head));
        let numbers = head.into_iter().flat_map(|head| table::ANCHORS.of(head));
        // Near the end of the window the shape itself has to tell.
        let bytes = rest.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
        let anchored = numbers.filter_map(|number| table::ANCHORED.get(number as usize));
        anchored.filter(move |anchored| bytes.is_none_or(|bytes| anchored.is_at(bytes)))
    }

    fn is_at_escape(&self) -> bool {
        self.window.bytes().get(self.at).is_some_and(|byte| escape::is_introducer(*byte))
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
        for anchored in self.anchors_here() {
            // As if nothing before it were escaped, and through escapes.
            self.anchored(anchored, best);
            if let Some(at) = self.back_from(self.at, anchored.back.0.into())
                && at != self.at
            {
                Candidates { at, ..*self }.anchored(anchored, best);
            }
        }
    }

    /// Shapes whose anchor, start or literal is, or begins with, the escape here.
    fn escapes(&self, best: &mut Best) {
        let (bytes, end) = (self.window.bytes(), self.window.is_end());
        let Some(head) = self.unescaped.head::<3>(bytes, end, self.at) else { return };
        for number in table::STARTS.of(head) {
            self.attempt(number, self.at, best);
        }
        let before = u64::from(self.window.byte_before(self.at).unwrap_or(0));
        let behind = (head << 8 | before) & 0xFF_FFFF;
        if table::ANCHORS.may_have(head) || table::ANCHORS.may_have(behind) {
            // Few places come so far.
            let text = self.unescaped.head::<8>(bytes, end, self.at).unwrap_or(0);
            self.anchors_at(text, self.at, best);
            self.anchors_at(text << 8 | before, self.at.wrapping_sub(1), best);
        }
        if let Step::Byte { byte, len } = self.unescaped.step(bytes, end, self.at)
            && bytes
                .iter()
                .skip(self.at + len)
                .take(RUN_BYTES_MIN)
                .take_while(|b| is_token(**b))
                .count()
                == RUN_BYTES_MIN
        {
            self.after_escape(byte, best);
        }
    }

    /// Shapes with an anchor in eight bytes of text, the first of which stands at a place.
    fn anchors_at(&self, text: u64, place: usize, best: &mut Best) {
        for number in table::ANCHORS.of(text & 0xFF_FFFF) {
            let Some(anchored) = table::ANCHORED.get(number as usize) else { continue };
            if anchored.is_at(text)
                && let Some(at) = self.back_from(place, anchored.back.0.into())
            {
                Candidates { at, ..*self }.anchored(anchored, best);
            }
        }
    }

    /// Where an anchor would stand if no byte before it were an escape: so that its shape starts where it does. `None` where it
    /// starts before the window, or too far before the anchor.
    fn back_from(&self, at: usize, back: usize) -> Option<usize> {
        let bytes = self.window.bytes().get(..at)?;
        let plain = bytes.get(at.saturating_sub(back)..).unwrap_or_default();
        if back > BACK_BYTES_MAX || !plain.iter().any(|byte| escape::is_introducer(*byte)) {
            return Some(at);
        }
        let start = (0..back).try_fold(at, |at, _| {
            // The escape may begin before the window.
            let len =
                match at.checked_sub(escape::RAW_BYTES_MAX).and_then(|from| bytes.get(from..at)) {
                    Some(before) => escape::ending_len(before),
                    None => {
                        let before = self.window.preceding::<{ escape::RAW_BYTES_MAX }>(at);
                        escape::ending_len(before.bytes())
                    }
                };
            at.checked_sub(len.unwrap_or(1))
        })?;
        // The end of a window waits for no more than this.
        let is_near = at - start <= back + live::ESCAPED_BACK_MAX;
        is_near.then_some(start + back)
    }

    /// Shapes whose literal ends with the escape here.
    fn after_escape(&self, byte: u8, best: &mut Best) {
        let start = self.at.saturating_sub(4 * escape::RAW_BYTES_MAX);
        let before = self.window.bytes().get(start..self.at).unwrap_or_default();
        // Unless another escape stands before it, two bytes tell nearly always that no literal ends so.
        if let (Some(last), None) = (before.last(), escape::ending_len(before)) {
            let ends = u64::from(*last) | u64::from(byte) << 8;
            if !table::LITERAL_ENDS.has(table::hash(ends | 0x2020)) {
                return;
            }
        }
        let mut last = escape::decode(before);
        last.push(byte);
        for len in LITERAL_LENGTHS {
            let Some(last) = last.len().checked_sub(len).and_then(|from| last.get(from..)) else {
                return;
            };
            for entry in table::LITERALS.of(table::folded_key(last)) {
                let Some(after) = table::AFTER.get(entry as usize) else { continue };
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
                self.back_from(self.at, back)?.checked_sub(back)
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
            let mut shapes = self.fitting(anchored, start);
            while shapes != 0 {
                let number = shapes.trailing_zeros();
                shapes &= shapes - 1;
                self.attempt(u32::from(anchored.shape) + number, start, best);
            }
        }
    }

    /// Which of a family's shapes may start at a place, a bit each.
    #[inline]
    fn fitting(&self, anchored: &Anchored, start: usize) -> u64 {
        let all = u64::MAX.checked_shr(64 - u32::from(anchored.count)).unwrap_or(0);
        let bytes = self.window.bytes().get(start..).unwrap_or_default();
        let fitting = anchored.members.and_then(|members| {
            let shape = table::SHAPES.get(usize::from(anchored.shape))?;
            // If the word has an escape, it ends somewhere else.
            let is_there = shape.begins(bytes, usize::from(members.len));
            let behind = bytes.get(usize::from(members.len)..)?;
            is_there.then(|| members.fitting(behind))
        });
        fitting.map_or(all, |fitting| all & u64::from(fitting))
    }

    /// Shapes that start where a run does.
    fn starts(&self, best: &mut Best) {
        let rest = self.window.bytes().get(self.at..).unwrap_or_default();
        let Some(head) = rest.first_chunk::<3>() else {
            return;
        };
        for shape in table::STARTS.of(table::key(head)) {
            self.attempt(shape, self.at, best);
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
        // Where the window begins nobody has asked yet, and what is found may not depend on where that is.
        let before = (1..=8).rev().map(|back| self.window.byte_back(self.at, back).unwrap_or(0));
        if !name::may_be_secret(before.fold(0, |all, byte| all >> 8 | u64::from(byte) << 56)) {
            return;
        }
        let Some(name) = Name::before(self.window, self.at).filter(Name::is_secret) else {
            return;
        };
        for word in name.bytes().windows(3) {
            for shape in table::CONTEXTS.of(table::key(word)) {
                self.attempt(shape, self.at, best);
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
                if let Some(after) = table::AFTER.get(entry as usize)
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
        let candidate = Candidate { start, bytes, end, unescaped: self.unescaped };
        match shape.attempt_text(&candidate, || self.window.is_word(shape, start)) {
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
        // Where the name is no part of the shape, it stands before the match.
        let recent = Lazy::new(|| self.window.preceding::<LEAD_BYTES>(start));
        let lead = match self.window.bytes().get(start..secret.start).unwrap_or_default() {
            [] if rule.check.is_named() => recent.bytes(),
            lead => lead,
        };
        let prefix = if secret.start == start { usize::from(shape.literal) } else { 0 };
        // What is judged is what the bytes stand for.
        let text = Lazy::new(|| escape::decode(bytes));
        let is_escaped = bytes.iter().any(|byte| escape::is_introducer(*byte));
        let bytes = if is_escaped { text.as_slice() } else { bytes };
        let prefix = if is_escaped { 0 } else { prefix };
        let lead_text = Lazy::new(|| escape::decode(lead));
        let is_escaped = lead.iter().any(|byte| escape::is_introducer(*byte));
        let lead = if is_escaped { lead_text.as_slice() } else { lead };
        let (confidence, label) = (rule.judge(lead, bytes, prefix)?, rule.label);
        let named = Some(lead).filter(|_| rule.check.is_named() && secret.start > start);
        let (rule, confidence) = Some(bytes)
            .filter(|_| rule.yields)
            .and_then(|bytes| specific(b"", bytes).or_else(|| specific(named?, bytes)))
            .unwrap_or((rule, confidence));
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

pub(super) fn last_set(shape: &Shape) -> Option<&'static ByteSet> {
    match shape.segs.last() {
        Some(Seg::Run { set, .. }) => Some(set),
        _ => None,
    }
}
