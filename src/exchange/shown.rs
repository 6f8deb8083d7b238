//! What an access log may show of a request.

use crate::{
    finders::Finders,
    finding::Finding,
    mask::Style,
    rule::Profile,
    stream::{self, Sink, Verdict},
};

/// A request's path without its query, every finding in it replaced, whatever the actions are.
///
/// An access log is read by more people than the upstream is, and kept for longer: what passes on the way there (a
/// report, a credential in its own provider's path) does not belong into it.
pub(super) fn path(target: &[u8], finders: Finders) -> Vec<u8> {
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let mut sink = Log(Vec::with_capacity(path.len()));
    stream::once_with(path, Finders { profile: Profile::Strict, ..finders }, &mut sink);
    sink.0
}

struct Log(Vec<u8>);

impl Sink for Log {
    fn found(&mut self, _: &Finding<'_>) -> Verdict {
        Verdict::Replace(Style::UrlLabel)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}
