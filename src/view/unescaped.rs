//! The text behind the escapes of some bytes: read once, whoever asks and however often.
//!
//! Many shapes may be tried at one place, and where there is one escape there are often more. So what an escape stands for is
//! kept, and so is the text that a shape was last matched against: what starts further on in it needs no more reading.

use std::cell::{Cell, OnceCell};

use super::escape::{self, DEPTH_MAX, RAW_BYTES_MAX, Step, is_introducer};

/// How many steps are kept: more than a trigger is told by, and a power of two.
const STEPS: usize = 256;
/// How far into a text a shape may start before it is read anew, in bytes of the text.
const CHAIN_BYTES_MAX: usize = 4_096;

/// What stands behind the escapes of some bytes.
pub(crate) struct Unescaped {
    /// By the lowest bits of its place, what an escape stands for. Made when there is the first one.
    steps: OnceCell<Box<[Cell<Kept>; STEPS]>>,
    /// The text behind one layer, two and three.
    chains: [Cell<Chain>; DEPTH_MAX as usize],
}

impl Unescaped {
    /// Nothing has been read.
    pub(crate) fn new() -> Unescaped {
        Unescaped {
            steps: OnceCell::new(),
            chains: [const { Cell::new(Chain::EMPTY) }; DEPTH_MAX as usize],
        }
    }

    /// What stands at a place of the bytes, behind all layers. As [`escape::step`].
    #[inline(always)]
    pub(crate) fn step(&self, bytes: &[u8], end: bool, at: usize) -> Step {
        match bytes.get(at) {
            Some(first) if is_introducer(*first) => self.kept(bytes, end, at),
            _ => Step::Plain,
        }
    }

    #[inline]
    fn kept(&self, bytes: &[u8], end: bool, at: usize) -> Step {
        let steps =
            self.steps.get_or_init(|| Box::new([const { Cell::new(Kept::NOTHING) }; STEPS]));
        let slot = steps.get(at % STEPS);
        if let Some(kept) = slot.map(Cell::get).filter(|kept| kept.is_at(at)) {
            return kept.step();
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let read = escape::step(rest, end);
        // Near the end it may be another one for whoever sees less of the bytes, or more.
        let place = u32::try_from(at).ok().filter(|_| rest.len() > RAW_BYTES_MAX);
        if let (Some(slot), Some(place)) = (slot, place) {
            match read {
                Step::Byte { byte, len } => {
                    let is_single = escape::is_single(rest.get(..len).unwrap_or_default(), byte);
                    slot.set(Kept { place, byte, len: len as u8, is_single });
                }
                Step::Plain => slot.set(Kept { place, byte: 0, len: 1, is_single: true }),
                Step::Short => {}
            }
        }
        read
    }

    /// What stands at a place behind so many layers, if it is kept.
    #[inline]
    fn kept_at(&self, at: usize) -> Option<Step> {
        let kept = self.steps.get()?.get(at % STEPS)?.get();
        (kept.is_at(at) && kept.is_single).then(|| kept.step())
    }

    /// The first bytes of the text from an escape on, as many as there are up to `N`, as a number, the first one lowest, and
    /// NULs behind them; `None` where no escape starts, or more bytes are needed to tell.
    #[inline]
    pub(crate) fn head<const N: usize>(&self, bytes: &[u8], end: bool, at: usize) -> Option<u64> {
        let (mut text, mut place) = (0, at);
        for number in 0..N {
            let (byte, len) = match self.step(bytes, end, place) {
                Step::Byte { byte, len } => (byte, len),
                Step::Plain if number > 0 => (bytes.get(place).copied().unwrap_or(0), 1),
                Step::Short if number > 0 => (0, bytes.len() - place),
                _ => return None,
            };
            text |= u64::from(byte) << (8 * number);
            place += len;
        }
        Some(text)
    }

    /// Calls with the text behind so many layers that starts with these bytes, which stand at `start`: first with a part of it,
    /// and with more as long as `None` comes back and there is more.
    ///
    /// `end` says that nothing follows the bytes.
    pub(crate) fn read<T>(
        &self,
        depth: u8,
        start: usize,
        (bytes, end): (&[u8], bool),
        mut ask: impl FnMut(Text<'_>) -> Option<T>,
    ) -> Option<T> {
        let cell = self.chains.get(usize::from(depth).checked_sub(1)?)?;
        let mut chain = cell.take();
        let first = chain.seek(start);
        chain.limit(start + bytes.len());
        // Most of what is tried fails at its first bytes.
        let mut wanted = 4;
        let answer = loop {
            let is_whole =
                !chain.fill(depth, first + wanted, (start, bytes, end), |at| self.kept_at(at));
            let text = chain.text(first, bytes.len(), is_whole, end);
            match ask(text) {
                None if !is_whole => wanted *= 4,
                answer => break answer,
            }
        };
        cell.set(chain);
        answer
    }
}

/// What an escape stands for behind all layers.
#[derive(Clone, Copy)]
struct Kept {
    place: u32,
    byte: u8,
    /// Of the escape; 1 if there is none, and 0 if nothing is kept.
    len: u8,
    /// Whether it stands for that behind one layer too.
    is_single: bool,
}

impl Kept {
    const NOTHING: Kept = Kept { place: 0, byte: 0, len: 0, is_single: false };

    fn is_at(&self, at: usize) -> bool {
        usize::try_from(self.place) == Ok(at) && self.len > 0
    }

    fn step(&self) -> Step {
        match self.len {
            1 => Step::Plain,
            len => Step::Byte { byte: self.byte, len: len.into() },
        }
    }
}

/// A text behind escapes, and where each byte of it stands.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    /// As much of it as has been read.
    pub(crate) bytes: &'a [u8],
    /// Whether nothing follows it.
    pub(crate) end: bool,
    /// From where on each byte stands, and the next one.
    places: &'a [u32],
}

impl Text<'_> {
    /// How many bytes of the document the first `len` bytes of the text are.
    pub(crate) fn raw_len(&self, len: usize) -> usize {
        let place = |at: usize| self.places.get(at).copied().unwrap_or_default();
        place(len).saturating_sub(place(0)) as usize
    }
}

