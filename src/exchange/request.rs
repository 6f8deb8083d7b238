//! What a request's headers say of the exchange.

use super::{Exchange, Flow, Step, shown};
use crate::{
    coding::Coding,
    config::{AcceptEncoding, UpgradeWord},
    content::{self, Content, Unscanned},
    http::{HeaderEdit, Headers, host_of, media_type},
    mask::Style,
    policy::{Direction, Place},
    record::{Record, Refusal},
};

/// How far into a request's body the name of a grant is looked for.
const GRANT_BYTES_MAX: usize = 4096;
/// What paths of token endpoints end in.
const TOKEN_ENDPOINTS: &[&[u8]] = &[b"token", b"access_token"];

impl Exchange {
    pub(super) fn on_request_headers(&mut self, headers: &Headers, end_of_stream: bool) -> Step {
        self.host = host_of(headers.first(":authority").unwrap_or_default());
        self.is_head = headers.first(":method") == Some(b"HEAD");
        self.is_connect = headers.first(":method") == Some(b"CONNECT");
        self.is_to_token_endpoint = is_form_post(headers) && is_token_endpoint(headers);
        self.choose_by_request(headers);
        let content = content::of_request(headers);
        if let Content::Text(Style::UrlLabel) | Content::Coded(_, Style::UrlLabel) = content {
            self.grant = Grant::new();
        }
        self.request.note_signature(headers);
        let mut step = self.scan_headers(Direction::Request, Place::Header, headers);
        if step.flow == Flow::Continue && self.blocks_upgrade(content, headers) {
            let (direction, policy) = (Direction::Request, self.policy(Direction::Request));
            let refusal = Refusal::Unscannable(direction, Unscanned::Upgrade);
            if !self.is_dry_run(direction) {
                return Step::refuse(refusal);
            }
            self.records.push(Record::WouldRefuse { refusal, policy });
        }
        if step.flow == Flow::Continue && !end_of_stream {
            self.start_body(Direction::Request, content, headers, &mut step);
        }
        if self.base.filter_state {
            let target = headers.first(":path").unwrap_or_default();
            step.log_path = Some(shown::path(
                target,
                self.config(Direction::Request).finders(Direction::Request),
            ));
        }
        if self.may_enforce_response() {
            let accepted = self.config(Direction::Response).accept_encoding;
            step.headers.extend(scannable_only(headers, accepted));
        }
        step
    }

    fn blocks_upgrade(&self, content: Content, headers: &Headers) -> bool {
        let upgrades = self.config(Direction::Request).upgrades;
        content == Content::Skipped(Unscanned::Upgrade)
            && upgrades.of_request(headers) == UpgradeWord::Block
    }
}

/// Looks for the name of a grant (RFC 6749 §4) in a form, whatever its cuts.
#[derive(Default)]
pub(super) struct Grant {
    /// How many bytes of the body are still looked at; none where it is no form.
    left: usize,
    /// The last bytes, fewer than the name has.
    last: Vec<u8>,
    is_named: bool,
}

impl Grant {
    const NAME: &'static [u8] = b"grant_type=";

    fn new() -> Grant {
        Grant { left: GRANT_BYTES_MAX, ..Grant::default() }
    }

    /// Takes what has come of the body.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(..self.left).unwrap_or(bytes);
        if bytes.is_empty() || self.is_named {
            return;
        }
        self.left -= bytes.len();
        self.last.extend_from_slice(bytes);
        self.is_named = self.last.windows(Self::NAME.len()).any(|window| window == Self::NAME);
        let old = self.last.len().saturating_sub(Self::NAME.len() - 1);
        self.last.drain(..old);
    }

    /// Whether it was there.
    pub(super) fn is_named(&self) -> bool {
        self.is_named
    }
}

/// Asks for an answer that can be scanned, at the price that the configuration chose.
fn scannable_only(headers: &Headers, word: AcceptEncoding) -> impl Iterator<Item = HeaderEdit> {
    let accepted = match word {
        AcceptEncoding::Identity => identity_only(headers, "accept-encoding"),
        AcceptEncoding::Scannable => known_only(headers),
        AcceptEncoding::Keep => None,
    };
    // Messages of gRPC that are packed one by one cannot be scanned.
    let grpc = match word {
        AcceptEncoding::Keep => None,
        _ => identity_only(headers, "grpc-accept-encoding"),
    };
    accepted.into_iter().chain(grpc)
}

fn identity_only(headers: &Headers, name: &str) -> Option<HeaderEdit> {
    let is_asked = headers.all(name).any(|value| !value.eq_ignore_ascii_case(b"identity"));
    is_asked.then(|| accepting(name, b"identity".to_vec()))
}

/// Leaves out what could not be unpacked, and `*`, which stands for anything.
fn known_only(headers: &Headers) -> Option<HeaderEdit> {
    let name = "accept-encoding";
    let is_known = |entry: &&[u8]| {
        let coding = entry.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        Coding::named(coding).is_some() || coding.eq_ignore_ascii_case(b"identity")
    };
    let all = || headers.all(name).flat_map(|value| value.split(|byte| *byte == b','));
    if all().all(|entry| is_known(&entry)) {
        return None;
    }
    let mut kept = all().map(<[u8]>::trim_ascii).filter(is_known).collect::<Vec<_>>();
    if kept.is_empty() {
        kept.push(b"identity");
    }
    Some(accepting(name, kept.join(&b", "[..])))
}

fn accepting(name: &str, value: Vec<u8>) -> HeaderEdit {
    HeaderEdit { name: name.as_bytes().to_vec(), values: vec![value] }
}

fn is_form_post(headers: &Headers) -> bool {
    let kind = headers.first("content-type").map(media_type).unwrap_or_default();
    let is_form = kind == b"application/x-www-form-urlencoded" || kind == b"application/json";
    headers.first(":method") == Some(b"POST") && is_form
}

fn is_token_endpoint(headers: &Headers) -> bool {
    let target = headers.first(":path").unwrap_or_default();
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    path.rsplit(|byte| *byte == b'/').next().is_some_and(|end| TOKEN_ENDPOINTS.contains(&end))
}
