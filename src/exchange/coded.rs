//! A body in content codings: unpacked, scanned, and packed again only where it must be.
//!
//! There are three ways, and a message's headers decide ([`Way`]):
//!
//! - *Watch*: the coded bytes go on as they came. Right where nothing is ever rewritten: findings are reported, or block; then
//!   bytes wait until what they stand for has been decided.
//! - *Whole*: a short body is held with its headers. Without a finding both go on untouched; else it is packed anew, and its
//!   headers say how long it is now.
//! - *Stream*: what is decided is packed anew and goes on. The headers have gone without a length.
//!
//! A coded body says itself where it ends. Before that more must come, so that what waits may always be carried; behind it the
//! proxy holds its buffer, for trailers may come. Trailers never find a packer that has not ended.

use super::{
    body::{Buffer, Framing, Scan},
    judge::Judge,
    request::Grant,
    watched::{Release, Watched},
};
use crate::{
    coding::{Bounds, Broken, Codings, Packer, Unpacker},
    content::Unscanned,
    finding::Finding,
    http::HeaderEdit,
    mask::Style,
    stream::{Redactor, Sink, Verdict},
};

/// The scan of one coded body.
pub(super) struct CodedScan {
    /// How a label is written in it.
    pub(super) style: Style,
    scan: Scan,
    framing: Framing,
    codings: Codings,
    bounds: Bounds,
    unpacker: Unpacker,
    redactor: Redactor,
    way: Way,
    /// How many bytes the proxy holds. 0 unless the body is held.
    held: usize,
    /// How many bytes of text there have been, and how many of them have been decided: `decided_bytes <= text_bytes`.
    text_bytes: u64,
    decided_bytes: u64,
    is_carrying: bool,
    is_resolved: bool,
    /// What the headers become if a body changes that is held with them.
    edits: Vec<HeaderEdit>,
    /// Whether it has.
    is_edited: bool,
}

/// What becomes of the coded bytes.
pub(super) enum Way {
    /// They go on as they came.
    Watch(Watched),
    /// All of them wait, and are packed anew if something is found.
    Whole(Whole),
    /// They are packed anew.
    Stream(Box<Repacked>),
}

/// A body that is held with its headers.
#[derive(Default)]
pub(super) struct Whole {
    coded: Vec<u8>,
    is_changed: bool,
}

/// What has been packed anew and not gone on.
pub(super) struct Repacked {
    packer: Packer,
    out: Vec<u8>,
    /// Whether the packed body has an end, or no beginning.
    has_ended: bool,
    broken: Option<Broken>,
}

impl Way {
    pub(super) fn stream(codings: Codings) -> Way {
        Way::Stream(Box::new(Repacked::new(codings)))
    }
}

impl CodedScan {
    pub(super) fn new(
        style: Style,
        scan: Scan,
        framing: Framing,
        (codings, bounds): (Codings, Bounds),
        way: Way,
        edits: Vec<HeaderEdit>,
    ) -> CodedScan {
        CodedScan {
            style,
            redactor: scan.redactor(),
            scan,
            framing,
            codings,
            bounds,
            unpacker: Unpacker::new(codings, bounds),
            way,
            held: 0,
            text_bytes: 0,
            decided_bytes: 0,
            is_carrying: false,
            is_resolved: false,
            edits,
            is_edited: false,
        }
    }

    /// How many bytes of the proxy's buffer have been seen.
    pub(super) fn held_len(&self) -> usize {
        self.held
    }

    /// Whether what has come may be all.
    pub(super) fn is_whole(&self) -> bool {
        self.unpacker.is_whole()
    }

    /// Whether bytes wait that the proxy does not hold.
    pub(super) fn is_carrying(&self) -> bool {
        self.is_carrying
    }

    /// Whether what waited was masked since the last call, because the proxy should hold no more.
    pub(super) fn take_resolved(&mut self) -> bool {
        std::mem::take(&mut self.is_resolved)
    }

    /// What the headers become, which are still held, if the body has been changed.
    pub(super) fn take_edits(&mut self) -> Vec<HeaderEdit> {
        match std::mem::take(&mut self.is_edited) {
            true => std::mem::take(&mut self.edits),
            false => Vec::new(),
        }
    }

