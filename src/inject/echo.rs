//! The echo guard over single values: header maps and trailers. Bodies go through an exchange's scan.

use super::{
    audit::{self, InjectRecord},
    fields::Fields,
    keyring::{Guard, Keyring},
};
use crate::{
    finding::Finding,
    known::{HONEYTOKEN, NEEDLE, PLACEHOLDER},
    mask::Style,
    policy::{Direction, Place},
    stream::{self, Sink, Verdict},
};

/// What stands in a header map.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) records: Vec<InjectRecord>,
    pub(crate) has_foreign: bool,
    pub(crate) has_honeytoken: bool,
    pub(crate) has_placeholder: bool,
}

/// Looks through a request's header map.
pub(crate) fn look(fields: &Fields, guard: &Guard, keyring: &Keyring, place: Place) -> Seen {
    let mut seen = Seen::default();
    if !guard.is_looking(Direction::Request) {
        return seen;
    }
    let is_text = |name: &[u8]| name == b":path" || !name.starts_with(b":");
    let is_long = |value: &[u8]| !guard.is_too_short_for(Direction::Request, value);
    for (name, value) in fields.iter().filter(|(name, value)| is_text(name) && is_long(value)) {
        let place = if name == b":path" { Place::Path } else { place };
        let mut sink = Values::new(keyring, Direction::Request, place, value);
        stream::once_with(value, guard.finders(Direction::Request), &mut sink);
        seen.has_foreign |= sink.seen.has_foreign;
        seen.has_honeytoken |= sink.seen.has_honeytoken;
        seen.has_placeholder |= sink.seen.has_placeholder;
        seen.records.append(&mut sink.seen.records);
    }
    seen
}

/// Redacts an answer's header map, every value of it. `:status` alone is no text.
pub(crate) fn redact(
    fields: &mut Fields,
    guard: &Guard,
    keyring: &Keyring,
    place: Place,
) -> Vec<InjectRecord> {
    let mut records = Vec::new();
    if !guard.is_looking(Direction::Response) {
        return records;
    }
    let mut changed: Vec<(usize, Vec<u8>)> = Vec::new();
    for (number, (name, value)) in fields.iter().enumerate() {
        if name.starts_with(b":") || guard.is_too_short_for(Direction::Response, value) {
            continue;
        }
        let mut sink = Values::new(keyring, Direction::Response, place, value);
        stream::once_with(value, guard.finders(Direction::Response), &mut sink);
        records.append(&mut sink.seen.records);
        changed.extend(sink.out.map(|value| (number, value)));
    }
    changed.into_iter().for_each(|(number, value)| fields.replace(number, value));
    records
}

/// Takes one value.
struct Values<'a> {
    keyring: &'a Keyring,
    direction: Direction,
    place: Place,
    value: &'a [u8],
    seen: Seen,
    /// What it becomes, from the first change on.
    out: Option<Vec<u8>>,
}

impl<'a> Values<'a> {
    fn new(
        keyring: &'a Keyring,
        direction: Direction,
        place: Place,
        value: &'a [u8],
    ) -> Values<'a> {
        Values { keyring, direction, place, value, seen: Seen::default(), out: None }
    }
}

impl Sink for Values<'_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let (id, place) = (finding.rule.id, self.place);
        if id == NEEDLE.id {
            let named = self.keyring.named_by(finding);
            self.seen.has_foreign = true;
            self.seen.records.push(audit::found(self.direction, place, named));
            if self.direction == Direction::Response {
                if self.out.is_none() {
                    let unchanged = usize::try_from(finding.offset).unwrap_or(usize::MAX);
                    let before = self.value.get(..unchanged).unwrap_or_default();
                    self.out = Some(before.to_vec());
                }
                return Verdict::Replace(Style::Label);
            }
        } else if id == HONEYTOKEN.id {
            self.seen.has_honeytoken = true;
            self.seen.records.push(InjectRecord::Honeytoken { place });
        } else if id == PLACEHOLDER.id {
            self.seen.has_placeholder = true;
        }
        Verdict::Keep
    }

    fn pass(&mut self, bytes: &[u8]) {
        if let Some(out) = &mut self.out {
            out.extend_from_slice(bytes);
        }
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.pass(bytes);
    }
}
