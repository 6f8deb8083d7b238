//! The request: strip, decide, wait, set.

use std::rc::Rc;

use super::{Decision, InjectExchange, InjectFlow, InjectStep, State, TRAILER};
use crate::{
    exchange::{Event, Exchange, Flow},
    http::Headers,
    inject::{
        audit::InjectRecord,
        config::{Elsewhere, OnFailure, Unbound},
        decide, echo,
        fields::Fields,
        keyring::{Destination, Keyring, is_too_short},
        reason::Reason,
        slot::{Look, Version},
        surface::Surface,
    },
    policy::{Direction, Place, Role},
};

/// What a path segment, or a log, shows instead of a credential.
const BLANK: &[u8] = b"-";
const SHOWN: &[u8] = b"REDACTED";

impl InjectExchange {
    pub(super) fn on_request(
        &mut self,
        fields: Fields,
        end_of_stream: bool,
        keyring: &mut Keyring,
        now_ms: u64,
    ) -> InjectStep {
        self.clean = fields.clone();
        self.original = fields;
        self.ends_with_headers = end_of_stream;
        if let Some(managed) = self.config.managed.get(&self.facts.cluster) {
            managed.strip(&mut self.clean);
        }
        let config = Rc::clone(&self.config);
        let fitting = match decide::fitting(&config, &self.facts, &self.clean) {
            Ok(fitting) => fitting,
            Err(reason) if decide::is_ambiguous(reason) => {
                return self.refuse_or_tell(reason, keyring, now_ms);
            }
            Err(reason) if config.unbound == Unbound::Pass => {
                return self.pass(reason, keyring, now_ms);
            }
            Err(reason) => return self.refuse_or_tell(reason, keyring, now_ms),
        };
        self.choose(&fitting, keyring, now_ms);
        if self.binding().is_some_and(|binding| binding.surface.is_in_body()) {
            return self.collect(keyring, now_ms);
        }
        match self.asked(keyring, now_ms) {
            Ok(true) => self.seek(keyring, now_ms),
            Ok(false) => self.pass(Reason::NotAsked, keyring, now_ms),
            Err(reason) => self.refuse_or_tell(reason, keyring, now_ms),
        }
    }

    /// Of the bindings that fit, the first that is asked for; the first at all if none is.
    fn choose(&mut self, fitting: &[usize], keyring: &Keyring, now_ms: u64) {
        for number in fitting {
            self.chosen = Some(*number);
            let is_in_body = self.binding().is_some_and(|binding| binding.surface.is_in_body());
            if is_in_body || self.asked(keyring, now_ms) != Ok(false) {
                return;
            }
        }
        self.chosen = fitting.first().copied();
    }

    /// Whether the workload asks for the credential: always without a placeholder; else by it, or by a real key.
    fn asked(&mut self, keyring: &Keyring, now_ms: u64) -> Result<bool, Reason> {
        let Some(binding) = self.binding() else { return Err(Reason::HostError) };
        let body = self.body.as_deref().unwrap_or_default();
        let present = binding.surface.present(&self.original, body);
        let number = binding.number;
        // What an earlier try has set is no key that the workload holds.
        let before = self.facts.set_before.as_deref();
        let is_ours = |value: &&Vec<u8>| {
            before.is_some_and(|it| keyring.fingerprint(value).to_string().as_bytes() == it)
        };
        let is_on_sight = present
            .iter()
            .filter(|value| !is_ours(value))
            .any(|value| keyring.is_old(number, value, now_ms));
        let is_known = is_on_sight
            || present.iter().any(|value| is_ours(&value) || keyring.is_current(number, value));
        let asked = match binding.placeholder.as_deref().map(str::as_bytes) {
            None => Ok(true),
            Some(placeholder) => {
                let counts = present.iter().map(|value| {
                    value.windows(placeholder.len()).filter(|window| *window == placeholder).count()
                });
                match counts.sum::<usize>() {
                    0 => Ok(is_known),
                    count if count > binding.occurrences_max => Err(Reason::Occurrences),
                    _ => Ok(true),
                }
            }
        };
        self.is_on_sight = is_on_sight;
        asked
    }