/// A text from a place on.
#[derive(Default)]
struct Chain {
    /// Where it starts in the document.
    start: usize,
    text: Vec<u8>,
    /// How far from the start each byte of the text stands, and the next one.
    places: Vec<u32>,
    /// Which byte of the text was asked for last.
    last: usize,
    /// Where the bytes ended that it was read from.
    limit: usize,
}

/// How far from the last place a place is near.
const NEAR: usize = 8;

impl Chain {
    const EMPTY: Chain =
        Chain { start: 0, text: Vec::new(), places: Vec::new(), last: 0, limit: 0 };

    /// Which byte of the text stands at a place; if none does, the text is begun there.
    fn seek(&mut self, start: usize) -> usize {
        let offset = start.checked_sub(self.start).and_then(|offset| u32::try_from(offset).ok());
        let number = offset.and_then(|offset| {
            // Mostly it is asked for the same place again, or for one a little further on.
            let near = self.places.get(self.last..).unwrap_or_default().iter().take(NEAR);
            let near = near.into_iter().position(|place| *place == offset);
            near.map(|near| self.last + near).or_else(|| self.places.binary_search(&offset).ok())
        });
        self.last = number.filter(|number| *number < CHAIN_BYTES_MAX).unwrap_or_else(|| {
            self.start = start;
            self.text.clear();
            self.places.clear();
            self.places.push(0);
            0
        });
        self.last
    }

    /// Forgets what only those can tell who see more: the text is of bytes that end here.
    fn limit(&mut self, limit: usize) {
        if limit < self.limit {
            let is_told = |place: &u32| self.start + *place as usize + RAW_BYTES_MAX < limit;
            let count = self.places.partition_point(is_told).max(self.last);
            self.text.truncate(count);
            self.places.truncate(count + 1);
        }
        self.limit = limit;
    }

    /// Reads on until there are so many bytes of text; says whether there are.
    fn fill(
        &mut self,
        depth: u8,
        len: usize,
        (start, bytes, end): (usize, &[u8], bool),
        kept: impl Fn(usize) -> Option<Step>,
    ) -> bool {
        let shift = start - self.start;
        let mut next = self.places.last().map_or(0, |place| *place as usize);
        while self.text.len() < len {
            let rest = next.checked_sub(shift).and_then(|at| bytes.get(at..)).unwrap_or_default();
            let Some(first) = rest.first() else { return false };
            let step = match is_introducer(*first) {
                // Near the end of these bytes it may be another one for whoever sees more.
                true if rest.len() > RAW_BYTES_MAX => kept(self.start + next),
                true => None,
                false => Some(Step::Plain),
            };
            let (byte, len) = match step.unwrap_or_else(|| escape::step_to(depth, rest, end)) {
                Step::Plain => (*first, 1),
                Step::Byte { byte, len } => (byte, len),
                Step::Short => return false,
            };
            next += len;
            self.text.push(byte);
            self.places.push(next as u32);
        }
        true
    }

    /// The text from a byte of it on, as far as it stands in so many bytes of the document.
    fn text(&self, first: usize, raw_len: usize, is_whole: bool, end: bool) -> Text<'_> {
        let places = self.places.get(first..).unwrap_or_default();
        let limit = places.first().map_or(0, |place| *place as usize) + raw_len;
        let is_within = |place: &u32| *place as usize <= limit;
        let all = places.last().is_none_or(is_within);
        let count = if all { places.len() } else { places.partition_point(is_within) };
        let bytes = self.text.get(first..first + count.saturating_sub(1)).unwrap_or_default();
        let is_whole = is_whole || !all;
        Text { bytes, end: end && is_whole, places }
    }
}
