//! What stands at a trigger: every shape that may be there is tried, and the longest match decides.

use std::ops::Range;

use super::{
    Found, Hit, Window, batch,
    block::is_token,
    name::{self, Name},
};
use crate::rule::{
    Confidence, Rule,
    shape::Match,
    table::{self, AfterLiteral, Anchored, Back, ByteSet, Left, Seg, Shape},
};

/// Trying shapes at one place of a window.
pub(super) struct Candidates<'a> {
    pub(super) window: &'a Window<'a>,
    /// What lies before this place is decided.
    pub(super) from: usize,
    pub(super) at: usize,
}

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

    /// Whether there is an anchor here: the masks and hashes say so of some other bytes as well.
    #[inline(always)]
    pub(super) fn is_at_anchor(&self) -> bool {
        self.anchors_here().next().is_some()
    }

    /// Shapes that have an anchor here.
    fn anchors(&self, best: &mut Best) {
        self.anchors_here().for_each(|anchored| self.anchored(anchored, best));
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
        let (bytes, end) = self.window.candidate(start);
        match shape.attempt(bytes, end) {
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
        let (confidence, label) = (rule.judge(bytes, prefix)?, rule.label);
        let (rule, confidence) =
            Some(bytes).filter(|_| rule.yields).and_then(specific).unwrap_or((rule, confidence));
        Some(Hit {
            rule,
            confidence,
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
