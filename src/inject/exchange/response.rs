//! The answer: a refused key is asked for once more, echoes are redacted, caches are told to keep it private.

use std::rc::Rc;

use super::{InjectExchange, InjectFlow, InjectStep, State, TRAILER};
use crate::{
    exchange::{Event, Exchange},
    inject::{answer, echo, fields::Fields, keyring::Keyring},
    policy::{Direction, Place, Role},
};

const DIRECTION: Direction = Direction::Response;

impl InjectExchange {
    pub(super) fn on_answer(
        &mut self,
        fields: Fields,
        end_of_stream: bool,
        keyring: &mut Keyring,
        now_ms: impl FnOnce() -> u64,
    ) -> InjectStep {
        if fields.first(":status") == Some(b"401") {
            let now_ms = now_ms();
            if self.is_refresh_due(keyring, now_ms) && keyring.start_waiting() {
                // A retry of the proxy's comes when this answer goes on: by then the new key is there.
                self.state = State::Refreshing;
                self.until_ms = now_ms.saturating_add(self.config.wait_ms_max);
                self.answer = Some((fields, end_of_stream));
                return InjectStep { flow: InjectFlow::Pause, ..InjectStep::default() };
            }
        }
        self.answered(fields, end_of_stream, keyring)
    }

    /// Whether the store is to be asked once more, because the version that was sent was refused.
    fn is_refresh_due(&self, keyring: &mut Keyring, now_ms: u64) -> bool {
        let (Some(version), Some(binding)) = (&self.injected, self.binding()) else { return false };
        let Some(slot) = keyring.slot_mut(binding.number) else { return false };
        slot.refuse(version.value.expose(), now_ms) || slot.is_forced()
    }

    pub(super) fn answer_again(
        &mut self,
        keyring: &mut Keyring,
        now_ms: u64,
    ) -> Option<InjectStep> {
        let number = self.binding().map(|binding| binding.number)?;
        let is_forced = keyring.slot_mut(number).is_some_and(|slot| slot.is_forced());
        if is_forced && now_ms < self.until_ms {
            return None;
        }
        keyring.stop_waiting();
        let (fields, end_of_stream) = self.answer.take()?;
        Some(self.answered(fields, end_of_stream, keyring))
    }

    fn answered(
        &mut self,
        mut fields: Fields,
        end_of_stream: bool,
        keyring: &Keyring,
    ) -> InjectStep {
        let before = fields.clone();
        self.state = State::Answering;
        if self.injected.is_some() {
            let is_interim = fields.first(":status").is_some_and(|it| it.starts_with(b"1"));
            if !is_interim {
                answer::make_private(&mut fields, self.config.set_cookie);
            }
            self.redact(&mut fields, keyring, Place::Header);
            self.look_alone(&fields);
        }
        if let Some(status) = self.redirect(&fields) {
            self.state = State::Refused;
            return InjectStep {
                flow: InjectFlow::Reply(status, kept(&fields)),
                ..InjectStep::default()
            };
        }
        let headers = self.scanned_headers(&fields, DIRECTION);
        let event = Event::Headers { direction: DIRECTION, headers: &headers, end_of_stream };
        let step = self.tell(event, keyring);
        step.headers.iter().for_each(|edit| fields.apply(edit));
        self.with_inner(step, fields.edits_from(&before))
    }

    /// Trailers are shown once, and go on with an answer that is held: they are looked at when they come.
    pub(super) fn on_answer_trailers(
        &mut self,
        mut fields: Fields,
        keyring: &mut Keyring,
    ) -> InjectStep {
        let is_held = self.state == State::Refreshing;
        let before = fields.clone();
        self.redact(&mut fields, keyring, TRAILER);
        let headers = fields.headers();
        let event = Event::Trailers { direction: DIRECTION, trailers: &headers };
        let step = self.tell(event, keyring);
        step.headers.iter().for_each(|edit| fields.apply(edit));
        let step = self.with_inner(step, fields.edits_from(&before));
        match step.flow {
            InjectFlow::Continue if is_held => InjectStep { flow: InjectFlow::Pause, ..step },
            InjectFlow::Refuse(_) if is_held => {
                keyring.stop_waiting();
                step
            }
            _ => step,
        }
    }

    /// The status of a redirect that the proxy could follow by itself, where something was injected.
    ///
    /// It would do so with the very header map that the credential stands in, to another host. An answer of the filter's
    /// own goes to the client as it is.
    fn redirect(&self, fields: &Fields) -> Option<u32> {
        let status = std::str::from_utf8(fields.first(":status")?).ok()?.parse().ok()?;
        let is_redirect = (300..400).contains(&status) && fields.first("location").is_some();
        (is_redirect && self.injected.is_some()).then_some(status)
    }

    fn redact(&mut self, fields: &mut Fields, keyring: &Keyring, place: Place) {
        if let Some(guard) = self.guard.clone().filter(|_| self.injected.is_some()) {
            self.records.extend(echo::redact(fields, &guard, keyring, place));
        }
    }

    /// Where the other job would let the body pass unscanned, the guard looks for its needles alone.
    fn look_alone(&mut self, fields: &Fields) {
        let kind = fields.first("content-type").unwrap_or_default();
        let is_passed = self.config.redact.is_some() && crate::content::is_binary_type(kind);
        let Some(guard) = self.guard.clone().filter(|_| is_passed) else { return };
        self.looked = self.volume(Direction::Request);
        let mut inner = Exchange::new(Rc::clone(&guard.alone), Role::Outbound);
        let mut request = self.original.clone();
        request.retain(|name| name == b":method");
        let headers = request.headers();
        let direction = Direction::Request;
        inner.on(Event::Headers { direction, headers: &headers, end_of_stream: true });
        inner.take_records();
        self.inner = Some(inner);
        self.is_alone = true;
    }
}

/// The headers of an answer that goes on without its body.
fn kept(fields: &Fields) -> Vec<(Vec<u8>, Vec<u8>)> {
    const OF_BODY: &[&[u8]] = &[
        b"connection",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"trailer",
        b"transfer-encoding",
    ];
    let headers = fields.headers();
    let kept =
        headers.iter().filter(|(name, _)| !name.starts_with(b":") && !OF_BODY.contains(name));
    kept.map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
}
