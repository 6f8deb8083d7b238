//! How a body is treated, by what its message's headers say.

use super::{
    Exchange, Flow, Step,
    body::{BodyScan, Framing, Scan},
    coded::{CodedScan, Way, Whole},
    frames::Frames,
    watched::Watched,
};
use crate::{
    coding::{Broken, Codings},
    config::Unscannable,
    content::{self, Content, Unscanned},
    http::{HeaderEdit, Headers},
    mask::Style,
    policy::Direction,
    record::{Record, Refusal},
};

impl Exchange {
    /// Starts the scan of a body, and says what becomes of its headers.
    pub(super) fn start_body(
        &mut self,
        direction: Direction,
        content: Content,
        headers: &Headers,
        step: &mut Step,
    ) {
        if self.is_off(direction) {
            return;
        }
        match content {
            Content::Text(style) => {
                let framing = Framing::of(headers, self.base.host);
                let scan = self.scan(direction, headers);
                step.flow = wait_with(&scan, framing);
                if step.flow == Flow::Continue && self.refuses_grpc_early(direction, headers) {
                    step.flow = self.on_unscannable(direction, Unscanned::Coded, true);
                    return;
                }
                let body = BodyScan::new(style, scan, framing, Frames::of(headers));
                self.message_mut(direction).body = Some(body.into());
            }
            Content::Coded(codings, style) => {
                self.start_coded(direction, codings, style, headers, step);
            }
            Content::Skipped(reason) => self.pass_unscanned(direction, reason),
            Content::Unscannable(reason) => {
                step.flow = self.on_unscannable(direction, reason, true);
            }
        }
    }

    /// Whether an answer of gRPC whose messages may be compressed is refused before it is seen whether they are: it can only be cut
    /// later. A request can be answered then, too.
    fn refuses_grpc_early(&self, direction: Direction, headers: &Headers) -> bool {
        direction == Direction::Response
            && content::is_grpc_coded(headers)
            && self.is_enforcing(direction)
            && self.config(direction).coded_bodies(direction) == Unscannable::Refuse
    }

    /// What is looked for in a body, and how far.
    fn scan(&self, direction: Direction, headers: &Headers) -> Scan {
        let finders = match direction {
            Direction::Request => self.config(direction).finders(direction).without_names(),
            Direction::Response => self.config(direction).finders(direction),
        };
        Scan {
            is_enforcing: self.is_enforcing(direction),
            limits: self.config(direction).limits,
            held_bytes_max: self.config(direction).held_bytes_max,
            held_tail: self.config(direction).held_tails.of(direction),
            hold: self.hold(direction, headers),
            finders,
        }
    }

    fn start_coded(
        &mut self,
        direction: Direction,
        codings: Codings,
        style: Style,
        headers: &Headers,
        step: &mut Step,
    ) {
        let is_whole = direction == Direction::Request && !self.is_rewriting(direction);
        if self.base.host.is_nginx() && self.is_enforcing(direction) && !is_whole {
            // Its length would change, or it would have to wait. A request comes in one piece, and may be looked at.
            step.flow = self.on_unscannable(direction, Unscanned::Coded, true);
            return;
        }
        let framing = Framing::of(headers, self.base.host);
        let scan = self.scan(direction, headers);
        step.flow = wait_with(&scan, framing);
        let mut edits: Vec<HeaderEdit> = weakened(headers).into_iter().collect();
        let length = framing.length();
        let is_short = length.is_some_and(|length| length <= scan.held_bytes_max as u64);
        let is_empty = length == Some(0);
        let way = if !self.is_rewriting(direction) {
            Way::Watch(Watched::default())
        } else if is_short && (is_empty || self.config(direction).holds_headers(direction)) {
            // Headers would wait in vain for a body of no bytes.
            step.flow = if is_empty { Flow::Continue } else { Flow::Pause };
            Way::Whole(Whole::default())
        } else if length.is_some() && direction == Direction::Request {
            // Its length would have to go, and not every server takes a request without one.
            step.flow = self.on_unscannable(direction, Unscanned::Oversize, true);
            return;
        } else {
            if length.is_some() {
                let name = b"content-length".to_vec();
                edits.push(HeaderEdit { name, values: Vec::new() });
            }
            step.headers.append(&mut edits);
            Way::stream(codings)
        };
        let coded = (codings, self.config(direction).bounds);
        let body = CodedScan::new(style, scan, framing, coded, way, edits);
        self.message_mut(direction).body = Some(body.into());
    }

    /// Whether a finding of this direction may be replaced by something else.
    fn is_rewriting(&self, direction: Direction) -> bool {
        let message = self.message(direction);
        let by_action = message.actions.is_rewriting() && !message.is_signed;
        // A needle in a request is reported or blocks.
        by_action && !self.is_dry_run(direction)
            || direction == Direction::Response && self.base.has_needles(direction)
    }

    /// What becomes of a body that cannot be scanned, or not to its end; it may be one that cannot go on as it came.
    pub(super) fn on_unscannable(
        &mut self,
        direction: Direction,
        reason: Unscanned,
        can_pass: bool,
    ) -> Flow {
        let word = match reason {
            Unscanned::Range => self.config(direction).ranges,
            Unscanned::Oversize => self.config(direction).oversize_bodies(direction),
            Unscanned::HostError => self.config(direction).host_errors.of(direction),
            // It is one only where it is refused.
            Unscanned::Held => Unscannable::Refuse,
            _ => self.config(direction).coded_bodies(direction),
        };
        let refusal = match reason {
            Unscanned::HostError => Refusal::HostError(direction),
            _ => Refusal::Unscannable(direction, reason),
        };
        if self.is_enforcing(direction) && (word == Unscannable::Refuse || !can_pass) {
            return Flow::Refuse(refusal);
        }
        if self.would_enforce(direction) && word == Unscannable::Refuse {
            let policy = self.policy(direction);
            self.records.push(Record::WouldRefuse { refusal, policy });
        }
        self.pass_unscanned(direction, reason);
        Flow::Continue
    }

    fn pass_unscanned(&mut self, direction: Direction, reason: Unscanned) {
        self.records.push(Record::Unscanned { direction, reason });
    }
}

/// What becomes of the headers of a body that may have to be refused. They would wait in vain for one of no bytes.
fn wait_with(scan: &Scan, framing: Framing) -> Flow {
    match scan.hold.is_on() && framing.length() != Some(0) {
        true => Flow::Pause,
        false => Flow::Continue,
    }
}

impl From<Broken> for Unscanned {
    fn from(broken: Broken) -> Unscanned {
        match broken {
            Broken::Corrupt | Broken::Unpackable => Unscanned::Corrupt,
            Broken::TooMuch => Unscanned::Oversize,
        }
    }
}

/// The validator of a body that is packed anew: the text is the same for all who ask, its coded bytes are not those that the
/// server named (RFC 9110 §8.8.1).
fn weakened(headers: &Headers) -> Option<HeaderEdit> {
    let tag = headers.first("etag").filter(|tag| tag.starts_with(b"\""))?;
    Some(HeaderEdit { name: b"etag".to_vec(), values: vec![[b"W/", tag].concat()] })
}