    /// Waits for the whole body, and lets the credential come meanwhile.
    fn collect(&mut self, keyring: &mut Keyring, now_ms: u64) -> InjectStep {
        if self.ends_with_headers {
            return self.refuse_or_tell(Reason::BodyNotReadable, keyring, now_ms);
        }
        if let Some(number) = self.binding().map(|binding| binding.number) {
            keyring.look(number, now_ms);
        }
        self.state = State::Collecting;
        InjectStep { flow: InjectFlow::Pause, ..InjectStep::default() }
    }

    pub(super) fn on_whole_body(
        &mut self,
        bytes: &[u8],
        keyring: &mut Keyring,
        now_ms: u64,
    ) -> InjectStep {
        if bytes.len() > self.config.body_bytes_max {
            return self.refuse(Reason::BodyTooLarge);
        }
        self.body = Some(bytes.to_vec());
        match self.asked(keyring, now_ms) {
            Ok(true) => self.seek(keyring, now_ms),
            Ok(false) => self.pass(Reason::NotAsked, keyring, now_ms),
            Err(reason) => self.refuse_or_tell(reason, keyring, now_ms),
        }
    }

    /// Takes the credential, or a place among those that wait for it.
    fn seek(&mut self, keyring: &mut Keyring, now_ms: u64) -> InjectStep {
        let Some(number) = self.binding().map(|binding| binding.number) else {
            return self.refuse(Reason::HostError);
        };
        match keyring.look(number, now_ms) {
            Look::Ready(version) => self.commit(&version, keyring, now_ms),
            Look::Failed(reason) => self.fail(reason, keyring, now_ms),
            Look::Wait if !keyring.start_waiting() => {
                self.fail(Reason::TooManyWaiting, keyring, now_ms)
            }
            Look::Wait => {
                self.state = State::Waiting;
                self.until_ms = now_ms.saturating_add(self.config.wait_ms_max);
                InjectStep { flow: InjectFlow::Pause, ..InjectStep::default() }
            }
        }
    }

    pub(super) fn seek_again(&mut self, keyring: &mut Keyring, now_ms: u64) -> Option<InjectStep> {
        let number = self.binding().map(|binding| binding.number)?;
        let step = match keyring.look(number, now_ms) {
            Look::Ready(version) => self.commit(&version, keyring, now_ms),
            Look::Failed(reason) => self.fail(reason, keyring, now_ms),
            Look::Wait if now_ms >= self.until_ms => {
                self.fail(Reason::WaitedTooLong, keyring, now_ms)
            }
            Look::Wait => return None,
        };
        keyring.stop_waiting();
        Some(step)
    }

    /// The credential cannot be had: its own word says what becomes of the request.
    fn fail(&mut self, reason: Reason, keyring: &mut Keyring, now_ms: u64) -> InjectStep {
        let number = self.binding().map(|binding| binding.number);
        let credential = number.and_then(|number| self.config.credentials.get(number));
        match credential.map(|credential| credential.on_failure) {
            Some(OnFailure::Pass) => self.pass(reason, keyring, now_ms),
            _ => self.refuse_or_tell(reason, keyring, now_ms),
        }
    }

