//! One message of an exchange, and the scan of its header maps.

use std::rc::Rc;

use super::{
    body::Body,
    judge::{Judge, Told},
    volume::Volume,
};
use crate::{
    carrier,
    config::Config,
    finding::Finding,
    http::{HeaderEdit, Headers},
    mask::Style,
    policy::{Choice, Direction, Place, Role},
    stream::{self, Limits, Redactor, Sink, Verdict},
    view::View,
};

/// Headers that a signature or digest of the message stands in.
const SIGNATURE_HEADERS: &[&str] = &[
    "content-digest",
    "content-md5",
    "digest",
    "repr-digest",
    "signature-input",
    "stripe-signature",
    "x-amz-content-sha256",
    "x-hub-signature",
    "x-hub-signature-256",
    "x-slack-signature",
];

/// A request or a response.
pub(super) struct Message {
    pub(super) direction: Direction,
    /// What holds for it.
    pub(super) config: Rc<Config>,
    pub(super) actions: Choice,
    /// Whether rewriting it would break a signature or digest.
    pub(super) is_signed: bool,
    /// The body, while it is scanned.
    pub(super) body: Option<Body>,
    /// How much of it has been looked at.
    pub(super) volume: Volume,
    /// Whether a dry run has told that it would have been blocked.
    pub(super) would_block: bool,
}

impl Message {
    pub(super) fn new(direction: Direction, config: Rc<Config>, role: Role) -> Message {
        let actions = config.choice(role, direction);
        let (volume, would_block) = (Volume::default(), false);
        Message { direction, config, actions, is_signed: false, body: None, volume, would_block }
    }

    pub(super) fn note_signature(&mut self, headers: &Headers) {
        // AWS signs the path and headers; the body only where its hash is stated.
        let aws = self.direction == Direction::Request
            && headers.first("authorization").is_some_and(|value| value.starts_with(b"AWS4-"));
        self.is_signed = aws
            || headers.iter().any(|(name, value)| {
                let is_unsigned = value.starts_with(b"UNSIGNED-PAYLOAD");
                SIGNATURE_HEADERS.iter().any(|header| header.as_bytes() == name) && !is_unsigned
            });
    }
}

/// Scans a header map: which values change, what there is to tell, whether the message is blocked.
pub(super) fn scan_headers<'j>(
    headers: &Headers,
    judge: impl Fn(Place, Style) -> Judge<'j>,
    place: Place,
) -> (Vec<HeaderEdit>, Told, bool) {
    let (mut edits, mut is_blocked) = (Vec::<HeaderEdit>::new(), false);
    let mut told = Told { records: Vec::new(), would_block: false };
    let mut changed: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut judges = (judge(place, Style::Label), judge(Place::Path, Style::UrlLabel));
    for (number, (name, value)) in headers.iter().enumerate() {
        let judge = match name {
            b":path" => &mut judges.1,
            _ if name.starts_with(b":") => continue,
            _ => &mut judges.0,
        };
        if carrier::is_header(judge.direction, name) {
            continue;
        }
        let finders = judge.config.finders(judge.direction).without_names();
        let before = judge.records.len();
        let mut sink = ValueSink { judge, out: Vec::new(), is_written: false, value };
        stream::once_with(value, finders, &mut sink);
        let (out, told) = (sink.out, judge.records.len());
        let out = match out.is_empty() && told == before && name.ends_with(b"-bin") {
            true => scan_bytes(value, judge),
            false => out,
        };
        if !out.is_empty() {
            changed.push((number, out));
        }
    }
    for mut judge in [judges.0, judges.1] {
        let of_judge = judge.told();
        told.records.extend(of_judge.records);
        told.would_block |= of_judge.would_block;
        is_blocked |= judge.is_blocked;
    }
    for (number, _) in &changed {
        let Some((name, _)) = headers.iter().nth(*number) else {
            continue;
        };
        if !edits.iter().any(|edit| edit.name == name) {
            edits.push(HeaderEdit { name: name.to_vec(), values: values(headers, name, &changed) });
        }
    }
    (edits, told, is_blocked)
}

/// Looks into a value that gRPC has in base64 because it is binary, such as the details of a status. What it becomes; nothing if
/// it stays.
fn scan_bytes(value: &[u8], judge: &mut Judge<'_>) -> Vec<u8> {
    let finders = judge.config.finders(judge.direction).without_names();
    let mut sink = BytesSink { judge, out: Vec::with_capacity(value.len()), is_changed: false };
    // Several values of a name may stand in one, between commas.
    for (number, part) in value.split(|byte| *byte == b',').enumerate() {
        if number > 0 {
            sink.out.push(b',');
        }
        let mut view = View::of_bytes(Redactor::with(Limits::default(), finders.clone()));
        let taken = view.write(part, true, &mut sink);
        view.finish(&mut sink);
        sink.out.extend_from_slice(part.get(taken.len..).unwrap_or_default());
    }
    if sink.is_changed { sink.out } else { Vec::new() }
}

/// Takes all of a value, which keeps its length.
struct BytesSink<'a, 'j> {
    judge: &'a mut Judge<'j>,
    out: Vec<u8>,
    is_changed: bool,
}

impl Sink for BytesSink<'_, '_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        self.judge.judge(finding)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.is_changed = true;
        self.pass(bytes);
    }
}

/// All values of a name, the changed ones in their new form.
fn values(headers: &Headers, name: &[u8], changed: &[(usize, Vec<u8>)]) -> Vec<Vec<u8>> {
    let pairs = headers.iter().enumerate().filter(|(_, (other, _))| *other == name);
    pairs
        .map(|(number, (_, value))| {
            let new = changed.iter().find(|(place, _)| *place == number);
            new.map_or_else(|| value.to_vec(), |(_, new)| new.clone())
        })
        .collect()
}

/// Takes one value; what it becomes is kept only if it changes.
struct ValueSink<'a, 'j> {
    judge: &'a mut Judge<'j>,
    value: &'a [u8],
    /// Empty while nothing has changed.
    out: Vec<u8>,
    /// Whether all that replaces the last finding is there already: a template, of whatever length.
    is_written: bool,
}

impl Sink for ValueSink<'_, '_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let verdict = self.judge.judge(finding);
        if verdict != Verdict::Keep && self.out.is_empty() {
            let unchanged = usize::try_from(finding.offset).unwrap_or(usize::MAX);
            self.out.extend_from_slice(self.value.get(..unchanged).unwrap_or_default());
        }
        let template = self.judge.template(finding, verdict);
        self.is_written = template.is_some();
        self.out.extend(template.unwrap_or_default());
        verdict
    }

    fn pass(&mut self, bytes: &[u8]) {
        if !self.out.is_empty() {
            self.out.extend_from_slice(bytes);
        }
    }

    fn replace(&mut self, bytes: &[u8]) {
        if !self.is_written {
            self.out.extend_from_slice(bytes);
        }
    }
}