    /// Whether the body, which turned out to be broken, can go on as it came: nothing was found that must not, and nothing
    /// else has gone on.
    pub(super) fn can_pass(&self) -> bool {
        match &self.way {
            Way::Watch(_) => true,
            Way::Whole(whole) => !whole.is_changed,
            Way::Stream(_) => false,
        }
    }

    /// What has not gone on, as it came, if the proxy's buffer lacks some of it.
    pub(super) fn take_rest(&mut self) -> Option<Vec<u8>> {
        match &mut self.way {
            Way::Watch(watched) => watched.rest(),
            Way::Whole(_) | Way::Stream(_) => None,
        }
    }

    /// Takes what has come to the buffer.
    ///
    /// # Errors
    /// Where it is no such coded body, or one that must not be unpacked further.
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        end_of_stream: bool,
        judge: &mut Judge<'_>,
        grant: &mut Grant,
    ) -> Result<Buffer, Unscanned> {
        let is_last = self.framing.advance(bytes.len()) || end_of_stream;
        self.is_carrying = false;
        let decided = &mut self.decided_bytes;
        let mut sink = TextSink { judge, way: &mut self.way, decided };
        if let Way::Watch(watched) = sink.way
            && self.scan.is_enforcing
        {
            watched.take(bytes);
        }
        self.unpacker.write(bytes, |text| {
            grant.note(text);
            self.text_bytes = self.text_bytes.saturating_add(text.len() as u64);
            self.redactor.write(text, &mut sink);
        })?;
        if is_last {
            if !self.unpacker.is_whole() {
                return Err(Unscanned::Corrupt);
            }
            self.scan.finish(&mut self.redactor, &[], &mut sink);
        }
        let is_kept = self.scan.hold.keeps(bytes.len(), is_last);
        match &mut self.way {
            Way::Watch(_) | Way::Stream(_) if is_kept => {
                self.end_piece(is_last);
                self.held += bytes.len();
                Ok(Buffer::Held)
            }
            Way::Watch(_) => Ok(self.watched(bytes.len(), is_last)?),
            Way::Whole(whole) => {
                whole.coded.extend_from_slice(bytes);
                Ok(self.collected(bytes.len(), is_last, judge)?)
            }
            Way::Stream(_) => self.repacked(bytes.len(), is_last, judge),
        }
    }

    /// Keeps the proxy's buffer: what came at once, however much, and more up to the limit.
    fn hold(&mut self, new: usize) -> Result<Buffer, Broken> {
        let is_first = self.held == 0;
        self.held += new;
        match is_first || self.held <= self.scan.held_bytes_max {
            true => Ok(Buffer::Held),
            false => Err(Broken::TooMuch),
        }
    }

    fn release(&mut self, body: Option<Vec<u8>>) -> Result<Buffer, Broken> {
        self.held = 0;
        Ok(Buffer::GoesOn(body))
    }

    /// Coded bytes go on when all that they stand for has been decided.
    fn watched(&mut self, new: usize, is_last: bool) -> Result<Buffer, Broken> {
        if !self.scan.is_enforcing {
            return self.release(None);
        }
        self.end_piece(is_last);
        let Way::Watch(watched) = &mut self.way else { return Err(Broken::Corrupt) };
        // More must come as long as the coded body has no end.
        match watched.release(self.decided_bytes, !self.unpacker.is_at_end()) {
            Release::Nothing => self.hold(new),
            Release::All(body) => self.release(body),
            Release::Part(body) => {
                self.is_carrying = true;
                self.release(Some(body))
            }
        }
    }

    fn end_piece(&mut self, is_last: bool) {
        if let Way::Watch(watched) = &mut self.way {
            watched.end_piece(self.text_bytes, self.unpacker.is_in_block() && !is_last);
        }
    }

    fn collected(
        &mut self,
        new: usize,
        is_last: bool,
        judge: &mut Judge<'_>,
    ) -> Result<Buffer, Broken> {
        if !is_last {
            return self.hold(new);
        }
        let Way::Whole(whole) = &mut self.way else { return Err(Broken::Corrupt) };
        let Whole { coded, is_changed } = std::mem::take(whole);
        if !is_changed || judge.is_blocked {
            return self.release(None);
        }
        // What there is to tell has been told.
        let told = judge.records.len();
        let body = self.packed_anew(&coded, judge)?;
        judge.records.truncate(told);
        let length = body.len().to_string().into_bytes();
        self.edits.push(HeaderEdit { name: b"content-length".to_vec(), values: vec![length] });
        self.is_edited = true;
        self.release(Some(body))
    }

    /// The whole body again, with its findings replaced.
    fn packed_anew(&self, coded: &[u8], judge: &mut Judge<'_>) -> Result<Vec<u8>, Broken> {
        let mut way = Way::stream(self.codings);
        let mut sink = TextSink { judge, way: &mut way, decided: &mut 0 };
        let mut redactor = self.scan.redactor();
        let mut unpacker = Unpacker::new(self.codings, self.bounds);
        unpacker.write(coded, |text| redactor.write(text, &mut sink))?;
        redactor.finish(&mut sink);
        let Way::Stream(mut repacked) = way else { return Err(Broken::Unpackable) };
        repacked.finish()?;
        Ok(repacked.out)
    }

    fn repacked(
        &mut self,
        new: usize,
        is_last: bool,
        judge: &mut Judge<'_>,
    ) -> Result<Buffer, Unscanned> {
        let is_at_end = self.unpacker.is_at_end();
        let is_over = self.held > 0 && self.held + new > self.scan.held_bytes_max;
        if is_at_end && is_over && self.redactor.tail_len() > 0 {
            let decided = &mut self.decided_bytes;
            let mut sink = TextSink { judge, way: &mut self.way, decided };
            self.is_resolved = self.scan.resolve(&mut self.redactor, &mut sink)?;
        }
        let is_waiting = self.redactor.tail_len() > 0;
        let Way::Stream(repacked) = &mut self.way else { return Err(Unscanned::Corrupt) };
        if is_at_end && is_waiting {
            return Ok(self.hold(new)?);
        }
        if is_at_end {
            repacked.finish()?
        } else {
            repacked.flush()?
        }
        let is_nothing = repacked.out.is_empty() && self.held + new == 0;
        if repacked.out.is_empty() && !is_nothing && !is_over && !is_last {
            // Nothing can be told from what has come.
            self.held += new;
            return Ok(Buffer::Held);
        }
        self.is_carrying = is_waiting;
        let out = std::mem::take(&mut repacked.out);
        Ok(self.release((!is_nothing).then_some(out))?)
    }
}

