//! Every credential of one worker, and what is looked for because of them.

use std::rc::Rc;

use super::{
    audit::Named,
    config::{Binding, Elsewhere, InjectConfig},
    forms::{self, NEEDLE_BYTES_MIN},
    reason::Reason,
    slot::{Look, Outcome, Slot, Version},
};
use crate::{
    config::{self, Config},
    finders::{Finders, Needles},
    finding::Finding,
    fingerprint::{Fingerprint, Fingerprinter, Shown},
    known::{HONEYTOKEN, KnownValues, NEEDLE, PLACEHOLDER},
    policy::{Action, Actions, Direction, Role},
    rule::{Profile, Rule},
    secret::Secret,
    store::{Fetched, Retry, StoreError},
    view::escape,
};

/// Every credential of one worker.
#[derive(Debug)]
pub struct Keyring {
    config: Rc<InjectConfig>,
    fingerprinter: Rc<Fingerprinter>,
    slots: Vec<Slot>,
    guards: Vec<(Destination, Guard)>,
    /// Which value a fingerprint is of.
    names: Vec<(Fingerprint, Named)>,
    /// The sum of the slots' generations that guards and names were made for.
    generation: u64,
    waiting: usize,
}

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To where a binding says.
    Bound(usize),
    /// To where no value belongs.
    Unbound,
}

/// What one exchange looks for.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    /// For the messages: the needles, beside the other job's configuration if there is one.
    pub(crate) config: Rc<Config>,
    /// The needles alone, for what the other job would let pass.
    pub(crate) alone: Rc<Config>,
}

impl Guard {
    /// What is looked for in single values: needles alone.
    pub(crate) fn finders(&self, direction: Direction) -> Finders {
        self.alone.finders(direction)
    }

    pub(crate) fn is_looking(&self, direction: Direction) -> bool {
        self.alone.has_needles(direction)
    }

    /// Whether a text is too short to hold any of the values. Most values of headers are.
    ///
    /// In an encoding a value is longer: the least length is that of the shortest form, as it is.
    pub(crate) fn is_too_short_for(&self, direction: Direction, text: &[u8]) -> bool {
        text.len() < self.length_min(direction)
    }

    fn length_min(&self, direction: Direction) -> usize {
        let Some(needles) = self.alone.needles.as_deref() else { return 0 };
        let known = match direction {
            Direction::Request => &needles.requests,
            Direction::Response => &needles.responses,
        };
        known.as_ref().map_or(0, |known| known.length_min())
    }
}

impl Keyring {
    /// A keyring with nothing on it yet.
    pub fn new(config: Rc<InjectConfig>, fingerprinter: Rc<Fingerprinter>) -> Keyring {
        let slots = config.credentials.iter().map(|it| Slot::new(Rc::new(it.clone()))).collect();
        Keyring {
            config,
            fingerprinter,
            slots,
            guards: Vec::new(),
            names: Vec::new(),
            generation: u64::MAX,
            waiting: 0,
        }
    }

    /// The configuration.
    pub fn config(&self) -> &Rc<InjectConfig> {
        &self.config
    }

    /// The credentials, in the order of the configuration.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// One of them.
    pub fn slot_mut(&mut self, number: usize) -> Option<&mut Slot> {
        self.slots.get_mut(number)
    }

    /// What a request gets of a credential now.
    pub(crate) fn look(&mut self, number: usize, now_ms: u64) -> Look {
        match self.slots.get_mut(number) {
            Some(slot) => slot.look(now_ms),
            None => Look::Failed(Reason::HostError),
        }
    }

    /// Takes what a fetch has given for a credential; see [`Slot::take`].
    pub fn take(
        &mut self,
        number: usize,
        fetched: Result<Fetched, StoreError>,
        fetched_ms: u64,
        random: u64,
    ) -> Option<Outcome> {
        let config = Rc::clone(&self.config);
        let surfaces = || config.bindings.iter().filter(|it| it.number == number);
        let is_sendable = |value: &[u8]| surfaces().all(|binding| binding.surface.takes(value));
        let slot = self.slots.get_mut(number)?;
        Some(slot.take(fetched, fetched_ms, random, is_sendable))
    }

    /// Leaves a credential's store alone for so long, since it failed too often.
    pub fn leave(&mut self, number: usize, ms: u64, now_ms: u64) {
        if let Some(slot) = self.slots.get_mut(number) {
            slot.fail(Reason::CircuitOpen, Retry::AfterMs(ms), now_ms, 0);
        }
    }