    /// Sets the credential and lets the request go.
    fn commit(&mut self, version: &Version, keyring: &mut Keyring, now_ms: u64) -> InjectStep {
        let config = Rc::clone(&self.config);
        let chosen = self.chosen.and_then(|number| Some((number, config.bindings.get(number)?)));
        let Some((number, binding)) = chosen else { return self.refuse(Reason::HostError) };
        let value = version.value.expose();
        let is_narrowed = version.hosts.as_ref().is_some_and(|it| !it.contains(&binding.authority));
        let is_unguarded = is_too_short(value) && !binding.accept_no_echo_guard;
        let wrong = [
            (is_narrowed, Reason::HostNotInSecret),
            (is_unguarded, Reason::NoEchoGuard),
            (!binding.surface.takes(value), Reason::ValueNotSendable),
        ];
        if let Some((_, reason)) = wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            return match reason.is_failure_of_credential() {
                true => self.fail(reason, keyring, now_ms),
                false => self.refuse_or_tell(reason, keyring, now_ms),
            };
        }
        if self.config.dry_run {
            self.decided(Decision::Inject, Reason::Injected, Some((version, keyring)));
            return self.send(None, Destination::Unbound, keyring, now_ms);
        }
        let mut step = self.send(
            Some((&binding.surface, version)),
            Destination::Bound(number),
            keyring,
            now_ms,
        );
        if !matches!(step.flow, InjectFlow::Refuse(_)) {
            let on_sight = self.is_on_sight;
            let reason = if on_sight { Reason::ReplacedOnSight } else { Reason::Injected };
            self.decided(Decision::Inject, reason, Some((version, keyring)));
            self.injected = Some(version.clone());
            step.set = Some(keyring.fingerprint_of(version).to_string());
        }
        step
    }

    /// Lets the request go without a credential.
    pub(super) fn pass(
        &mut self,
        reason: Reason,
        keyring: &mut Keyring,
        now_ms: u64,
    ) -> InjectStep {
        self.decided(Decision::Pass, reason, None);
        let destination = self.chosen.map_or(Destination::Unbound, Destination::Bound);
        self.send(None, destination, keyring, now_ms)
    }

    /// Refuses; in a dry run, tells that it would.
    fn refuse_or_tell(&mut self, reason: Reason, keyring: &mut Keyring, now_ms: u64) -> InjectStep {
        if !self.config.dry_run {
            return self.refuse(reason);
        }
        self.decided(Decision::Refuse, reason, None);
        self.send(None, Destination::Unbound, keyring, now_ms)
    }

    /// Scans the request and lets it go, with a value in its surface or as it is.
    fn send(
        &mut self,
        set: Option<(&Surface, &Version)>,
        destination: Destination,
        keyring: &mut Keyring,
        now_ms: u64,
    ) -> InjectStep {
        let guard = keyring.guard(destination, now_ms);
        self.guard = Some(guard.clone());
        if self.config.dry_run {
            self.clean = self.original.clone();
        } else if let Some(reason) = self.looked(keyring) {
            return self.refuse(reason);
        }
        let mut fields = self.clean.clone();
        if let Some((surface @ Surface::Segment { .. }, _)) = set {
            // What the scan sees is the request without the credential.
            if let Err(reason) = surface.set(&mut fields, BLANK) {
                return self.refuse(reason);
            }
        }
        if let Some(reason) = self.placeholders(&fields, keyring) {
            return self.refuse(reason);
        }
        // In a dry run nothing of ours is looked for; the other job goes on.
        let config = match self.config.dry_run {
            true => self.config.redact.clone(),
            false => Some(Rc::clone(&guard.config)),
        };
        self.inner = config.map(|config| Exchange::new(config, Role::Outbound));
        if let Some(inner) = self.inner.as_mut().filter(|inner| inner.asks().is_any()) {
            inner.know(self.facts.for_policies());
        }
        let headers = self.scanned_headers(&fields, Direction::Request);
        let end_of_stream = self.ends_with_headers;
        let event =
            Event::Headers { direction: Direction::Request, headers: &headers, end_of_stream };
        let mut inner = self.tell(event, keyring);
        inner.headers.iter().for_each(|edit| fields.apply(edit));
        let mut body = None;
        if let Some(bytes) = self.body.take().filter(|_| inner.flow == Flow::Continue) {
            let (told, changed) = match self.scan_whole(&bytes, set, keyring) {
                Ok(scanned) => scanned,
                Err(reason) => return self.refuse(reason),
            };
            (inner.flow, body) = (told, changed);
        }
        if inner.flow != Flow::Continue {
            return self.with_inner(inner, Vec::new());
        }
        self.state = State::Sent;
        self.finish(fields, body, set)
    }

    /// Puts the value in, and says what changes.
    fn finish(
        &mut self,
        mut fields: Fields,
        mut body: Option<Vec<u8>>,
        set: Option<(&Surface, &Version)>,
    ) -> InjectStep {
        let mut shown = fields.clone();
        if let Some((surface, version)) = set {
            let value = version.value.expose();
            let of_body = body.as_deref().map(|body| surface.set_body(body, value));
            let is_set = match of_body {
                Some(Ok(new)) => {
                    body = new;
                    Ok(())
                }
                Some(Err(reason)) => Err(reason),
                None => Ok(()),
            };
            let is_set = is_set.and_then(|()| surface.set(&mut fields, value));
            if let Err(reason) = is_set.and_then(|()| surface.set(&mut shown, SHOWN)) {
                return self.refuse(reason);
            }
        }
        if let Some(body) = body.as_ref().filter(|_| fields.first("content-length").is_some()) {
            fields.set("content-length", body.len().to_string().into_bytes());
        }
        InjectStep {
            headers: fields.edits_from(&self.original),
            body,
            path: Some(shown.first(":path").unwrap_or_default().to_vec()),
            set: None,
            flow: InjectFlow::Continue,
        }
    }

    /// Scans a body that is there as a whole, without the credential; says what it is then.
    fn scan_whole(
        &mut self,
        bytes: &[u8],
        set: Option<(&Surface, &Version)>,
        keyring: &Keyring,
    ) -> Result<(Flow, Option<Vec<u8>>), Reason> {
        let blank = match set {
            Some((surface, _)) => surface.set_body(bytes, b"")?,
            None => None,
        };
        let bytes = blank.as_deref().unwrap_or(bytes);
        let reads = self.inner.as_ref().is_some_and(|it| it.reads_body(Direction::Request));
        if !reads {
            return Ok((Flow::Continue, Some(bytes.to_vec())));
        }
        let direction = Direction::Request;
        let step = self.tell(Event::Body { direction, bytes, end_of_stream: true }, keyring);
        Ok((step.flow, step.body.or_else(|| Some(bytes.to_vec()))))
    }

    /// Looks for what may not be in any request, stripped or not.
    fn looked(&mut self, keyring: &Keyring) -> Option<Reason> {
        let guard = self.guard.clone()?;
        let seen = echo::look(&self.original, &guard, keyring, Place::Header);
        let reason = match (seen.has_honeytoken, seen.has_foreign) {
            (true, _) => Some(Reason::Honeytoken),
            (_, true) => Some(Reason::ForeignValue),
            _ => None,
        };
        self.records.extend(seen.records);
        reason
    }

    /// Counts placeholders where none belongs. The scan of the other job does that by itself.
    fn placeholders(&mut self, fields: &Fields, keyring: &Keyring) -> Option<Reason> {
        let guard = self.guard.clone().filter(|_| self.config.redact.is_none())?;
        if !echo::look(fields, &guard, keyring, Place::Header).has_placeholder {
            return None;
        }
        let word = self.binding().map(|binding| binding.placeholder_elsewhere);
        let is_blocked = word == Some(Elsewhere::Block);
        self.records.push(InjectRecord::Placeholder { place: Place::Header, is_blocked });
        is_blocked.then_some(Reason::PlaceholderElsewhere)
    }

    /// What the scan is told of a header map: all, for the other job; else what says how the body is to be read.
    pub(super) fn scanned_headers(&self, fields: &Fields, direction: Direction) -> Headers {
        if !self.is_alone {
            return fields.headers();
        }
        const NAMES: &[&str] = &[
            ":method",
            ":status",
            "accept-encoding",
            "content-encoding",
            "content-length",
            "grpc-accept-encoding",
            "grpc-encoding",
            "trailer",
            "upgrade",
        ];
        // An answer of whatever type may hold the echo: only what is framed in a way of its own is told apart.
        let kind = fields.first("content-type").unwrap_or_default();
        let keeps_kind = direction == Direction::Request || kind.starts_with(b"application/grpc");
        let is_told = |(name, _): &(&[u8], &[u8])| {
            let is_kind = keeps_kind && *name == b"content-type";
            is_kind || NAMES.iter().any(|other| other.as_bytes() == *name)
        };
        fields.iter().filter(is_told).collect()
    }

    pub(super) fn on_request_trailers(
        &mut self,
        mut fields: Fields,
        keyring: &Keyring,
    ) -> InjectStep {
        let before = fields.clone();
        if let Some(managed) =
            self.config.managed.get(&self.facts.cluster).filter(|_| !self.config.dry_run)
        {
            managed.strip_trailers(&mut fields);
        }
        if self.state == State::Waiting {
            let headers = fields.edits_from(&before);
            return InjectStep { headers, flow: InjectFlow::Pause, ..InjectStep::default() };
        }
        if let Some(guard) = self.guard.clone().filter(|_| !self.config.dry_run) {
            let seen = echo::look(&fields, &guard, keyring, TRAILER);
            self.records.extend(seen.records);
            if seen.has_honeytoken || seen.has_foreign {
                let is_honeytoken = seen.has_honeytoken;
                return self.refuse(if is_honeytoken {
                    Reason::Honeytoken
                } else {
                    Reason::ForeignValue
                });
            }
        }
        let headers = fields.headers();
        let event = Event::Trailers { direction: Direction::Request, trailers: &headers };
        let step = self.tell(event, keyring);
        step.headers.iter().for_each(|edit| fields.apply(edit));
        self.with_inner(step, fields.edits_from(&before))
    }
}