impl Repacked {
    fn new(codings: Codings) -> Repacked {
        Repacked { packer: Packer::new(codings), out: Vec::new(), has_ended: false, broken: None }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.has_ended = false;
        if self.broken.is_none() {
            self.broken = self.packer.write(bytes, &mut self.out).err();
        }
    }

    fn flush(&mut self) -> Result<(), Broken> {
        self.broken.map_or(Ok(()), Err)?;
        self.packer.flush(&mut self.out)
    }

    fn finish(&mut self) -> Result<(), Broken> {
        self.broken.map_or(Ok(()), Err)?;
        match std::mem::replace(&mut self.has_ended, true) {
            true => Ok(()),
            false => self.packer.finish(&mut self.out),
        }
    }
}

/// Takes the text, and sends it the body's way.
struct TextSink<'a, 'j> {
    judge: &'a mut Judge<'j>,
    way: &'a mut Way,
    /// How many bytes of text have been decided.
    decided: &'a mut u64,
}

impl Sink for TextSink<'_, '_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        self.judge.judge(finding)
    }

    fn pass(&mut self, bytes: &[u8]) {
        *self.decided = self.decided.saturating_add(bytes.len() as u64);
        if let Way::Stream(repacked) = self.way {
            repacked.write(bytes);
        }
    }

    fn replace(&mut self, bytes: &[u8]) {
        if let Way::Whole(whole) = self.way {
            whole.is_changed = true;
        }
        self.pass(bytes);
    }
}