    /// Forgets what is not looked for any more.
    pub fn tidy(&mut self, now_ms: u64) {
        self.slots.iter_mut().for_each(|slot| slot.tidy(now_ms));
    }

    /// Takes a place among those that wait. Whether there was one.
    pub(crate) fn start_waiting(&mut self) -> bool {
        let has_room = self.waiting < self.config.waiting_max;
        self.waiting += usize::from(has_room);
        has_room
    }

    /// Gives the place back.
    pub(crate) fn stop_waiting(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    pub(crate) fn fingerprint(&self, value: &[u8]) -> Shown {
        self.fingerprinter.shown(self.fingerprinter.of(value))
    }

    /// The fingerprint of a version's value.
    pub(crate) fn fingerprint_of(&self, version: &Version) -> Shown {
        version.fingerprint(&self.fingerprinter)
    }

    /// Whether the value is one that workloads may still hold: an old version, or one that the configuration lists.
    pub(crate) fn is_old(&self, number: usize, value: &[u8], now_ms: u64) -> bool {
        let Some(slot) = self.slots.get(number) else { return false };
        let current = slot.held().map(|held| held.version.value.expose());
        let mut versions = slot.versions(now_ms).map(|version| version.value.expose());
        let is_retired = || slot.policy().retired.contains(&self.fingerprinter.of(value));
        current != Some(value) && (versions.any(|old| old == value) || is_retired())
    }

    /// Whether the value is the current one.
    pub(crate) fn is_current(&self, number: usize, value: &[u8]) -> bool {
        let held = self.slots.get(number).and_then(Slot::held);
        held.is_some_and(|held| held.version.value.expose() == value)
    }

    /// Which value was found.
    pub(crate) fn named_by(&self, finding: &Finding<'_>) -> Option<Named> {
        let fingerprint = finding.fingerprint(&self.fingerprinter)?;
        self.named(self.fingerprinter.shown(fingerprint))
    }

    /// Which value a fingerprint is of.
    pub(crate) fn named(&self, fingerprint: Shown) -> Option<Named> {
        let mut names = self.names.iter();
        let found = names.find(|(known, _)| self.fingerprinter.shown(*known) == fingerprint);
        found.map(|(_, named)| named.clone())
    }

    /// What an exchange with that destination looks for.
    pub(crate) fn guard(&mut self, destination: Destination, now_ms: u64) -> Guard {
        let generation = self.slots.iter().map(Slot::generation).sum();
        if generation != self.generation {
            self.generation = generation;
            self.guards.clear();
            self.names = self.all_names(now_ms);
        }
        if let Some((_, guard)) = self.guards.iter().find(|(other, _)| *other == destination) {
            return guard.clone();
        }
        let guard = self.new_guard(destination, now_ms);
        self.guards.push((destination, guard.clone()));
        guard
    }

    fn all_names(&self, now_ms: u64) -> Vec<(Fingerprint, Named)> {
        let mut names = Vec::new();
        for slot in &self.slots {
            for version in slot.versions(now_ms) {
                let credential = slot.policy().name.as_str().into();
                let named = Named { credential, version: Rc::clone(&version.version) };
                let forms = forms::of(version.value.expose(), slot.policy().needle);
                // As a finding's fingerprint is made: behind escapes it is the same whatever they are.
                let text = |form: Vec<u8>| escape::decode(&form);
                let of = |form: Vec<u8>| (self.fingerprinter.of(&text(form)), named.clone());
                names.extend(forms.into_iter().map(of));
            }
        }
        names
    }

    fn new_guard(&self, destination: Destination, now_ms: u64) -> Guard {
        let binding = match destination {
            Destination::Bound(number) => self.config.bindings.get(number),
            Destination::Unbound => None,
        };
        let needles = |alone: bool| {
            Some(Rc::new(Needles {
                requests: KnownValues::needles(self.request_needles(binding, now_ms)).map(Rc::new),
                responses: KnownValues::needles(self.response_needles(binding, now_ms))
                    .map(Rc::new),
                blocks_placeholders: binding
                    .is_some_and(|it| it.placeholder_elsewhere == Elsewhere::Block),
                alone,
            }))
        };
        let alone = self.alone(needles(true));
        let config = match self.config.redact.as_deref() {
            Some(redact) => Rc::new(Config {
                host: self.config.host,
                needles: needles(false),
                hold_headers: redact.hold_headers || self.config.hold_headers,
                is_behind_injection: true,
                ..redact.clone()
            }),
            None => Rc::clone(&alone),
        };
        Guard { config, alone }
    }

    /// A configuration that looks for needles and nothing else.
    fn alone(&self, needles: Option<Rc<Needles>>) -> Rc<Config> {
        let is_looking = needles.as_deref().is_some_and(|needles| needles.requests.is_some());
        // A request in a coding that is not known passes: nobody who compresses a value gets it in by accident.
        let requests = (!is_looking).then(|| Actions::of(Action::Off));
        Rc::new(Config {
            host: self.config.host,
            role: Some(Role::Outbound),
            requests,
            responses: Some(Actions::of(Action::Off)),
            coded_bodies: config::Failure::both(self.config.coded_bodies),
            oversize_bodies: config::Failure::both(self.config.coded_bodies),
            ranges: self.config.ranges,
            hold_headers: self.config.hold_headers,
            is_behind_injection: true,
            profile: Profile::Quiet,
            fingerprinter: Some(Rc::clone(&self.fingerprinter)),
            needles,
            ..Config::default()
        })
    }

    /// What may not be in a request: values that are not bound to where it goes, honeytokens, placeholders.
    fn request_needles(
        &self,
        binding: Option<&Binding>,
        now_ms: u64,
    ) -> Vec<(Secret, &'static Rule)> {
        let is_bound_here = |number: usize| {
            let bound = self.config.bindings.iter().filter(move |it| it.number == number);
            binding.is_some_and(|here| {
                bound.clone().any(|it| it.cluster == here.cluster && it.authority == here.authority)
            })
        };
        let here = |number: &usize| is_bound_here(*number);
        let own: Vec<Vec<u8>> =
            (0..self.slots.len()).filter(here).flat_map(|it| self.forms(it, now_ms)).collect();
        let others = (0..self.slots.len()).filter(|it| !here(it));
        let others = others.flat_map(|number| self.forms(number, now_ms));
        let others =
            others.filter(|form| !own.contains(form)).map(|form| (form, &NEEDLE as &'static Rule));
        let placeholders = self.config.bindings.iter().filter_map(|it| it.placeholder.as_deref());
        let placeholders =
            placeholders.map(|text| (text.as_bytes().to_vec(), &PLACEHOLDER as &'static Rule));
        let honeytokens = self.config.honeytokens.iter().flat_map(|it| {
            let forms = forms::of(it.value.as_bytes(), super::config::Forms::Every);
            // A honeytoken may be shorter than what is looked for in answers.
            let forms = if forms.is_empty() { vec![it.value.as_bytes().to_vec()] } else { forms };
            forms.into_iter().map(|form| (form, &HONEYTOKEN as &'static Rule))
        });
        unique(others.chain(placeholders).chain(honeytokens))
    }

    /// What may not be in an answer: the values of the binding's own credential.
    fn response_needles(
        &self,
        binding: Option<&Binding>,
        now_ms: u64,
    ) -> Vec<(Secret, &'static Rule)> {
        let own = binding.into_iter().flat_map(|it| self.forms(it.number, now_ms));
        unique(own.map(|form| (form, &NEEDLE as &'static Rule)))
    }

    /// Every form of every version of a credential.
    fn forms(&self, number: usize, now_ms: u64) -> Vec<Vec<u8>> {
        let slots = self.slots.get(number).into_iter();
        let of_slot = |slot: &Slot| -> Vec<Vec<u8>> {
            let versions = slot.versions(now_ms);
            versions.flat_map(|it| forms::of(it.value.expose(), slot.policy().needle)).collect()
        };
        slots.flat_map(of_slot).collect()
    }
}

/// Whether an answer could not be guarded: no echo of so short a value would be seen.
pub(crate) fn is_too_short(value: &[u8]) -> bool {
    value.len() < NEEDLE_BYTES_MIN
}

/// Each text once, as what comes first says.
fn unique(all: impl Iterator<Item = (Vec<u8>, &'static Rule)>) -> Vec<(Secret, &'static Rule)> {
    let mut each: Vec<(Secret, &'static Rule)> = Vec::new();
    for (form, rule) in all {
        if !each.iter().any(|(known, _)| known.expose() == form) {
            each.push((Secret::new(form), rule));
        }
    }
    each
}
